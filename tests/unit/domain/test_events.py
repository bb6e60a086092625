"""The catalogue of events: who may send what, at which level, and what is never kept."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.events import (
    EVENT_TYPES,
    SIGNATORIES,
    Source,
    SourceInvalid,
    default_level_of,
    level_of,
    may_emit,
    never_stored,
    parse_source,
)
from hub.domain.routing.decide import is_routed
from hub.domain.vocabulary import Confidentiality, Institution, Kind
from hub.paths import schemas_root

C1, C2, C3 = Confidentiality.C1, Confidentiality.C2, Confidentiality.C3


@pytest.mark.parametrize(
    ("urn", "expected"),
    [
        ("urn:hub:caf35:si-partenaires", Source(Institution.CAF, None, "si-partenaires")),
        ("urn:hub:cd35:si-social", Source(Institution.CD35, None, "si-social")),
        ("urn:hub:partner:ccas-rennes:portail", Source(Institution.PARTNER, "ccas-rennes", "portail")),
    ],
    ids=["CAF", "Département", "partner"],
)
def test_a_source_names_its_institution_and_system(urn: str, expected: Source) -> None:
    assert expected == parse_source(urn)


@pytest.mark.parametrize(
    "urn",
    [
        "",
        "urn:hub:caf35",
        "urn:hub:caf35:",
        "urn:hub:caf35:a:b",
        "urn:hub:partner:ccas",
        "urn:hub:partner:ccas:a:b",
        "urn:hub:caf36:si",
        "urn:caf35:si:x",
        "URN:hub:caf35:si",
        "urn:hub:caf35:si social",
        "urn:hub:caf35:é",
    ],
)
def test_anything_else_is_no_source(urn: str) -> None:
    with pytest.raises(SourceInvalid):
        parse_source(urn)


@given(st.from_regex(r"(caf35|cd35|partner)(:.{0,5}){0,3}", fullmatch=True))
def test_a_source_that_is_read_is_written_the_same_way(text: str) -> None:
    with suppress(SourceInvalid):
        source = parse_source(f"urn:hub:{text}")
        name = SIGNATORIES[source.institution].urn_name
        assert text == ":".join(part for part in (name, source.partner, source.system) if part is not None)


def test_topics_have_the_prefix_of_their_institution() -> None:
    urns = ("urn:hub:caf35:a", "urn:hub:cd35:a", "urn:hub:partner:b:a")
    assert ["caf", "cd35", "partner"] == [parse_source(urn).topic_prefix for urn in urns]


def test_the_catalogue_and_the_published_schemas_name_the_same_types() -> None:
    published = {path.parent.name for path in schemas_root().glob("*/*.avsc")}
    assert set(EVENT_TYPES) == published - {"envelope", "hub.decision", "hub.reject"}


def test_the_catalogue_marks_as_routed_what_the_rules_decide_on() -> None:
    assert {name for name in EVENT_TYPES if is_routed(name)} == {n for n, row in EVENT_TYPES.items() if row.routed}
    assert 9 == sum(row.routed for row in EVENT_TYPES.values())


def test_no_institution_may_send_what_the_hub_emits() -> None:
    emitted = [name for name, row in EVENT_TYPES.items() if row.kind is Kind.EMITTED]
    assert len(emitted) == 4
    assert not any(may_emit(institution, name) for institution in Institution for name in emitted)


@pytest.mark.parametrize(
    ("institution", "event_type", "allowed"),
    [
        (Institution.CAF, "notice.published", True),
        (Institution.PARTNER, "notice.published", False),
        (Institution.PARTNER, "referral.requested", True),
        (Institution.CAF, "child_protection.reported", True),
        (Institution.CD35, "child_protection.reported", False),
        (Institution.CAF, "no.such_type", False),
    ],
)
def test_an_institution_sends_its_own_kinds(institution: Institution, event_type: str, *, allowed: bool) -> None:
    assert allowed == may_emit(institution, event_type)


LEVELS: dict[str, tuple[str, Mapping[str, Any], Confidentiality]] = {
    "a benefit urgency": ("benefit_urgency.reported", {"benefit": {"code": "RSA"}}, C2),
    "a benefit urgency about the AAH": ("benefit_urgency.reported", {"benefit": {"code": "AAH"}}, C3),
    "a social urgency": ("social_urgency.reported", {"category": "FOOD"}, C2),
    "an urgency about violence": ("social_urgency.reported", {"category": "DOMESTIC_VIOLENCE"}, C3),
    "an urgency about a child": ("social_urgency.reported", {"category": "CHILD_PROTECTION"}, C3),
    "a concern for a child": ("child_protection.reported", {}, C3),
    "a training": ("training.held", {}, C1),
}


@pytest.mark.parametrize(("event_type", "data", "expected"), LEVELS.values(), ids=LEVELS)
def test_the_level_follows_the_type_and_its_data(
    event_type: str, data: Mapping[str, Any], expected: Confidentiality
) -> None:
    assert expected == level_of(event_type, data) == default_level_of(event_type, data)


def test_a_call_is_personal_by_default_and_may_be_declared_internal() -> None:
    call = "benefit_urgency.contacted"
    assert (C1, C2) == (level_of(call, {"benefit_kind": "RSA"}), default_level_of(call, {"benefit_kind": "RSA"}))
    assert default_level_of(call, {"benefit_kind": "AAH"}) == C3


def test_levels_sort_from_public_to_protected() -> None:
    assert list(Confidentiality) == sorted(Confidentiality)


NEVER: dict[str, tuple[str, Mapping[str, Any], str | None]] = {
    "a child in immediate danger": (
        "referral.requested",
        {"child_protection": "IMMEDIATE_DANGER"},
        "PROSECUTOR_DIRECT",
    ),
    "a report of immediate danger": ("child_protection.reported", {"immediate_danger": True}, "PROSECUTOR_DIRECT"),
    "a hand-over without agreement": ("handover.requested", {"agreement": {"given": False}}, "AGREEMENT_MISSING"),
    "danger wins over the agreement": (
        "handover.requested",
        {"agreement": {"given": False}, "child_protection": "IMMEDIATE_DANGER"},
        "PROSECUTOR_DIRECT",
    ),
    "a hand-over with agreement": (
        "handover.requested",
        {"agreement": {"given": True}, "child_protection": "NONE"},
        None,
    ),
    "a known child": ("referral.requested", {"child_protection": "KNOWN_TO_CDAS"}, None),
    "a report without danger": ("child_protection.reported", {"immediate_danger": False}, None),
    "a notice": ("notice.published", {"notice": "N-1"}, None),
}


@pytest.mark.parametrize(("event_type", "data", "expected"), NEVER.values(), ids=NEVER)
def test_what_must_leave_no_trace_is_named(event_type: str, data: Mapping[str, Any], expected: str | None) -> None:
    assert expected == never_stored(event_type, data)


def test_every_example_of_a_type_declares_no_lower_level_than_its_own() -> None:
    for path in schemas_root().glob("*/*.json"):
        event = json.loads(path.read_text(encoding="utf-8"))
        if event.get("type") in EVENT_TYPES and "confidentiality" in event:
            assert level_of(event["type"], event["data"]) <= event["confidentiality"], path.name
