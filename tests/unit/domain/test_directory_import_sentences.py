"""What the receipt of a directory file's line says, word by word: people mend their file by it."""

import re
from dataclasses import replace
from datetime import date

import pytest

from hub.data import load_territory
from hub.domain.directory.contact_import import LineReceipt, LineStatus, plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.vocabulary import Institution
from tests.unit.domain.domain_building import actor

TODAY = date(2026, 5, 4)
ROW = {
    "contact": "c-1",
    "institution": "PARTNER",
    "service": "ASIP",
    "role": "ACTOR",
    "label": "CCAS de Rennes",
    "email": "ccas@rennes.example",
    "valid_from": "2024-01-01",
}
KNOWN = actor("c-1", label="CCAS de Rennes", email="ccas@rennes.example")


def receipt_of(changed: dict[str, str], *, known: bool = False, institution: Institution | None = None) -> LineReceipt:
    directory = Directory(load_territory())
    if known:
        directory.apply(KNOWN)
    (receipt,) = plan_import([ROW | changed], directory, TODAY, institution)
    return receipt


REFERENCE = "une référence a de 1 à 128 lettres sans accent, chiffres ou signes\u00a0. _ : ~ + = -"
REASONS = {
    "no reference": ({"contact": ""}, f"colonne « contact » : {REFERENCE}"),
    "no label": ({"label": ""}, "colonne « label » : une valeur est attendue"),
    "no institution": ({"institution": ""}, "colonne « institution » : une valeur est attendue"),
    "an unknown institution": (
        {"institution": "MSA"},
        "colonne « institution » : valeurs admises : CAF, CD35, PARTNER",
    ),
    "a French date": ({"valid_to": "01/01/2024"}, "colonne « valid_to » : une date s’écrit AAAA-MM-JJ"),
    "a far future": ({"valid_to": "2200-01-01"}, "colonne « valid_to » : la date doit se situer entre 1900 et 2199"),
    "neither yes nor no": ({"opted_out": "peut-être"}, "colonne « opted_out » : écrire « oui » ou « non »"),
    "an unknown column": ({"e-mail": "x"}, "colonne inconnue : « e-mail »"),
    "two reasons": (
        {"label": "", "valid_to": "demain"},
        "colonne « label » : une valeur est attendue ; colonne « valid_to » : une date s’écrit AAAA-MM-JJ",
    ),
    "a long label": ({"label": "x" * 201}, "le libellé doit avoir de 1 à 200 caractères (colonne « label »)"),
    "an address": ({"email": "x"}, "l’adresse de courriel n’a pas la forme nom@domaine.fr (colonne « email »)"),
    "a telephone": (
        {"phone": "x"},
        "le numéro de téléphone n’a que des chiffres, des espaces ou des points (colonne « phone »)",
    ),
    "a webhook": (
        {"webhook": "x"},
        "l’adresse d’appel commence par https:// et ne contient pas d’identifiant (colonne « webhook »)",
    ),
    "reversed": ({"valid_to": "2023-12-31"}, "la fin de validité précède son début (colonne « valid_to »)"),
    "another's service": (
        {"service": "CDAS", "cdas": "CDAS-07"},
        "ce service est celui d’une autre institution (colonne « service »)",
    ),
    "who may not refuse": (
        {"institution": "CAF", "service": "CAF_REFERENTS", "opted_out": "oui"},
        "seuls les acteurs de l’ASIP peuvent refuser les informations (colonne « opted_out »)",
    ),
    "its own deputy": (
        {"deputy": "c-1"},
        "un contact ne peut pas être son propre suppléant (colonne « deputy »)",
    ),
    "a commune": (
        {"communes": "35999"},
        "code de commune (ou d’IRIS) inconnu du code officiel géographique (colonne « communes »)",
    ),
    "an EPCI": ({"epci": "1"}, "aucun EPCI d’Ille-et-Vilaine n’a ce numéro SIREN (colonne « epci »)"),
    "a CDAS": (
        {"cdas": "cdas 7"},
        "un code de CDAS n’a que des capitales, des chiffres et des tirets (colonne « cdas »)",
    ),
}


@pytest.mark.parametrize(("changed", "reason"), REASONS.values(), ids=REASONS)
def test_a_refusal_names_the_column_and_what_is_expected_there(changed: dict[str, str], reason: str) -> None:
    ref = changed.get("contact", "c-1")
    said = re.sub(r"(?<=[a-zé»]) (?=[:;] )", "\u00a0", reason).replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    assert LineReceipt(2, ref, LineStatus.REFUSED, said) == receipt_of(changed)


def test_a_line_that_is_taken_says_what_becomes_of_its_contact() -> None:
    assert LineReceipt(2, "c-1", LineStatus.ADDED, "nouveau contact", KNOWN) == receipt_of({})
    assert LineReceipt(2, "c-1", LineStatus.UNCHANGED, "aucun changement", KNOWN) == receipt_of({}, known=True)
    changed = replace(KNOWN, label="CCAS", email=None)
    expected = LineReceipt(2, "c-1", LineStatus.CHANGED, "change\u00a0: label, email", changed)
    assert expected == receipt_of({"label": "CCAS", "email": ""}, known=True)


def test_a_contact_of_another_institution_is_refused_in_words() -> None:
    importing = receipt_of({}, institution=Institution.CAF)
    assert "ce contact relève d’une autre institution que celle qui importe" == importing.reason
    taken_over = receipt_of({"institution": "CD35"}, known=True)
    assert "cette référence est déjà celle d’un contact d’une autre institution" == taken_over.reason


YES_AND_NO = {"true": True, "OUI": True, "1": True, "False": False, "non": False, "0": False, "": False}


@pytest.mark.parametrize(("cell", "expected"), YES_AND_NO.items(), ids=repr)
def test_yes_and_no_are_read_as_people_write_them(cell: str, *, expected: bool) -> None:
    contact = receipt_of({"opted_out": cell}).contact
    assert contact is not None
    assert expected is contact.opted_out


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"], ids=["the first", "the last"])
def test_the_ends_of_the_known_centuries_are_dates(day: str) -> None:
    contact = receipt_of({"valid_from": "1900-01-01", "valid_to": day}).contact
    assert contact is not None
    assert date.fromisoformat(day) == contact.valid_to


def test_a_row_without_the_column_of_the_reference_is_refused_under_no_name() -> None:
    rows = [{name: cell for name, cell in ROW.items() if name != "contact"}]
    (receipt,) = plan_import(rows, Directory(load_territory()), TODAY)
    assert (LineStatus.REFUSED, "") == (receipt.status, receipt.ref)
