"""What a schema cannot say."""

from datetime import date
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.semantics import semantic_faults
from hub.domain.vocabulary import Confidentiality
from tests.unit.domain.domain_building import contact_data, envelope, notice_data


def faults(event_type: str, data: dict[str, Any], **attributes: Any) -> list[tuple[str, str]]:
    found = semantic_faults(envelope(event_type, data, **attributes), data, load_territory())
    return [(fault.code, fault.pointer) for fault in found]


def test_a_good_notice_and_a_good_contact_have_no_fault() -> None:
    assert [] == faults("notice.published", notice_data())
    assert [] == faults("contact.changed", contact_data())


NOTICES: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "an organisation code on a law": ({"nature": "LEGISLATION"}, ("CODE_NATURE_MISMATCH", "/data/nature")),
    "a law code on an organisation": ({"code": "L1"}, ("CODE_NATURE_MISMATCH", "/data/nature")),
    "a scheme code on an organisation": ({"code": "D2"}, ("CODE_NATURE_MISMATCH", "/data/nature")),
    "the convention itself as a scheme": (
        {"code": "G1", "nature": "SCHEME"},
        ("CODE_NATURE_MISMATCH", "/data/nature"),
    ),
    "version 0": ({"version": 0}, ("NUMBER_OUT_OF_RANGE", "/data/version")),
    "published long ago": ({"published_on": date(1, 1, 1)}, ("DATE_OUT_OF_RANGE", "/data/published_on")),
    "effective in a far future": ({"effective_on": date(2200, 1, 1)}, ("DATE_OUT_OF_RANGE", "/data/effective_on")),
    "a commune that does not exist": ({"communes": ["35238", "35999"]}, ("COMMUNE_UNKNOWN", "/data/communes/1")),
    "a malformed commune": ({"communes": ["Rennes"]}, ("COMMUNE_UNKNOWN", "/data/communes/0")),
    "an EPCI that does not exist": ({"epci": ["243500000"]}, ("EPCI_UNKNOWN", "/data/epci/0")),
    "an empty summary": ({"summary": " "}, ("TEXT_EMPTY", "/data/summary")),
}


@pytest.mark.parametrize(("changed", "expected"), NOTICES.values(), ids=NOTICES)
def test_a_fault_of_a_notice_has_its_code_and_its_place(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [expected] == faults("notice.published", notice_data(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "G1"},
        {"code": "L1", "nature": "LEGISLATION"},
        {"code": "D1", "nature": "SCHEME"},
        {"code": "X1", "nature": "SCHEME"},
        {"code": "UNKNOWN", "nature": "SCHEME"},
        {"code": "L1", "nature": "UNKNOWN"},
        {"communes": ["35011", "22094", "2A004"]},
        {"epci": ["243500741"]},
    ],
)
def test_what_the_contract_allows_passes(changed: dict[str, Any]) -> None:
    assert [] == faults("notice.published", notice_data(**changed))


def test_all_faults_are_reported_together() -> None:
    data = notice_data(version=0, communes=["35999"], nature="SCHEME")
    assert {"CODE_NATURE_MISMATCH", "NUMBER_OUT_OF_RANGE", "COMMUNE_UNKNOWN", "SUBJECT_MISMATCH"} == {
        code for code, _ in faults("notice.published", data, subject="N-2")
    }


def test_the_subject_is_the_reference_in_the_data() -> None:
    assert [("SUBJECT_MISMATCH", "/subject")] == faults("notice.published", notice_data(), subject="N-2")


def test_a_level_below_that_of_the_type_is_refused_and_a_higher_one_is_not() -> None:
    data = contact_data()
    low = faults("contact.changed", data, confidentiality=Confidentiality.C0)
    assert [("CONFIDENTIALITY_TOO_LOW", "/confidentiality")] == low
    assert [] == faults("contact.changed", data, confidentiality=Confidentiality.C2)


def test_a_correction_has_a_higher_version_than_what_it_corrects() -> None:
    good = notice_data(version=2, corrects_version=1, reason="ERROR")
    assert [] == faults("notice.corrected", good)
    same = good | {"corrects_version": 2}
    assert [("VERSION_NOT_HIGHER", "/data/version")] == faults("notice.corrected", same)


def test_a_notice_cannot_replace_itself() -> None:
    data = {"notice": "N-1", "version": 1, "reason": "REPLACED", "replaced_by": "N-1"}
    assert [("REFERENCE_TO_ITSELF", "/data/replaced_by")] == faults("notice.withdrawn", data)


CONTACTS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "of another institution": (
        {"institution": "CD35", "service": "ASIP"},
        ("OWNER_MISMATCH", "/data/institution"),
    ),
    "of another's service": ({"service": "CDAS", "cdas": "CDAS-07"}, ("OWNER_MISMATCH", "/data/service")),
    "no at sign": ({"email": "referent.example"}, ("EMAIL_INVALID", "/data/email")),
    "a display name": ({"email": "Référent <r@caf.example>"}, ("EMAIL_INVALID", "/data/email")),
    "a line break": ({"email": "r@caf.example\nBcc: x@y.example"}, ("EMAIL_INVALID", "/data/email")),
    "two dots": ({"email": "r..s@caf.example"}, ("EMAIL_INVALID", "/data/email")),
    "a telephone with letters": ({"phone": "poste douze"}, ("PHONE_INVALID", "/data/phone")),
    "a webhook that is no URL": ({"webhook": "caf.example/hook"}, ("WEBHOOK_INVALID", "/data/webhook")),
    "a webhook with a user": ({"webhook": "https://u:p@caf.example/"}, ("WEBHOOK_INVALID", "/data/webhook")),
    "valid to before it begins": ({"valid_to": date(2023, 12, 31)}, ("DATES_REVERSED", "/data/valid_to")),
    "opted out without being an actor": ({"opted_out": True}, ("OPT_OUT_RESERVED", "/data/opted_out")),
    "its own deputy": ({"deputy": "c-1"}, ("REFERENCE_TO_ITSELF", "/data/deputy")),
    "a CDAS code in small letters": ({"cdas": "cdas 7"}, ("CDAS_CODE_INVALID", "/data/cdas")),
    "an empty label": ({"label": ""}, ("TEXT_EMPTY", "/data/label")),
    "a commune that does not exist": ({"communes": ["35000"]}, ("COMMUNE_UNKNOWN", "/data/communes/0")),
}


@pytest.mark.parametrize(("changed", "expected"), CONTACTS.values(), ids=CONTACTS)
def test_a_fault_of_a_contact_has_its_code_and_its_place(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [expected] == faults("contact.changed", contact_data(**changed))


CALENDAR = {
    "calendar": "line",
    "scope": "PRIORITY_LINE",
    "cdas": None,
    "site": None,
    "kind": "HOURS",
    "from": date(2026, 1, 1),
    "to": date(2026, 12, 31),
    "hours": [{"weekday": 1, "opens": "09:00", "closes": "12:00"}],
    "reason": None,
}
OPENING = {"weekday": 1, "opens": "09:00", "closes": "12:00"}
CALENDARS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "to before from": ({"to": date(2025, 12, 31)}, ("DATES_REVERSED", "/data/to")),
    "hours without hours": ({"hours": []}, ("FIELD_REQUIRED", "/data/hours")),
    "a CDAS without its code": ({"scope": "CDAS"}, ("FIELD_REQUIRED", "/data/cdas")),
    "a site without its code": ({"scope": "CAF_SITE"}, ("FIELD_REQUIRED", "/data/site")),
    "an eighth day": ({"hours": [OPENING | {"weekday": 8}]}, ("NUMBER_OUT_OF_RANGE", "/data/hours/0/weekday")),
    "25 o'clock": ({"hours": [OPENING | {"closes": "25:00"}]}, ("TIME_INVALID", "/data/hours/0/closes")),
    "closing before opening": ({"hours": [OPENING | {"closes": "09:00"}]}, ("HOURS_REVERSED", "/data/hours/0/closes")),
}


def test_good_hours_and_a_closure_without_hours_pass() -> None:
    assert [] == faults("calendar.changed", CALENDAR)
    assert [] == faults("calendar.changed", CALENDAR | {"kind": "CLOSURE", "hours": []})


@pytest.mark.parametrize("source", ["urn:hub:cd35:si-test", "urn:hub:partner:ccas-demo:accueil"])
def test_the_calendar_of_the_priority_line_is_entered_by_the_caf_alone(source: str) -> None:
    assert [("OWNER_MISMATCH", "/data/scope")] == faults("calendar.changed", CALENDAR, source=source)
    assert [] == faults("calendar.changed", CALENDAR | {"scope": "CDAS", "cdas": "CDAS-07"}, source=source)


@pytest.mark.parametrize(("changed", "expected"), CALENDARS.values(), ids=CALENDARS)
def test_a_fault_of_a_calendar_has_its_code_and_its_place(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [expected] == faults("calendar.changed", CALENDAR | changed)


def test_places_and_dates_are_checked_wherever_a_situation_names_them() -> None:
    data = {
        "situation": "s-1",
        "emitter": {"cdas": "?"},
        "household": {"commune": "35999"},
        "life_event": {"date": date(1899, 12, 31)},
        "support": [{"cdas": "CDAS-07", "closed_on": date(2300, 1, 1)}, {"cdas": "à", "closed_on": None}],
    }
    assert {
        ("CDAS_CODE_INVALID", "/data/emitter/cdas"),
        ("COMMUNE_UNKNOWN", "/data/household/commune"),
        ("DATE_OUT_OF_RANGE", "/data/life_event/date"),
        ("DATE_OUT_OF_RANGE", "/data/support/0/closed_on"),
        ("CDAS_CODE_INVALID", "/data/support/1/cdas"),
    } == set(faults("referral.requested", data))


def test_a_fault_never_repeats_the_value() -> None:
    data = contact_data(email="secret value", phone="secret value", webhook="secret value", cdas="secret value")
    found = semantic_faults(envelope("contact.changed", data), data, load_territory())
    assert len(found) == 4
    assert not any("secret" in fault.detail for fault in found)
