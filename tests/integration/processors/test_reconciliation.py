"""Nothing disappears unseen: days made by hand on a real Kafka and a real ledger, whole and with something missing."""

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from typer.testing import CliRunner

from hub.cli.main import app
from hub.domain.delivery.reconciliation import Fate, Gap, Reached, day_bounds
from hub.embedded.kafka import EmbeddedKafka
from hub.health import Health
from hub.ledger.engine import ledger_engine
from hub.ledger.reconciliation import Readers, Report
from hub.processes.processors import readers
from hub.processors.parts import Parts
from hub.processors.reconciliation import DailyReconciliation
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import encode
from hub.wire.decisions import read_decision
from hub.wire.topics import DECISIONS
from tests.integration.processors.day_building import (
    CD35,
    NOW,
    UNREADABLE,
    Place,
    build,
    commit,
    day,
    named,
    notice,
    publish,
    reconciled,
    record,
)
from tests.integration.router.router_desk import CATALOGUE, Desk, example

WHOLE, LOST, TWICE, UNSENT, STUCK, NOBODY, GARBLED = range(1, 8)
WAITING, UNDECIDED, INVENTED, EVENING = 11, 12, 13, 14  # published when the others are routed

DECIDED = notice("n-1")
UNREADABLE_VALUE = b"no decision"
NOT_GIVEN = {"given": False, "on": None}
UNAGREED = record(example("handover.requested", "to-caf", id="unagreed", subject="s-2", data_agreement=NOT_GIVEN))
DAYS = {
    WHOLE: [
        DECIDED,
        DECIDED,
        notice("n-1", data_title="Un autre texte"),
        notice("n-2", "n-1"),
        notice("n-3", data_impacts=[]),
        record(example("referral.requested", "nothing", id="held", subject="s-1", source=CD35)),
        record(example("training.held", id="passed", subject="t-1")),
        UNAGREED,
        UNAGREED,
        ("caf.notices", b"k", b"no event", []),
        ("caf.notices", b"k", b"no name", UNREADABLE),
    ],
    LOST: [notice("n-lost"), notice("n-kept")],
    TWICE: [notice("n-twice")],
    UNSENT: [notice("n-unsent")],
    STUCK: [notice("n-stuck")],
    NOBODY: [record(example("referral.requested", "recent", id="alone", subject="s-3", source=CD35))],
    GARBLED: [notice("n-garbled")],
}


@pytest.fixture(scope="module")
def settings(kafka: EmbeddedKafka, database: str) -> Settings:
    """Give settings that name both engines."""
    return Settings(kafka_bootstrap=kafka.bootstrap, database_url=database)


@pytest.fixture(scope="module")
def places(settings: Settings) -> dict[int, list[Place]]:
    """Give where the records of each day lie, once they are routed and taken in."""
    return asyncio.run(build(settings, DAYS))


def in_ledger(settings: Settings, statement: str, **parameters: Any) -> None:
    async def run() -> None:
        engine = ledger_engine(settings)
        async with engine.begin() as connection:
            await connection.execute(text(statement), parameters)
        await engine.dispose()

    asyncio.run(run())


def on_decisions(settings: Settings, number: int, value: bytes) -> Place:
    """Put a value on hub.decisions on a day, as nobody but the router may."""
    return asyncio.run(publish(settings, day(number), (DECISIONS, b"k", value, [])))[0]


def decision_of(settings: Settings, identifier: str) -> dict[str, Any]:
    found = [row.value for row in asyncio.run(Desk(settings).records(DECISIONS))]
    rows = [read_decision(CATALOGUE, value) for value in found if value != UNREADABLE_VALUE]
    return next(row for row in rows if row["envelope"]["id"] == identifier)


def hub(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", settings.kafka_bootstrap)
    monkeypatch.setenv("HUB_DATABASE_URL", settings.database_url.get_secret_value())
    result = CliRunner().invoke(app, ["reconcile", *arguments, "--json"])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def fates(report: Report, topic: str) -> dict[Fate, int]:
    return {fate: number for fate, number in report.fates[topic].items() if number}


def test_every_record_of_a_day_has_its_fate_and_the_day_adds_up(
    settings: Settings, places: dict[int, list[Place]]
) -> None:
    report = reconciled(settings, WHOLE)
    assert [] == named(report)
    # n-1 and n-3 decided; n-1 again; n-1 with another text and n-2 with the version of n-1 rejected.
    assert {Fate.DECIDED: 2, Fate.REPEATED: 1, Fate.REJECTED: 2} == fates(report, "cd35.notices")
    assert {Fate.REJECTED: 2} == fates(report, "caf.notices")
    assert {Fate.HELD: 1, Fate.NOT_STORED: 2} == fates(report, "cd35.referrals")
    assert {Fate.PASSED: 1} == fates(report, places[WHOLE][6].topic)
    assert len(DAYS[WHOLE]) == sum(counts.total() for counts in report.fates.values())
    assert {Reached.OPEN: 3} == report.reached["cd35.notices"]


@pytest.mark.usefixtures("places")
def test_of_a_hand_over_without_agreement_a_bare_number_is_kept_and_the_day_again_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def numbers() -> list[tuple[str, str, int]]:
        engine = ledger_engine(settings)
        asked = text("select way, reason, number from never_stored where day = :day order by way")
        async with engine.connect() as connection:
            found = [tuple(row) for row in await connection.execute(asked, {"day": day(WHOLE)})]
        await engine.dispose()
        return found

    for _ in range(2):
        hub(settings, monkeypatch, "--day", day(WHOLE).isoformat())
        assert [
            ("caf.referrals", "AGREEMENT_MISSING", 0),
            ("cd35.referrals", "AGREEMENT_MISSING", 1),
            ("partner.referrals", "AGREEMENT_MISSING", 0),
        ] == asyncio.run(numbers())


def test_a_decision_that_the_ledger_lost_is_named(settings: Settings, places: dict[int, list[Place]]) -> None:
    in_ledger(settings, "delete from event where id = 'n-lost'")
    report = reconciled(settings, LOST)
    assert [(Gap.NOT_RECORDED, places[LOST][0], "n-lost", None)] == named(report)
    assert {Fate.DECIDED: 1, Fate.MISSING: 1} == fates(report, "cd35.notices")


def test_a_record_that_was_decided_twice_is_named(settings: Settings, places: dict[int, list[Place]]) -> None:
    value = encode(CATALOGUE.latest("hub.decision"), decision_of(settings, "n-twice"))
    again = on_decisions(settings, TWICE, value)
    report = reconciled(settings, TWICE)
    detail = f"{DECISIONS}-{again.partition}-{again.offset}"
    assert [(Gap.TWICE, places[TWICE][0], None, detail)] == named(report)


def test_a_contact_of_a_decision_without_a_delivery_is_named(
    settings: Settings, places: dict[int, list[Place]]
) -> None:
    in_ledger(settings, "delete from delivery where event_id = 'n-unsent' and contact = 'contact-cdas'")
    report = reconciled(settings, UNSENT)
    assert [(Gap.NOT_SCHEDULED, places[UNSENT][0], "n-unsent", "contact-cdas")] == named(report)
    assert {Reached.OPEN: 2} == report.reached["cd35.notices"]


@pytest.mark.parametrize(
    ("change", "minutes", "expected"),
    [
        pytest.param("state = 'SCHEDULED', due_at = :now", 59, 0, id="due-for-less-than-an-hour"),
        pytest.param("state = 'SCHEDULED', due_at = :now", 61, 3, id="due-for-more-than-an-hour"),
        pytest.param("state = 'SENDING', claimed_until = :now", 61, 3, id="a-lease-that-nobody-takes-back"),
        pytest.param("state = 'ACCEPTED'", 61, 0, id="delivered"),
    ],
)
@pytest.mark.usefixtures("places")
def test_a_delivery_that_no_dispatcher_takes_is_named(
    settings: Settings, change: str, minutes: int, expected: int
) -> None:
    parameters = {"now": NOW} if ":now" in change else {}
    in_ledger(settings, f"update delivery set {change} where event_id = 'n-stuck'", **parameters)
    report = reconciled(settings, STUCK, NOW + timedelta(minutes=minutes))
    assert {Gap.STUCK: expected} == {Gap.STUCK: report.gaps[Gap.STUCK]}
    assert expected == len(report.differences)


@pytest.mark.parametrize(
    ("queued", "expected"),
    [(timedelta(minutes=-59), 0), (timedelta(minutes=-61), 1)],
    ids=["less-than-an-hour", "more-than-an-hour"],
)
def test_a_notice_whose_further_audience_nobody_looks_for_is_named(
    settings: Settings, places: dict[int, list[Place]], queued: timedelta, expected: int
) -> None:
    change = "update notice_audience set planned_at = :planned, queued_at = :queued where event_id = 'n-twice'"
    in_ledger(settings, change, planned=None, queued=NOW + queued)
    found = [one for one in named(reconciled(settings, TWICE)) if one[0] is Gap.NOT_PLANNED]
    in_ledger(settings, change, planned=NOW, queued=NOW)
    assert [(Gap.NOT_PLANNED, places[TWICE][0], "n-twice", "n-twice")] * expected == found


def test_a_routing_that_reaches_nobody_is_named(settings: Settings, places: dict[int, list[Place]]) -> None:
    report = reconciled(settings, NOBODY)
    assert [(Gap.NO_CONTACT, places[NOBODY][0], "alone", "CAF_SOCIAL_WORK/SECRETARIAT")] == named(report)


@pytest.mark.usefixtures("places")
def test_a_record_of_the_decisions_that_nobody_can_read_is_named(settings: Settings) -> None:
    garbled = on_decisions(settings, GARBLED, UNREADABLE_VALUE)
    detail = f"{DECISIONS}-{garbled.partition}-{garbled.offset}"
    assert [(Gap.UNREADABLE, garbled, None, detail)] == named(reconciled(settings, GARBLED))


def test_the_command_names_what_is_missing_with_what_to_do_and_says_so_by_its_exit_code(
    settings: Settings, places: dict[int, list[Place]], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_ledger(settings, "delete from event where id = 'n-lost'")
    code, rows = hub(settings, monkeypatch, "--day", day(LOST).isoformat())
    lost = [row for row in rows if row.get("difference") == "NOT_RECORDED"]
    assert (1, False) == (code, rows[-1]["adds_up"])
    assert [(places[LOST][0].offset, CD35, "n-lost")] == [(row["offset"], row["source"], row["id"]) for row in lost]
    assert Gap.NOT_RECORDED.way_out == lost[0]["do"]


@pytest.mark.usefixtures("places")
def test_the_command_finds_that_a_day_without_records_adds_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, rows = hub(settings, monkeypatch, "--day", "2020-02-29")
    assert (0, True, {0}) == (code, rows[-1]["adds_up"], {row["published"] for row in rows[:-1]})


def told_at(settings: Settings, number: int, *minutes: int) -> list[float]:
    """When the processors last told of a reconciliation, at turns so many minutes after the end of a day."""

    async def run() -> list[float]:
        engine = ledger_engine(settings)
        clock = iter([day_bounds(day(number))[1] + timedelta(minutes=more) for more in (0, *minutes)])
        daily = DailyReconciliation(Parts(engine, CATALOGUE, Health("test"), lambda: next(clock)), settings, readers())
        found = []
        for _ in minutes:
            await daily.turn()
            found.append(REGISTRY.get_sample_value("hub_reconciliation_timestamp_seconds") or 0.0)
        await engine.dispose()
        return found

    return asyncio.run(run())


@pytest.mark.usefixtures("places")
def test_the_processors_account_for_yesterday_once_it_is_over_and_say_so_as_metrics(settings: Settings) -> None:
    in_ledger(settings, "delete from event where id = 'n-lost'")
    over = day_bounds(day(LOST))[1].timestamp()
    assert [over + 60 * 20, over + 60 * 20, over + 60 * 90] == told_at(settings, LOST, 20, 30, 90)
    labels = {"difference": "NOT_RECORDED"}
    assert 1 == REGISTRY.get_sample_value("hub_reconciliation_differences", labels)
    labels = {"topic": "cd35.notices", "fate": "missing"}
    assert 1 == REGISTRY.get_sample_value("hub_reconciled_records", labels)


def published(settings: Settings, number: int, *identifiers: str) -> Sequence[Place]:
    """Publish notices on a day that nobody routes."""
    return asyncio.run(publish(settings, day(number), *(notice(identifier) for identifier in identifiers)))


@pytest.mark.usefixtures("places")
def test_a_record_that_waits_for_the_router_adds_up_for_an_hour_and_is_named_after_it(settings: Settings) -> None:
    (waiting,) = published(settings, WAITING, "n-waiting")
    noon = day_bounds(day(WAITING))[0] + timedelta(hours=12)
    early = reconciled(settings, WAITING, noon + timedelta(minutes=59))
    late = reconciled(settings, WAITING, noon + timedelta(minutes=61))
    in_flight = {Fate.IN_FLIGHT: 1}
    assert (in_flight, in_flight) == (fates(early, "cd35.notices"), fates(late, "cd35.notices"))
    assert [] == named(early)
    assert [(Gap.NOT_READ, waiting, "n-waiting", None)] == named(late)
    decision = decision_of(settings, "n-kept")
    decision["origin"] |= {"topic": waiting.topic, "partition": waiting.partition, "offset": waiting.offset}
    on_decisions(settings, WAITING, encode(CATALOGUE.latest("hub.decision"), decision))
    decided = reconciled(settings, WAITING, noon + timedelta(minutes=61))
    assert (in_flight, []) == (fates(decided, "cd35.notices"), named(decided))


@pytest.mark.usefixtures("places")
def test_a_day_whose_last_records_are_still_on_their_way_is_accounted_for_again(settings: Settings) -> None:
    """Nothing is missing at twenty past midnight, but what becomes of the record is not known yet."""
    asyncio.run(publish(settings, day(EVENING), notice("n-evening"), hours=23.5))
    over = day_bounds(day(EVENING))[1].timestamp()
    assert [over + 60 * 20, over + 60 * 20, over + 60 * 85] == told_at(settings, EVENING, 20, 30, 85)


@pytest.mark.usefixtures("places")
def test_a_record_that_the_router_went_past_without_an_answer_is_named(settings: Settings) -> None:
    (skipped,) = published(settings, UNDECIDED, "n-skipped")
    groups = Readers({**readers().router, skipped.topic: "test-went-past"}, readers().processors)
    asyncio.run(commit(settings, "test-went-past", {(skipped.topic, skipped.partition): skipped.offset + 1}))
    report = reconciled(settings, UNDECIDED, groups=groups)
    assert [(Gap.NOT_DECIDED, skipped, "n-skipped", None)] == named(report)


@pytest.mark.usefixtures("places")
def test_a_decision_on_a_record_that_was_never_published_is_named(settings: Settings) -> None:
    async def give_up() -> int:
        noon = int((day_bounds(day(INVENTED))[0] + timedelta(hours=12)).timestamp() * 1000)
        async with kafka_client.producer(settings, transactional_id="test-institution") as producer:
            await producer.begin_transaction()
            sent = await producer.send_and_wait("caf.activity", b"v", b"k", partition=0, timestamp_ms=noon)
            await producer.abort_transaction()
            async with producer.transaction():
                await producer.send_and_wait("caf.activity", b"v", b"k", partition=0, timestamp_ms=noon)
        return int(sent.offset)

    offset = asyncio.run(give_up())
    decision = decision_of(settings, "n-kept")
    decision["origin"] |= {"topic": "caf.activity", "partition": 0, "offset": offset}
    on_decisions(settings, INVENTED, encode(CATALOGUE.latest("hub.decision"), decision))
    invented = [one for one in named(reconciled(settings, INVENTED)) if one[0] is Gap.NOT_PUBLISHED]
    assert [(Gap.NOT_PUBLISHED, Place("caf.activity", 0, offset), None, None)] == invented
