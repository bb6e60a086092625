"""The institutions' own counts."""

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"

_STATEMENTS: tuple[str, ...] = (
    """
    create table own_count (
      seq bigint generated always as identity,
      institution text not null,
      kind text not null,
      first text,
      last text,
      taken integer not null,
      refused integer not null,
      sha256 bytea not null,
      imported_by text not null,
      imported_at timestamptz not null,
      constraint own_count_pkey primary key (seq),
      constraint own_count_institution_check check (institution in ('CAF', 'CD35')),
      constraint own_count_kind_check check (kind in ('EVENTS', 'FIGURES'))
    )
    """,
    """
    create table own_count_place (
      institution text not null,
      type text not null,
      month text not null,
      own_count bigint not null,
      constraint own_count_place_pkey primary key (institution, type, month),
      constraint own_count_place_own_count_fkey foreign key (own_count) references own_count (seq)
    )
    """,
    """
    create table own_count_event (
      source text not null,
      id text not null,
      institution text not null,
      type text not null,
      time timestamptz not null,
      month text not null,
      own_count bigint not null,
      constraint own_count_event_pkey primary key (source, id),
      constraint own_count_event_own_count_fkey foreign key (own_count) references own_count (seq)
    )
    """,
    "create index own_count_event_place_idx on own_count_event (institution, month, type)",
    """
    create table own_count_figure (
      institution text not null,
      measure text not null,
      month text not null,
      dims jsonb not null,
      number bigint not null,
      own_count bigint not null,
      constraint own_count_figure_pkey primary key (institution, measure, month, dims),
      constraint own_count_figure_number_check check (number >= 0),
      constraint own_count_figure_own_count_fkey foreign key (own_count) references own_count (seq)
    )
    """,
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
