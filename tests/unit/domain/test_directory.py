"""Whom a routing reaches."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory import contacts as module
from hub.domain.directory.contacts import Contact, Directory, contact_from_data
from tests.unit.domain.domain_building import actor, contact_data

DAY = date(2026, 5, 4)
RENNES, BETTON, REDON = "35238", "35024", "35236"
RENNES_METROPOLE, REDON_AGGLOMERATION = "243500139", "243500741"


def directory_of(*contacts: Contact) -> Directory:
    directory = Directory(load_territory())
    for contact in contacts:
        directory.apply(contact)
    return directory


def actors(directory: Directory, communes: tuple[str, ...] = (), epci: tuple[str, ...] = ()) -> tuple[str, ...]:
    return directory.resolve("ASIP", "ACTOR", DAY, communes, epci)


def test_references_come_sorted() -> None:
    assert ("a", "b", "c") == actors(directory_of(actor("c"), actor("a"), actor("b")))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 1), ()), (date(2026, 1, 2), ("a",)), (date(2026, 3, 1), ("a",)), (date(2026, 3, 2), ())],
    ids=["the day before", "first day", "last day", "the day after"],
)
def test_a_contact_is_reached_from_its_first_to_its_last_day(day: date, expected: tuple[str, ...]) -> None:
    directory = directory_of(actor("a", valid_from=date(2026, 1, 2), valid_to=date(2026, 3, 1)))
    assert expected == directory.resolve("ASIP", "ACTOR", day)


def test_an_actor_who_opted_out_is_left_out() -> None:
    assert ("in",) == actors(directory_of(actor("in"), actor("out", opted_out=True)))


TERRITORIES = {
    "whole département named": ((), (), ("all", "metropole", "redon", "rennes")),
    "a commune": ((RENNES,), (), ("all", "metropole", "rennes")),
    "another commune of the same EPCI": ((BETTON,), (), ("all", "metropole")),
    "an EPCI": ((), (RENNES_METROPOLE,), ("all", "metropole", "rennes")),
    "a commune and an EPCI": ((RENNES,), (REDON_AGGLOMERATION,), ("all", "metropole", "redon", "rennes")),
    "a commune beyond the département": (("22094",), (), ("all",)),
    "a part of a commune": (("352380101",), (), ("all", "metropole", "rennes")),
}


@pytest.mark.parametrize(("communes", "epci", "expected"), TERRITORIES.values(), ids=TERRITORIES)
def test_actors_are_limited_to_the_territory_of_the_notice(
    communes: tuple[str, ...], epci: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    directory = directory_of(
        actor("all"),
        actor("rennes", communes=(RENNES,)),
        actor("metropole", epci=(RENNES_METROPOLE,)),
        actor("redon", communes=(REDON,)),
    )
    assert expected == actors(directory, communes, epci)


def test_a_former_commune_stands_for_todays() -> None:
    directory = directory_of(actor("today", communes=("35292",)), actor("former", communes=("35011",)))
    assert ("former", "today") == actors(directory, ("35011",)) == actors(directory, ("35292",))


def test_territory_never_limits_the_cdas_nor_the_referents() -> None:
    contacts = [
        actor("cdas", service="CDAS", role="GENERIC_MAILBOX", communes=(REDON,)),
        actor("caf", service="CAF_REFERENTS", role="REFERENT", communes=(REDON,)),
        actor("cd35", service="CD35_SOCIAL_LIFE_REFERENTS", role="REFERENT", epci=(REDON_AGGLOMERATION,)),
    ]
    directory = directory_of(*contacts)
    for contact in contacts:
        assert (contact.contact,) == directory.resolve(contact.service, contact.role, DAY, (RENNES,))


def test_a_cdas_code_limits_to_that_cdas_and_none_means_all() -> None:
    directory = directory_of(
        *(actor(ref, service="CDAS", role="MANAGER", cdas=code) for ref, code in (("a", "CDAS-01"), ("b", "CDAS-02")))
    )
    assert ("b",) == directory.resolve("CDAS", "MANAGER", DAY, cdas="CDAS-02")
    assert ("a", "b") == directory.resolve("CDAS", "MANAGER", DAY)


def test_a_change_is_seen_by_the_next_resolution() -> None:
    directory = directory_of(actor("a"))
    assert ("a",) == actors(directory)
    directory.apply(actor("b"))
    assert ("a", "b") == actors(directory)
    directory.remove("a")
    assert ("b",) == actors(directory)


def test_a_contact_that_changes_its_role_leaves_the_former_one() -> None:
    directory = directory_of(actor("a"), actor("a", service="CDAS", role="MANAGER"))
    assert () == actors(directory)
    assert ("a",) == directory.resolve("CDAS", "MANAGER", DAY)
    assert 1 == len(directory)


def test_removing_an_unknown_contact_is_no_error() -> None:
    directory = directory_of()
    directory.remove("nobody")
    assert 0 == len(directory)


def test_a_contact_survives_the_way_to_data_and_back() -> None:
    contact = contact_from_data(contact_data(communes=[RENNES], deputy="c-2"))
    assert contact == contact_from_data(module.contact_data(contact))


REFERENCES = st.sampled_from("abcdef")
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("apply"), st.builds(actor, REFERENCES, communes=st.sampled_from([(), (RENNES,), (REDON,)]))),
        st.tuples(st.just("remove"), REFERENCES),
        st.tuples(st.just("ask"), st.sampled_from([(), (RENNES,)])),
    )
)


@given(CHANGES)
def test_what_is_remembered_is_what_a_fresh_directory_answers(changes: list[tuple[str, object]]) -> None:
    directory, held = directory_of(), dict[str, Contact]()
    for what, value in changes:
        if isinstance(value, Contact):
            directory.apply(value)
            held[value.contact] = value
        elif what == "remove" and isinstance(value, str):
            directory.remove(value)
            held.pop(value, None)
        elif isinstance(value, tuple):
            assert actors(directory_of(*held.values()), value) == actors(directory, value)
