"""How `hub indicators show` prints: headed tables on a terminal, tab-separated lines in a pipe, one JSON object."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.output import on_terminal, print_json, print_line, print_prose
from hub.domain.calendar.paris import paris
from hub.domain.french import without_bad_breaks
from hub.domain.french_numbers import day_in_full, whole
from hub.domain.indicators.masking import MASKED, Shown, Withheld
from hub.domain.indicators.periods import month_label
from hub.domain.indicators.showing import ShownBreakdown, ShownIndicator, ShownSeries
from hub.domain.indicators.values import NotProvided
from hub.domain.indicators.words import WITHHELD_WORDS, basis_words, cell_words, value_words
from hub.gateway.indicator_answers import period_answer
from hub.ledger.indicators.showing import ShownPeriod

_OVERLAP = "Le détail n’est montré que par mois ou par année de référence."
_NOTHING_RECEIVED = "Rien n’a été fourni pour cette période."
_READ_SO = (
    "« masqué »\u00a0: un nombre de 1 à 4, ou un autre qui le laisserait deviner. « non\u00a0fourni »\u00a0: rien n’a "
    "été transmis, ce n’est pas un zéro."
)


def show_period(shown: ShownPeriod, wanted: frozenset[str], *, as_json: bool) -> None:
    """The wanted indicators of a period."""
    chosen = replace(
        shown,
        indicators=tuple(one for one in shown.indicators if one.indicator.id in wanted),
        later=tuple(one for one in shown.later if one.indicator.id in wanted),
    )
    if as_json:
        found: dict[str, Any] = msgspec.to_builtins(period_answer(chosen))
        print_json(found)
    elif on_terminal():
        _on_terminal(chosen)
    else:
        _in_pipe(chosen)


def _on_terminal(shown: ShownPeriod) -> None:
    console = Console(highlight=False)
    console.print(Text(f"Indicateurs\u00a0: {shown.period.label()}", style="bold"))
    for line in _standing(shown):
        print_prose(console, line, "cyan")
    print_prose(console, _READ_SO, "dim")
    if not shown.detailed:
        print_prose(console, _OVERLAP, "dim")
    for one in shown.indicators:
        _indicator(console, one, detailed=shown.detailed)
    if shown.later:
        console.print()
        console.print(Text("Arrivé depuis, et compté à part", style="bold"))
        table = _table("indicateur", "figé", "avec ce qui est arrivé depuis", second="chiffre")
        for later in shown.later:
            figures = (value_words(later.frozen.value), value_words(later.since.value))
            table.add_row(later.indicator.id, later.frozen.label, *figures)
        console.print(Padding(table, (0, 0, 0, 2)))


def _indicator(console: Console, one: ShownIndicator, *, detailed: bool) -> None:
    of = one.indicator
    console.print()
    console.print(Text.assemble((of.id, "bold cyan"), "  ", (without_bad_breaks(of.title), "bold")))
    said = f"« {of.quote} » ({of.article})" if of.quote else f"Ajouté par les deux institutions ({of.article})"
    print_prose(console, without_bad_breaks(said), "italic", indent=2)
    print_prose(console, without_bad_breaks(of.definition), "dim", indent=2)
    values = Table.grid(padding=(0, 2))
    values.add_column()
    values.add_column(justify="right")
    values.add_column()
    for figure in one.figures:
        style = "dim" if isinstance(figure.value, NotProvided) else "bold green"
        values.add_row(
            Text(figure.label), Text(value_words(figure.value), style=style), Text(basis_words(figure.value), "dim")
        )
    console.print(Padding(values, (1, 0, 0, 2)))
    for breakdown in one.breakdowns if detailed else ():
        _breakdown(console, breakdown)
    for series in one.series:
        _series(console, series)


def _breakdown(console: Console, one: ShownBreakdown) -> None:
    table = one.table
    console.print(Padding(Text(one.label, style="underline"), (1, 0, 0, 2)))
    if table.withheld is not Withheld.NOTHING:
        words = f"{WITHHELD_WORDS[table.withheld]} Total\u00a0: {whole(table.total)}."
        print_prose(console, words, "dim", indent=2)
    elif not table.rows:
        console.print(Padding(Text("Aucun.", style="dim"), (0, 0, 0, 2)))
    elif len(one.by) == 2:
        console.print(Padding(_crossed(one), (0, 0, 0, 2)))
    else:
        listed = _table(one.by[0].label, "nombre")
        for (name,), number in sorted(table.rows.items()):
            listed.add_row(Text(one.by[0].label_of(name)), _cell(number))
        listed.add_row(Text("total", style="bold"), Text(whole(table.total), style="bold"))
        console.print(Padding(listed, (0, 0, 0, 2)))
    if table.withheld is Withheld.CELLS:
        for axis, margin in zip(one.by, table.margins, strict=True):
            listed = _table(axis.label, "nombre")
            for name, number in sorted(margin.items()):
                listed.add_row(Text(axis.label_of(name)), _cell(number))
            console.print(Padding(listed, (0, 0, 0, 2)))


def _crossed(one: ShownBreakdown) -> Table:
    """The table of two dimensions with its margins."""
    first, second = one.by
    across = sorted(one.table.margins[1])
    table = _table(f"{first.label} \\ {second.label}", *(second.label_of(name) for name in across), "total")
    for name, total in sorted(one.table.margins[0].items()):
        cells = (_cell(one.table.rows.get((name, other), 0)) for other in across)
        table.add_row(Text(first.label_of(name)), *cells, _cell(total))
    ends = (_cell(one.table.margins[1][name]) for name in across)
    table.add_row(Text("total", style="bold"), *ends, Text(whole(one.table.total), style="bold"))
    return table


def _series(console: Console, one: ShownSeries) -> None:
    if len(one.points) < 2:
        return
    console.print(Padding(Text(one.label, style="underline"), (1, 0, 0, 2)))
    listed = _table("mois", "nombre")
    for month, number in one.points:
        listed.add_row(Text(month_label(month)), _cell(number))
    console.print(Padding(listed, (0, 0, 0, 2)))


def _table(first: str, *numbers: str, second: str | None = None) -> Table:
    """A table of numbers under one heading of words, or two."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column(first)
    if second is not None:
        table.add_column(second)
    for label in numbers:
        table.add_column(label, justify="right")
    return table


def _cell(number: Shown | None) -> Text:
    return Text(cell_words(number), style="dim" if number is None or number is MASKED else "")


def _in_pipe(shown: ShownPeriod) -> None:
    """One line each: what it is, the indicator, which of its values, then what people read of it."""
    for line in _standing(shown):
        print_line("period", shown.period.name, line)
    for one in shown.indicators:
        name = one.indicator.id
        print_line("indicator", name, one.indicator.title, one.indicator.definition)
        for figure in one.figures:
            print_line("figure", name, figure.key, figure.label, value_words(figure.value), basis_words(figure.value))
        for breakdown in one.breakdowns:
            for cells in _breakdown_lines(breakdown):
                print_line("breakdown", name, breakdown.key, *cells)
        for series in one.series:
            for month, number in series.points:
                print_line("series", name, series.key, month, cell_words(number))
    for later in shown.later:
        name, key = later.indicator.id, later.frozen.key
        print_line("later", name, key, value_words(later.frozen.value), value_words(later.since.value))


def _breakdown_lines(one: ShownBreakdown) -> Iterable[Sequence[str]]:
    yield "total", whole(one.table.total)
    if one.table.withheld is not Withheld.NOTHING:
        yield "withheld", one.table.withheld.value
    for row, number in sorted(one.table.rows.items()):
        yield *(axis.label_of(symbol) for axis, symbol in zip(one.by, row, strict=True)), cell_words(number)
    for axis, margin in zip(one.by, one.table.margins, strict=False):
        for symbol, number in sorted(margin.items()):
            yield "total", axis.label_of(symbol), cell_words(number)


def _standing(shown: ShownPeriod) -> Iterable[str]:
    """Whether the figures can still change."""
    closing = shown.closing
    if closing is not None:
        named = (
            "Période figée" if closing.period.months == shown.period.months else f"Année {closing.period.name} figée"
        )
        on = day_in_full(closing.frozen_at.astimezone(paris()).date())
        rules = f"règles {', '.join(closing.rules_versions)}"
        yield f"{named} le {on}\u00a0; {rules}\u00a0; sceau {closing.seal.hex()[:16]}."
        since = "ce qui est arrivé depuis est compté à part" if shown.later else "rien n’a été compté depuis"
        yield f"Ces chiffres ne changent plus\u00a0; {since}."
        return
    closed = [one.period.label() for one in shown.closed_months]
    if closed:
        yield f"Déjà figé\u00a0: {', '.join(closed)}. Ce qui est arrivé depuis est compris dans les chiffres."
    yield "Chiffres provisoires\u00a0: ils changent tant que la période n’est pas figée."
