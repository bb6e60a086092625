"""Numbers that show a gap, and feeds with a secret address."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import UUID

from hub.ledger.tables.parts import metadata, string, time

# The last number given to a contact's deliveries, by sequence: a medium, or INBOX for the items of its inbox.
delivery_sequence = Table(
    "delivery_sequence",
    metadata,
    string("contact", key=True),
    string("sequence", key=True),
    Column("last", BigInteger, nullable=False),
)

# A feed: of a contact, of an EPCI, of a commune, or (all three null) of the whole département. `digest`: SHA-256 of the
# token in its address; the token itself is kept nowhere. `who`: who made it. A revoked feed stays, and opens nothing.
feed = Table(
    "feed",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    string("contact", null=True),
    string("epci", null=True),
    string("commune", null=True),
    string("who"),
    time("created_at"),
    time("rotated_at", null=True),
    time("revoked_at", null=True),
    time("fetched_at", null=True),
    CheckConstraint("num_nonnulls(contact, epci, commune) <= 1", name="subject"),
    Index("feed_digest_idx", "digest", unique=True),
    Index("feed_contact_idx", "contact", postgresql_where=text("contact is not null")),
)
