"""The table of communes that ships with the hub."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory.territory import Commune, Epci, build_territory

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
        ("352380101", True),
        ("350110101", True),
        ("359990101", False),
        ("750560101", False),
        ("3523801", False),
        ("35238010A", False),
        ("٣٥٢٣٨٠١٠١", False),
    ],
    ids=[
        *("today", "former", "nowhere", "Paris", "Corse", "no such prefix", "short", "other digits", "empty"),
        *("part", "part of a former one", "part of nowhere", "part of Paris", "part cut short", "part with a letter"),
        "part in other digits",
    ],
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


CURRENT = {
    "a commune of today": ("35238", "35238", "35238"),
    "a former commune": ("35011", "35292", "35292"),
    "a part": ("352380101", "352380101", "35238"),
    "a part of a former commune": ("350110101", "35292", "35292"),
    "a commune beyond the département": ("75056", "75056", "75056"),
}


@pytest.mark.parametrize(("code", "current", "commune"), CURRENT.values(), ids=CURRENT)
def test_a_place_has_a_code_and_a_commune_of_today(code: str, current: str, commune: str) -> None:
    assert (current, commune) == (TERRITORY.current(code), TERRITORY.commune_of(code))


def test_a_part_lies_in_the_departement_of_its_commune() -> None:
    assert TERRITORY.in_departement("352380101")


PARTS = {
    "a part": ("352380101", True),
    "a commune": ("35238", False),
    "a part of a former commune": ("350110101", False),
    "nine digits of an EPCI": ("243500139", False),
}


@pytest.mark.parametrize(("code", "expected"), PARTS.values(), ids=PARTS)
def test_a_part_belongs_to_a_commune_of_today(code: str, *, expected: bool) -> None:
    assert expected == TERRITORY.is_part(code)


MEETINGS = {
    "a part and itself": ("352380101", "352380101", True),
    "a part and its commune": ("352380101", "35238", True),
    "a commune and its part": ("35238", "352380101", True),
    "two parts of a commune": ("352380101", "352380102", False),
    "a part and another commune": ("352380101", "35024", False),
    "a commune and its former code": ("35292", "35011", True),
}


@pytest.mark.parametrize(("one", "other", "expected"), MEETINGS.values(), ids=MEETINGS)
def test_scopes_meet_where_they_share_ground(one: str, other: str, *, expected: bool) -> None:
    assert expected == TERRITORY.meet(TERRITORY.spread((one,), ()), TERRITORY.spread((other,), ()))


ROW = {
    "code_insee": "35238",
    "nom": "Rennes",
    "codes_postaux": "35000|35200|35700",
    "population": "225081",
    "arrondissement": "Rennes",
    "siren_epci": "243500139",
    "nom_epci": "Rennes Métropole",
}


def test_a_territory_is_built_from_the_cells_of_its_rows() -> None:
    betton = ROW | {"code_insee": "35024", "nom": "Betton", "codes_postaux": "35830", "population": "12000"}
    former = [{"code_ancien": "35011", "code_chef_lieu": "35024"}, {"code_ancien": "35024", "code_chef_lieu": "35024"}]
    made = build_territory([ROW, betton], former)
    postal_codes = ("35000", "35200", "35700")
    expected = Commune("35238", "Rennes", postal_codes, 225081, "Rennes", "243500139")
    assert (expected, ["35238", "35024"]) == (made.communes["35238"], list(made.communes))
    assert {"243500139": Epci("243500139", "Rennes Métropole", frozenset({"35238", "35024"}))} == made.epci
    assert {"35011": "35024"} == made.former


def test_an_answer_about_a_scope_is_the_same_the_second_time() -> None:
    territory = load_territory()
    first = territory.spread(("35238", "35011"), ("243500139",))
    assert first == territory.spread(("35238", "35011"), ("243500139",))
    assert first is territory.spread(("35238", "35011"), ("243500139",))


def test_a_territory_shows_its_tables_and_not_what_it_remembers() -> None:
    territory = build_territory([ROW], [])
    territory.spread(("35238",), ())
    assert "_spreads" not in repr(territory)
