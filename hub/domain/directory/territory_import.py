"""A map file, line by line: which places would change hands, which would not, what is refused and why.

Two kinds of map: the territories of the CDAS (annexe 6; a line names a commune and a CDAS) and the sectors of the CAF
social workers (annexe 5; a commune and a contact). Pure: rows in, receipts and changed contacts out. A file says what
it names only: other places stay where they are. The reasons are in French: who keeps the map reads them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from hub.domain.directory.contact_import import FIRST_LINE
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.territory import Territory
from hub.domain.directory.territory_holders import Holder, MapKind, cdas_holders, sector_holders, with_places
from hub.domain.vocabulary import Institution, Labelled

Row = Mapping[str, str | None]


class PlaceStatus(Labelled):
    """What becomes of one line of a map."""

    ADDED = "ADDED", "ajoutée"
    MOVED = "MOVED", "déplacée"
    UNCHANGED = "UNCHANGED", "inchangée"
    REFUSED = "REFUSED", "refusée"


@dataclass(frozen=True, slots=True)
class PlaceReceipt:
    """The receipt of one line: its number, the place and the holder as they stand there, what becomes of it, why."""

    line: int
    place: str
    holder: str
    status: PlaceStatus
    reason: str


@dataclass(frozen=True, slots=True)
class MapPlan:
    """What a map file comes to: a receipt for each line, the contacts that change, the communes that nobody holds then.

    `unheld` are INSEE codes of the département, sorted; a commune of which parts only are held is among them.
    """

    receipts: tuple[PlaceReceipt, ...]
    contacts: tuple[Contact, ...]
    unheld: tuple[str, ...]


class _Claim(NamedTuple):
    line: int
    given: str
    place: str
    target: str


def plan_map(rows: Iterable[Row], kind: MapKind, current: Directory, today: date, institution: Institution) -> MapPlan:
    """Plan the import of a map by the institution that keeps it; nothing is changed.

    The contacts that are valid on `today` (Europe/Paris) carry the map. A place that leaves its last holder's contact
    without any is refused: an empty territory would stand for the whole département.
    """
    holders = cdas_holders(current, today) if kind is MapKind.CDAS else sector_holders(current, today)
    refused: dict[int, PlaceReceipt] = {}
    claims: list[_Claim] = []
    for line, row in enumerate(rows, FIRST_LINE):
        claim, reasons = _read(line, row, kind, current, today, holders, institution)
        if reasons:
            refused[line] = PlaceReceipt(line, claim.given, claim.target, PlaceStatus.REFUSED, " ; ".join(reasons))
        else:
            claims.append(claim)
    claims = _without_doubles(claims, refused)
    places = _settle(claims, holders, refused)
    receipts = [*refused.values(), *(_receipt(claim, holders, current.territory) for claim in claims)]
    contacts = [
        with_places(contact, frozenset(places[contact.contact]), current.territory)
        for holder in holders.values()
        for contact, before in holder.contacts
        if places[contact.contact] != before
    ]
    held = frozenset[str]().union(*places.values())
    return MapPlan(
        tuple(sorted(receipts, key=lambda receipt: receipt.line)),
        tuple(sorted(contacts, key=lambda contact: contact.contact)),
        tuple(sorted(current.territory.communes.keys() - held)),
    )


def place_name(code: str, territory: Territory) -> str:
    """The name of a place for people: that of its commune of today, with the number of the part."""
    commune = territory.communes.get(territory.commune_of(code))
    if commune is None:
        return code
    part = territory.current(code)[len(commune.code) :]
    return f"{commune.name} (IRIS {part})" if part else commune.name


def _read(
    line: int,
    row: Row,
    kind: MapKind,
    current: Directory,
    today: date,
    holders: Mapping[str, Holder],
    institution: Institution,
) -> tuple[_Claim, list[str]]:
    given, target = ((row.get(name) or "").strip() for name in ("commune", kind.value))
    territory = current.territory
    reasons = list(_place_reasons(given, territory))
    if None in row:  # csv.DictReader keeps surplus cells there
        reasons.append("la ligne a plus de cellules que la première ligne n’a de colonnes")
    holder = holders.get(target)
    if holder is None or holder.carrier is None:
        reasons.append(_why_no_holder(target, kind, current, today))
    else:
        owners = [holder, *_owners(territory.current(given), holders)]
        if any(contact.institution != institution for owner in owners for contact, _ in owner.contacts):
            reasons.append("cette carte relève d’une autre institution que celle qui importe")
    return _Claim(line, given, territory.current(given), target), reasons


def _place_reasons(given: str, territory: Territory) -> Iterator[str]:
    if not given:
        yield "une commune est attendue"
    elif not territory.knows_commune(given):
        yield "code de commune (ou d’IRIS) inconnu du code officiel géographique"
    elif not territory.in_departement(given):
        yield "cette commune n’est pas en Ille-et-Vilaine"


def _why_no_holder(target: str, kind: MapKind, current: Directory, today: date) -> str:
    if not target:
        return f"colonne « {kind.value} » : une valeur est attendue"
    if kind is MapKind.CDAS:
        return "CDAS inconnu : aucune boîte générique de ce code n’est valable aujourd’hui dans l’annuaire"
    contact = current.get(target)
    if contact is None:
        return "contact inconnu de l’annuaire"
    if not contact.is_valid_on(today):
        return "ce contact n’est pas valable aujourd’hui"
    return "ce contact n’est pas un travailleur social de la CAF"


def _without_doubles(claims: Sequence[_Claim], refused: dict[int, PlaceReceipt]) -> list[_Claim]:
    """Leave out what the file says twice: a repetition, and every line of a place that it gives to several."""
    by_place: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_place[claim.place].append(claim)
    for same in by_place.values():
        contradicts = len({claim.target for claim in same}) > 1
        for claim in same if contradicts else same[1:]:
            others = [other for other in same if other.line != claim.line]
            reason = (
                "même commune, attribuée à " + " et à ".join(f"{o.target} (ligne {o.line})" for o in others)
                if contradicts
                else f"même commune qu’à la ligne {same[0].line}"
            )
            refused[claim.line] = PlaceReceipt(claim.line, claim.given, claim.target, PlaceStatus.REFUSED, reason)
    return [claim for claim in claims if claim.line not in refused]


def _settle(
    claims: list[_Claim], holders: Mapping[str, Holder], refused: dict[int, PlaceReceipt]
) -> dict[str, frozenset[str]]:
    """The places of every contact once the claims are met; `claims` loses those that would empty a contact."""
    while True:
        places = _moved(claims, holders)
        emptied = {
            contact.contact: before
            for holder in holders.values()
            for contact, before in holder.contacts
            if before and not places[contact.contact]
        }
        if not emptied:
            return places
        for reference, before in emptied.items():
            for claim in [claim for claim in claims if claim.place in before]:
                reason = f"{reference} n’aurait plus aucune commune, ce qui voudrait dire tout le département"
                refused[claim.line] = PlaceReceipt(claim.line, claim.given, claim.target, PlaceStatus.REFUSED, reason)
                claims.remove(claim)


def _moved(claims: Iterable[_Claim], holders: Mapping[str, Holder]) -> dict[str, frozenset[str]]:
    places = {contact.contact: set(held) for holder in holders.values() for contact, held in holder.contacts}
    for claim in claims:
        owners = _owners(claim.place, holders)
        target = holders[claim.target]
        for contact, _ in (pair for owner in owners if owner is not target for pair in owner.contacts):
            places[contact.contact].discard(claim.place)
        if target not in owners and target.carrier is not None:
            places[target.carrier].add(claim.place)
    return {reference: frozenset(held) for reference, held in places.items()}


def _owners(place: str, holders: Mapping[str, Holder]) -> list[Holder]:
    return [holder for holder in holders.values() if any(place in held for _, held in holder.contacts)]


def _receipt(claim: _Claim, holders: Mapping[str, Holder], territory: Territory) -> PlaceReceipt:
    owners = [owner.code for owner in _owners(claim.place, holders)]
    others = [code for code in owners if code != claim.target]
    if others:
        status, reason = PlaceStatus.MOVED, "jusqu’ici : " + ", ".join(others)
    elif owners:
        status, reason = PlaceStatus.UNCHANGED, "aucun changement"
    else:
        commune = territory.commune_of(claim.place)
        by_commune = [owner.code for owner in _owners(commune, holders)]
        status = PlaceStatus.ADDED
        reason = (
            "jusqu’ici avec sa commune : " + ", ".join(by_commune) if by_commune else "absente de la carte jusqu’ici"
        )
    if claim.place != claim.given:
        reason += f" ; {claim.given} est aujourd’hui {claim.place}"
    return PlaceReceipt(claim.line, claim.given, claim.target, status, reason)
