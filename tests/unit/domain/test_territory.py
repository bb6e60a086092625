"""The table of communes that ships with the hub."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory

TERRITORY = load_territory()
CODES = st.sampled_from(sorted(TERRITORY.communes))
EPCI = st.sampled_from(sorted(TERRITORY.epci))


def test_the_table_is_that_of_2026() -> None:
    assert (332, 18, 20) == (len(TERRITORY.communes), len(TERRITORY.epci), len(TERRITORY.former))
    assert 1_120_666 == sum(commune.population for commune in TERRITORY.communes.values())


def test_every_former_code_leads_to_a_commune_of_today() -> None:
    assert all(code in TERRITORY.communes for code in TERRITORY.former.values())
    assert not set(TERRITORY.former) & set(TERRITORY.communes)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("35238", True),
        ("35011", True),
        ("35999", False),
        ("75056", True),
        ("2B033", True),
        ("2C033", False),
        ("3523", False),
        ("٣٥٢٣٨", False),
        ("", False),
    ],
    ids=["today", "former", "nowhere", "Paris", "Corse", "no such prefix", "short", "other digits", "empty"],
)
def test_a_commune_exists_or_lies_elsewhere(code: str, *, known: bool) -> None:
    assert known == TERRITORY.knows_commune(code)


def test_the_prefix_decides_not_the_epci() -> None:
    assert TERRITORY.in_departement("35236")
    assert not TERRITORY.in_departement("44128")


@given(st.lists(CODES), st.lists(EPCI))
def test_a_spread_holds_what_is_named_and_the_communes_of_each_epci(communes: list[str], epci: list[str]) -> None:
    spread = TERRITORY.spread(tuple(communes), tuple(epci))
    assert set(communes) <= spread
    assert all(TERRITORY.epci[code].communes <= spread for code in epci)
    assert bool(communes or epci) == bool(spread)


def test_an_unknown_epci_never_widens_a_scope_to_the_whole_departement() -> None:
    assert TERRITORY.spread((), ("999999999",))
