"""What is refused before anything is published, and what counts as the same event."""

import json
from typing import Any

import pytest

from hub.data import load_territory
from hub.gateway.checks import check_event
from hub.gateway.credentials import KINDS, System
from hub.gateway.fingerprint import fingerprint
from hub.gateway.problems import Refusal
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

READER = EventReader(load_catalogue(), load_territory())
CD35 = System("cd35", "urn:hub:cd35:si-social", frozenset(KINDS), ())
CAF = System("caf", "urn:hub:caf35:si-partenaires", frozenset(KINDS), ())


def example(type_: str, system: System = CD35) -> dict[str, Any]:
    path = min((schemas_root() / type_).glob("*.json"))
    event: dict[str, Any] = json.loads(path.read_text())
    return event | {"source": system.source}


def refused(event: dict[str, Any], system: System = CD35) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check_event(event, system, READER)
    return caught.value


def test_all_faults_are_reported_together() -> None:
    event = example("notice.published")
    event["time"] = "yesterday"
    event["data"]["effective_on"] = "0000-01-01"
    event["data"]["code"] = "Z9"
    event["data"]["colour"] = "red"
    del event["data"]["title"]
    found = {(fault.code, fault.pointer) for fault in refused(event).faults}
    assert found == {
        ("TIME_INVALID", "/time"),
        ("DATE_INVALID", "/data/effective_on"),
        ("SYMBOL_UNKNOWN", "/data/code"),
        ("FIELD_UNKNOWN", "/data/colour"),
        ("FIELD_MISSING", "/data/title"),
    }


@pytest.mark.parametrize(
    ("type_", "change", "code", "outcome"),
    [
        ("referral.requested", {"child_protection": "IMMEDIATE_DANGER"}, "PROSECUTOR_DIRECT", "OFF_HUB"),
        ("social_urgency.reported", {"child_protection": "IMMEDIATE_DANGER"}, "PROSECUTOR_DIRECT", "OFF_HUB"),
        ("child_protection.reported", {"immediate_danger": True}, "PROSECUTOR_DIRECT", "OFF_HUB"),
        ("handover.requested", {"agreement": {"given": False, "on": None}}, "AGREEMENT_MISSING", "REJECTED"),
    ],
)
def test_what_is_never_stored_is_answered_with_its_instruction(
    type_: str, change: dict[str, Any], code: str, outcome: str
) -> None:
    event = example(type_)
    event["data"] |= change
    found = refused(event)
    assert (422, code, outcome) == (found.problem.status, found.problem.code, found.members["outcome"])
    assert found.members["label"]


def test_immediate_danger_is_answered_even_where_the_event_is_wrong() -> None:
    event = example("referral.requested") | {"time": "now", "source": "urn:hub:elsewhere"}
    event["data"] |= {"child_protection": "IMMEDIATE_DANGER", "agreement": "yes"}
    found = refused(event)
    assert found.problem.code == "PROSECUTOR_DIRECT"
    assert found.members["label"] == "selon les procédures de signalement"


def test_an_event_without_danger_is_accepted() -> None:
    assert check_event(example("referral.requested"), CD35, READER).row.topic == "cd35.referrals"


@pytest.mark.parametrize(
    ("type_", "changes", "system", "code"),
    [
        ("notice.published", {"source": CAF.source}, CD35, "SOURCE_NOT_YOURS"),
        ("notice.published", {"source": "urn:hub:cd35:another-system"}, CD35, "SOURCE_NOT_YOURS"),
        ("child_protection.reported", {}, CD35, "KIND_NOT_ALLOWED"),
        ("notice.published", {}, System("x", CD35.source, frozenset({"activity"}), ()), "KIND_NOT_ALLOWED"),
    ],
)
def test_an_event_beyond_the_authority_of_its_sender_is_forbidden(
    type_: str, changes: dict[str, Any], system: System, code: str
) -> None:
    found = refused(example(type_) | changes, system)
    assert found.problem.status == 403
    assert code in {fault.code for fault in found.faults}


def test_a_notice_in_the_name_of_the_other_institution_is_forbidden() -> None:
    event = example("notice.published", CAF)
    event["data"]["issuer"] = "CD35"
    assert [fault.code for fault in refused(event, CAF).faults] == ["ISSUER_NOT_YOURS"]


def test_a_refusal_holds_no_value_of_the_data() -> None:
    event = example("referral.requested")
    event["data"] |= {"situation": 7, "household": {"commune": "Madame Canari", "note": "Canari"}, "need": "Canari"}
    assert "Canari" not in refused(event).body().decode()


def test_order_space_and_nulls_make_no_other_event() -> None:
    event = example("referral.requested")
    event.pop("datacontenttype", None)
    shuffled = dict(reversed(event.items()))
    shuffled["data"] = dict(reversed(event["data"].items())) | {"reception_level": None}
    event["data"].pop("reception_level", None)
    assert fingerprint(event) == fingerprint(shuffled | {"causationid": None})
    assert fingerprint(event) == fingerprint(event | {"datacontenttype": "application/json"})


def test_another_value_makes_another_event() -> None:
    event = example("notice.published")
    other = {**event, "data": {**event["data"], "title": event["data"]["title"] + "."}}
    assert fingerprint(event) != fingerprint(other)
