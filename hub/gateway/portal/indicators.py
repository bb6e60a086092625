"""« Indicateurs »: the figures of a period with their definitions, masked, for the people of both institutions."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.french import without_bad_breaks
from hub.domain.french_numbers import instant_in_full, whole
from hub.domain.indicators.masking import MASKED, Shown, Withheld
from hub.domain.indicators.periods import Period, PeriodInvalid, month_label, month_of, reference_year
from hub.domain.indicators.showing import ShownBreakdown, ShownIndicator, ShownSeries
from hub.domain.indicators.values import NotProvided
from hub.domain.indicators.words import WITHHELD_WORDS, basis_words, cell_words, value_words
from hub.gateway.pages import message_page
from hub.gateway.portal.visits import Visitor, shown, visit
from hub.gateway.shown_indicators import compute, read_asked, year_start
from hub.ledger.indicators.showing import PeriodRead, ShownPeriod

_PATH: Final = "/portal/indicators"
_MONTHS_BACK: Final = 24


@get(_PATH, include_in_schema=False)
async def show_indicators(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The figures of the period that the address names, by default of the reference year to date."""
    now = datetime.now(UTC)
    begins = year_start(request.app.state.parts.settings.parameters_file, now)
    asked = request.query_params.get("period") or None

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes] | tuple[PeriodRead, Visitor]:
        if not visitor.sees_figures:
            text = "Les indicateurs sont suivis par la CAF et par le Département."
            return message_page(403, "Page réservée", text)
        try:
            return await read_asked(connection, asked, begins, now), visitor
        except PeriodInvalid as error:
            return message_page(400, "Période illisible", without_bad_breaks(str(error)))

    found = await visit(request, view)
    if isinstance(found, Response):
        return found
    read, visitor = found
    period = await compute(read, begins, now)
    return shown(
        request,
        visitor,
        "indicators",
        heading="Indicateurs",
        current="indicators",
        period=period.period.label(),
        chosen=asked or "",
        choices=_choices(now, begins),
        standing=_standing(period),
        detailed=period.detailed,
        indicators=[_indicator(one, detailed=period.detailed) for one in period.indicators],
        later=[
            {
                "indicator": one.indicator.id,
                "label": one.frozen.label,
                "frozen": value_words(one.frozen.value),
                "since": value_words(one.since.value),
            }
            for one in period.later
        ],
    )


def _choices(now: datetime, begins: tuple[int, int]) -> list[tuple[str, str]]:
    """The periods that can be chosen: reference years, then the months of two years, the latest first."""
    year, today = reference_year(now, begins), month_of(now)
    years = [(name, f"année de référence {name}") for name in (year.name, str(int(year.name) - 1))]
    two_years = Period("", Period("", today, today).before().before().first, today)
    months = [(month, month_label(month)) for month in reversed(two_years.months)]
    return [("", "année de référence, à ce jour"), *years, *months]


def _standing(shown: ShownPeriod) -> str:
    """Whether the figures can still change."""
    closing = shown.closing
    if closing is None:
        return "Chiffres provisoires : ils changent tant que la période n’est pas figée."
    since = "Ce qui est arrivé depuis est compté à part." if shown.later else "Rien n’a été compté depuis."
    return f"Chiffres figés le {instant_in_full(closing.frozen_at)}, sceau {closing.seal.hex()[:16]}. {since}"


def _indicator(one: ShownIndicator, *, detailed: bool) -> dict[str, Any]:
    """What the template shows of an indicator."""
    of = one.indicator
    return {
        "id": of.id,
        "title": of.title,
        "article": of.article,
        "quote": of.quote,
        "definition": of.definition,
        "figures": [
            {
                "label": figure.label,
                "value": value_words(figure.value),
                "basis": basis_words(figure.value),
                "given": not isinstance(figure.value, NotProvided),
            }
            for figure in one.figures
        ],
        "tables": [_breakdown(breakdown) for breakdown in one.breakdowns if detailed and breakdown.table.total],
        "courses": [_course(series) for series in one.series if len(series.points) > 1],
    }


def _breakdown(one: ShownBreakdown) -> dict[str, Any]:
    """A breakdown as a table: its columns, its rows with their heading, and why there may be none."""
    table = one.table
    crossed = len(one.by) == 2
    names = sorted(table.margins[1]) if crossed else []
    rows: list[tuple[str, list[dict[str, Any]]]] = []
    if table.withheld is not Withheld.NOTHING:
        pass
    elif crossed:
        for name, total in sorted(table.margins[0].items()):
            cells = [table.rows.get((name, other), 0) for other in names]
            rows.append((one.by[0].label_of(name), [_cell(number) for number in (*cells, total)]))
        ends = [_cell(table.margins[1][name]) for name in names]
        rows.append(("Total", [*ends, _cell(table.total)]))
    else:
        rows = [(one.by[0].label_of(name), [_cell(number)]) for (name,), number in sorted(table.rows.items())]
        rows.append(("Total", [_cell(table.total)]))
    return {
        "label": one.label,
        "first": one.by[0].label,
        "columns": [*(one.by[1].label_of(name) for name in names), "total"] if crossed else ["nombre"],
        "across": one.by[1].label if crossed else "",
        "rows": rows,
        "withheld": WITHHELD_WORDS.get(table.withheld, ""),
        "total": whole(table.total),
        "margins": [
            {
                "label": f"{one.label}\u00a0: {axis.label}",
                "first": axis.label,
                "rows": [(axis.label_of(name), [_cell(number)]) for name, number in sorted(margin.items())],
            }
            for axis, margin in zip(one.by, table.margins, strict=False)
        ]
        if table.withheld is Withheld.CELLS
        else [],
    }


def _course(one: ShownSeries) -> dict[str, Any]:
    return {
        "label": one.label,
        "first": "mois",
        "rows": [(month_label(month), [_cell(number)]) for month, number in one.points],
    }


def _cell(number: Shown | None) -> dict[str, Any]:
    return {"text": cell_words(number), "given": number is not None and number is not MASKED}


ROUTES = [show_indicators]
