"""What an event is: its envelope, its type, who may send it, how confidential it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from hub.domain.vocabulary import Confidentiality, Institution, Kind, Rejection

Data = Mapping[str, Any]
"""The data of an event as Avro gives it: symbols as strings, dates as `datetime.date`, absent as None."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The CloudEvents attributes of an event (CloudEvents 1.0, with the hub's extensions).

    `time` is when the fact occurred and always carries an offset. `source` and `id` together are the idempotency key.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    correlationid: str
    confidentiality: Confidentiality
    dataschema: str | None = None
    causationid: str | None = None


class Event(Protocol):
    """Anything that has an envelope and data."""

    @property
    def envelope(self) -> Envelope:
        """The CloudEvents attributes."""

    @property
    def data(self) -> Data | None:
        """The data, as Avro gives it; None for a deletion from the directory."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """An institution as the hub knows it: its name in source URNs and in topic names."""

    institution: Institution
    urn_name: str
    topic_prefix: str


SIGNATORIES: Final = {
    row.institution: row
    for row in (
        Signatory(Institution.CAF, "caf35", "caf"),
        Signatory(Institution.CD35, "cd35", "cd35"),
        Signatory(Institution.PARTNER, "partner", "partner"),
    )
}
"""The institutions, as data: one row each (R76)."""

_BY_URN_NAME: Final = {row.urn_name: row for row in SIGNATORIES.values()}


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source URN: institution, the partner's name where it is one, and the system that speaks."""

    institution: Institution
    partner: str | None
    system: str

    @property
    def topic_prefix(self) -> str:
        """First part of the input topics of this institution."""
        return SIGNATORIES[self.institution].topic_prefix


class SourceInvalid(ValueError):
    """A source is no URN of a known institution and system."""


@lru_cache(maxsize=4096)
def parse_source(urn: str) -> Source:
    """Read `urn:hub:caf35:<system>`, `urn:hub:cd35:<system>` or `urn:hub:partner:<name>:<system>`.

    Raises SourceInvalid, whose message names the expected forms and never the value.
    """
    parts = urn.split(":")
    if len(parts) >= 4 and parts[:2] == ["urn", "hub"] and all(map(_is_urn_part, parts[2:])):
        signatory = _BY_URN_NAME.get(parts[2])
        if signatory is not None and signatory.institution is Institution.PARTNER:
            if len(parts) == 5:
                return Source(signatory.institution, parts[3], parts[4])
        elif signatory is not None and len(parts) == 4:
            return Source(signatory.institution, None, parts[3])
    msg = "source must be urn:hub:caf35:<system>, urn:hub:cd35:<system> or urn:hub:partner:<name>:<system>"
    raise SourceInvalid(msg)


def _is_urn_part(part: str) -> bool:
    return part.isascii() and bool(part) and all(c.isalnum() or c in "-._" for c in part)


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the event catalogue.

    `level` is the lowest level of the type; `level_of` and `default_level_of` read the data where it matters.
    `emitters` is empty for what the hub alone emits. `routed` says whether this version decides on it.
    """

    name: str
    kind: Kind
    level: Confidentiality
    emitters: frozenset[Institution]
    routed: bool = False


_EVERYBODY: Final = frozenset(Institution)
_BOTH: Final = frozenset({Institution.CAF, Institution.CD35})
_CAF: Final = frozenset({Institution.CAF})
_HUB: Final[frozenset[Institution]] = frozenset()
_C0, _C1, _C2, _C3 = Confidentiality

EVENT_TYPES: Final = {
    row.name: row
    for row in (
        EventType("notice.published", Kind.NOTICES, _C0, _BOTH, routed=True),
        EventType("notice.corrected", Kind.NOTICES, _C0, _BOTH, routed=True),
        EventType("notice.withdrawn", Kind.NOTICES, _C0, _BOTH, routed=True),
        EventType("referral.requested", Kind.REFERRALS, _C2, _EVERYBODY, routed=True),
        EventType("referral.confirmed", Kind.REFERRALS, _C2, _EVERYBODY),
        EventType("referral.concluded", Kind.REFERRALS, _C2, _EVERYBODY),
        EventType("handover.requested", Kind.REFERRALS, _C2, _BOTH, routed=True),
        EventType("handover.accepted", Kind.REFERRALS, _C2, _BOTH),
        EventType("handover.refused", Kind.REFERRALS, _C2, _BOTH),
        EventType("handover.postponed", Kind.REFERRALS, _C2, _BOTH),
        EventType("handover.completed", Kind.REFERRALS, _C2, _BOTH),
        EventType("joint_intervention.requested", Kind.REFERRALS, _C2, _BOTH, routed=True),
        EventType("joint_intervention.validated", Kind.REFERRALS, _C2, _BOTH),
        EventType("joint_intervention.refused", Kind.REFERRALS, _C2, _BOTH),
        EventType("joint_intervention.ended", Kind.REFERRALS, _C2, _BOTH),
        EventType("continuity.asked", Kind.REFERRALS, _C2, _EVERYBODY),
        EventType("continuity.answered", Kind.REFERRALS, _C2, _EVERYBODY),
        EventType("benefit_urgency.reported", Kind.URGENCIES, _C2, _EVERYBODY, routed=True),
        # A call that is tied to no situation is C1: the data cannot tell, so the sender may say so.
        EventType("benefit_urgency.contacted", Kind.URGENCIES, _C1, _BOTH),
        EventType("benefit_urgency.handled", Kind.URGENCIES, _C2, _CAF),
        EventType("social_urgency.reported", Kind.URGENCIES, _C2, _EVERYBODY, routed=True),
        EventType("social_urgency.taken_in_charge", Kind.URGENCIES, _C2, _EVERYBODY),
        EventType("child_protection.reported", Kind.URGENCIES, _C3, _CAF, routed=True),
        EventType("cdap_message.received", Kind.ACTIVITY, _C1, _BOTH),
        EventType("social_worker_query.received", Kind.ACTIVITY, _C1, _BOTH),
        EventType("training.held", Kind.ACTIVITY, _C1, _BOTH),
        EventType("meeting.held", Kind.ACTIVITY, _C1, _BOTH),
        EventType("field_feedback.submitted", Kind.ACTIVITY, _C1, _BOTH),
        EventType("contact.changed", Kind.DIRECTORY, _C1, _EVERYBODY),
        EventType("absence.declared", Kind.DIRECTORY, _C1, _EVERYBODY),
        EventType("calendar.changed", Kind.DIRECTORY, _C0, _EVERYBODY),
        # A decision has the level of its request; C0 is only the floor.
        EventType("routing.decided", Kind.EMITTED, _C0, _HUB),
        EventType("delivery.status_changed", Kind.EMITTED, _C1, _HUB),
        EventType("event.rejected", Kind.EMITTED, _C1, _HUB),
        EventType("heartbeat.sent", Kind.EMITTED, _C0, _HUB),
    )
}
"""Every event type of the contract, by name."""

_PROTECTED_CATEGORIES: Final = frozenset({"CHILD_PROTECTION", "DOMESTIC_VIOLENCE"})


def may_emit(institution: Institution, event_type: str) -> bool:
    """Whether systems of `institution` may publish events of this type; False for an unknown type."""
    row = EVENT_TYPES.get(event_type)
    return row is not None and institution in row.emitters


def level_of(event_type: str, data: Data) -> Confidentiality:
    """The lowest level that an event of this type with this data may declare. KeyError for an unknown type."""
    if event_type == "benefit_urgency.reported":
        benefit = data.get("benefit")
        return _C3 if benefit is not None and benefit["code"] == "AAH" else _C2
    if event_type == "social_urgency.reported":
        return _C3 if data.get("category") in _PROTECTED_CATEGORIES else _C2
    return EVENT_TYPES[event_type].level


def default_level_of(event_type: str, data: Data) -> Confidentiality:
    """The level of an event that declares none. KeyError for an unknown type."""
    if event_type == "benefit_urgency.contacted":
        return _C3 if data.get("benefit_kind") == "AAH" else _C2
    return level_of(event_type, data)


def never_stored(event_type: str, data: Data) -> str | None:
    """Why nothing of this event may be kept, or None: PROSECUTOR_DIRECT (R53) or AGREEMENT_MISSING (R57)."""
    if data.get("child_protection") == "IMMEDIATE_DANGER" or data.get("immediate_danger") is True:
        return "PROSECUTOR_DIRECT"
    if event_type == "handover.requested":
        agreement = data.get("agreement")
        if agreement is not None and agreement.get("given") is not True:
            return Rejection.AGREEMENT_MISSING.value
    return None
