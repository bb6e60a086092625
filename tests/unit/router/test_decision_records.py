"""The records of hub.decisions, written by hand, are what an Avro library writes."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from fastavro import schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.demo import demo_notices
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.routing.decide import decide
from hub.wire.avro_parts import avro_long
from hub.wire.cloudevents import EventReader
from hub.wire.decisions import DecisionWriter, read_decision
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
TERRITORY = load_territory()
READER = EventReader(CATALOGUE, TERRITORY)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_long_is_written_as_fastavro_writes_it(number: int) -> None:
    stream = BytesIO()
    schemaless_writer(stream, "long", number)
    assert stream.getvalue() == avro_long(number)


@pytest.mark.parametrize("decided", [True, False], ids=["with a decision", "without"])
@pytest.mark.parametrize("number", range(5))
def test_a_record_reads_back_as_what_was_decided(number: int, decided: bool) -> None:  # noqa: FBT001  a parameter
    event = READER.from_json(demo_notices()[number])
    directory = Directory(TERRITORY)
    directory.apply(Contact("cdas-é-01", "CD35", "CDAS", "GENERIC_MAILBOX", "CDAS démo 01", date(2020, 1, 1)))
    decision = decide(event, directory=directory) if decided else None
    at = datetime(2026, 11, 22, 10, 0, tzinfo=UTC).isoformat()
    writer = DecisionWriter(CATALOGUE)
    for _ in range(2):  # the second time from memory
        value = writer.write(
            event.envelope,
            event.schema,
            ("cd35.notices", 2, 123_456_789_012, 1_795_349_650_123),
            event.value or b"",
            (99_999, 0),
            at,
            decision,
        )
        datum = read_decision(CATALOGUE, value)
        stream = BytesIO()
        schema = CATALOGUE.schema("hub.decision", 1)
        stream.write(schema.prefix)
        schemaless_writer(stream, schema.parsed, datum)
        assert stream.getvalue() == value
        assert (decision.data if decision else None) == datum["decision"]
        assert event.value == datum["event"]
        assert event.envelope.subject == datum["envelope"]["correlationid"]
        assert ["cd35.notices", 2, 123_456_789_012, 1_795_349_650_123] == list(datum["origin"].values())
