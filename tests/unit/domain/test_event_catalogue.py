"""The catalogue of events is the contract's, row by row: kind, lowest level, who may send it, whether it is routed."""

import pytest

from hub.domain.events import EVENT_TYPES, SourceInvalid, parse_source
from hub.domain.vocabulary import Confidentiality, Institution, Kind

HUB: frozenset[Institution] = frozenset()
CAF = frozenset({Institution.CAF})
BOTH = frozenset({Institution.CAF, Institution.CD35})
ALL = frozenset(Institution)

# Contract, section 2 (kinds) and 5.1 of the domain (levels and senders).
CATALOGUE = {
    Kind.NOTICES: {
        "notice.published": ("C0", BOTH, True),
        "notice.corrected": ("C0", BOTH, True),
        "notice.withdrawn": ("C0", BOTH, True),
    },
    Kind.REFERRALS: {
        "referral.requested": ("C2", ALL, True),
        "referral.confirmed": ("C2", ALL, False),
        "referral.concluded": ("C2", ALL, False),
        "handover.requested": ("C2", BOTH, True),
        "handover.accepted": ("C2", BOTH, False),
        "handover.refused": ("C2", BOTH, False),
        "handover.postponed": ("C2", BOTH, False),
        "handover.completed": ("C2", BOTH, False),
        "joint_intervention.requested": ("C2", BOTH, True),
        "joint_intervention.validated": ("C2", BOTH, False),
        "joint_intervention.refused": ("C2", BOTH, False),
        "joint_intervention.ended": ("C2", BOTH, False),
        "continuity.asked": ("C2", ALL, False),
        "continuity.answered": ("C2", ALL, False),
    },
    Kind.URGENCIES: {
        "benefit_urgency.reported": ("C2", ALL, True),
        "benefit_urgency.contacted": ("C1", BOTH, False),
        "benefit_urgency.handled": ("C2", CAF, False),
        "social_urgency.reported": ("C2", ALL, True),
        "social_urgency.taken_in_charge": ("C2", ALL, False),
        "child_protection.reported": ("C3", CAF, True),
    },
    Kind.ACTIVITY: {
        "cdap_message.received": ("C1", BOTH, False),
        "social_worker_query.received": ("C1", BOTH, False),
        "training.held": ("C1", BOTH, False),
        "meeting.held": ("C1", BOTH, False),
        "field_feedback.submitted": ("C1", BOTH, False),
    },
    Kind.DIRECTORY: {
        "contact.changed": ("C1", ALL, False),
        "absence.declared": ("C1", ALL, False),
        "calendar.changed": ("C0", ALL, False),
    },
    Kind.EMITTED: {
        "routing.decided": ("C0", HUB, False),
        "delivery.status_changed": ("C1", HUB, False),
        "event.rejected": ("C1", HUB, False),
        "heartbeat.sent": ("C0", HUB, False),
    },
}
ROWS = {(kind, name): row for kind, types in CATALOGUE.items() for name, row in types.items()}


@pytest.mark.parametrize(("kind", "name"), ROWS, ids=[name for _, name in ROWS])
def test_a_type_has_the_kind_the_level_and_the_senders_of_the_contract(kind: Kind, name: str) -> None:
    level, emitters, routed = ROWS[kind, name]
    row = EVENT_TYPES[name]
    assert (name, kind, Confidentiality(level), emitters) == (row.name, row.kind, row.level, row.emitters)
    assert routed is row.routed


@pytest.mark.parametrize(
    "urn",
    ["urn:hub:partner::si", "urn:hub:partner:a b:si", "urn:hub:caf35:", "urn:hub:caf35"],
    ids=["no partner", "a space in the partner", "no system", "too short"],
)
def test_a_refused_source_names_the_forms_that_are_expected(urn: str) -> None:
    with pytest.raises(SourceInvalid, match=r"^source must be urn:hub:caf35:"):
        parse_source(urn)


def test_a_system_may_have_hyphens_dots_and_underscores() -> None:
    assert "si-2.a_b" == parse_source("urn:hub:caf35:si-2.a_b").system
