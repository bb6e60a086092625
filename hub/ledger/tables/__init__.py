"""The tables of the ledger: the state of every event, notice, contact and delivery.

What a person-level event says is never stored, only where it stands. Times are `timestamptz`; states, types and codes
are the symbols of the public contract, as text. The migrations hold the same tables (compared by a test).
"""

from hub.ledger.tables.absence_calendars import absence_calendar, absence_calendar_entry
from hub.ledger.tables.deliveries import (
    DELIVERIES_CHANNEL,
    LANES,
    OUTBOX_CHANNEL,
    PULL_LANE,
    acknowledgement,
    delivery,
    delivery_attempt,
    operator_action,
    status_outbox,
)
from hub.ledger.tables.directory import absence, calendar_entry, contact, directory_position
from hub.ledger.tables.escalations import escalation, escalation_step, notice_reminder
from hub.ledger.tables.events import accepted_event, event, id_conflict, reject
from hub.ledger.tables.feedback import field_feedback, field_feedback_act
from hub.ledger.tables.feeds import delivery_sequence, feed
from hub.ledger.tables.indicators import indicator_cell, indicator_fact, indicator_period, never_stored
from hub.ledger.tables.keys import key_audit, service_key, situation_erased, situation_key
from hub.ledger.tables.letters import weekly_letter
from hub.ledger.tables.matrix import notice_audience, notice_matrix, notice_matrix_act
from hub.ledger.tables.notices import notice_version, notice_withdrawal
from hub.ledger.tables.own_counts import own_count, own_count_event, own_count_figure, own_count_place
from hub.ledger.tables.parts import metadata
from hub.ledger.tables.portal import SIGN_INS_CHANNEL, portal_session, portal_sign_in
from hub.ledger.tables.subscriptions import subscription
from hub.ledger.tables.webhooks import webhook_action, webhook_endpoint, webhook_key

__all__ = [
    "DELIVERIES_CHANNEL",
    "LANES",
    "OUTBOX_CHANNEL",
    "PULL_LANE",
    "SIGN_INS_CHANNEL",
    "absence",
    "absence_calendar",
    "absence_calendar_entry",
    "accepted_event",
    "acknowledgement",
    "calendar_entry",
    "contact",
    "delivery",
    "delivery_attempt",
    "delivery_sequence",
    "directory_position",
    "escalation",
    "escalation_step",
    "event",
    "feed",
    "field_feedback",
    "field_feedback_act",
    "id_conflict",
    "indicator_cell",
    "indicator_fact",
    "indicator_period",
    "key_audit",
    "metadata",
    "never_stored",
    "notice_audience",
    "notice_matrix",
    "notice_matrix_act",
    "notice_reminder",
    "notice_version",
    "notice_withdrawal",
    "operator_action",
    "own_count",
    "own_count_event",
    "own_count_figure",
    "own_count_place",
    "portal_session",
    "portal_sign_in",
    "reject",
    "service_key",
    "situation_erased",
    "situation_key",
    "status_outbox",
    "subscription",
    "webhook_action",
    "webhook_endpoint",
    "webhook_key",
    "weekly_letter",
]
