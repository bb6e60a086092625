"""The receipts of a map file, line by line, and the contacts that it changes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.directory.territory_holders import MapKind
from hub.domain.directory.territory_import import MapPlan, PlaceReceipt, PlaceStatus, place_name, plan_map
from hub.domain.vocabulary import Institution
from tests.unit.domain.domain_building import actor

TODAY = date(2026, 5, 4)
RENNES, BETTON, REDON, DINARD, CENTRE = "35238", "35024", "35236", "35093", "352380101"
RENNES_METROPOLE = "243500139"
TERRITORY = load_territory()


def directory_of(*contacts: Contact) -> Directory:
    directory = Directory(TERRITORY)
    for contact in contacts:
        directory.apply(contact)
    return directory


def mailbox(cdas: str, *communes: str, **changed: object) -> Contact:
    fields = {"institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "cdas": cdas, "communes": communes}
    return actor(cdas.lower(), **(fields | changed))


def worker(reference: str, *communes: str, **changed: object) -> Contact:
    fields = {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "role": "SOCIAL_WORKER", "communes": communes}
    return actor(reference, **(fields | changed))


CONTACTS = (
    mailbox("CDAS-01", BETTON, REDON),
    mailbox("CDAS-02", RENNES, DINARD),
    mailbox("CDAS-03"),
    mailbox("CDAS-04", valid_to=date(2026, 5, 3)),
    mailbox("CDAS-05", role="RECEPTION"),
    worker("w-1", BETTON, REDON),
    worker("w-2", RENNES),
    worker("w-gone", valid_to=date(2026, 5, 3)),
    worker("w-head", role="MANAGER"),
)


def cdas_map(*lines: tuple[str, str], contacts: tuple[Contact, ...] = CONTACTS) -> MapPlan:
    rows = [{"commune": commune, "cdas": cdas} for commune, cdas in lines]
    return plan_map(rows, MapKind.CDAS, directory_of(*contacts), TODAY, Institution.CD35)


def sectors(*lines: tuple[str, str]) -> MapPlan:
    rows = [{"commune": commune, "contact": contact} for commune, contact in lines]
    return plan_map(rows, MapKind.SECTOR, directory_of(*CONTACTS), TODAY, Institution.CAF)


def places(plan: MapPlan) -> dict[str, tuple[str, ...]]:
    return {contact.contact: contact.communes for contact in plan.contacts}


OUTCOMES = {
    "a commune that nobody held": ("35001", "CDAS-01", PlaceStatus.ADDED, "absente de la carte jusqu’ici"),
    "a commune of another CDAS": (REDON, "CDAS-02", PlaceStatus.MOVED, "jusqu’ici\u00a0: CDAS-01"),
    "a commune that it holds": (BETTON, "CDAS-01", PlaceStatus.UNCHANGED, "aucun changement"),
    "a part of another's commune": (CENTRE, "CDAS-01", PlaceStatus.ADDED, "jusqu’ici avec sa commune\u00a0: CDAS-02"),
    "a former commune": (
        *("35112", "CDAS-01", PlaceStatus.ADDED),
        "absente de la carte jusqu’ici\u00a0; 35112 est aujourd’hui 35062",
    ),
}


@pytest.mark.parametrize(("commune", "cdas", "status", "reason"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_line_says_what_becomes_of_its_place(commune: str, cdas: str, status: PlaceStatus, reason: str) -> None:
    plan = cdas_map((commune, cdas))
    assert (PlaceReceipt(2, commune, cdas, status, reason),) == plan.receipts


def test_a_place_that_moves_leaves_one_contact_for_the_other() -> None:
    plan = cdas_map((REDON, "CDAS-02"), (BETTON, "CDAS-01"))
    assert {"cdas-01": (BETTON,), "cdas-02": (DINARD, REDON, RENNES)} == places(plan)


REFUSALS = {
    "an unknown commune": ("35999", "CDAS-01", "inconnu du code officiel"),
    "a postal code": ("35000", "CDAS-01", "inconnu du code officiel"),
    "no commune": ("", "CDAS-01", "une commune est attendue"),
    "a commune beyond the département": ("44128", "CDAS-01", "pas en Ille-et-Vilaine"),
    "a part of nowhere": ("359990101", "CDAS-01", "IRIS"),
    "an unknown CDAS": (REDON, "CDAS-99", "CDAS inconnu"),
    "a CDAS whose mailbox is not valid any more": (REDON, "CDAS-04", "CDAS inconnu"),
    "a CDAS without a mailbox": (REDON, "CDAS-05", "CDAS inconnu"),
    "no CDAS": (REDON, "", "«\u00a0cdas\u00a0»"),
}


@pytest.mark.parametrize(("commune", "cdas", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_line_says_why_in_french_and_changes_nothing(commune: str, cdas: str, said: str) -> None:
    plan = cdas_map((commune, cdas))
    (receipt,) = plan.receipts
    assert (PlaceStatus.REFUSED, ()) == (receipt.status, plan.contacts)
    assert said in receipt.reason


SECTOR_REFUSALS = {
    "an unknown contact": ("nobody", "contact inconnu"),
    "a contact that is not valid any more": ("w-gone", "pas valable aujourd’hui"),
    "a contact who is no social worker": ("w-head", "pas un travailleur social"),
    "a contact of a CDAS": ("cdas-01", "pas un travailleur social"),
}


@pytest.mark.parametrize(("contact", "said"), SECTOR_REFUSALS.values(), ids=SECTOR_REFUSALS)
def test_a_sector_belongs_to_a_caf_social_worker(contact: str, said: str) -> None:
    (receipt,) = sectors((DINARD, contact)).receipts
    assert PlaceStatus.REFUSED is receipt.status
    assert said in receipt.reason


def test_a_sector_moves_from_one_worker_to_the_other() -> None:
    plan = sectors((REDON, "w-2"))
    assert "jusqu’ici\u00a0: w-1" == plan.receipts[0].reason
    assert {"w-1": (BETTON,), "w-2": (REDON, RENNES)} == places(plan)


def test_the_same_line_twice_counts_once() -> None:
    plan = cdas_map(("35001", "CDAS-01"), ("35001", "CDAS-01"))
    assert [PlaceStatus.ADDED, PlaceStatus.REFUSED] == [receipt.status for receipt in plan.receipts]
    assert "même commune qu’à la ligne 2" == plan.receipts[1].reason


def test_a_place_given_to_two_cdas_is_refused_to_both() -> None:
    plan = cdas_map(("35004", "CDAS-01"), (REDON, "CDAS-02"), ("35004", "CDAS-02"))
    statuses = [PlaceStatus.REFUSED, PlaceStatus.MOVED, PlaceStatus.REFUSED]
    assert statuses == [receipt.status for receipt in plan.receipts]
    assert "même commune, attribuée à CDAS-02 (ligne 4)" == plan.receipts[0].reason
    assert "même commune, attribuée à CDAS-01 (ligne 2)" == plan.receipts[2].reason


def test_a_former_code_and_todays_are_the_same_commune() -> None:
    plan = cdas_map(("35112", "CDAS-01"), ("35062", "CDAS-01"))
    assert PlaceStatus.REFUSED is plan.receipts[1].status


def test_a_contact_is_never_left_without_a_commune() -> None:
    plan = sectors((RENNES, "w-1"), (REDON, "w-2"))
    assert [PlaceStatus.MOVED] * 2 == [receipt.status for receipt in plan.receipts]
    plan = sectors((RENNES, "w-1"))
    assert (
        (PlaceStatus.REFUSED, ()),
        "w-2 n’aurait plus aucune commune, ce qui voudrait dire tout le département",
    ) == (
        (plan.receipts[0].status, plan.contacts),
        plan.receipts[0].reason,
    )


def test_refusing_one_line_may_leave_another_contact_empty_too() -> None:
    contacts = (mailbox("CDAS-01", BETTON), mailbox("CDAS-02", REDON), mailbox("CDAS-03", DINARD))
    plan = cdas_map((BETTON, "CDAS-02"), (REDON, "CDAS-03"), contacts=contacts)
    assert ([PlaceStatus.REFUSED] * 2, ()) == ([receipt.status for receipt in plan.receipts], plan.contacts)


def test_an_institution_keeps_its_own_map() -> None:
    rows = [{"commune": "35001", "cdas": "CDAS-01"}]
    plan = plan_map(rows, MapKind.CDAS, directory_of(*CONTACTS), TODAY, Institution.CAF)
    assert "autre institution" in plan.receipts[0].reason
    assert () == plan.contacts


def test_an_epci_that_loses_a_commune_is_named_by_its_other_communes() -> None:
    contacts = (mailbox("CDAS-01", epci=(RENNES_METROPOLE,)), mailbox("CDAS-02", REDON))
    plan = cdas_map((BETTON, "CDAS-02"), contacts=contacts)
    others = tuple(sorted(TERRITORY.epci[RENNES_METROPOLE].communes - {BETTON}))
    loser, winner = plan.contacts
    assert (others, ()) == (loser.communes, loser.epci)
    assert (BETTON, REDON) == winner.communes


def test_an_epci_that_stays_whole_stays_an_epci() -> None:
    plan = cdas_map((REDON, "CDAS-01"), contacts=(mailbox("CDAS-01", epci=(RENNES_METROPOLE,)),))
    assert [((REDON,), (RENNES_METROPOLE,))] == [(contact.communes, contact.epci) for contact in plan.contacts]


def test_an_epci_stays_one_when_it_is_all_that_is_left() -> None:
    contacts = (mailbox("CDAS-01", REDON, epci=(RENNES_METROPOLE,)), mailbox("CDAS-02", DINARD))
    loser, _ = cdas_map((REDON, "CDAS-02"), contacts=contacts).contacts
    assert ((), (RENNES_METROPOLE,)) == (loser.communes, loser.epci)


def test_a_commune_leaves_every_contact_of_its_former_cdas() -> None:
    second = replace(mailbox("CDAS-01", REDON, DINARD), contact="second", role="SOCIAL_WORKER")
    contacts = (mailbox("CDAS-01", BETTON, REDON), second, mailbox("CDAS-02", RENNES))
    plan = cdas_map((REDON, "CDAS-02"), contacts=contacts)
    assert {"cdas-01": (BETTON,), "second": (DINARD,), "cdas-02": (REDON, RENNES)} == places(plan)


def test_a_place_that_a_cdas_holds_by_another_contact_is_not_added_to_its_mailbox() -> None:
    second = replace(mailbox("CDAS-01", REDON), contact="second", role="SOCIAL_WORKER")
    plan = cdas_map((REDON, "CDAS-01"), contacts=(mailbox("CDAS-01", BETTON), second))
    assert (PlaceStatus.UNCHANGED, ()) == (plan.receipts[0].status, plan.contacts)


def test_a_place_that_two_claim_ends_with_the_one_that_the_file_names() -> None:
    contacts = (mailbox("CDAS-01", BETTON, REDON), mailbox("CDAS-02", REDON, RENNES))
    plan = cdas_map((REDON, "CDAS-02"), contacts=contacts)
    assert ("jusqu’ici\u00a0: CDAS-01", {"cdas-01": (BETTON,)}) == (plan.receipts[0].reason, places(plan))


def test_the_communes_that_nobody_holds_then_are_named() -> None:
    everything = tuple(sorted(set(TERRITORY.communes) - {BETTON, RENNES}))
    plan = cdas_map((BETTON, "CDAS-01"), (CENTRE, "CDAS-01"), contacts=(mailbox("CDAS-01", *everything),))
    assert (RENNES,) == plan.unheld


def test_a_row_with_too_many_cells_is_refused() -> None:
    rows = [{"commune": BETTON, "cdas": "CDAS-01", None: "surplus"}]
    plan = plan_map(rows, MapKind.CDAS, directory_of(*CONTACTS), TODAY, Institution.CD35)  # type: ignore[arg-type]
    assert PlaceStatus.REFUSED is plan.receipts[0].status


NAMES = {
    "a commune": (RENNES, "Rennes"),
    "a part": (CENTRE, "Rennes (IRIS 0101)"),
    "a former commune": ("35112", "La Chapelle-Fleurigné"),
    "what is none": ("35999", "35999"),
}


@pytest.mark.parametrize(("code", "expected"), NAMES.values(), ids=NAMES)
def test_a_place_has_a_name_for_people(code: str, expected: str) -> None:
    assert expected == place_name(code, TERRITORY)


LINES = st.lists(
    st.tuples(
        st.sampled_from([RENNES, BETTON, REDON, DINARD, CENTRE, "35112", "35001", "35999"]),
        st.sampled_from(["CDAS-01", "CDAS-02", "CDAS-03", "CDAS-99"]),
    ),
    max_size=8,
)


@given(LINES)
def test_an_import_puts_each_accepted_place_where_its_line_says_and_moves_no_other(
    lines: list[tuple[str, str]],
) -> None:
    directory = directory_of(*CONTACTS)
    codes = (*TERRITORY.communes, CENTRE)
    before = {code: directory.home_cdas(code, TODAY) for code in codes}
    plan = cdas_map(*lines)
    for contact in plan.contacts:
        directory.apply(contact)
    said = {TERRITORY.current(r.place): r.holder for r in plan.receipts if r.status is not PlaceStatus.REFUSED}
    assert said == {code: directory.home_cdas(code, TODAY) for code in said}
    still = [code for code in codes if code not in said and not (code == CENTRE and RENNES in said)]
    assert {code: before[code] for code in still} == {code: directory.home_cdas(code, TODAY) for code in still}
    assert () == directory.overlaps(TODAY)


@given(LINES)
def test_importing_again_changes_nothing_and_the_order_of_the_lines_neither(lines: list[tuple[str, str]]) -> None:
    plan = cdas_map(*lines)
    assert places(plan) == places(cdas_map(*reversed(lines)))
    changed = {contact.contact: contact for contact in plan.contacts}
    applied = tuple(changed.get(contact.contact, contact) for contact in CONTACTS)
    assert () == cdas_map(*lines, contacts=applied).contacts
