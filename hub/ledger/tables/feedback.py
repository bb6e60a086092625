"""Field feedback: its texts, whether they may be shown, and who decided so."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Index, Integer, Table, Text, text

from hub.ledger.tables.parts import metadata, string, time

# One row for each field_feedback.submitted, written with the event. `month`: of `time`, in Europe/Paris. `text`: null
# where none was given, or `erased`. `state`: FeedbackState; a text is shown to nobody but moderators until SHOWN.
# What a correction replaces is told by indicator_fact, never here.
field_feedback = Table(
    "field_feedback",
    metadata,
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    string("source", key=True),
    string("id", key=True),
    time("time"),
    string("month"),
    string("theme"),
    string("kind"),
    Column("score", Integer, nullable=True),
    Column("text", Text, nullable=True),
    string("role"),
    Column("year", Integer, nullable=False),
    string("corrects", null=True),
    Column("state", Text, nullable=False, server_default=text("'WAITING'")),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    string("moderated_by", null=True),
    time("moderated_at", null=True),
    CheckConstraint("state in ('WAITING', 'SHOWN', 'WITHHELD')", name="state"),
    CheckConstraint("not erased or (text is null and state = 'WITHHELD')", name="erased"),
    CheckConstraint("(state = 'WAITING') = (moderated_at is null)", name="moderated"),
    Index("field_feedback_month_idx", "month"),
    Index(
        "field_feedback_waiting_idx",
        "seq",
        postgresql_where=text("state = 'WAITING' and field_feedback.text is not null"),
    ),
)

# What moderators did; lines are only ever added. `who`: an operator's login. `what`: SHOWN or WITHHELD.
# `reason`: WithholdingReason, null for SHOWN.
field_feedback_act = Table(
    "field_feedback_act",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    time("at"),
    string("who"),
    string("what"),
    string("source"),
    string("id"),
    string("reason", null=True),
    CheckConstraint("what in ('SHOWN', 'WITHHELD')", name="what"),
    CheckConstraint("(reason is not null) = (what = 'WITHHELD')", name="reason"),
    Index("field_feedback_act_idx", "source", "id"),
)
