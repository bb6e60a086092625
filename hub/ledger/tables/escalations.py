"""Escalations: what climbs while nobody takes it in charge, step by step, and the reminders of notices."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from hub.ledger.tables.parts import metadata, string, strings, time

# What one event asks for one purpose, while nobody takes it in charge. Made with the deliveries, in one transaction.
# `state`: OPEN (its clock has not started), RUNNING, EXHAUSTED (everybody was asked, and nobody answered), ENDED.
# `outcome`, once ended: TAKEN_IN_CHARGE, HANDLED (an institution's own system said so). `restarts`: by the auditor.
escalation = Table(
    "escalation",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    string("event_source"),
    string("event_id"),
    string("subject"),
    string("purpose"),
    string("nature"),
    string("state"),
    string("outcome", null=True),
    Column("directory_revision", BigInteger, nullable=False),
    Column("restarts", Integer, nullable=False, server_default=text("0")),
    time("created_at"),
    time("started_at", null=True),
    time("ended_at", null=True),
    UniqueConstraint("event_source", "event_id", "purpose", name="escalation_event_key"),
    CheckConstraint("state in ('OPEN', 'RUNNING', 'EXHAUSTED', 'ENDED')", name="state"),
    Index("escalation_open_idx", "created_at", postgresql_where=text("state <> 'ENDED'")),
    Index("escalation_subject_idx", "subject"),
)

# One step, as it was planned when the clock started. `contacts`: whom it asks; `asked`: who was asked in the end, with
# substitutes. `state`: WAITING, DONE, EMPTY (it asked nobody), CANCELLED (taken in charge before). `late`: it was done
# more than five seconds after `due_at`.
escalation_step = Table(
    "escalation_step",
    metadata,
    Column(
        "escalation",
        UUID(as_uuid=True),
        ForeignKey("escalation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    string("rank"),
    strings("contacts"),
    time("due_at"),
    string("reason"),
    string("state"),
    strings("asked"),
    time("done_at", null=True),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("state in ('WAITING', 'DONE', 'EMPTY', 'CANCELLED')", name="state"),
    Index("escalation_step_due_idx", "due_at", postgresql_where=text("state = 'WAITING'")),
)

# Reminders of a notice that is not acknowledged, each once for a delivery. `number`: 1 when the acknowledgement was
# first missed, 2 on the effective day. `asked`: who was reminded: the recipient or its substitute, and the manager.
notice_reminder = Table(
    "notice_reminder",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("delivery", UUID(as_uuid=True), ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    strings("asked"),
    time("at"),
    UniqueConstraint("delivery", "number", name="notice_reminder_delivery_key"),
)
