"""What the receipt of a map's refused line holds: the line, the place and the holder as they stand in the file."""

from datetime import date

from hub.data import load_territory
from hub.domain.directory.contacts import Directory
from hub.domain.directory.territory_holders import MapKind
from hub.domain.directory.territory_import import PlaceReceipt, PlaceStatus, plan_map
from hub.domain.vocabulary import Institution
from tests.unit.domain.domain_building import actor

TODAY = date(2026, 5, 4)
RENNES, BETTON, REDON, OLD, CENTRE = "35238", "35024", "35236", "35112", "352380101"
MAILBOX = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX"}
CONTACTS = (
    actor("cdas-01", cdas="CDAS-01", communes=(BETTON, RENNES), **MAILBOX),
    actor("cdas-02", cdas="CDAS-02", communes=(REDON, RENNES), **MAILBOX),
    actor("cdas-03", cdas="CDAS-03", communes=("35001",), **MAILBOX),
    actor("caf", cdas="CDAS-04", communes=("35004",), **(MAILBOX | {"institution": "CAF"})),
)
UNKNOWN = "CDAS inconnu\u00a0: aucune boîte générique de ce code n’est valable aujourd’hui dans l’annuaire"


def receipts(*lines: tuple[str, str]) -> list[PlaceReceipt]:
    directory = Directory(load_territory())
    for contact in CONTACTS:
        directory.apply(contact)
    rows = [{"commune": commune, "cdas": cdas} for commune, cdas in lines]
    return list(plan_map(rows, MapKind.CDAS, directory, TODAY, Institution.CD35).receipts)


def refused(line: int, place: str, holder: str, reason: str) -> PlaceReceipt:
    return PlaceReceipt(line, place, holder, PlaceStatus.REFUSED, reason)


def test_a_line_with_two_faults_says_both() -> None:
    expected = refused(2, "", "CDAS-99", f"une commune est attendue\u00a0; {UNKNOWN}")
    assert [expected] == receipts(("", "CDAS-99"))


def test_a_repeated_line_keeps_its_place_as_it_was_written() -> None:
    _, second = receipts((OLD, "CDAS-01"), ("35062", "CDAS-01"))
    assert refused(3, "35062", "CDAS-01", "même commune qu’à la ligne 2") == second


def test_a_place_that_is_given_to_three_names_the_two_others() -> None:
    first, *_ = receipts((OLD, "CDAS-01"), (OLD, "CDAS-02"), (OLD, "CDAS-03"))
    others = "même commune, attribuée à CDAS-02 (ligne 3) et à CDAS-03 (ligne 4)"
    assert refused(2, OLD, "CDAS-01", others) == first


def test_a_place_that_would_empty_its_holder_is_refused_as_it_was_written() -> None:
    (receipt,) = receipts(("35001", "CDAS-01"))
    why = "cdas-03 n’aurait plus aucune commune, ce qui voudrait dire tout le département"
    assert refused(2, "35001", "CDAS-01", why) == receipt


def test_a_place_of_a_holder_of_another_institution_stays_with_it() -> None:
    (receipt,) = receipts(("35004", "CDAS-01"))
    assert refused(2, "35004", "CDAS-01", "cette carte relève d’une autre institution que celle qui importe") == receipt


def test_every_former_holder_is_named() -> None:
    moved, part = receipts((RENNES, "CDAS-03"), (CENTRE, "CDAS-03"))
    assert ("jusqu’ici\u00a0: CDAS-01, CDAS-02", PlaceStatus.MOVED) == (moved.reason, moved.status)
    assert ("jusqu’ici avec sa commune\u00a0: CDAS-01, CDAS-02", PlaceStatus.ADDED) == (part.reason, part.status)
