"""The notice matrix, version by version, and what it added to each notice."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Identity, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables.parts import metadata, string, time

# Versions from 1 on; version 0 ships with the hub and has no row. `rows`: the lines of its file, never changed.
# `valid_from`: the day proposed. `in_force_from`: the day from which it holds; null until it is applied.
notice_matrix = Table(
    "notice_matrix",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rows", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("in_force_from", Date, nullable=True),
)

# What was done to a version. `who`: a person's login. `what`: MatrixAct. `side`: CAF or CD35, for whom it was approved
# or refused; each side approves at most once.
notice_matrix_act = Table(
    "notice_matrix_act",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("version", Integer, ForeignKey("notice_matrix.version"), nullable=False),
    time("at"),
    string("who"),
    string("what"),
    string("side", null=True),
    CheckConstraint("what in ('PROPOSED', 'APPROVED', 'REFUSED', 'APPLIED')", name="what"),
    CheckConstraint("(side is not null and side in ('CAF', 'CD35')) = (what in ('APPROVED', 'REFUSED'))", name="side"),
    Index(
        "notice_matrix_act_approval_idx",
        "version",
        "side",
        unique=True,
        postgresql_where=text("what = 'APPROVED'"),
    ),
)

# One row for each notice event, made with its deliveries: whom the matrix adds is found once the ledger's directory is
# as new as the decision. `matrix_version`: in force on the day of the event. `outcome`: AudienceOutcome; null while it
# waits. `notice_days`: asked by the matrix, `days_given` by the notice. `found`: contacts by audience added;
# `added`: those of them who had no delivery of the event yet.
notice_audience = Table(
    "notice_audience",
    metadata,
    string("event_source", key=True),
    string("event_id", key=True),
    string("notice"),
    Column("version", Integer, nullable=False),
    Column("directory_revision", BigInteger, nullable=False),
    Column("matrix_version", Integer, nullable=False),
    time("queued_at"),
    time("planned_at", null=True),
    string("outcome", null=True),
    Column("notice_days", Integer, nullable=True),
    Column("days_given", Integer, nullable=True),
    Column("found", JSONB(none_as_null=True), nullable=True),
    Column("added", Integer, nullable=True),
    Index("notice_audience_waiting_idx", "queued_at", postgresql_where=text("planned_at is null")),
)
