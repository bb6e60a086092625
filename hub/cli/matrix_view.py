"""How `hub matrix` prints versions, rows and differences: for people in French, for programs tab-separated or JSON."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hub.cli.output import on_terminal, print_json, print_line, print_table
from hub.domain.calendar.paris import paris
from hub.domain.french import date_in_full
from hub.domain.notices.matrix import Addition, Deadline, Difference, Group, MatrixMedium, MatrixRow, Unit
from hub.domain.notices.versions import SHIPPED, SIDES, Act, Version, state_on
from hub.domain.vocabulary import Service

_SHIPPED_LABEL = "livrée avec le hub, à faire approuver"
_AUDIENCES = {Service.ASIP: "acteurs locaux"}


def show_version(versions: Sequence[Version], version: Version, today: date, *, as_json: bool) -> None:
    """A version: its rows, then its history."""
    if as_json:
        print_json(_data(versions, version, today) | {"rows": [row.cells() for row in version.rows.values()]})
        return
    title = f"Version {version.number} : {_state(versions, version, today)}"
    if on_terminal():
        _table(version, title)
        for act in version.acts:
            typer.echo(" ".join(_told(act)))
        return
    print_line("version", version.number, _state(versions, version, today))
    for row in version.rows.values():
        print_line(row.code.value, *_cells(row))
    for act in version.acts:
        print_line(act.what.value, *_told(act))


def show_versions(versions: Sequence[Version], today: date, *, as_json: bool) -> None:
    """The versions, one a line."""
    if as_json:
        for version in versions:
            print_json(_data(versions, version, today))
        return
    rows = [
        (version.number, _state(versions, version, today), *(_approval(version, side) for side in SIDES))
        for version in versions
    ]
    print_table(("version", "état", "pour la CAF", "pour le Département"), rows)


def show_differences(found: Sequence[Difference], *, as_json: bool) -> None:
    """Cells that differ: before and after."""
    if as_json:
        for one in found:
            print_json({"code": one.code, "column": one.column, "before": one.before, "after": one.after})
    elif not on_terminal():
        for one in found:
            print_line(one.code, one.column, one.before, one.after)
    elif not found:
        typer.echo("Aucune différence.")
    else:
        table = Table("code", "colonne", "avant", "après", header_style="bold", box=None, pad_edge=False)
        for one in found:
            before, after = Text(one.before or "–", style="red"), Text(one.after or "–", style="green")
            table.add_row(Text(one.code, style="bold"), Text(one.column), before, after)
        Console().print(table)


def _table(version: Version, title: str) -> None:
    table = Table(
        "code", "changement", "ajoute", "médias", "délai", "accusé de lecture", "note",
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, leading=1,
    )  # fmt: skip
    for row in version.rows.values():
        table.add_row(Text(row.code.value, style="bold"), *(Text(cell or "–") for cell in _cells(row)))
    Console().print(table)


def _cells(row: MatrixRow) -> tuple[str, ...]:
    return (
        row.change,
        " ; ".join(_addition(addition) for addition in row.adds),
        ", ".join(MatrixMedium(medium).label for medium in row.media),
        f"{row.notice_days} jours" if row.notice_days else "sans délai",
        _asked(row),
        row.note,
    )


def _addition(addition: Addition) -> str:
    name = _AUDIENCES.get(addition.service, f"{addition.service.label} ({addition.role.label})")
    return f"{name} {addition.where.label}" if addition.service is Service.ASIP else name


def _asked(row: MatrixRow) -> str:
    parts = []
    if row.deadline is not None:
        parts.append(f"{_groups(row.acknowledged_by)}, {_deadline(row.deadline)}")
    if row.shown_to:
        parts.append(f"affichage : {_groups(row.shown_to)}")
    return " ; ".join(parts)


def _groups(groups: Sequence[Group]) -> str:
    return ", ".join(group.label for group in groups)


def _deadline(deadline: Deadline) -> str:
    if deadline.unit is Unit.HOURS:
        return f"{deadline.number} h ouvrées après la publication"
    return f"{deadline.number} jours avant la prise d’effet"


def _state(versions: Sequence[Version], version: Version, today: date) -> str:
    text = state_on(versions, version, today).label
    if version.number == SHIPPED:
        return f"{text}, {_SHIPPED_LABEL}"
    if version.in_force_from is not None:
        return f"{text}, à partir du {date_in_full(version.in_force_from)}"
    return f"{text}, pour le {date_in_full(version.valid_from)}"


def _approval(version: Version, side: Any) -> str:
    act = version.approval(side)
    return "–" if act is None else f"{act.who}, {_when(act)}"


def _told(act: Act) -> tuple[str, ...]:
    side = () if act.side is None else (f"pour {act.side.label}",)
    return (act.what.label, *side, f"le {_when(act)}", f"par {act.who}")


def _when(act: Act) -> str:
    local = act.at.astimezone(paris())
    return f"{date_in_full(local.date())} à {local:%H} h {local:%M}"


def _data(versions: Sequence[Version], version: Version, today: date) -> dict[str, Any]:
    shipped = version.number == SHIPPED
    return {
        "version": version.number,
        "state": state_on(versions, version, today).value,
        "valid_from": None if shipped else version.valid_from,
        "in_force_from": None if shipped else version.in_force_from,
        "acts": [
            {"at": act.at, "who": act.who, "what": act.what.value, "for": act.side and act.side.value}
            for act in version.acts
        ],
    }
