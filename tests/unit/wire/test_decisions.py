"""The records of hub.decisions: what is put together from shared parts reads as what was decided."""

from collections.abc import Iterator

import pytest

from hub.bench.mix import realistic_events
from hub.data import load_calendar, load_territory
from hub.demo import demo_notices
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.routing.decide import decide, is_routed
from hub.domain.routing.decision import Decision
from hub.wire.cloudevents import EventReader, ReceivedEvent
from hub.wire.decisions import DecisionWriter, read_decision
from hub.wire.schemas import load_catalogue
from tests.contract.test_scenarios import CASES, read_scenario

CATALOGUE = load_catalogue()
READER = EventReader(CATALOGUE, load_territory())


@pytest.fixture(scope="module")
def directory() -> Directory:
    """A secretariat, and the generic mailbox of one CDAS."""
    found = Directory(load_territory())
    for number, (service, role, cdas) in enumerate(
        [
            ("CAF_SOCIAL_WORK", "SECRETARIAT", None),
            ("CAF_REFERENTS", "REFERENT", None),
            ("CDAS", "GENERIC_MAILBOX", "CDAS-07"),
        ]
    ):
        first = load_calendar().data_end.replace(year=2020)
        found.apply(Contact(f"contact-é-{number}", "CAF", service, role, "Boîte", first, cdas))
    return found


def _events() -> Iterator[ReceivedEvent]:
    yield from (READER.from_json(read_scenario(path)["event"]) for path in CASES)
    yield from map(READER.from_json, realistic_events(1500, [dict(notice) for notice in demo_notices()]))


def _written(writer: DecisionWriter, event: ReceivedEvent, decision: Decision | None) -> bytes:
    return writer.write(
        event.envelope,
        event.schema,
        ("cd35.referrals", 2, 70_000, 1_772_000_000_000),
        event.value or b"",
        (300, 20_000_000),
        "2026-03-10T10:00:00.000+00:00",
        decision,
    )


@pytest.mark.parametrize("with_directory", [False, True], ids=["without a directory", "with a directory"])
def test_every_decision_reads_as_it_was_written(directory: Directory, *, with_directory: bool) -> None:
    writer, calendar = DecisionWriter(CATALOGUE), load_calendar()
    outcomes = set()
    for event in _events():
        if not is_routed(event.envelope.type):
            continue
        decision = decide(event, None, directory if with_directory else None, calendar)
        read = read_decision(CATALOGUE, _written(writer, event, decision))
        assert decision.data == read["decision"]
        assert event.value == read["event"]
        assert (300, 20_000_000) == (read["directory_revision"], read["calendar_revision"])
        outcomes.add(decision.outcome)
    assert len(outcomes) == 7


def test_an_event_without_a_decision_reads_as_it_was_written() -> None:
    event = next(e for e in _events() if not is_routed(e.envelope.type))
    read = read_decision(CATALOGUE, _written(DecisionWriter(CATALOGUE), event, None))
    assert read["decision"] is None
    assert event.envelope.id == read["envelope"]["id"]
