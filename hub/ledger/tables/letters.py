"""The weekly letter to the administrators."""

from sqlalchemy import Table

from hub.ledger.tables.parts import metadata, string, time

# Who gets the letter of an ISO week (`2026-W47`): claimed by one process at a time, sent once. `sent_at`: null while
# nobody knows that the mail server took it; after `claimed_until` another process may try.
weekly_letter = Table(
    "weekly_letter",
    metadata,
    string("week", key=True),
    string("contact", key=True),
    time("sent_at", null=True),
    time("claimed_until"),
)
