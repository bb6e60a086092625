"""`hub indicators compare`: the live count against the topics, to the unit, down to the event that one side lacks."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from hub.cli.indicators_period import period_named
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line, print_table
from hub.cli.replaying import with_engines
from hub.domain.french import NO_BREAK, plural
from hub.domain.french_numbers import whole
from hub.domain.indicators.cells import MEASURES
from hub.domain.indicators.differences import EVENT_LABELS
from hub.domain.indicators.part_words import parts_words
from hub.domain.indicators.periods import Period
from hub.processes.processors import readers
from hub.replay.comparing import CellDifference, Comparison, EventDifference, Lack, compare
from hub.wire.schemas import load_catalogue

_LACKS: Final = {
    Lack.NOT_IN_LEDGER: "dans les topics, pas dans le registre",
    Lack.NOT_IN_TOPICS: "dans le registre, dans aucun topic",
    Lack.OTHER_CONTENT: "un autre contenu dans le registre",
}
_EVENT_COLUMNS: Final = ("événement", "source", "type", "mois", "écart")
_CELL_COLUMNS: Final = ("mois", "mesure", "détail", "recompté", "en direct")


def compare_command(
    *,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="Tell the differences of these months only: 2026-03, 2026 or both ends."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count again from the topics, and compare with the live figures to the unit: each cell, and each event by its id.

    What is under way at that moment is no difference, nor what retention has removed from the topics: there the
    ledger's facts stand for it, and it is told how many.

    Exit code: 0 when all is equal; 1 when something differs, or Kafka or PostgreSQL do not answer; 2 for what names no
    period.
    """
    settings = local_settings()
    asked = None if period is None else period_named(period, settings)
    group = readers().processors
    found = with_engines(settings, lambda engine, told: compare(settings, engine, load_catalogue(), group, told))
    events = [one for one in found.events if _within(asked, one.month)]
    cells = [one for one in found.cells if _within(asked, one.cell.month)]
    if as_json:
        _print_json(found, events, cells)
    else:
        _print(found, events, cells)
    unnamed = found.lacks.total() > len(found.events)
    if cells or events or unnamed:
        raise typer.Exit(1)


def _within(asked: Period | None, month: str) -> bool:
    return asked is None or asked.first <= month <= asked.last


def _print_json(found: Comparison, events: list[EventDifference], cells: list[CellDifference]) -> None:
    for event in events:
        said = {"difference": event.lack.value, "source": event.source, "id": event.id}
        print_json(said | {"type": event.type, "month": event.month})
    for one in cells:
        named = dict(zip(MEASURES[one.cell.measure].dims, one.cell.dims, strict=True))
        said_of: dict[str, Any] = {"difference": "CELL", "month": one.cell.month, "measure": one.cell.measure}
        print_json(said_of | {"dimensions": named, "replayed": one.replayed, "live": one.live})
    print_json(
        {
            "equal": not events and not cells and found.equal,
            "compared": found.compared,
            "under_way": found.under_way,
            "removed_by_retention": found.removed.total(),
            "records": found.read.records,
            "unreadable": found.read.unreadable,
            "differences": {lack.value: found.lacks[lack] for lack in Lack} | {"CELL": len(found.cells)},
        }
    )


def _print(found: Comparison, events: list[EventDifference], cells: list[CellDifference]) -> None:
    if events:
        _table("Événements en écart", _EVENT_COLUMNS, map(_event_row, events))
    if cells:
        _table("Nombres en écart", _CELL_COLUMNS, map(_cell_row, cells))
    compared = f"{whole(found.compared)} {plural('événement', found.compared)} {plural('comparé', found.compared)}"
    typer.echo(f"{compared}, {whole(len(found.replayed))} {plural('nombre', len(found.replayed))}.")
    if found.under_way:
        typer.echo(f"En cours{NO_BREAK}: {whole(found.under_way)}, qui ne sont pas comparés.")
    if found.removed:
        removed = found.removed.total()
        months = f"{min(found.removed)} à {max(found.removed)}"
        typer.echo(
            f"{whole(removed)} {plural('événement', removed)} que la durée de conservation a retirés des topics "
            f"({months}){NO_BREAK}: le registre seul en répond."
        )
    if not events and not cells and found.equal:
        typer.echo("Aucun écart.")
    elif not events and not cells:
        typer.echo(f"Aucun écart dans ces mois{NO_BREAK}; il y en a dans d’autres.")
    elif found.lacks.total() > len(found.events):
        typer.echo(f"{whole(found.lacks.total())} événements en écart, dont {whole(len(found.events))} sont nommés.")


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    if on_terminal():
        print_table(columns, rows, title=title, numbers=_CELL_COLUMNS[-2:], whole=_EVENT_COLUMNS[:2])
        typer.echo("")
        return
    for row in rows:
        print_line(title, *row)


def _event_row(one: EventDifference) -> tuple[object, ...]:
    return one.id, one.source, EVENT_LABELS.get(one.type, one.type), one.month, _LACKS[one.lack]


def _cell_row(one: CellDifference) -> tuple[object, ...]:
    measure = MEASURES[one.cell.measure]
    named = dict(zip(measure.dims, one.cell.dims, strict=True))
    if (type_ := named.pop("type", None)) is not None:  # of « événements reçus »: which
        words = f"{measure.label}{NO_BREAK}: {EVENT_LABELS.get(type_, type_)}"
    else:
        words = measure.label
    parts = parts_words(measure.id, named.items())
    return one.cell.month, words, parts, whole(one.replayed), whole(one.live)
