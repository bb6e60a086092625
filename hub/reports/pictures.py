"""The part of a report that is seen before it is read: five subjects, each a chart with its table."""

from collections.abc import Iterator
from typing import Final

from hub.domain.french_numbers import month_in_full, whole
from hub.domain.indicators.masking import Withheld
from hub.domain.indicators.showing import ShownBreakdown, ShownIndicator, ShownSeries
from hub.reports.breakdowns import blocks_of, course_table, label, margin_table, sums, symbols, table_of
from hub.reports.charts.bars import Row, stacked_bars
from hub.reports.charts.flows import flows
from hub.reports.charts.months import Bars, month_columns
from hub.reports.document import Block, Chart, Mark, Paragraph, Section, State
from hub.reports.frame import Figures, ReportFrame
from hub.reports.values import mark

PICTURED_BREAKDOWNS: Final = {
    ("A1", "leads"),
    ("A2", "flows"),
    ("A2", "handover"),
    ("A2", "joint_intervention"),
}
PICTURED_SERIES: Final = {
    ("A2", "referrals"),
    ("V1.2", "messages"),
    ("V1.4", "line_in_scope"),
    ("V1.4", "line_out_of_scope"),
}
_NOT_PROVIDED: Final = Paragraph("Non fourni : rien n’a été transmis sur ce sujet pour la période.")
_TOO_FEW: Final = Paragraph("Rien à montrer ici : aucun cas, ou trop peu pour n’en laisser reconnaître aucun.")


def pictures(figures: Figures, frame: ReportFrame) -> Section:
    """The part « L’essentiel en images »."""
    now = {one.indicator.id: one for one in figures}
    course = {one.indicator.id: one for one in frame.course}
    parts = (
        (
            "evolution",
            "Évolution par mois",
            (*_course(course, "A2", "referrals"), *_course(course, "V1.2", "messages")),
        ),
        ("flux", "Qui oriente vers qui", tuple(_flows(now))),
        ("prevenance", "Délais de prévenance des informations préalables", tuple(_leads(now))),
        ("ligne", "Ligne téléphonique directe : dans et hors de la définition", tuple(_line(course))),
        ("relais", "Passages de relais et co-interventions", tuple(_transfers(now))),
    )
    sections = tuple(
        Section(f"image-{name}", title, blocks or (_without(now, _ABOUT[name]),)) for name, title, blocks in parts
    )
    return Section("images", "L’essentiel en images", (), sections, starts_page=True)


_ABOUT: Final = {
    "evolution": ("A2", "V1.2"),
    "flux": ("A2",),
    "prevenance": ("A1",),
    "ligne": ("V1.4",),
    "relais": ("A2",),
}


def _without(now: dict[str, ShownIndicator], indicators: tuple[str, ...]) -> Paragraph:
    """What stands where nothing can be drawn: what was provided is never told as not provided."""
    return _TOO_FEW if any(name in now and now[name].provided for name in indicators) else _NOT_PROVIDED


def course_chart(key: str, title: str, series: tuple[ShownSeries, ...], *, stacked: bool = False) -> Chart:
    """ShownSeries over the same months as columns."""
    months = [month for month, _ in series[0].points]
    bars = [Bars(one.label, tuple(mark(number) for _, number in one.points)) for one in series]
    table = course_table(key, f"{title} : nombres", series)
    return Chart(
        key, title, month_columns(key, months, bars, _said(title, series), stacked=stacked), _said(title, series), table
    )


def has_course(series: ShownSeries) -> bool:
    """Whether there is something to draw: several months, and a number that is shown and not zero."""
    return len(series.points) > 1 and any(isinstance(number, int) and number for _, number in series.points)


def _has_months(series: ShownSeries) -> bool:
    """Whether a table by month tells anything: several months, and a case in one of them, shown or masked."""
    return len(series.points) > 1 and any(number for _, number in series.points)


def _course(course: dict[str, ShownIndicator], indicator: str, key: str) -> Iterator[Block]:
    for one in _series(course, indicator, key):
        name = f"{indicator}-{key}-mois".lower().replace(".", "-")
        if has_course(one):
            yield course_chart(name, one.label, (one,))
        elif _has_months(one):
            yield course_table(name, f"{one.label} : nombres", (one,))


def _line(course: dict[str, ShownIndicator]) -> Iterator[Block]:
    series = tuple(_series(course, "V1.4", "line_in_scope", "line_out_of_scope"))
    if series and any(map(has_course, series)):
        yield course_chart("ligne-mois", "Appels par mois", series, stacked=True)
    elif any(map(_has_months, series)):
        yield course_table("ligne-mois", "Appels par mois : nombres", series)


def _flows(now: dict[str, ShownIndicator]) -> Iterator[Block]:
    for found in _breakdowns(now, "A2", "flows"):
        few = 2 * sum(shown for shown in found.table.rows.values() if isinstance(shown, int)) < found.table.total
        if found.table.withheld is Withheld.ALL:
            yield from blocks_of(found, "flux")
            continue
        if few or found.table.withheld is Withheld.CELLS:
            yield from _margins(found, "flux")
            continue
        names = [
            {symbol: label(axis, symbol) for symbol in symbols(found, place)} for place, axis in enumerate(found.by)
        ]
        links = {
            (names[0][one], names[1][other]): mark(found.table.rows[one, other])
            for one in names[0]
            for other in names[1]
            if (one, other) in found.table.rows
        }
        ends = [{names[place][one]: mark(shown) for one, shown in sums(found, place).items()} for place in (0, 1)]
        title = "Orientations proposées, du lieu d’accueil au service"
        text = f"{title}. Chaque ruban est aussi large que le nombre d’orientations ; {_largest(links)}"
        yield Chart("flux", title, flows("flux", links, (ends[0], ends[1]), text), text, table_of(found, "flux"))


def _margins(found: ShownBreakdown, key: str) -> Iterator[Block]:
    """A picture of each dimension, where too little of their crossing is shown."""
    for place in (0, 1):
        table, rows = margin_table(found, place, key), _rows(found, place, [])
        if _mostly_masked(rows):
            yield table
        else:
            text = f"{table.caption}. {_rows_said(rows)}"
            yield Chart(table.key, table.caption, stacked_bars(table.key, (found.label,), rows, text), text, table)


def _leads(now: dict[str, ShownIndicator]) -> Iterator[Block]:
    title = "Informations selon le temps entre leur publication et leur date d’effet"
    for found in _breakdowns(now, "A1", "leads"):
        rows = _rows(found, 0, [])
        if found.table.withheld is Withheld.ALL or _mostly_masked(rows):
            yield from blocks_of(found, "prevenance")
        else:
            text = f"{title}. {_rows_said(rows)}"
            svg = stacked_bars("prevenance", ("informations",), rows, text)
            yield Chart("prevenance", title, svg, text, table_of(found, "prevenance"))


def _transfers(now: dict[str, ShownIndicator]) -> Iterator[Block]:
    for found in _breakdowns(now, "A2", "handover", "joint_intervention"):
        key = found.key.replace("_", "-")
        if found.table.withheld is not Withheld.NOTHING:
            yield from blocks_of(found, key)
            continue
        directions = symbols(found, 0)
        rows = _rows(found, 1, directions)
        if _mostly_masked(rows):
            yield from blocks_of(found, key)
            continue
        text = f"{found.label}. {_rows_said(rows)}"
        svg = stacked_bars(key, [label(found.by[0], one) for one in directions], rows, text)
        yield Chart(key, found.label, svg, text, table_of(found, key))


def _rows(found: ShownBreakdown, place: int, others: list[str]) -> list[Row]:
    """A bar for each symbol of a dimension, in parts by the other one."""
    totals = sums(found, place)
    return [
        Row(
            label(found.by[place], name),
            tuple(mark(found.table.rows.get((other, name), 0)) for other in others) or (mark(totals[name]),),
            mark(totals[name]),
        )
        for name in symbols(found, place)
    ]


def _mostly_masked(rows: list[Row]) -> bool:
    """Whether a picture would show more of what is masked than of what is not."""
    parts = [part for row in rows for part in row.parts]
    return 2 * parts.count(State.MASKED) > sum(part != 0 for part in parts)


def _series(course: dict[str, ShownIndicator], indicator: str, *keys: str) -> Iterator[ShownSeries]:
    if indicator in course:
        yield from (one for one in course[indicator].series if one.key in keys)


def _breakdowns(now: dict[str, ShownIndicator], indicator: str, *keys: str) -> Iterator[ShownBreakdown]:
    if indicator in now:
        yield from (one for one in now[indicator].breakdowns if one.key in keys and one.table.total)


def _said(title: str, series: tuple[ShownSeries, ...]) -> str:
    parts = [f"{title}, en colonnes."]
    for one in series:
        known = [(number, month) for month, number in one.points if isinstance(number, int)]
        if known:
            (least, least_month), (most, most_month) = min(known), max(known)
            parts.append(
                f"{one.label} : au moins {whole(least)} ({month_in_full(least_month)}), "
                f"au plus {whole(most)} ({month_in_full(most_month)})."
            )
    return " ".join(parts)


def _largest(links: dict[tuple[str, str], Mark]) -> str:
    known = [(number, ends) for ends, number in links.items() if not isinstance(number, State)]
    if not known:
        return "aucun nombre ne peut être montré."
    number, (one, other) = max(known)
    return f"le plus large va de « {one} » à « {other} » : {whole(int(number))}."


def _rows_said(rows: list[Row]) -> str:
    said = [f"{row.label} : {'masqué' if isinstance(row.total, State) else whole(int(row.total))}" for row in rows]
    return f"{' ; '.join(said)}."
