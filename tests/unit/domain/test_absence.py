"""Who stands in for a contact that is away, and whom a case and a notice reach meanwhile."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory.absence import Absence, NotThere, StandIn, absence_from_data
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.routing.decide import decide
from hub.domain.routing.reach import Reach
from tests.unit.domain.domain_building import Given, actor, envelope

FIRST, DAY, LAST = date(2026, 8, 3), date(2026, 8, 5), date(2026, 8, 7)
BETTON, REDON = "35024", "35236"
TERRITORY = load_territory()


def worker(reference: str, **changed: Any) -> Contact:
    fields = {"institution": "CAF", "service": "CAF_SOCIAL_WORK", "role": "SOCIAL_WORKER"}
    return actor(reference, **(fields | changed))


def away(contact: str, deputy: str | None = None, first: date = FIRST, last: date = LAST) -> Absence:
    return Absence(contact, first, last, deputy)


def directory_of(contacts: list[Contact], absences: list[Absence]) -> Directory:
    directory = Directory(TERRITORY)
    for contact in contacts:
        directory.apply(contact)
    for number, absence in enumerate(absences):
        directory.declare(f"absence:{absence.contact}:{number}", absence)
    return directory


def replaced(directory: Directory, reference: str, day: date = DAY) -> StandIn | None:
    contact = directory.get(reference)
    assert contact is not None
    return directory.stand_in(contact, day)


def test_the_data_of_an_absence_is_read() -> None:
    data = {"contact": "a", "from": FIRST, "to": LAST, "deputy": "b"}
    assert Absence("a", FIRST, LAST, "b") == absence_from_data(data)


TEAM = [
    worker("a", deputy="b"),
    worker("b", deputy="c"),
    worker("c"),
    worker("d", deputy="a"),
    worker("gone", valid_to=date(2026, 8, 4)),
    worker("at-a-cdas", institution="CD35", service="CDAS", cdas="CDAS-01"),
]
CHAINS: dict[str, tuple[list[Absence], StandIn | None]] = {
    "there": ([], None),
    "away on other days": ([away("a", last=date(2026, 8, 4)), away("a", first=date(2026, 8, 6))], None),
    "the contact's own deputy": ([away("a")], StandIn("b")),
    "the deputy of the absence": ([away("a", "c")], StandIn("c")),
    "the deputy of the deputy": ([away("a"), away("b")], StandIn("c", (("b", NotThere.AWAY),))),
    "the deputy that the deputy's absence names": (
        [away("a"), away("b", "d")],
        StandIn("d", (("b", NotThere.AWAY),)),
    ),
    "nobody left": (
        [away("a"), away("b"), away("c")],
        StandIn(None, (("b", NotThere.AWAY), ("c", NotThere.AWAY))),
    ),
    "a loop": (
        [away("a"), away("b", "a"), away("c")],
        StandIn(None, (("b", NotThere.AWAY), ("c", NotThere.AWAY)), ("a", "b")),
    ),
    "a loop, and somebody else": ([away("a"), away("b", "a")], StandIn("c", (("b", NotThere.AWAY),), ("a", "b"))),
    "a longer loop": (
        [away("a", "d"), away("d", "c"), away("c", "a"), away("b", "c")],
        StandIn(None, (("d", NotThere.AWAY), ("c", NotThere.AWAY), ("b", NotThere.AWAY)), ("a", "d", "c")),
    ),
    "itself only": ([away("c", "c")], None),
    "an unknown deputy": ([away("a", "nobody")], StandIn("b", (("nobody", NotThere.UNKNOWN),))),
    "a deputy that is no longer valid": ([away("a", "gone")], StandIn("b", (("gone", NotThere.NOT_VALID),))),
    "a deputy of another service": ([away("a", "at-a-cdas")], StandIn("b", (("at-a-cdas", NotThere.OTHER_SERVICE),))),
    "two absences: the shorter one's deputy": ([away("a", "c"), away("a", "d", DAY, DAY)], StandIn("d")),
    "two absences: the longer one's where the other's is away": (
        [away("a", "c"), away("a", "d", DAY, DAY), away("d", "nobody"), away("b")],
        StandIn("c", (("d", NotThere.AWAY), ("nobody", NotThere.UNKNOWN)), ("a", "d")),
    ),
}


@pytest.mark.parametrize(("absences", "expected"), CHAINS.values(), ids=CHAINS)
def test_the_first_deputy_that_is_there_stands_in(absences: list[Absence], expected: StandIn | None) -> None:
    assert expected == replaced(directory_of(TEAM, absences), "a")


@pytest.mark.parametrize("day", [FIRST, LAST], ids=["first day", "last day"])
def test_the_days_of_an_absence_are_both_included(day: date) -> None:
    outside = day + timedelta(1 if day == LAST else -1)
    directory = directory_of(TEAM, [away("a")])
    assert [StandIn("b"), None] == [replaced(directory, "a", day), replaced(directory, "a", outside)]


def test_an_actor_who_opted_out_stands_in_for_nobody() -> None:
    directory = directory_of([actor("one"), actor("two", opted_out=True)], [away("one", "two")])
    assert StandIn(None, (("two", NotThere.OPTED_OUT),)) == replaced(directory, "one")


def test_a_long_chain_is_followed_to_its_end() -> None:
    many = [worker(f"w-{number:04}", deputy=f"w-{number + 1:04}") for number in range(3000)]
    found = replaced(directory_of(many, [away(contact.contact) for contact in many[:-1]]), "w-0000")
    assert found is not None
    assert ("w-2999", 2998) == (found.reference, len(found.tried))


SECTORS = [
    worker("north", communes=(BETTON,), deputy="south"),
    worker("south", communes=(REDON,)),
    worker("box", role="GENERIC_MAILBOX"),
    worker("desk", role="SECRETARIAT"),
]
REACHED: dict[str, tuple[list[Absence], Reach]] = {
    "there": ([], Reach(("north",))),
    "replaced": ([away("north")], Reach(("south",), substituted=True)),
    "nobody stands in": ([away("north"), away("south")], Reach(("box",), last_resort=True)),
    "not the mailbox either": (
        [away("north"), away("south"), away("box")],
        Reach(("desk",), last_resort=True),
    ),
    "nobody at all": ([away("north"), away("south"), away("box"), away("desk")], Reach()),
    "somebody for the mailbox": (
        [away("north"), away("south"), away("box", "desk")],
        Reach(("desk",), last_resort=True, substituted=True),
    ),
}


@pytest.mark.parametrize(("absences", "expected"), REACHED.values(), ids=REACHED)
def test_a_case_reaches_whoever_stands_in_and_else_the_last_resort(absences: list[Absence], expected: Reach) -> None:
    directory = directory_of(SECTORS, absences)
    assert expected == directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=BETTON)


def test_a_substitute_of_two_contacts_is_reached_once() -> None:
    office = [
        worker(reference, institution="CD35", service="CDAS", cdas="CDAS-01", deputy="third")
        for reference in ("first", "second", "third")
    ]
    directory = directory_of(office, [away("first"), away("second")])
    assert Reach(("third",), substituted=True) == directory.reach("CDAS", "SOCIAL_WORKER", DAY, cdas="CDAS-01")


def test_a_contact_comes_back_when_its_absence_is_withdrawn() -> None:
    directory = directory_of(SECTORS, [away("north")])
    reached = [directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=BETTON).recipients]
    directory.withdraw("absence:north:0")
    reached.append(directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", DAY, commune=BETTON).recipients)
    assert [("south",), ("north",)] == reached


def test_an_absence_moves_no_commune_to_another_cdas() -> None:
    office = worker(
        "box", institution="CD35", service="CDAS", role="GENERIC_MAILBOX", cdas="CDAS-01", communes=(BETTON,)
    )
    assert "CDAS-01" == directory_of([office], [away("box")]).home_cdas(BETTON, DAY)


def test_a_notice_goes_to_the_contact_that_is_away_and_to_whoever_stands_in() -> None:
    referents = [
        actor(reference, institution="CAF", service="CAF_REFERENTS", role="REFERENT", deputy=deputy)
        for reference, deputy in (("one", "two"), ("two", None))
    ]
    deputy = actor("manager", institution="CAF", service="CAF_REFERENTS", role="MANAGER")
    directory = directory_of([*referents, deputy], [away("one"), away("two", "manager")])
    days = [FIRST - timedelta(1), DAY]
    assert [("one", "two"), ("manager", "one", "two")] == [
        directory.resolve("CAF_REFERENTS", "REFERENT", day) for day in days
    ]


def test_a_decision_says_that_a_substitute_was_used() -> None:
    emitter = {"institution": "CD35", "service": "CDAS_SOCIAL_WORKER", "cdas": "CDAS-01"}
    support = {"by": "CAF", "cdas": None, "status": "OPEN", "closed_on": None, "same_event": False}
    data = {
        "situation": "s-1",
        "emitter": emitter | {"cdap_access": True, "cdap_consulted": True},
        "reception_level": None,
        "need": "SOCIAL_SUPPORT",
        "autonomous": None,
        "household": {"caf_beneficiary": "YES", "scheme": "CAF", "dependent_child": "YES", "commune": BETTON},
        "life_event": None,
        "support": [support | {"worker_absent": False}],
        "child_protection": "NONE",
        "personal_block": None,
        "benefit": None,
    }
    event = Given(envelope("referral.requested", data), data)
    for absences, expected in (([], False), ([away("north", first=date(2026, 5, 4))], True)):
        answer = decide(event, None, directory_of(SECTORS, absences)).answer
        assert expected == ("SUBSTITUTE_USED" in answer.flags)
        assert [("south",) if expected else ("north",)] == [routing.recipients for routing in answer.routings]


REFERENCES = "abcdef"
DAYS = [FIRST + timedelta(number) for number in range(5)]
CONTACTS = st.builds(
    lambda reference, deputy, last, service: worker(
        reference, deputy=deputy if deputy != reference else None, valid_to=last, service=service
    ),
    st.sampled_from(REFERENCES),
    st.sampled_from([None, *REFERENCES, "nobody"]),
    st.sampled_from([None, None, DAYS[1], DAYS[3]]),
    st.sampled_from(["CAF_SOCIAL_WORK", "CAF_SOCIAL_WORK", "CAF_BENEFITS"]),
)
ABSENCES = st.builds(
    lambda contact, deputy, days: Absence(contact, min(days), max(days), deputy if deputy != contact else None),
    st.sampled_from(REFERENCES),
    st.sampled_from([None, *REFERENCES, "nobody"]),
    st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)),
)
TEAMS = st.lists(CONTACTS, unique_by=lambda contact: contact.contact)


@given(TEAMS, st.lists(ABSENCES))
def test_nobody_is_reached_who_is_away_or_not_valid_or_of_another_service(
    contacts: list[Contact], absences: list[Absence]
) -> None:
    directory = directory_of(contacts, absences)
    for day in DAYS:
        for reference in directory.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", day).recipients:
            found = directory.get(reference)
            assert found is not None
            assert found.is_valid_on(day)
            assert "CAF_SOCIAL_WORK" == found.service
            assert not [absence for absence in absences if absence.contact == reference and absence.covers(day)]


@given(TEAMS, st.lists(ABSENCES))
def test_whoever_is_there_loses_nothing_by_the_absence_of_others(
    contacts: list[Contact], absences: list[Absence]
) -> None:
    directory, full = directory_of(contacts, absences), directory_of(contacts, [])
    for day in DAYS:
        away_then = {absence.contact for absence in absences if absence.covers(day)}
        meant = set(full.resolve("CAF_SOCIAL_WORK", "SOCIAL_WORKER", day))
        reached = set(directory.resolve("CAF_SOCIAL_WORK", "SOCIAL_WORKER", day))
        assert meant <= reached
        assert not (reached - meant) & away_then


@given(TEAMS, st.lists(ABSENCES).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_declarations_changes_no_answer(
    contacts: list[Contact], orders: tuple[list[Absence], list[Absence]]
) -> None:
    one, other = (directory_of(contacts, absences) for absences in orders)
    for contact in contacts:
        for day in DAYS:
            assert one.stand_in(contact, day) == other.stand_in(contact, day)


@given(TEAMS, st.lists(ABSENCES), st.lists(ABSENCES))
def test_declaring_and_withdrawing_leaves_no_trace(
    contacts: list[Contact], absences: list[Absence], passing: list[Absence]
) -> None:
    def answers(directory: Directory) -> list[object]:
        reached = [
            directory.reach("CAF_SOCIAL_WORK", role, day) for role in ("SOCIAL_WORKER", "MANAGER") for day in DAYS
        ]
        return [*reached, *(directory.stand_in(contact, day) for contact in contacts for day in DAYS)]

    directory = directory_of(contacts, absences)
    before = answers(directory)
    for number, absence in enumerate(passing):
        directory.declare(f"passing:{number}", absence)
    answers(directory)
    for number, _ in enumerate(passing):
        directory.withdraw(f"passing:{number}")
    assert before == answers(directory)


@given(TEAMS, st.lists(ABSENCES), st.permutations(DAYS))
def test_one_directory_answers_each_day_as_one_asked_about_that_day_only(
    contacts: list[Contact], absences: list[Absence], days: list[date]
) -> None:
    directory = directory_of(contacts, absences)
    for day in days:
        fresh = directory_of(contacts, absences)
        assert fresh.reach("CAF_SOCIAL_WORK", "SOCIAL_WORKER", day) == directory.reach(
            "CAF_SOCIAL_WORK", "SOCIAL_WORKER", day
        )
