"""`hub territory import|show`: the map of the CDAS (annexe 6) and the sectors of the CAF social workers (annexe 5)."""

import asyncio
from collections import Counter
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.importing import NBSP, FileUnreadable, apply_contacts, read_table
from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json, print_line, print_table
from hub.cli.territory_view import PlaceUnknown, read_map, show_map, show_place
from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.directory.territory_holders import MapKind
from hub.domain.directory.territory_import import MapPlan, PlaceStatus, place_name, plan_map
from hub.domain.french import plural
from hub.domain.vocabulary import Institution
from hub.wire.directory_topic import read_directory
from hub.wire.schemas import load_catalogue

app = typer.Typer(help="Which CDAS, and which CAF social worker, each commune belongs to.", no_args_is_help=True)

_APPLIED = (PlaceStatus.ADDED, PlaceStatus.MOVED)
_HOLDERS = {MapKind.CDAS: "aucun CDAS", MapKind.SECTOR: "aucun secteur de la CAF"}


class Keeper(StrEnum):
    """Who keeps a map: the Département its CDAS, the CAF its sectors."""

    CD35 = "cd35"
    CAF = "caf"


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="UTF-8; columns commune and cdas, or commune and contact.")
    ],
    *,
    institution: Annotated[Keeper, typer.Option(help="Who imports: cd35 for CDAS, caf for sectors.")],
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Publish the changes; without --apply nothing is changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a map: a receipt for each line (added, moved, unchanged, refused and why); --apply makes the changes.

    A commune is its INSEE code; a part of one is an IRIS code. Communes that the file does not name stay where they
    are; other columns are not read. The contacts that carry the map are published as contact.changed.

    Exit code: 0; 1 when a line was refused or the hub did not take the contacts in; 2 when the file cannot be read.
    """
    settings, catalogue = local_settings(), load_catalogue()
    kind, rows = _read_file(file)
    state = asyncio.run(read_directory(settings, catalogue, load_territory()))
    now = datetime.now(paris())
    plan = plan_map(rows, kind, state.directory, now.date(), Institution[institution.name])
    _show_receipts(plan, as_json=as_json)
    if apply and plan.contacts:
        asyncio.run(apply_contacts(settings, catalogue, state, plan.contacts, now))
    _show_summary(plan, kind, applied=apply, as_json=as_json)
    raise typer.Exit(1 if any(r.status is PlaceStatus.REFUSED for r in plan.receipts) else 0)


@app.command("show")
def show(
    commune: Annotated[
        str | None, typer.Argument(metavar="[COMMUNE]", help="INSEE or IRIS code, or the commune's name.")
    ] = None,
    *,
    directory: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Contacts; without it, those of the demo.")
    ] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The map of this day; default: today.")] = (
        None
    ),
    as_json: AsJson = False,
) -> None:
    """Show the CDAS and the CAF sector of a commune, or the whole map; needs nothing that runs.

    Exit code: 0; 1 when there is no such commune in the département; 2 when the file cannot be read.
    """
    day = (on or datetime.now(paris())).date()
    contacts = read_map(directory, day)
    if commune is None:
        show_map(contacts, day, as_json=as_json)
    else:
        show_place(contacts, _place(commune), day, as_json=as_json)


def _place(given: str) -> str:
    """The code that a person means by a code or a name. Raises PlaceUnknown."""
    territory = load_territory()
    if territory.knows_commune(given) and territory.in_departement(given):
        return given
    wanted = given.replace("'", "’").casefold()
    for commune in territory.communes.values():
        if commune.name.replace("'", "’").casefold() == wanted:
            return commune.code
    msg = f"« {given} » is no commune of Ille-et-Vilaine."
    raise PlaceUnknown(msg, "Give its INSEE code, or its whole name with hyphens and accents.")


def _read_file(file: Path) -> tuple[MapKind, list[dict[str, str]]]:
    table = read_table(file)
    kinds = [kind for kind in MapKind if kind.value in table.columns]
    if "commune" not in table.columns or len(kinds) != 1:
        msg = f"{file} has not the columns of a map."
        raise FileUnreadable(
            msg, "The first line names them: « commune » and « cdas », or « commune » and « contact »."
        )
    return kinds[0], table.rows


def _show_receipts(plan: MapPlan, *, as_json: bool) -> None:
    territory = load_territory()
    if as_json:
        for r in plan.receipts:
            row = {"line": r.line, "commune": r.place, "name": place_name(r.place, territory), "holder": r.holder}
            print_json({**row, "status": r.status.value, "label": r.status.label, "reason": r.reason})
        return
    print_table(
        ("ligne", "commune", "nom", "à", "résultat", "détail"),
        ((r.line, r.place, place_name(r.place, territory), r.holder, r.status.label, r.reason) for r in plan.receipts),
    )


def _show_summary(plan: MapPlan, kind: MapKind, *, applied: bool, as_json: bool) -> None:
    counts = Counter(receipt.status for receipt in plan.receipts)
    if as_json:
        summary = {status.value.lower(): counts[status] for status in PlaceStatus}
        changed = [contact.contact for contact in plan.contacts]
        print_json(
            {
                "summary": {"read": len(plan.receipts), **summary},
                "contacts": changed,
                "unheld": list(plan.unheld),
                "applied": applied,
            }
        )
        return
    read = len(plan.receipts)
    parts = ", ".join(f"{counts[s]}{NBSP}{plural(s.label, counts[s])}" for s in PlaceStatus)
    print_line(f"{read}{NBSP}{plural('ligne', read)} {plural('lue', read)}{NBSP}: {parts}.")
    if plan.unheld:
        territory = load_territory()
        names = ", ".join(f"{place_name(code, territory)} ({code})" for code in plan.unheld)
        count = len(plan.unheld)
        print_line(f"{count}{NBSP}{plural('commune', count)} sans rattachement ({_HOLDERS[kind]}){NBSP}: {names}.")
    else:
        print_line("Toutes les communes du département ont un rattachement.")
    changes = len(plan.contacts)
    if changes and not applied:
        print_line(
            f"Rien n’a été modifié. Relancez avec --apply pour modifier {changes}{NBSP}{plural('contact', changes)}."
        )
    elif changes:
        print_line("Le hub applique désormais cette carte.")
