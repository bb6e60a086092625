"""The part of a report that is seen before it is read: five subjects, each a chart with its table."""

from collections.abc import Iterator
from typing import Final

from hub.domain.indicators.shapes import Breakdown, IndicatorFigures, Series
from hub.reports.breakdowns import course_table, label, symbols, table_of
from hub.reports.charts.bars import Row, stacked_bars
from hub.reports.charts.flows import flows
from hub.reports.charts.months import Bars, month_columns
from hub.reports.document import Block, Chart, Mark, Paragraph, Section, State
from hub.reports.frame import Figures, ReportFrame
from hub.reports.numbers import month_in_full, whole
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
_NOTHING: Final = Paragraph("Non fourni : rien n’a été transmis sur ce sujet pour la période.")


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
    sections = tuple(Section(f"image-{name}", title, blocks or (_NOTHING,)) for name, title, blocks in parts)
    return Section("images", "L’essentiel en images", (), sections, starts_page=True)


def course_chart(key: str, title: str, series: tuple[Series, ...], *, stacked: bool = False) -> Chart:
    """Series over the same months as columns."""
    months = [month for month, _ in series[0].points]
    bars = [Bars(one.label, tuple(mark(number) for _, number in one.points)) for one in series]
    table = course_table(key, f"{title} : nombres", series)
    return Chart(
        key, title, month_columns(key, months, bars, _said(title, series), stacked=stacked), _said(title, series), table
    )


def has_course(series: Series) -> bool:
    """Whether there is something to draw: several months, and one of them that is not zero."""
    return len(series.points) > 1 and any(mark(number) not in {0, State.NOT_PROVIDED} for _, number in series.points)


def _course(course: dict[str, IndicatorFigures], indicator: str, key: str) -> Iterator[Block]:
    for one in _series(course, indicator, key):
        if has_course(one):
            yield course_chart(f"{indicator}-{key}-mois".lower().replace(".", "-"), one.label, (one,))


def _line(course: dict[str, IndicatorFigures]) -> Iterator[Block]:
    series = tuple(_series(course, "V1.4", "line_in_scope", "line_out_of_scope"))
    if series and any(map(has_course, series)):
        yield course_chart("ligne-mois", "Appels par mois", series, stacked=True)


def _flows(now: dict[str, IndicatorFigures]) -> Iterator[Block]:
    for table in _breakdowns(now, "A2", "flows"):
        senders, receivers = symbols(table, 0), symbols(table, 1)
        links: dict[tuple[str, str], Mark] = {
            (label(table.by[0], one), label(table.by[1], other)): mark(table.rows[one, other])
            for one in senders
            for other in receivers
            if (one, other) in table.rows
        }
        title = "Orientations proposées, du lieu d’accueil au service"
        text = f"{title}. Chaque ruban est aussi large que le nombre d’orientations ; {_largest(links)}"
        yield Chart("flux", title, flows("flux", links, text), text, table_of(table, "flux"))


def _leads(now: dict[str, IndicatorFigures]) -> Iterator[Block]:
    for table in _breakdowns(now, "A1", "leads"):
        rows = [Row(label(table.by[0], name), (mark(table.rows[(name,)]),)) for name in symbols(table, 0)]
        title = "Informations selon le temps entre leur publication et leur date d’effet"
        text = f"{title}. {_rows_said(rows)}"
        yield Chart(
            "prevenance",
            title,
            stacked_bars("prevenance", ("informations",), rows, text),
            text,
            table_of(table, "prevenance"),
        )


def _transfers(now: dict[str, IndicatorFigures]) -> Iterator[Block]:
    for table in _breakdowns(now, "A2", "handover", "joint_intervention"):
        directions = symbols(table, 0)
        names = [label(table.by[0], direction) for direction in directions]
        rows = [
            Row(label(table.by[1], state), tuple(mark(table.rows.get((one, state), 0)) for one in directions))
            for state in symbols(table, 1)
        ]
        key = table.key.replace("_", "-")
        text = f"{table.label}. {_rows_said(rows)}"
        yield Chart(key, table.label, stacked_bars(key, names, rows, text), text, table_of(table, key))


def _series(course: dict[str, IndicatorFigures], indicator: str, *keys: str) -> Iterator[Series]:
    if indicator in course:
        yield from (one for one in course[indicator].series if one.key in keys)


def _breakdowns(now: dict[str, IndicatorFigures], indicator: str, *keys: str) -> Iterator[Breakdown]:
    if indicator in now:
        yield from (one for one in now[indicator].breakdowns if one.key in keys and one.rows)


def _said(title: str, series: tuple[Series, ...]) -> str:
    parts = [f"{title}, en colonnes."]
    for one in series:
        known = [
            (number, month) for month, number in one.points if isinstance(mark(number), int) and number is not None
        ]
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
    def total(row: Row) -> str:
        parts = [part for part in row.parts if not isinstance(part, State)]
        return (
            f"{row.label} : {whole(int(sum(parts)))}"
            if len(parts) == len(row.parts)
            else f"{row.label} : masqué en partie"
        )

    return f"{' ; '.join(map(total, rows))}."
