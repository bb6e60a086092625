"""Feeds with a secret address, and the numbers by which a receiver sees a gap."""

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

_STATEMENTS: tuple[str, ...] = (
    "alter table delivery add column number bigint, add column item bigint",
    """
    update delivery d set number = n.number
    from (
      select id, row_number() over (partition by contact, medium order by created_at, id) as number from delivery
    ) n
    where n.id = d.id
    """,
    """
    update delivery d set item = n.item
    from (
      select contact, event_source, event_id,
        row_number() over (partition by contact order by min(created_at), event_source, event_id) as item
      from delivery group by contact, event_source, event_id
    ) n
    where n.contact = d.contact and n.event_source = d.event_source and n.event_id = d.event_id
    """,
    "create unique index delivery_number_idx on delivery (contact, medium, number)",
    "create index delivery_item_idx on delivery (contact, item)",
    """
    create table delivery_sequence (
      contact text not null,
      sequence text not null,
      last bigint not null,
      constraint delivery_sequence_pkey primary key (contact, sequence)
    )
    """,
    """
    insert into delivery_sequence (contact, sequence, last)
    select contact, medium, max(number) from delivery group by contact, medium
    union all
    select contact, 'INBOX', max(item) from delivery group by contact
    """,
    """
    create table feed (
      id uuid not null,
      digest bytea not null,
      contact text,
      epci text,
      commune text,
      who text not null,
      created_at timestamptz not null,
      rotated_at timestamptz,
      revoked_at timestamptz,
      fetched_at timestamptz,
      constraint feed_pkey primary key (id),
      constraint feed_subject_check check (num_nonnulls(contact, epci, commune) <= 1)
    )
    """,
    "create unique index feed_digest_idx on feed (digest)",
    "create index feed_contact_idx on feed (contact) where contact is not null",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
