"""What of an event counts: a fact, with no more of it than the indicators read.

A person-level event leaves its type, its month, closed-list symbols and dates in days; its thread is a digest, so that
the facts of one situation can be read together and lead to no other table.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from hub.domain.calendar.paris import paris
from hub.domain.events import Data, Envelope, parse_source
from hub.domain.indicators.periods import month_of
from hub.domain.vocabulary import Institution

Key = tuple[str, str]
Values = Mapping[str, Any]
Decision = Mapping[str, Any]
"""The data of `routing.decided`, as Avro gives it."""

_THREAD_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """What counts of one event, keyed by (`source`, `id`).

    `time`: when it occurred, UTC; `month`: that of `time` in Europe/Paris. `thread`: facts with the same are read
    together. `corrects`: the id of an event of the same source that this one replaces. `values`: what the indicators
    read, as plain JSON values.
    """

    source: str
    id: str
    type: str
    time: datetime
    month: str
    thread: str
    corrects: str | None
    rules_version: str
    values: Values

    @property
    def key(self) -> Key:
        """The idempotency key."""
        return self.source, self.id

    @property
    def institution(self) -> Institution:
        """Whose system published the event. Raises SourceInvalid for what the hub tells itself."""
        return parse_source(self.source).institution


def fact_of(envelope: Envelope, data: Data | None, decision: Decision | None, rules_version: str) -> Fact | None:
    """The fact of an event, None where it counts for no indicator. Pure.

    `decision` is that of a routed type. A report about child protection never gives one: it is counted nowhere.
    """
    read = _READ.get(envelope.type)
    if read is None or data is None:
        return None
    values = read(data, decision or {})
    if values is None:
        return None
    return Fact(
        source=envelope.source,
        id=envelope.id,
        type=envelope.type,
        time=envelope.time.astimezone(UTC),
        month=month_of(envelope.time),
        thread=_thread(envelope),
        corrects=data.get("corrects"),
        rules_version=rules_version,
        values=values,
    )


def digest(fact: Fact) -> bytes:
    """SHA-256 of everything that the fact says."""
    return hashlib.sha256(
        json.dumps(to_json(fact), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).digest()


def to_json(fact: Fact) -> dict[str, Any]:
    """The fact as plain data."""
    return {
        "source": fact.source,
        "id": fact.id,
        "type": fact.type,
        "time": fact.time.isoformat(),
        "month": fact.month,
        "thread": fact.thread,
        "corrects": fact.corrects,
        "rules_version": fact.rules_version,
        "values": dict(fact.values),
    }


def from_json(plain: Mapping[str, Any]) -> Fact:
    """The fact that `to_json` wrote."""
    return Fact(**{**plain, "time": datetime.fromisoformat(plain["time"])})


def _thread(envelope: Envelope) -> str:
    if envelope.type.startswith("notice.") or envelope.type == "delivery.status_changed":
        name = f"notice {envelope.subject}"
    elif envelope.type in _ALONE:
        name = f"event {envelope.source} {envelope.id}"
    else:
        name = f"situation {envelope.correlationid}"
    return hashlib.sha256(name.encode()).digest()[:_THREAD_BYTES].hex()


def _read_cdap_message(data: Data, _: Decision) -> Values:
    return {
        "nature": data["nature"],
        "urgent": data["urgent"],
        "information_available": data["information_available"],
        "cdas": data.get("cdas"),
    }


def _read_query(data: Data, _: Decision) -> Values:
    return {"origin": data["origin"], "nature": data["nature"]}


def _read_training(data: Data, _: Decision) -> Values:
    return {
        "kind": data["kind"],
        "site": data.get("site"),
        "cdas": sorted(set(data["cdas"])),
        "participants": data["participants"],
        "audience_size": data.get("audience_size"),
    }


def _read_meeting(data: Data, _: Decision) -> Values:
    return {"kind": data["kind"]}


def _read_feedback(data: Data, _: Decision) -> Values:
    return {"theme": data["theme"], "kind": data["kind"], "score": data.get("score")}


def _read_request(data: Data, decision: Decision) -> Values:
    services = sorted({routing["service"] for routing in decision.get("routings", ())})
    return {
        "outcome": decision.get("outcome"),
        "emitter": data["emitter"]["service"],
        "services": services,
        "direction": _direction(data["emitter"]["institution"], services),
    }


def _read_social_urgency(data: Data, decision: Decision) -> Values:
    category = data["category"]
    return {
        **_read_request(data, decision),
        "category": "OTHER" if category == "CHILD_PROTECTION" else category,  # never a cell of its own
        "cdas": data["emitter"].get("cdas"),
        "handled_before_referral": data["handled_before_referral"],
        "directed_to": data.get("directed_to"),
        "caf_open": any(s["by"] == "CAF" and s["status"] == "OPEN" for s in data.get("support") or ()),
    }


def _read_confirmation(data: Data, _: Decision) -> Values | None:
    return {"service": data.get("service")} if data["decision"] == "MODIFIED" else None


def _read_conclusion(data: Data, _: Decision) -> Values:
    return {
        "direction": data["direction"],
        "justified": data["justified"],
        "reason": data.get("unjustified_reason"),
        "request_kind": data.get("request_kind"),
        "only_instruction": data["instruction_only"] is True and data.get("sender_support_open") is True,
    }


def _read_transfer_request(data: Data, decision: Decision) -> Values:
    return {
        "direction": data["direction"],
        "communication": data.get("communication") is not None,
        "outcome": decision.get("outcome"),
    }


def _read_transfer_answer(data: Data, _: Decision) -> Values:
    day = data.get("concertation_on") or data.get("exchange_on")
    return {"direction": data.get("direction"), "on": None if day is None else day.isoformat()}


def _read_contact(data: Data, _: Decision) -> Values:
    return {
        "means": data["means"],
        "benefit_kind": data["benefit_kind"],
        "cdas": data.get("cdas"),
        "out_of_scope": data["out_of_scope"],
        "reached": data["reached"],
        "line_open": data["line_open"],
    }


def _read_handling(data: Data, _: Decision) -> Values:
    hours = data["delay_hours"]
    return {"delay_hours": f"{Decimal(str(hours)).normalize():f}" if math.isfinite(hours) else None}


def _read_notice(data: Data, decision: Decision) -> Values:
    return {
        "version": data["version"],
        "code": data["code"],
        "issuer": data["issuer"],
        "published_on": data["published_on"].isoformat(),
        "effective_on": data["effective_on"].isoformat(),
        "outcome": decision.get("outcome"),
    }


def _read_withdrawal(data: Data, _: Decision) -> Values:
    return {"version": data["version"]}


def _read_delivery(data: Data, _: Decision) -> Values | None:
    asked = data.get("acknowledge_by") is not None
    if data["status"] == "TAKEN_IN_CHARGE":
        if data["role"] not in _NOTICE_ROLES:
            return None
    elif not asked or data["status"] not in {"SCHEDULED", "REDIRECTED"}:
        return None
    return {
        "status": data["status"],
        "delivery": data["delivery"],
        "event": data["event_id"],
        "contact": data["contact"],
        "service": data["service"],
        "on": datetime.fromisoformat(data["at"]).astimezone(paris()).date().isoformat(),
    }


def _direction(institution: str, services: list[str]) -> str:
    if institution == "CD35" and any(service.startswith("CAF_") for service in services):
        return "CDAS_TO_CAF"
    if institution == "CAF" and "CDAS" in services:
        return "CAF_TO_CDAS"
    return "OTHER"


_NOTICE_ROLES: Final = frozenset({"REFERENT", "GENERIC_MAILBOX", "ACTOR"})
_ALONE: Final = frozenset(
    {
        "cdap_message.received",
        "social_worker_query.received",
        "training.held",
        "meeting.held",
        "field_feedback.submitted",
    }
)
_READ: Final[Mapping[str, Callable[[Data, Decision], Values | None]]] = {
    "cdap_message.received": _read_cdap_message,
    "social_worker_query.received": _read_query,
    "training.held": _read_training,
    "meeting.held": _read_meeting,
    "field_feedback.submitted": _read_feedback,
    "referral.requested": _read_request,
    "referral.confirmed": _read_confirmation,
    "referral.concluded": _read_conclusion,
    "handover.requested": _read_transfer_request,
    "handover.accepted": _read_transfer_answer,
    "handover.refused": _read_transfer_answer,
    "handover.postponed": _read_transfer_answer,
    "handover.completed": _read_transfer_answer,
    "joint_intervention.requested": _read_transfer_request,
    "joint_intervention.validated": _read_transfer_answer,
    "joint_intervention.refused": _read_transfer_answer,
    "joint_intervention.ended": _read_transfer_answer,
    "benefit_urgency.reported": _read_request,
    "benefit_urgency.contacted": _read_contact,
    "benefit_urgency.handled": _read_handling,
    "social_urgency.reported": _read_social_urgency,
    "notice.published": _read_notice,
    "notice.corrected": _read_notice,
    "notice.withdrawn": _read_withdrawal,
    "delivery.status_changed": _read_delivery,
}

COUNTED: Final = frozenset(_READ)
"""The event types that give facts."""
