"""Field feedback and its moderation."""

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"

_STATEMENTS: tuple[str, ...] = (
    """
    create table field_feedback (
      seq bigint generated always as identity,
      source text not null,
      id text not null,
      time timestamptz not null,
      month text not null,
      theme text not null,
      kind text not null,
      score integer,
      text text,
      role text not null,
      year integer not null,
      corrects text,
      state text not null default 'WAITING',
      erased boolean not null default false,
      moderated_by text,
      moderated_at timestamptz,
      constraint field_feedback_pkey primary key (source, id),
      constraint field_feedback_state_check check (state in ('WAITING', 'SHOWN', 'WITHHELD')),
      constraint field_feedback_erased_check check (not erased or (text is null and state = 'WITHHELD')),
      constraint field_feedback_moderated_check check ((state = 'WAITING') = (moderated_at is null))
    )
    """,
    "create index field_feedback_month_idx on field_feedback (month)",
    """
    create index field_feedback_waiting_idx on field_feedback (seq)
      where state = 'WAITING' and field_feedback.text is not null
    """,
    """
    create table field_feedback_act (
      seq bigint generated always as identity,
      at timestamptz not null,
      who text not null,
      what text not null,
      source text not null,
      id text not null,
      reason text,
      constraint field_feedback_act_pkey primary key (seq),
      constraint field_feedback_act_what_check check (what in ('SHOWN', 'WITHHELD')),
      constraint field_feedback_act_reason_check check ((reason is not null) = (what = 'WITHHELD'))
    )
    """,
    "create index field_feedback_act_idx on field_feedback_act (source, id)",
    """
    create view field_feedback_now as
    select f.*, (
      exists (select from indicator_fact c where c.source = f.source and c.corrects = f.id)
      or f.corrects is not null and exists (
        select from indicator_fact c
        where c.source = f.source and c.corrects = f.corrects
          and (c.time, c.id collate "C") > (f.time, f.id collate "C")
      )
    ) as replaced
    from field_feedback f
    """,
    """
    create function field_feedback_act_stands() returns trigger language plpgsql as $$
    begin
      raise exception 'what a moderator did is never changed' using errcode = 'integrity_constraint_violation';
    end
    $$
    """,
    """
    create trigger field_feedback_act_stands before update or delete on field_feedback_act
    for each row execute function field_feedback_act_stands()
    """,
)


def upgrade() -> None:
    """Create the tables, the view of what stands, and the trigger that keeps what moderators did as it is."""
    for statement in _STATEMENTS:
        op.execute(statement)
