"""Who answers for a place: the tables by which a directory finds the home CDAS and the recipients of a person's case.

Pure tables built from seats; `hub.domain.directory.contacts` builds them once for each state of the contacts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reach:
    """References of the contacts that a routing reaches, sorted.

    `last_resort` when they take what nobody of the role is there for; `substituted` when one of them stands in for a
    contact that is away.
    """

    recipients: tuple[str, ...] = ()
    last_resort: bool = False
    substituted: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """Whoever takes what a contact is meant for: the reference, the contact's places, and whether it stands in."""

    recipient: str
    places: frozenset[str]
    substitute: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """A place that several CDAS claim: the lowest code, which comes first, is its home."""

    place: str
    cdas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is reached for one service, role and CDAS: by place of today, in any other place, and where none is known."""

    by_place: Mapping[str, Reach]
    elsewhere: Reach
    unplaced: Reach


NOBODY: Final = Reach()


def claims_by_place(claims: Iterable[tuple[str, frozenset[str]]]) -> dict[str, tuple[str, ...]]:
    """The CDAS that claim each place, lowest code first; `claims` are pairs of a CDAS and places of today."""
    found: dict[str, set[str]] = {}
    for cdas, places in claims:
        for place in places:
            found.setdefault(place, set()).add(cdas)
    return {place: tuple(sorted(claimants)) for place, claimants in found.items()}


def office_desk(contacts: Sequence[Seat], last_resort: Sequence[Seat]) -> Desk:
    """The desk of a role that offices hold: those whose places hold the commune, and those who name no place.

    Where the commune is not known, all of them.
    """
    everywhere = [seat for seat in contacts if not seat.places]
    return Desk(
        {place: _reach([*named, *everywhere], ()) for place, named in _by_place(contacts).items()},
        _reach(everywhere, last_resort),
        _reach(contacts, last_resort),
    )


def sector_desk(contacts: Sequence[Seat], last_resort: Sequence[Seat]) -> Desk:
    """The desk of a role held by persons with a sector (annexe 5): the sector's own, else whoever has the département.

    Where the commune is not known, none of them: a person's case goes to the worker meant, or to the last resort.
    """
    everywhere = [seat for seat in contacts if not seat.places]
    return Desk(
        {place: _reach(named, ()) for place, named in _by_place(contacts).items()},
        _reach(everywhere, last_resort),
        _reach((), last_resort),
    )


def _by_place(contacts: Sequence[Seat]) -> dict[str, list[Seat]]:
    found: dict[str, list[Seat]] = {}
    for seat in contacts:
        for place in seat.places:
            found.setdefault(place, []).append(seat)
    return found


def _reach(meant: Sequence[Seat], last_resort: Sequence[Seat]) -> Reach:
    seats = meant or last_resort
    if not seats:
        return NOBODY
    recipients = tuple(sorted({seat.recipient for seat in seats}))
    return Reach(recipients, last_resort=not meant, substituted=any(seat.substitute for seat in seats))
