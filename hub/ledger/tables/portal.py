"""Who asked for a link to the contact persons' pages, and who is signed in to them."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import UUID

from hub.ledger.tables.parts import metadata, string, time

SIGN_INS_CHANNEL = "hub_sign_ins"  # NOTIFY when a link was asked for; no payload

# One request for a link, whoever asked: whether the address is a contact's is looked up when the mail leaves, so that
# asking takes the same time for every address. `address`: as typed, lower case. `client`: a keyed digest of where it
# came from, for the limits. `result`: sent, unknown (nobody has the address) or failed; null while it is to be done.
# `used_at`: the link opened a session; it opens no other. Kept for a day.
portal_sign_in = Table(
    "portal_sign_in",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    string("address"),
    string("client"),
    time("asked_at"),
    time("expires_at"),
    time("due_at"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    string("result", null=True),
    time("used_at", null=True),
    Index("portal_sign_in_due_idx", "due_at", postgresql_where=text("result is null")),
    Index("portal_sign_in_address_idx", "address", "asked_at"),
    Index("portal_sign_in_client_idx", "client", "asked_at"),
)

# One browser that is signed in. `token_hash`: SHA-256 of the cookie, which is kept nowhere. `address`: whose link it
# was; `contact`: the one it acts for, null until one is chosen among several with this address.
portal_session = Table(
    "portal_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    string("address"),
    string("contact", null=True),
    time("opened_at"),
    time("idle_until"),
    time("expires_at"),
    Index("portal_session_address_idx", "address"),
)
