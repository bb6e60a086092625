"""A contact as data, and what a directory remembers between its changes."""

from datetime import date

import pytest

from hub.data import load_territory
from hub.domain.directory.contacts import Contact, Directory, contact_data, contact_from_data

SHORTEST = Contact("c-1", "CD35", "CDAS", "MANAGER", "Responsable", date(2024, 1, 1))
AS_DATA: dict[str, object] = {
    "contact": "c-1",
    "institution": "CD35",
    "service": "CDAS",
    "role": "MANAGER",
    "cdas": None,
    "communes": [],
    "epci": [],
    "actor_kind": None,
    "label": "Responsable",
    "email": None,
    "phone": None,
    "webhook": None,
    "deputy": None,
    "valid_from": date(2024, 1, 1),
    "valid_to": None,
    "opted_out": False,
}


def test_what_a_contact_does_not_say_is_not_given() -> None:
    assert list(AS_DATA.items()) == list(contact_data(SHORTEST).items())


def test_a_contact_that_is_written_is_read_the_same() -> None:
    whole = AS_DATA | {"communes": ["35238", "35024"], "epci": ["243500139"], "cdas": "CDAS-01", "opted_out": True}
    assert whole == contact_data(contact_from_data(whole))


@pytest.mark.parametrize("change", [lambda held: held.apply(SHORTEST), lambda held: held.remove("nobody")])
def test_what_was_worked_out_is_worked_out_again_after_a_change_only(change: object) -> None:
    held, made = Directory(load_territory()), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [1, 1, 2] == [held.remembered("a", make), held.remembered("a", make), held.remembered("b", make)]
    assert callable(change)
    change(held)
    assert 3 == held.remembered("a", make)
