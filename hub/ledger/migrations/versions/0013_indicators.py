"""Indicators: facts, cells, frozen periods, and numbers of what is never stored."""

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"

_STATEMENTS: tuple[str, ...] = (
    """
    create table indicator_fact (
      seq bigint generated always as identity,
      source text not null,
      id text not null,
      type text not null,
      time timestamptz not null,
      month text not null,
      thread text not null,
      corrects text,
      rules_version text not null,
      "values" jsonb not null,
      digest bytea not null,
      counted_at timestamptz,
      constraint indicator_fact_pkey primary key (source, id)
    )
    """,
    "create index indicator_fact_thread_idx on indicator_fact (thread)",
    "create index indicator_fact_corrects_idx on indicator_fact (source, corrects) where corrects is not null",
    "create index indicator_fact_waiting_idx on indicator_fact (seq) where counted_at is null",
    """
    create table indicator_cell (
      month text not null,
      measure text not null,
      dims text[] not null,
      adjustment text not null default '',
      amount bigint not null,
      constraint indicator_cell_pkey primary key (month, measure, dims, adjustment),
      constraint indicator_cell_amount_check check (amount <> 0)
    )
    """,
    """
    create table indicator_period (
      name text not null,
      first text not null,
      last text not null,
      frozen_at timestamptz not null,
      frozen_by text not null,
      rules_versions text[] not null default '{}',
      definitions jsonb not null,
      cells jsonb not null,
      agreement_refusals bigint,
      inputs bigint not null,
      inputs_sha256 bytea not null,
      seal bytea not null,
      constraint indicator_period_pkey primary key (name)
    )
    """,
    """
    create function indicator_period_stands() returns trigger language plpgsql as $$
    begin
      raise exception 'a frozen period is never changed: %', old.name using errcode = 'integrity_constraint_violation';
    end
    $$
    """,
    """
    create trigger indicator_period_stands before update or delete on indicator_period
    for each row execute function indicator_period_stands()
    """,
    """
    create table never_stored (
      day date not null,
      way text not null,
      reason text not null,
      number bigint not null,
      constraint never_stored_pkey primary key (day, way, reason),
      constraint never_stored_number_check check (number >= 0)
    )
    """,
)


def upgrade() -> None:
    """Create the tables, and the trigger that keeps frozen periods as they are."""
    for statement in _STATEMENTS:
        op.execute(statement)
