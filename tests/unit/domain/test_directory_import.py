"""The receipts of a directory file, line by line."""

import csv
from datetime import date

import pytest

from hub.data import load_territory
from hub.demo import demo_directory_rows
from hub.domain.directory.contact_import import LineReceipt, LineStatus, plan_import
from hub.domain.directory.contacts import CONTACT_FIELDS, Directory
from hub.domain.vocabulary import Institution
from tests.unit.domain.domain_building import actor

TODAY = date(2026, 5, 4)
ROW = {
    "contact": "c-1",
    "institution": "PARTNER",
    "service": "ASIP",
    "role": "ACTOR",
    "communes": "35238|35024",
    "actor_kind": "CCAS",
    "label": "CCAS de Rennes",
    "email": "ccas@rennes.example",
    "valid_from": "2024-01-01",
    "opted_out": "non",
}


def empty() -> Directory:
    return Directory(load_territory())


def filled(*rows: dict[str, str]) -> Directory:
    directory = empty()
    for receipt in plan_import(rows, directory, TODAY):
        assert receipt.contact is not None, receipt.reason
        directory.apply(receipt.contact)
    return directory


def receipt_of(row: dict[str, str], directory: Directory | None = None) -> LineReceipt:
    (receipt,) = plan_import([row], directory or empty(), TODAY)
    return receipt


def test_a_new_contact_is_added_with_every_cell_read() -> None:
    receipt = receipt_of(ROW)
    assert (2, "c-1", LineStatus.ADDED) == (receipt.line, receipt.ref, receipt.status)
    contact = receipt.contact
    assert contact is not None
    assert (("35238", "35024"), date(2024, 1, 1), False, None) == (
        contact.communes,
        contact.valid_from,
        contact.opted_out,
        contact.phone,
    )


def test_the_same_file_again_changes_nothing() -> None:
    assert receipt_of(ROW, filled(ROW)).status is LineStatus.UNCHANGED


def test_a_change_names_its_columns() -> None:
    receipt = receipt_of(ROW | {"label": "CCAS", "opted_out": "oui"}, filled(ROW))
    assert (LineStatus.CHANGED, "change\u00a0: label, opted_out") == (receipt.status, receipt.reason)


def test_an_empty_first_day_is_today_for_a_new_contact_and_stays_for_a_known_one() -> None:
    row = ROW | {"valid_from": ""}
    new, known = receipt_of(row).contact, receipt_of(row, filled(ROW)).contact
    assert new is not None
    assert known is not None
    assert (TODAY, date(2024, 1, 1)) == (new.valid_from, known.valid_from)


REFUSALS = {
    "no reference": ({"contact": ""}, "contact"),
    "a reference with a space": ({"contact": "c 1"}, "contact"),
    "an unknown service": ({"service": "MAIRIE"}, "service"),
    "no role": ({"role": ""}, "role"),
    "no label": ({"label": ""}, "label"),
    "a French date": ({"valid_from": "01/01/2024"}, "AAAA-MM-JJ"),
    "a date before all": ({"valid_from": "0001-01-01"}, "1900"),
    "neither yes nor no": ({"opted_out": "peut-être"}, "oui"),
    "a bad address": ({"email": "ccas"}, "courriel"),
    "a bad commune": ({"communes": "35238|35999"}, "commune"),
    "a bad EPCI": ({"epci": "1"}, "EPCI"),
    "reversed validity": ({"valid_to": "2023-01-01"}, "fin de validité"),
    "an unknown column": ({"e-mail": "x"}, "e-mail"),
}


@pytest.mark.parametrize(("changed", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_line_says_why_in_french(changed: dict[str, str], said: str) -> None:
    receipt = receipt_of(ROW | changed)
    assert (LineStatus.REFUSED, None) == (receipt.status, receipt.contact)
    assert said in receipt.reason


def test_all_reasons_of_a_line_are_given_together() -> None:
    reason = receipt_of(ROW | {"service": "X", "role": "Y", "valid_from": "Z"}).reason
    assert all(f"«\u00a0{name}\u00a0»" in reason for name in ("service", "role", "valid_from"))


def test_a_second_line_of_the_same_reference_is_refused() -> None:
    first, second = plan_import([ROW, ROW | {"label": "Autre"}], empty(), TODAY)
    assert (LineStatus.ADDED, LineStatus.REFUSED) == (first.status, second.status)
    assert "ligne 2" in second.reason


def test_a_refused_line_stands_in_nobodys_way() -> None:
    statuses = [r.status for r in plan_import([ROW | {"role": "?"}, ROW | {"contact": "c-2"}], empty(), TODAY)]
    assert [LineStatus.REFUSED, LineStatus.ADDED] == statuses


def test_an_institution_imports_its_own_contacts_only() -> None:
    (receipt,) = plan_import([ROW], empty(), TODAY, Institution.CAF)
    assert LineStatus.REFUSED is receipt.status


def test_a_reference_of_another_institution_cannot_be_taken_over() -> None:
    directory = empty()
    directory.apply(actor("c-1", institution="CD35"))
    assert LineStatus.REFUSED is receipt_of(ROW, directory).status


def test_planning_changes_nothing() -> None:
    directory = empty()
    plan_import([ROW], directory, TODAY)
    assert 0 == len(directory)


def test_a_row_with_too_many_cells_is_refused() -> None:
    columns = list(ROW)
    rows = csv.DictReader([",".join(columns), ",".join([*ROW.values(), "surplus"])])
    (receipt,) = plan_import(rows, empty(), TODAY)
    assert LineStatus.REFUSED is receipt.status


def test_the_columns_are_the_fields_of_the_contract() -> None:
    assert set(CONTACT_FIELDS) == set(demo_directory_rows()[0])
