"""The directory as the ledger knows it."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Table

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

# How far `contact` follows hub.directory: offset of the last record applied, plus one. At most one row per topic.
directory_position = Table(
    "directory_position",
    metadata,
    string("topic", key=True),
    Column("revision", BigInteger, nullable=False),
    time("updated_at"),
)
