"""What the two institutions counted themselves, beside the hub's own counts."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from hub.ledger.tables.parts import metadata, string, time

# One row for each file that was imported. `kind`: CountKind. `first`, `last`: the months that it is about, null where
# no line was taken. `sha256`: of the file. `imported_by`: a person's login.
own_count = Table(
    "own_count",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    string("institution"),
    string("kind"),
    string("first", null=True),
    string("last", null=True),
    Column("taken", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    string("imported_by"),
    time("imported_at"),
    CheckConstraint("institution in ('CAF', 'CD35')", name="institution"),
    CheckConstraint("kind in ('EVENTS', 'FIGURES')", name="kind"),
)

# Of which types and months an institution gave a count, be it none, and by which import: the newest.
own_count_place = Table(
    "own_count_place",
    metadata,
    string("institution", key=True),
    string("type", key=True),
    string("month", key=True),
    Column("own_count", BigInteger, ForeignKey("own_count.seq"), nullable=False),
)

# The events that an institution counts: those of the newest import of their type and month.
own_count_event = Table(
    "own_count_event",
    metadata,
    string("source", key=True),
    string("id", key=True),
    string("institution"),
    string("type"),
    time("time"),
    string("month"),
    Column("own_count", BigInteger, ForeignKey("own_count.seq"), nullable=False),
    Index("own_count_event_place_idx", "institution", "month", "type"),
)

# The figures that an institution gives: those of the newest import of their measure and month. `dims`: symbols by the
# names of the dimensions that it gives; none for the whole.
own_count_figure = Table(
    "own_count_figure",
    metadata,
    string("institution", key=True),
    string("measure", key=True),
    string("month", key=True),
    Column("dims", JSONB, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("own_count", BigInteger, ForeignKey("own_count.seq"), nullable=False),
    CheckConstraint("number >= 0", name="number"),
)
