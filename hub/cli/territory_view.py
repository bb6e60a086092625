"""How `hub territory show` reads a directory file without any server, and what it prints."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from hub.cli.importing import NBSP, read_table
from hub.cli.output import print_json, print_line, print_table
from hub.cli.route_view import show_refused_line
from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.directory.territory_holders import cdas_holders, sector_holders
from hub.domain.directory.territory_import import place_name
from hub.domain.french import plural
from hub.domain.vocabulary import Role, Service
from hub.errors import HubError

_NONE = "—"


class PlaceUnknown(HubError):
    """No commune of the département has this code or name."""


def read_map(file: Path | None, day: date) -> Directory:
    """The contacts of a file, or of the demo; a line that is refused is said on standard error, and left out.

    Raises FileUnreadable.
    """
    directory = Directory(load_territory())
    rows = demo_directory_rows() if file is None else read_table(file).rows
    for receipt in plan_import(rows, directory, day):
        if receipt.contact is not None:
            directory.apply(receipt.contact)
        elif file is not None:
            show_refused_line(file, receipt)
    return directory


def show_place(directory: Directory, code: str, day: date, *, as_json: bool) -> None:
    """Print who a place belongs to, and the parts of it that belong elsewhere."""
    territory = directory.territory
    current = territory.current(code)
    parts = [] if territory.is_part(current) else _parts(directory, current, day)
    rows = [_place_row(directory, place, day) for place in (current, *parts)]
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(
        ("commune", "nom", "CDAS", "secteur de la CAF"),
        ((r["commune"], r["name"], r["cdas"] or _NONE, ", ".join(r["sector"]) or _NONE) for r in rows),
    )


def show_map(directory: Directory, day: date, *, as_json: bool) -> None:
    """Print the places of each CDAS; then the communes that none holds, and the places that several claim."""
    territory = directory.territory
    homes: dict[str | None, list[str]] = defaultdict(list)
    for code in (*territory.communes, *_parts(directory, "", day)):
        homes[directory.home_cdas(code, day)].append(code)
    unheld = sorted(homes.pop(None, []))
    overlaps = directory.overlaps(day)
    named = sorted((code, sorted(places)) for code, places in homes.items() if code is not None)
    if as_json:
        for code, places in named:
            print_json({"cdas": code, "communes": places})
        print_json({"unheld": unheld, "overlaps": [{"commune": o.place, "cdas": list(o.cdas)} for o in overlaps]})
        return
    print_table(
        ("CDAS", "libellé", "communes", "parties de commune"),
        (
            (
                code,
                _label(directory, code, day),
                sum(place in territory.communes for place in places),
                ", ".join(place_name(place, territory) for place in places if place not in territory.communes) or _NONE,
            )
            for code, places in named
        ),
    )
    if unheld:
        names = ", ".join(f"{place_name(code, territory)} ({code})" for code in unheld)
        print_line(f"{len(unheld)}{NBSP}{plural('commune', len(unheld))} sans CDAS{NBSP}: {names}.")
    for overlap in overlaps:
        claimants = ", ".join(overlap.cdas)
        print_line(
            f"{place_name(overlap.place, territory)} ({overlap.place}) est revendiquée par {claimants}{NBSP}: "
            f"{overlap.cdas[0]} est retenu."
        )


def _place_row(directory: Directory, place: str, day: date) -> dict[str, Any]:
    worker = directory.reach(Service.CAF_SOCIAL_WORK, Role.SOCIAL_WORKER, day, commune=place)
    return {
        "commune": place,
        "name": place_name(place, directory.territory),
        "cdas": directory.home_cdas(place, day),
        "sector": () if worker.last_resort else worker.recipients,
    }


def _parts(directory: Directory, commune: str, day: date) -> list[str]:
    """The parts that some CDAS or sector names, of this commune or (empty) of all."""
    holders = (*cdas_holders(directory, day).values(), *sector_holders(directory, day).values())
    places = frozenset[str]().union(*(held for holder in holders for _, held in holder.contacts))
    return sorted(place for place in places if place.startswith(commune) and directory.territory.is_part(place))


def _label(directory: Directory, cdas: str, day: date) -> str:
    mailboxes = directory.reach(Service.CDAS, Role.GENERIC_MAILBOX, day, cdas=cdas).recipients
    contact = directory.get(mailboxes[0]) if mailboxes else None
    return contact.label if contact is not None else _NONE
