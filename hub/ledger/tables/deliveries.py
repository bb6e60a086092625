"""Deliveries, what became of each, and what is still to be told of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.ledger.tables.parts import metadata, string, strings, time

LANES = ("standard", "urgent", "digest")  # of the dispatcher: values of delivery.lane
PULL_LANE = "pull"  # what a contact fetches by itself (portal, feeds): no dispatcher claims it
DELIVERIES_CHANNEL = "hub_deliveries"  # NOTIFY when deliveries became due; payload: lane, or lane/medium
OUTBOX_CHANNEL = "hub_outbox"  # NOTIFY when status events wait in the outbox; no payload

# One message to one contact by one medium. `state`: DeliveryStatus. `rules`: those of every routing that led here.
# `directory_revision`: of the decision; addresses are looked up in a directory at least as new (directory_position).
# `superseded`: an attempt was under way when the notice was corrected or withdrawn, or another recipient took the
# situation in charge; if it fails, it is not tried again. `duty`: false where the contact asked for it beside its duty.
# `digest`: DAILY or WEEKLY where it waits for the contact's digest, which tells all that are due in one mail.
# `occasion`: what made a delivery beyond the first: a step of an escalation, a reminder (hub.domain.delivery.states).
# `number`: counts the contact's deliveries by this medium, from 1 without holes.
# `item`: counts the events in its inbox likewise; the same for all deliveries of one event.
# `acknowledge_by`: of a notice, when its acknowledgement is first missed; null where none is asked (any more).
delivery = Table(
    "delivery",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    string("event_source"),
    string("event_id"),
    string("notice", null=True),
    Column("version", Integer, nullable=True),
    string("contact"),
    string("service"),
    string("role"),
    string("cdas", null=True),
    strings("rules"),
    string("medium"),
    string("lane"),
    string("state"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    time("due_at"),
    string("claimed_by", null=True),
    time("claimed_until", null=True),
    time("first_attempt_at", null=True),
    time("accepted_at", null=True),
    time("ended_at", null=True),
    string("reason", null=True),
    Column("superseded", Boolean, nullable=False, server_default=text("false")),
    Column("directory_revision", BigInteger, nullable=False),
    time("created_at"),
    Column("occasion", Text, nullable=False, server_default=text("''")),
    Column("number", BigInteger, nullable=True),
    Column("item", BigInteger, nullable=True),
    Column("duty", Boolean, nullable=False, server_default=text("true")),
    string("digest", null=True),
    CheckConstraint("lane in ('standard', 'urgent', 'digest', 'pull')", name="lane"),
    CheckConstraint("(lane = 'digest') = (digest is not null)", name="digest"),
    time("acknowledge_by", null=True),
    Index("delivery_due_idx", "lane", "due_at", postgresql_where=text("state in ('SCHEDULED', 'RETRYING')")),
    Index(
        "delivery_digest_idx",
        "contact",
        "due_at",
        postgresql_where=text("lane = 'digest' and state in ('SCHEDULED', 'RETRYING')"),
    ),
    Index(
        "delivery_open_urgent_idx",
        "event_source",
        "event_id",
        postgresql_where=text("lane = 'urgent' and state not in ('TAKEN_IN_CHARGE', 'CONCLUDED')"),
    ),
    Index("delivery_retrying_idx", "lane", postgresql_where=text("state = 'RETRYING'")),
    Index("delivery_lease_idx", "claimed_until", postgresql_where=text("state = 'SENDING'")),
    Index(
        "delivery_acknowledge_idx",
        "acknowledge_by",
        postgresql_where=text("acknowledge_by is not null and occasion = ''"),
    ),
    Index("delivery_event_idx", "event_source", "event_id"),
    Index("delivery_notice_idx", "notice"),
    Index("delivery_number_idx", "contact", "medium", "number", unique=True),
    Index("delivery_item_idx", "contact", "item"),
)

# One try. `result`: accepted, transient, permanent, or abandoned (its dispatcher died: the message may have left).
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("delivery", UUID(as_uuid=True), ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    time("started_at"),
    time("ended_at", null=True),
    string("result", null=True),
    string("reason", null=True),
    string("detail", null=True),
    string("dispatcher"),
)

# What its recipient made of a delivery. `kind`: SHOWN (its page was opened, by whoever or whatever follows the link),
# TAKEN_IN_CHARGE (the recipient said so; for a notice: read). Each at most once, the first time stands.
acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("delivery", UUID(as_uuid=True), ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True),
    string("kind", key=True),
    time("at"),
    CheckConstraint("kind in ('SHOWN', 'TAKEN_IN_CHARGE')", name="kind"),
)

# Status events written with the state change they tell, relayed to hub.statuses in the order of `seq`.
# `headers`: the envelope's Kafka headers; `value`: framed Avro.
status_outbox = Table(
    "status_outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    string("key"),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary, nullable=False),
    time("created_at"),
    time("relayed_at", null=True),
    Index("status_outbox_waiting_idx", "seq", postgresql_where=text("relayed_at is null")),
)

# What operators did to deliveries. `who`: an operator's login. `what`: OperatorAct. `reason`: OperatorReason.
# `redirected_to`, `new_delivery`: the contact that is told instead, and its delivery. It outlives the deliveries.
operator_action = Table(
    "operator_action",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    time("at"),
    string("who"),
    string("what"),
    Column("delivery", UUID(as_uuid=True), nullable=False),
    string("state_before"),
    string("redirected_to", null=True),
    Column("new_delivery", UUID(as_uuid=True), nullable=True),
    string("reason"),
    Index("operator_action_delivery_idx", "delivery"),
)
