"""The tables of the ledger: the state of every event, notice, contact and delivery.

What a person-level event says is never stored, only where it stands. Times are `timestamptz`; states, types and codes
are the symbols of the public contract, as text. The migrations hold the same tables (compared by a test).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

LANES = ("standard", "urgent")  # values of delivery.lane
DELIVERIES_CHANNEL = "hub_deliveries"  # NOTIFY when deliveries became due; payload: the lane
OUTBOX_CHANNEL = "hub_outbox"  # NOTIFY when status events wait in the outbox; no payload

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _time(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=key)


def _texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


# What the gateway answered 202 to: the same id with the same body gets the same answer, another body a 409.
accepted_event = Table(
    "accepted_event",
    metadata,
    _text("source", key=True),
    _text("id", key=True),
    Column("body_sha256", LargeBinary, nullable=False),
    _text("type"),
    _text("subject"),
    _text("kind"),
    _text("institution"),
    _text("topic"),
    _time("accepted_at"),
)

# Every event that the router accepted, from hub.decisions. `topic`, `partition`, `offset`: where it was published.
# `value_sha256`: of the event's framed bytes. `decision` and `outcome`: null for a type that is not routed.
event = Table(
    "event",
    metadata,
    _text("source", key=True),
    _text("id", key=True),
    _text("type"),
    _text("kind"),
    _text("subject"),
    _text("correlationid"),
    _text("causationid", null=True),
    _text("confidentiality"),
    _time("time"),
    _text("topic"),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    _time("received_at"),
    Column("value_sha256", LargeBinary, nullable=False),
    _text("outcome", null=True),
    Column("decision", JSONB(none_as_null=True), nullable=True),
    Column("directory_revision", BigInteger, nullable=False),
    Column("calendar_revision", BigInteger, nullable=False),
    _text("rules_version"),
    _time("decided_at"),
    _time("recorded_at"),
    Index("event_id_idx", "id"),
    Index("event_subject_idx", "subject"),
    Index("event_origin_idx", "topic", "partition", "offset"),
)

# What a mail or page shows of one version of a notice. `source`, `event_id`: the event that carried it.
# `status`: PUBLISHED (in force), CORRECTED (a higher version replaces it), WITHDRAWN. `warnings`: of its decision.
notice_version = Table(
    "notice_version",
    metadata,
    _text("notice", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("source"),
    _text("event_id"),
    _text("status"),
    _text("issuer"),
    _text("nature"),
    _text("code"),
    _texts("impacts"),
    Column("significant", Boolean, nullable=False),
    _text("title"),
    _text("summary"),
    _texts("benefits"),
    Column("published_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    _texts("communes"),
    _texts("epci"),
    _texts("warnings"),
)

# Withdrawals, kept apart because one may be read before the version that it withdraws.
notice_withdrawal = Table(
    "notice_withdrawal",
    metadata,
    _text("notice", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("source"),
    _text("event_id"),
    _text("reason"),
    _text("replaced_by", null=True),
    _time("withdrawn_at"),
)

# One message to one contact by one medium. `state`: DeliveryStatus. `rules`: those of every routing that led here.
# `directory_revision`: of the decision; addresses are looked up in a directory at least as new (directory_position).
# `superseded`: an attempt was under way when the notice was corrected or withdrawn, or another recipient took the
# situation in charge; if it fails, it is not tried again.
delivery = Table(
    "delivery",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    _text("event_source"),
    _text("event_id"),
    _text("notice", null=True),
    Column("version", Integer, nullable=True),
    _text("contact"),
    _text("service"),
    _text("role"),
    _text("cdas", null=True),
    _texts("rules"),
    _text("medium"),
    _text("lane"),
    _text("state"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    _time("due_at"),
    _text("claimed_by", null=True),
    _time("claimed_until", null=True),
    _time("first_attempt_at", null=True),
    _time("accepted_at", null=True),
    _time("ended_at", null=True),
    _text("reason", null=True),
    Column("superseded", Boolean, nullable=False, server_default=text("false")),
    Column("directory_revision", BigInteger, nullable=False),
    _time("created_at"),
    CheckConstraint("lane in ('standard', 'urgent')", name="lane"),
    Index("delivery_due_idx", "lane", "due_at", postgresql_where=text("state in ('SCHEDULED', 'RETRYING')")),
    Index("delivery_lease_idx", "claimed_until", postgresql_where=text("state = 'SENDING'")),
    Index("delivery_event_idx", "event_source", "event_id"),
    Index("delivery_notice_idx", "notice"),
)

# One try. `result`: accepted, transient, permanent, or abandoned (its dispatcher died: the message may have left).
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("delivery", UUID(as_uuid=True), ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    _time("started_at"),
    _time("ended_at", null=True),
    _text("result", null=True),
    _text("reason", null=True),
    _text("detail", null=True),
    _text("dispatcher"),
)

# What its recipient made of a delivery. `kind`: SHOWN (its page was opened, by whoever or whatever follows the link),
# TAKEN_IN_CHARGE (the recipient said so; for a notice: read). Each at most once, the first time stands.
acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("delivery", UUID(as_uuid=True), ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    _text("kind", key=True),
    _time("at"),
    CheckConstraint("kind in ('SHOWN', 'TAKEN_IN_CHARGE')", name="kind"),
)

# Status events written with the state change they tell, relayed to hub.statuses in the order of `seq`.
# `headers`: the envelope's Kafka headers; `value`: framed Avro.
status_outbox = Table(
    "status_outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _text("key"),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary, nullable=False),
    _time("created_at"),
    _time("relayed_at", null=True),
    Index("status_outbox_waiting_idx", "seq", postgresql_where=text("relayed_at is null")),
)

# The directory's contacts, from hub.directory. `revision`: of the record that said so.
contact = Table(
    "contact",
    metadata,
    _text("ref", key=True),
    _text("institution"),
    _text("service"),
    _text("role"),
    _text("cdas", null=True),
    _texts("communes"),
    _texts("epci"),
    _text("actor_kind", null=True),
    _text("label"),
    _text("email", null=True),
    _text("phone", null=True),
    _text("webhook", null=True),
    _text("deputy", null=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    Column("opted_out", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    _time("updated_at"),
)

# How far `contact` follows hub.directory: offset of the last record applied, plus one. At most one row per topic.
directory_position = Table(
    "directory_position",
    metadata,
    _text("topic", key=True),
    Column("revision", BigInteger, nullable=False),
    _time("updated_at"),
)

# Rejected events, without payload. `topic`, `partition`, `offset`: where the event was published.
reject = Table(
    "reject",
    metadata,
    _text("topic", key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    _text("reason"),
    _text("field", null=True),
    _text("source", null=True),
    _text("event_id", null=True),
    _text("type", null=True),
    _time("rejected_at"),
    Index("reject_event_idx", "event_id"),
)

# The same source and id seen again with other content: the first one stands.
id_conflict = Table(
    "id_conflict",
    metadata,
    _text("topic", key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    _text("source"),
    _text("id"),
    Column("value_sha256", LargeBinary, nullable=False),
    _time("found_at"),
    Index("id_conflict_event_idx", "source", "id"),
)

# Public keys of the services that receive personal blocks; the private ones never come here. `receiver`: its text
# (hub.domain.personal_block). A retired key still opens what was wrapped for it; at most one is neither retired nor
# destroyed.
service_key = Table(
    "service_key",
    metadata,
    _text("kid", key=True),
    _text("receiver"),
    Column("public_jwk", JSONB, nullable=False),
    _time("created_at"),
    _time("retired_at", null=True),
    _time("destroyed_at", null=True),
    Index(
        "service_key_current_idx",
        "receiver",
        unique=True,
        postgresql_where=text("retired_at is null and destroyed_at is null"),
    ),
)

# The key of one situation for one receiver. `wrapped`: its private part, as a JWE for the service key `service_kid`;
# null when destroyed: what was encrypted with the key can then be read by nobody.
situation_key = Table(
    "situation_key",
    metadata,
    _text("kid", key=True),
    _text("situation"),
    _text("receiver"),
    Column("service_kid", Text, ForeignKey("service_key.kid"), nullable=False),
    Column("public_jwk", JSONB(none_as_null=True), nullable=True),
    _text("wrapped", null=True),
    _time("created_at"),
    _time("destroyed_at", null=True),
    CheckConstraint("(wrapped is null) = (destroyed_at is not null)", name="destroyed"),
    Index(
        "situation_key_live_idx", "situation", "receiver", unique=True, postgresql_where=text("destroyed_at is null")
    ),
    Index("situation_key_service_idx", "service_kid"),
)

# Situations whose keys were destroyed and that get no new one, until an operator asks for it.
situation_erased = Table(
    "situation_erased",
    metadata,
    _text("situation", key=True),
    _time("erased_at"),
    _text("reason"),
)

# What was done to keys. `who`: an operator's login, or a system's source. `what`: KeyAct. `reason`: KeyReason.
key_audit = Table(
    "key_audit",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _time("at"),
    _text("who"),
    _text("what"),
    _text("receiver", null=True),
    _text("situation", null=True),
    _text("kid", null=True),
    _text("reason"),
)

# What operators did to deliveries. `who`: an operator's login. `what`: OperatorAct. `reason`: OperatorReason.
# `redirected_to`, `new_delivery`: the contact that is told instead, and its delivery. It outlives the deliveries.
operator_action = Table(
    "operator_action",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _time("at"),
    _text("who"),
    _text("what"),
    Column("delivery", UUID(as_uuid=True), nullable=False),
    _text("state_before"),
    _text("redirected_to", null=True),
    Column("new_delivery", UUID(as_uuid=True), nullable=True),
    _text("reason"),
    Index("operator_action_delivery_idx", "delivery"),
)
