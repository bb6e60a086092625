"""Which CDAS a place belongs to, and whom a person's case reaches."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.routing.reach import Overlap, Reach
from tests.unit.domain.domain_building import actor

DAY = date(2026, 5, 4)
RENNES, BETTON, REDON, CENTRE = "35238", "35024", "35236", "352380101"
RENNES_METROPOLE = "243500139"
TERRITORY = load_territory()


def office(reference: str, cdas: str | None = "CDAS-01", role: str = "GENERIC_MAILBOX", **changed: Any) -> Contact:
    return actor(reference, institution="CD35", service="CDAS", role=role, cdas=cdas, **changed)


def social(reference: str, role: str = "SOCIAL_WORKER", **changed: Any) -> Contact:
    return actor(reference, institution="CAF", service="CAF_SOCIAL_WORK", role=role, **changed)


def directory_of(*contacts: Contact) -> Directory:
    directory = Directory(TERRITORY)
    for contact in contacts:
        directory.apply(contact)
    return directory


MAP = (
    office("by-epci", "CDAS-20", epci=(RENNES_METROPOLE,)),
    office("by-part", "CDAS-30", communes=(CENTRE,)),
    office("by-commune", "CDAS-40", communes=(REDON,)),
    office("of-a-worker", "CDAS-40", "SOCIAL_WORKER", communes=("35011",)),
    office("everywhere", "CDAS-10"),
    office("of-no-cdas", None, communes=("35002",)),
    actor("town-hall", communes=("35360",)),
    office("gone", "CDAS-01", communes=("35093",), valid_to=date(2026, 5, 3)),
    office("to-come", "CDAS-02", communes=("35093",), valid_from=date(2026, 5, 5)),
)
HOMES = {
    "a commune of an EPCI": (BETTON, "CDAS-20"),
    "a commune that is named": (REDON, "CDAS-40"),
    "a commune whose former code is named": ("35292", "CDAS-40"),
    "a former commune": ("35011", "CDAS-40"),
    "a part that is named": (CENTRE, "CDAS-30"),
    "a part that is not": ("352380102", "CDAS-20"),
    "the commune of a part": (RENNES, "CDAS-20"),
    "a part of a former commune": ("350110101", "CDAS-40"),
    "a commune that only an actor holds": ("35360", None),
    "a commune that only a contact without a CDAS holds": ("35002", None),
    "a commune between two validities": ("35093", None),
    "a commune beyond the département": ("44128", None),
}


@pytest.mark.parametrize(("commune", "expected"), HOMES.values(), ids=HOMES)
def test_the_home_cdas_is_that_whose_territory_holds_the_place(commune: str, expected: str | None) -> None:
    assert expected == directory_of(*MAP).home_cdas(commune, DAY)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 5, 3), "CDAS-01"), (date(2026, 5, 4), None), (date(2026, 5, 5), "CDAS-02")],
    ids=["last day of one", "between", "first day of the other"],
)
def test_the_map_is_that_of_the_day(day: date, expected: str | None) -> None:
    directory = directory_of(*MAP)
    assert [expected, "CDAS-40"] == [directory.home_cdas(code, day) for code in ("35093", REDON)]


@given(st.permutations([date(2026, 5, 2), date(2026, 5, 3), DAY, date(2026, 5, 5), date(2026, 5, 6)]))
def test_one_directory_answers_each_day_for_itself_in_whatever_order(days: list[date]) -> None:
    directory = directory_of(
        office("before", "CDAS-before", communes=(REDON,), valid_to=date(2026, 5, 3)),
        office("after", "CDAS-after", communes=(REDON,), valid_from=date(2026, 5, 5)),
        office("manager", "CDAS-before", "MANAGER", valid_to=date(2026, 5, 4)),
    )
    expected = {
        date(2026, 5, 2): ("CDAS-before", ("manager",)),
        date(2026, 5, 3): ("CDAS-before", ("manager",)),
        date(2026, 5, 4): (None, ("manager",)),
        date(2026, 5, 5): ("CDAS-after", ()),
        date(2026, 5, 6): ("CDAS-after", ()),
    }
    for day in days:
        reached = directory.reach("CDAS", "MANAGER", day, cdas="CDAS-before").recipients
        assert expected[day] == (directory.home_cdas(REDON, day), reached)


def test_a_validity_may_end_with_the_calendar() -> None:
    directory = directory_of(office("forever", communes=(REDON,), valid_to=date.max))
    assert "CDAS-01" == directory.home_cdas(REDON, date.max)


def test_a_place_of_several_cdas_has_the_lowest_code_and_is_listed() -> None:
    directory = directory_of(
        office("b", "CDAS-02", communes=(REDON, BETTON)),
        office("a", "CDAS-01", communes=(REDON,)),
        office("same-cdas", "CDAS-01", "RECEPTION", communes=(REDON,)),
        office("part", "CDAS-03", communes=(CENTRE,)),
        office("commune", "CDAS-04", communes=(RENNES,)),
    )
    assert "CDAS-01" == directory.home_cdas(REDON, DAY)
    assert (Overlap(REDON, ("CDAS-01", "CDAS-02")),) == directory.overlaps(DAY)


OFFICES = (
    office("box"),
    office("box-2", "CDAS-02"),
    office("reception", role="RECEPTION"),
    office("reception-2", "CDAS-02", "RECEPTION"),
    office("north", role="SOCIAL_WORKER", communes=(BETTON,)),
    office("south", role="SOCIAL_WORKER", communes=(REDON,)),
    office("both", role="SOCIAL_WORKER", communes=(BETTON, REDON)),
    office("all", role="CONCERTATION"),
    office("one", role="CONCERTATION", communes=(BETTON,)),
    office("former-manager", role="MANAGER", valid_to=date(2026, 5, 3)),
    office("out", role="MANAGER", opted_out=True),
)
AT_AN_OFFICE = {
    "the contact of the role": ("RECEPTION", "CDAS-01", None, Reach(("reception",))),
    "of another CDAS": ("RECEPTION", "CDAS-02", None, Reach(("reception-2",))),
    "no CDAS": ("RECEPTION", None, REDON, Reach()),
    "an unknown CDAS": ("RECEPTION", "CDAS-99", REDON, Reach()),
    "those who hold the commune": ("SOCIAL_WORKER", "CDAS-01", BETTON, Reach(("both", "north"))),
    "a part of their commune": ("SOCIAL_WORKER", "CDAS-01", "350240101", Reach(("both", "north"))),
    "no commune": ("SOCIAL_WORKER", "CDAS-01", None, Reach(("both", "north", "south"))),
    "a commune that none holds": ("SOCIAL_WORKER", "CDAS-01", RENNES, Reach(("box",), last_resort=True)),
    "a role without territory, and one with": ("CONCERTATION", "CDAS-01", BETTON, Reach(("all", "one"))),
    "a role without territory": ("CONCERTATION", "CDAS-01", RENNES, Reach(("all",))),
    "nobody valid": ("MANAGER", "CDAS-01", RENNES, Reach(("box",), last_resort=True)),
    "the mailbox itself": ("GENERIC_MAILBOX", "CDAS-01", RENNES, Reach(("box",))),
}


@pytest.mark.parametrize(("role", "cdas", "commune", "expected"), AT_AN_OFFICE.values(), ids=AT_AN_OFFICE)
def test_a_case_for_a_cdas_reaches_that_cdas(role: str, cdas: str | None, commune: str | None, expected: Reach) -> None:
    assert expected == directory_of(*OFFICES).reach("CDAS", role, DAY, cdas=cdas, commune=commune)


def test_the_mailbox_of_a_cdas_is_reached_beyond_the_communes_that_it_carries() -> None:
    directory = directory_of(office("box", communes=(BETTON,)))
    for role, last_resort in (("GENERIC_MAILBOX", False), ("MANAGER", True)):
        assert Reach(("box",), last_resort) == directory.reach("CDAS", role, DAY, cdas="CDAS-01", commune=REDON)


WORKERS = (
    social("betton", communes=(BETTON,)),
    social("rennes", communes=(RENNES,)),
    social("centre", communes=(CENTRE,)),
)
IN_A_SECTOR = {
    "the sector of the commune": (BETTON, Reach(("betton",))),
    "a part with a sector": (CENTRE, Reach(("centre",))),
    "a part without one": ("352380102", Reach(("rennes",))),
    "a commune without a sector": (REDON, Reach(("box",), last_resort=True)),
    "no commune": (None, Reach(("box",), last_resort=True)),
}


@pytest.mark.parametrize(("commune", "expected"), IN_A_SECTOR.values(), ids=IN_A_SECTOR)
def test_a_caf_social_worker_is_reached_in_the_sector(commune: str | None, expected: Reach) -> None:
    directory = directory_of(*WORKERS, social("box", "GENERIC_MAILBOX"), social("desk", "SECRETARIAT"))
    assert expected == directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=commune)


def test_a_caf_social_worker_of_the_whole_departement_is_reached_where_no_sector_is() -> None:
    directory = directory_of(*WORKERS, social("everywhere"))
    reached = [directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=c) for c in (BETTON, REDON, None)]
    assert [Reach(("betton",)), Reach(("everywhere",)), Reach()] == reached


LAST_RESORTS = {
    "its mailbox": (("box", "desk"), Reach(("box",), last_resort=True)),
    "its secretariat without one": (("desk",), Reach(("desk",), last_resort=True)),
    "nobody at all": ((), Reach()),
}


@pytest.mark.parametrize(("there", "expected"), LAST_RESORTS.values(), ids=LAST_RESORTS)
def test_the_last_resort_of_the_caf_social_work_service(there: tuple[str, ...], expected: Reach) -> None:
    roles = {"box": "GENERIC_MAILBOX", "desk": "SECRETARIAT"}
    directory = directory_of(*(social(reference, roles[reference]) for reference in there))
    assert expected == directory.reach("CAF_SOCIAL_WORK", "MANAGER", DAY)


def test_only_the_caf_social_work_service_falls_back_on_a_secretariat() -> None:
    directory = directory_of(actor("desk", service="CAF_BENEFITS", role="SECRETARIAT"))
    assert Reach() == directory.reach("CAF_BENEFITS", "FRONT_OFFICE", DAY)


def test_a_code_of_a_cdas_says_nothing_about_another_service() -> None:
    directory = directory_of(social("desk", "SECRETARIAT"))
    assert Reach(("desk",)) == directory.reach("CAF_SOCIAL_WORK", "SECRETARIAT", DAY, cdas="CDAS-01")


CONTACTS = st.builds(
    lambda reference, cdas, role, communes, last: office(reference, cdas, role, communes=communes, valid_to=last),
    st.sampled_from("abcdef"),
    st.sampled_from(["CDAS-01", "CDAS-02"]),
    st.sampled_from(["GENERIC_MAILBOX", "RECEPTION", "SOCIAL_WORKER"]),
    st.sampled_from([(), (RENNES,), (REDON,), (CENTRE, REDON)]),
    st.sampled_from([None, date(2026, 5, 3), DAY]),
)
QUESTIONS = [
    (role, cdas, commune)
    for role in ("RECEPTION", "SOCIAL_WORKER", "MANAGER")
    for cdas in ("CDAS-01", "CDAS-02")
    for commune in (None, RENNES, CENTRE, REDON)
]


def answers(directory: Directory) -> list[object]:
    reached = [directory.reach("CDAS", role, DAY, cdas=cdas, commune=c) for role, cdas, c in QUESTIONS]
    return [*reached, *(directory.home_cdas(c, DAY) for c in (RENNES, CENTRE, REDON)), directory.overlaps(DAY)]


@given(
    st.lists(CONTACTS, unique_by=lambda contact: contact.contact).flatmap(
        lambda c: st.tuples(st.just(c), st.permutations(c))
    )
)
def test_the_order_in_which_contacts_come_changes_no_answer(orders: tuple[list[Contact], list[Contact]]) -> None:
    one, other = orders
    assert answers(directory_of(*one)) == answers(directory_of(*other))


@given(st.lists(CONTACTS, min_size=1), st.data())
def test_a_removed_contact_is_never_reached_and_leaves_the_map(contacts: list[Contact], data: st.DataObject) -> None:
    directory = directory_of(*contacts)
    answers(directory)
    removed = data.draw(st.sampled_from(contacts)).contact
    directory.remove(removed)
    assert all(removed not in found.recipients for found in answers(directory) if isinstance(found, Reach))
    assert answers(directory_of(*directory)) == answers(directory)


@given(st.lists(CONTACTS))
def test_a_case_for_a_cdas_never_leaves_it(contacts: list[Contact]) -> None:
    directory = directory_of(*contacts)
    for role, cdas, commune in QUESTIONS:
        for reference in directory.reach("CDAS", role, DAY, cdas=cdas, commune=commune).recipients:
            contact = directory.get(reference)
            assert contact is not None
            assert (cdas, True) == (contact.cdas, contact.is_valid_on(DAY))


@pytest.fixture(scope="module")
def demo() -> Directory:
    directory = Directory(TERRITORY)
    for receipt in plan_import(demo_directory_rows(), directory, DAY):
        assert receipt.contact is not None
        directory.apply(receipt.contact)
    return directory


@given(st.sampled_from(sorted({*TERRITORY.communes, *TERRITORY.former})))
def test_every_commune_has_one_home_and_one_sector_in_the_demo_map(demo: Directory, commune: str) -> None:
    home = demo.home_cdas(commune, DAY)
    assert home is not None
    for role in ("RECEPTION", "RECEPTION_SECOND_LEVEL", "SOCIAL_WORKER", "MANAGER", "CONCERTATION"):
        found = demo.reach("CDAS", role, DAY, cdas=home, commune=commune)
        assert (1, False) == (len(found.recipients), found.last_resort)
    worker = demo.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=commune)
    assert (1, False) == (len(worker.recipients), worker.last_resort)


def test_the_demo_splits_rennes_between_three_cdas_and_nothing_overlaps(demo: Directory) -> None:
    homes = [demo.home_cdas(code, DAY) for code in (RENNES, "352380901", "352381001", "352381002", CENTRE)]
    assert ["CDAS-20", "CDAS-16", "CDAS-17", "CDAS-17", "CDAS-20"] == homes
    assert () == demo.overlaps(DAY)
