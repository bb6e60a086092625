"""Events: accepted over HTTP, decided, rejected, in conflict."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables.parts import metadata, string, time

# What the gateway answered 202 to: the same id with the same body gets the same answer, another body a 409.
accepted_event = Table(
    "accepted_event",
    metadata,
    string("source", key=True),
    string("id", key=True),
    Column("body_sha256", LargeBinary, nullable=False),
    string("type"),
    string("subject"),
    string("kind"),
    string("institution"),
    string("topic"),
    time("accepted_at"),
)

# Every event that the router accepted, from hub.decisions. `topic`, `partition`, `offset`: where it was published.
# `value_sha256`: of the event's framed bytes. `decision` and `outcome`: null for a type that is not routed.
event = Table(
    "event",
    metadata,
    string("source", key=True),
    string("id", key=True),
    string("type"),
    string("kind"),
    string("subject"),
    string("correlationid"),
    string("causationid", null=True),
    string("confidentiality"),
    time("time"),
    string("topic"),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    time("received_at"),
    Column("value_sha256", LargeBinary, nullable=False),
    string("outcome", null=True),
    Column("decision", JSONB(none_as_null=True), nullable=True),
    Column("directory_revision", BigInteger, nullable=False),
    Column("calendar_revision", BigInteger, nullable=False),
    string("rules_version"),
    time("decided_at"),
    time("recorded_at"),
    Index("event_id_idx", "id"),
    Index("event_subject_idx", "subject"),
    Index("event_origin_idx", "topic", "partition", "offset"),
    Index("event_received_idx", "received_at", postgresql_using="brin"),  # rows come in its order
    Index("event_urgencies_idx", "recorded_at", postgresql_where=text("kind = 'urgencies'")),
)

# Rejected events, without payload. `topic`, `partition`, `offset`: where the event was published.
reject = Table(
    "reject",
    metadata,
    string("topic", key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    string("reason"),
    string("field", null=True),
    string("source", null=True),
    string("event_id", null=True),
    string("type", null=True),
    time("rejected_at"),
    Index("reject_event_idx", "event_id"),
)

# The same source and id seen again with other content: the first one stands.
id_conflict = Table(
    "id_conflict",
    metadata,
    string("topic", key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    string("source"),
    string("id"),
    Column("value_sha256", LargeBinary, nullable=False),
    time("found_at"),
    Index("id_conflict_event_idx", "source", "id"),
)
