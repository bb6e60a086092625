"""The sentence of each fault: what the sender of an event is told to mend, in the public error format."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.directory.places import place_faults
from hub.domain.directory.semantics import REFERENCE
from hub.domain.semantics import faults_of_sound_fields, semantic_faults
from hub.domain.vocabulary import Confidentiality
from tests.unit.domain.domain_building import contact_data, envelope, notice_data
from tests.unit.domain.situations import cdas, followed, life_event, referral
from tests.unit.domain.test_semantics import CALENDAR, OPENING

NOTICE, CONTACT, CALENDAR_CHANGED = "notice.published", "contact.changed", "calendar.changed"
REFERRAL: dict[str, Any] = dict(referral().data or {})
WITHDRAWAL = {"notice": "N-1", "version": 1, "reason": "REPLACED", "replaced_by": None}
ABSENCE = {"contact": "c-1", "from": date(2026, 5, 4), "to": date(2026, 5, 8), "deputy": None, "reason": None}
CORRECTION = notice_data(version=2, corrects_version=1, reason="ERROR")


def details(event_type: str, data: dict[str, Any], **attributes: Any) -> list[str]:
    found = semantic_faults(envelope(event_type, data, **attributes), data, load_territory())
    return [fault.detail for fault in found]


NO_COMMUNE = (
    "no such commune: five characters of the official geographic code, present or former, "
    "or the nine digits of an IRIS of Ille-et-Vilaine"
)
NO_CDAS = "a CDAS code has 1 to 32 capital letters, digits, hyphens or underscores"
NO_DATE = "the date must lie between 1900 and 2199"
NO_EPCI = "no EPCI of Ille-et-Vilaine has this SIREN; the list ships with the hub"

OF_DATA: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a commune": (NO_COMMUNE, NOTICE, notice_data(communes=["35999"])),
    "an EPCI": (NO_EPCI, NOTICE, notice_data(epci=["243500000"])),
    "a commune of a household": (NO_COMMUNE, "referral.requested", REFERRAL | {"household": {"commune": "35999"}}),
    "the CDAS that asks": (NO_CDAS, "referral.requested", REFERRAL | {"emitter": cdas(code="à")}),
    "the CDAS that follows": (NO_CDAS, "referral.requested", REFERRAL | {"support": [followed("CD35", cdas="")]}),
    "a date of a household": (
        NO_DATE,
        "referral.requested",
        REFERRAL | {"life_event": life_event("SEPARATION", "2200-01-01")},
    ),
    "a date of a notice": (NO_DATE, NOTICE, notice_data(published_on=date(1899, 12, 31))),
    "the nature of an organisation": (
        "code and nature disagree: this code goes with ORGANISATION",
        NOTICE,
        notice_data(nature="SCHEME"),
    ),
    "the nature of a law": (
        "code and nature disagree: this code goes with LEGISLATION",
        NOTICE,
        notice_data(code="L1"),
    ),
    "the version of a notice": ("version counts from 1", NOTICE, notice_data(version=0)),
    "an empty title": ("title must say something: people read it (R29)", NOTICE, notice_data(title="\n")),
    "the version that is corrected": (
        "corrects_version counts from 1",
        "notice.corrected",
        CORRECTION | {"corrects_version": 0},
    ),
    "the version of a correction": (
        "a correction has a higher version than the one that it corrects",
        "notice.corrected",
        CORRECTION | {"corrects_version": 2},
    ),
    "the version of a withdrawal": ("version counts from 1", "notice.withdrawn", WITHDRAWAL | {"version": 0}),
    "a notice that replaces itself": (
        "a notice cannot replace itself",
        "notice.withdrawn",
        WITHDRAWAL | {"replaced_by": "N-1"},
    ),
    "an empty label": ("label must have 1 to 200 characters", CONTACT, contact_data(label="")),
    "a label that is too long": ("label must have 1 to 200 characters", CONTACT, contact_data(label="x" * 201)),
    "an address of mail": (
        "email must look like name@domain.tld, without a label",
        CONTACT,
        contact_data(email="nobody"),
    ),
    "an address that begins with a dot": (
        "email must look like name@domain.tld, without a label",
        CONTACT,
        contact_data(email=".accueil@caf.example"),
    ),
    "an address with a dot before the at sign": (
        "email must look like name@domain.tld, without a label",
        CONTACT,
        contact_data(email="accueil.@caf.example"),
    ),
    "a telephone": (
        "phone has digits, spaces or dots, and may begin with +",
        CONTACT,
        contact_data(phone="douze"),
    ),
    "a webhook": (
        "webhook must be an http or https URL without a user",
        CONTACT,
        contact_data(webhook="ftp://caf.example"),
    ),
    "a contact that ends before it begins": (
        "valid_to is before valid_from",
        CONTACT,
        contact_data(valid_to=date(2023, 12, 31)),
    ),
    "a contact that may not opt out": ("only ASIP actors may opt out", CONTACT, contact_data(opted_out=True)),
    "a contact that replaces itself": (
        "a contact cannot be its own deputy",
        CONTACT,
        contact_data(deputy="c-1"),
    ),
    "a contact of another institution": (
        "a contact is declared by its own institution: institution must be that of the source",
        CONTACT,
        contact_data(institution="CD35", service="ASIP"),
    ),
    "a contact in a service of another institution": (
        "this service is of CD35, which alone declares its contacts",
        CONTACT,
        contact_data(service="CDAS", cdas="CDAS-07"),
    ),
    "the CDAS of a contact": (NO_CDAS, CONTACT, contact_data(cdas="cdas 7")),
    "an absence that ends before it begins": (
        "to is before from",
        "absence.declared",
        ABSENCE | {"to": date(2026, 5, 3)},
    ),
    "an absence that replaces itself": (
        "a contact cannot be its own deputy",
        "absence.declared",
        ABSENCE | {"deputy": "c-1"},
    ),
    "a calendar of a CDAS": ("cdas is required when the scope is CDAS", CALENDAR_CHANGED, CALENDAR | {"scope": "CDAS"}),
    "a calendar of a site": (
        "site is required when the scope is CAF_SITE",
        CALENDAR_CHANGED,
        CALENDAR | {"scope": "CAF_SITE"},
    ),
    "hours without hours": (
        "hours are required unless the kind is CLOSURE",
        CALENDAR_CHANGED,
        CALENDAR | {"kind": "EXCEPTIONAL_OPENING", "hours": []},
    ),
    "a day before Monday": (
        "weekday is 1 (Monday) to 7 (Sunday)",
        CALENDAR_CHANGED,
        CALENDAR | {"hours": [OPENING | {"weekday": 0}]},
    ),
    "a time of day": (
        "local time of day as HH:MM",
        CALENDAR_CHANGED,
        CALENDAR | {"hours": [OPENING | {"opens": "9:00"}]},
    ),
    "hours that end before they begin": (
        "closes must be after opens",
        CALENDAR_CHANGED,
        CALENDAR | {"hours": [OPENING | {"closes": "08:00"}]},
    ),
    "a hand-over without a day": (
        "one of concertation_on (CAF_TO_CDAS) and exchange_on (CDAS_TO_CAF) must be given",
        "handover.accepted",
        {"situation": "s-1", "concertation_on": None, "exchange_on": None},
    ),
    "a joint intervention without a day": (
        "one of concertation_on (CAF_TO_CDAS) and exchange_on (CDAS_TO_CAF) must be given",
        "joint_intervention.validated",
        {"situation": "s-1", "concertation_on": None, "exchange_on": None},
    ),
    "a proposal that was declined": (
        "deviation_reason is required unless the decision is FOLLOWED",
        "referral.confirmed",
        {"situation": "s-1", "decision": "DECLINED", "deviation_reason": None},
    ),
    "a proposal that was changed": (
        "deviation_reason is required unless the decision is FOLLOWED",
        "referral.confirmed",
        {"situation": "s-1", "decision": "MODIFIED", "deviation_reason": None},
    ),
    "a referral that was unjustified": (
        "unjustified_reason is required when justified is NO",
        "referral.concluded",
        {"situation": "s-1", "justified": "NO", "unjustified_reason": None},
    ),
    "a personal block": (
        (
            "personal_block must be a JWE in compact form, encrypted with the situation's key: "
            "docs/guides/personal-data.md"
        ),
        "referral.requested",
        REFERRAL | {"personal_block": "02 99 00 00 00"},
    ),
}


@pytest.mark.parametrize(("expected", "event_type", "data"), OF_DATA.values(), ids=OF_DATA)
def test_a_fault_says_what_is_expected(expected: str, event_type: str, data: dict[str, Any]) -> None:
    assert [expected] == details(event_type, data)


OF_THE_ENVELOPE: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "the subject of a situation": (
        "subject must equal the data's situation",
        "referral.requested",
        REFERRAL,
        {"subject": "s-2"},
    ),
    "the subject of a notice": ("subject must equal the data's notice", NOTICE, notice_data(), {"subject": "N-2"}),
    "the subject of a contact": ("subject must equal the data's contact", CONTACT, contact_data(), {"subject": "c-2"}),
    "the subject of a calendar": (
        "subject must equal the data's calendar",
        CALENDAR_CHANGED,
        CALENDAR,
        {"subject": "other"},
    ),
    "the level": (
        "this event is at least C2; confidentiality may not be lower",
        "referral.requested",
        REFERRAL,
        {"confidentiality": Confidentiality.C1},
    ),
    "the line's calendar": (
        "the calendar of the priority line is the CAF's (C13)",
        CALENDAR_CHANGED,
        CALENDAR,
        {"source": "urn:hub:cd35:si-test"},
    ),
}


@pytest.mark.parametrize(
    ("expected", "event_type", "data", "attributes"), OF_THE_ENVELOPE.values(), ids=OF_THE_ENVELOPE
)
def test_a_fault_of_the_envelope_says_what_is_expected(
    expected: str, event_type: str, data: dict[str, Any], attributes: dict[str, Any]
) -> None:
    assert [expected] == details(event_type, data, **attributes)


SOUND: dict[str, tuple[str, dict[str, Any]]] = {
    "a referral": ("referral.requested", REFERRAL),
    "the first day and the last": (NOTICE, notice_data(published_on=date(1900, 1, 1), effective_on=date(2199, 12, 31))),
    "a label of 200 characters": (CONTACT, contact_data(label="x" * 200)),
    "a contact of one day": (CONTACT, contact_data(valid_to=date(2024, 1, 1))),
    "a deputy": (CONTACT, contact_data(deputy="c-2")),
    "an absence of one day": ("absence.declared", ABSENCE | {"to": date(2026, 5, 4)}),
    "Sunday until midnight": (
        CALENDAR_CHANGED,
        CALENDAR | {"hours": [{"weekday": 7, "opens": "00:00", "closes": "24:00"}]},
    ),
    "a day of concertation": (
        "handover.accepted",
        {"situation": "s-1", "concertation_on": date(2026, 5, 4), "exchange_on": None},
    ),
    "a day of exchange": (
        "joint_intervention.validated",
        {"situation": "s-1", "concertation_on": None, "exchange_on": date(2026, 5, 4)},
    ),
    "a proposal that was followed": (
        "referral.confirmed",
        {"situation": "s-1", "decision": "FOLLOWED", "deviation_reason": None},
    ),
    "a proposal that was changed, and why": (
        "referral.confirmed",
        {"situation": "s-1", "decision": "MODIFIED", "deviation_reason": "OTHER"},
    ),
    "a referral that was justified": (
        "referral.concluded",
        {"situation": "s-1", "justified": "YES", "unjustified_reason": None},
    ),
    "a referral that was unjustified, and why": (
        "referral.concluded",
        {"situation": "s-1", "justified": "NO", "unjustified_reason": "WRONG_SERVICE"},
    ),
    "a withdrawal with a successor": ("notice.withdrawn", WITHDRAWAL | {"replaced_by": "N-2"}),
    "a date of the first day and the last": (
        "referral.requested",
        REFERRAL | {"life_event": life_event("SEPARATION", "1900-01-01", "2199-12-31")},
    ),
    "an address in capitals": (CONTACT, contact_data(email="Accueil.CDAS@CD35.Example")),
    "a webhook with a path": (CONTACT, contact_data(webhook="https://caf.example/hub?x=1")),
    "a CDAS code of 32 characters": ("referral.requested", REFERRAL | {"emitter": cdas(code="A" * 32)}),
}


@pytest.mark.parametrize(("event_type", "data"), SOUND.values(), ids=SOUND)
def test_what_is_just_inside_has_no_fault(event_type: str, data: dict[str, Any]) -> None:
    assert [] == details(event_type, data)


def test_the_faults_of_sound_fields_are_told_beside_a_field_that_has_one_already() -> None:
    data = notice_data(version=None, title=None, communes=["35999"], nature="SCHEME")
    event = envelope(NOTICE, data, subject="N-2")
    found = faults_of_sound_fields(event, data, load_territory())
    assert ["SUBJECT_MISMATCH", "CODE_NATURE_MISMATCH"] == [fault.code for fault in found]


def test_a_check_that_cannot_go_on_keeps_no_other_from_telling() -> None:
    data = REFERRAL | {"household": None, "support": 3, "personal_block": "x", "emitter": cdas(code="?")}
    found = faults_of_sound_fields(envelope("referral.requested", data), data, load_territory())
    assert {"CDAS_CODE_INVALID", "PERSONAL_BLOCK_NOT_JWE"} == {fault.code for fault in found}


@pytest.mark.parametrize("label", [{"label": None}, {}], ids=["a field that has a fault", "a field that is not there"])
def test_a_check_ends_quietly_where_it_meets_a_field_that_is_not_sound(label: dict[str, Any]) -> None:
    data = {name: held for name, held in contact_data(communes=["35999"]).items() if name != "label"} | label
    found = faults_of_sound_fields(envelope(CONTACT, data), data, load_territory())
    assert [("COMMUNE_UNKNOWN", "/data/communes/0")] == [(fault.code, fault.pointer) for fault in found]


FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
BEFORE, AFTER = FIRST - timedelta(days=1), LAST + timedelta(days=1)
CENTURIES = {
    "the first and the last day": (FIRST, LAST, []),
    "one before beside the first": (BEFORE, FIRST, [0]),
    "one after beside the last": (LAST, AFTER, [1]),
}


@pytest.mark.parametrize(("one", "other", "expected"), CENTURIES.values(), ids=CENTURIES)
@pytest.mark.parametrize(
    ("event_type", "made", "fields"),
    [
        (NOTICE, notice_data, ("published_on", "effective_on")),
        (CONTACT, contact_data, ("valid_from", "valid_to")),
    ],
    ids=["notice", "contact"],
)
def test_only_a_date_beyond_the_known_centuries_is_a_fault(
    event_type: str, made: Callable[..., Any], fields: tuple[str, str], one: date, other: date, expected: list[int]
) -> None:
    data = made(**dict(zip(fields, (one, other), strict=True)))
    found = semantic_faults(envelope(event_type, data), data, load_territory())
    out_of_range = [fault.pointer for fault in found if fault.code == "DATE_OUT_OF_RANGE"]
    assert [f"/data/{fields[index]}" for index in expected] == out_of_range


def test_an_odd_date_is_found_in_a_list_alone() -> None:
    data = {"situation": "s-1", "support": [{"cdas": None, "closed_on": date(2300, 1, 1)}]}
    found = semantic_faults(envelope("referral.requested", data), data, load_territory())
    assert ["/data/support/0/closed_on"] == [fault.pointer for fault in found]


def test_each_cdas_of_a_list_is_checked() -> None:
    found = list(place_faults({"cdas": ["CDAS-07", "cdas 7", "à"]}, load_territory()))
    assert [("CDAS_CODE_INVALID", "/data/cdas/1"), ("CDAS_CODE_INVALID", "/data/cdas/2")] == [
        (fault.code, fault.pointer) for fault in found
    ]


def test_a_reference_may_have_capitals() -> None:
    assert REFERENCE.fullmatch("CCAS.Rennes:1")


def test_a_version_that_does_not_count_from_one_is_told_where_it_stands() -> None:
    territory = load_territory()
    withdrawal, correction = WITHDRAWAL | {"version": 0}, CORRECTION | {"corrects_version": 0}
    told = [
        (fault.code, fault.pointer)
        for kind, data in (("notice.withdrawn", withdrawal), ("notice.corrected", correction))
        for fault in semantic_faults(envelope(kind, data), data, territory)
    ]
    assert [("NUMBER_OUT_OF_RANGE", "/data/version"), ("NUMBER_OUT_OF_RANGE", "/data/corrects_version")] == told


@pytest.mark.parametrize(("event_type", "data"), [(CONTACT, contact_data()), (CALENDAR_CHANGED, CALENDAR)])
def test_a_source_that_cannot_be_read_is_left_to_the_check_of_the_envelope(
    event_type: str, data: dict[str, Any]
) -> None:
    assert [] == details(event_type, data, source="somewhere")


REQUIRED = {
    "a day of concertation": (
        "/data/concertation_on",
        "handover.accepted",
        {"situation": "s-1", "concertation_on": None, "exchange_on": None},
    ),
    "why a proposal was declined": (
        "/data/deviation_reason",
        "referral.confirmed",
        {"situation": "s-1", "decision": "DECLINED", "deviation_reason": None},
    ),
    "why a referral was unjustified": (
        "/data/unjustified_reason",
        "referral.concluded",
        {"situation": "s-1", "justified": "NO", "unjustified_reason": None},
    ),
}


@pytest.mark.parametrize(("pointer", "event_type", "data"), REQUIRED.values(), ids=REQUIRED)
def test_a_field_that_another_one_asks_for_is_told_where_it_is_missing(
    pointer: str, event_type: str, data: dict[str, Any]
) -> None:
    [fault] = semantic_faults(envelope(event_type, data), data, load_territory())
    assert ("FIELD_REQUIRED", pointer) == (fault.code, fault.pointer)
