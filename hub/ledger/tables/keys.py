"""Keys of the personal blocks, and what was done to them."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables.parts import metadata, string, time

# Public keys of the services that receive personal blocks; the private ones never come here. `receiver`: its text
# (hub.domain.personal_block). A retired key still opens what was wrapped for it; at most one is neither retired nor
# destroyed.
service_key = Table(
    "service_key",
    metadata,
    string("kid", key=True),
    string("receiver"),
    Column("public_jwk", JSONB, nullable=False),
    time("created_at"),
    time("retired_at", null=True),
    time("destroyed_at", null=True),
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
    string("kid", key=True),
    string("situation"),
    string("receiver"),
    Column("service_kid", Text, ForeignKey("service_key.kid"), nullable=False),
    Column("public_jwk", JSONB(none_as_null=True), nullable=True),
    string("wrapped", null=True),
    time("created_at"),
    time("destroyed_at", null=True),
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
    string("situation", key=True),
    time("erased_at"),
    string("reason"),
)

# What was done to keys. `who`: an operator's login, or a system's source. `what`: KeyAct. `reason`: KeyReason.
key_audit = Table(
    "key_audit",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    time("at"),
    string("who"),
    string("what"),
    string("receiver", null=True),
    string("situation", null=True),
    string("kid", null=True),
    string("reason"),
)
