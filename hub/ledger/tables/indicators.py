"""Indicators: the counted facts, the cells that they add up to, and the periods that were frozen.

A fact holds the few non-identifying values that the convention's indicators count, never an event's data.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Identity, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.ledger.tables.parts import metadata, string, strings, time

# One row for each event that counts, written with the event or the status that it is of. `month`: of `time`, in
# Europe/Paris. `thread`: the correlation. `digest`: SHA-256 of the fact as canonical JSON. `counted_at`: when its
# increments went into the cells; null while it waits.
indicator_fact = Table(
    "indicator_fact",
    metadata,
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    string("source", key=True),
    string("id", key=True),
    string("type"),
    time("time"),
    string("month"),
    string("thread"),
    string("corrects", null=True),
    string("rules_version"),
    Column("values", JSONB, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    time("counted_at", null=True),
    Index("indicator_fact_thread_idx", "thread"),
    Index("indicator_fact_corrects_idx", "source", "corrects", postgresql_where=text("corrects is not null")),
    Index("indicator_fact_waiting_idx", "seq", postgresql_where=text("counted_at is null")),
)

# Sums of increments; no cell holds 0. `adjustment`: empty, or the name of the frozen period after whose closing this
# was counted.
indicator_cell = Table(
    "indicator_cell",
    metadata,
    string("month", key=True),
    string("measure", key=True),
    Column("dims", ARRAY(Text), primary_key=True),
    Column("adjustment", Text, primary_key=True, server_default=text("''")),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount <> 0", name="amount"),
)

# Closed periods; a trigger refuses every change of a row. `first`, `last`: months, both included. `cells`: rows of
# month, measure, dimensions, amount. `agreement_refusals`: the bare number, null where none was counted. `inputs`: how
# many facts, `inputs_sha256`: over their digests by source and id. `seal`: SHA-256 of the row without `frozen_at` and
# `frozen_by`, as canonical JSON.
indicator_period = Table(
    "indicator_period",
    metadata,
    string("name", key=True),
    string("first"),
    string("last"),
    time("frozen_at"),
    string("frozen_by"),
    strings("rules_versions"),
    Column("definitions", JSONB, nullable=False),
    Column("cells", JSONB, nullable=False),
    Column("agreement_refusals", BigInteger, nullable=True),
    Column("inputs", BigInteger, nullable=False),
    Column("inputs_sha256", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

# Bare numbers of what the law forbids to keep. `day`: in Europe/Paris. `way`: 'http', counted by the gateway as it
# refuses; or the input topic, set by the reconciliation of the day.
never_stored = Table(
    "never_stored",
    metadata,
    Column("day", Date, primary_key=True, autoincrement=False),
    string("way", key=True),
    string("reason", key=True),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("number >= 0", name="number"),
)
