"""The directory as the ledger knows it."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables.parts import metadata, string, strings, time

# The directory's contacts, from hub.directory. `revision`: of the record that said so.
contact = Table(
    "contact",
    metadata,
    string("ref", key=True),
    string("institution"),
    string("service"),
    string("role"),
    string("cdas", null=True),
    strings("communes"),
    strings("epci"),
    string("actor_kind", null=True),
    string("label"),
    string("email", null=True),
    string("phone", null=True),
    string("webhook", null=True),
    string("deputy", null=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    Column("opted_out", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    time("updated_at"),
)

# The declared absences, from hub.directory, each under its key there. `first`, `last`: both included, Europe/Paris.
# `deputy`: null: the contact's own deputy stands in.
absence = Table(
    "absence",
    metadata,
    string("key", key=True),
    string("contact"),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    string("deputy", null=True),
    Column("revision", BigInteger, nullable=False),
    Index("absence_contact_idx", "contact", "first"),
)

# The calendars' entries, from hub.directory. `data`: of `calendar.changed`, dates as ISO 8601.
calendar_entry = Table(
    "calendar_entry",
    metadata,
    string("key", key=True),
    Column("data", JSONB, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

# How far these tables follow hub.directory: offset of the last record applied, plus one. At most one row per topic.
directory_position = Table(
    "directory_position",
    metadata,
    string("topic", key=True),
    Column("revision", BigInteger, nullable=False),
    time("updated_at"),
)
