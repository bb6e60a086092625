"""Systems that take messages over HTTP, the keys that sign what they get, and what operators did to both."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import UUID

from hub.ledger.tables.parts import metadata, string, time

# An address that the directory gave, or once gave, for a contact. `state`: EndpointState. `reason`: EndpointReason, of
# the latest handshake that failed, or of being out of service. `handshakes`: how many failed since it was last pending;
# `next_handshake_at`: null unless it is pending.
webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    string("contact"),
    string("url"),
    string("state"),
    string("reason", null=True),
    Column("handshakes", Integer, nullable=False, server_default=text("0")),
    time("next_handshake_at", null=True),
    time("created_at"),
    time("activated_at", null=True),
    time("disabled_at", null=True),
    CheckConstraint("state in ('PENDING', 'ACTIVE', 'DISABLED')", name="state"),
    CheckConstraint("(state = 'PENDING') = (next_handshake_at is not null)", name="pending"),
    Index("webhook_endpoint_contact_idx", "contact", unique=True, postgresql_where=text("state <> 'DISABLED'")),
    Index("webhook_endpoint_pending_idx", "next_handshake_at", postgresql_where=text("state = 'PENDING'")),
)

# The keys of an address, by number from 1. No secret: it is derived from the master key of that name (a fingerprint),
# the address's id and the number. A key signs until `retires_at`.
webhook_key = Table(
    "webhook_key",
    metadata,
    Column("endpoint", UUID(as_uuid=True), ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    string("master"),
    time("created_at"),
    time("retires_at", null=True),
)

# What operators did. `who`: their login. `what`: WebhookAct. `reason`: WebhookReason. It outlives the addresses.
webhook_action = Table(
    "webhook_action",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    time("at"),
    string("who"),
    string("what"),
    Column("endpoint", UUID(as_uuid=True), nullable=False),
    Column("key_number", Integer, nullable=True),
    string("reason"),
    Index("webhook_action_endpoint_idx", "endpoint"),
)
