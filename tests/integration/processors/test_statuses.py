"""What the processors publish: status events from the outbox, in order and never lost, and heartbeats."""

import asyncio
import runpy
import signal
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from hub import metrics
from hub.domain.delivery.states import DeliveryReason, check_transition, delivery_id
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.health import Health
from hub.ledger import tables
from hub.ledger.acknowledgements import show
from hub.ledger.acknowledgements import take as take_in_charge
from hub.ledger.claims import claim_due
from hub.ledger.feed_acceptance import accept_fetched
from hub.ledger.outbox import StatusChange, Waiting, add_statuses, status_row
from hub.ledger.outcomes import Outcome
from hub.ledger.outcomes import record as record_outcome
from hub.ledger.subscriptions import replace_subscriptions
from hub.processors.heartbeat import Heartbeat
from hub.processors.parts import Parts
from hub.processors.relay import publisher, relay_once
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode, encode
from hub.wire.rejects import REASONS
from hub.wire.topics import HEARTBEAT, REJECTS, STATUSES
from tests.integration.ledger.decided_building import NOW, notice, routing, take
from tests.integration.processors.processors_process import (
    CATALOGUE,
    CD35,
    Processors,
    names,
    publish,
    records,
    router,
    rows,
    until,
)

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
S = DeliveryStatus
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _parts(ledger: AsyncEngine) -> Parts:
    return Parts(ledger, CATALOGUE, Health("test"), lambda: datetime.now(UTC))


def _change(event_id: str, attempt: int) -> StatusChange:
    return StatusChange(
        delivery=delivery_id(CD35, event_id, "c1", "MAIL"),
        event_source=CD35,
        event_id=event_id,
        subject=f"N-{event_id}",
        correlationid=f"N-{event_id}",
        contact="c1",
        service="CDAS",
        role="GENERIC_MAILBOX",
        medium="MAIL",
        status="SENDING",
        reason=None,
        attempt=attempt,
        at=START + timedelta(seconds=attempt),
    )


async def _fill(ledger: AsyncEngine, prefix: str, *, events: int, changes: int) -> None:
    async with ledger.begin() as connection:
        await add_statuses(
            connection,
            [
                status_row(CATALOGUE, _change(id_, attempt))
                for attempt in range(changes)
                for id_ in names(prefix, events)
            ],
        )


async def _attempts(settings: Settings, prefix: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for record in await records(settings, STATUSES):
        data = decode(CATALOGUE, record.value)[1]
        if (data["event_id"] or "").startswith(f"{prefix}-"):
            found[data["event_id"]].append(data["attempt"])
    return found


async def _nothing_waits(ledger: AsyncEngine) -> bool:
    return not await rows(ledger, "select seq from status_outbox where relayed_at is null limit 1")


async def test_statuses_reach_kafka_in_the_order_of_the_outbox(settings: Settings, ledger: AsyncEngine) -> None:
    await _fill(ledger, "ordered", events=7, changes=300)
    with Processors(settings):
        await until(lambda: _nothing_waits(ledger))
    attempts = await _attempts(settings, "ordered")
    assert {key: list(range(300)) for key in names("ordered", 7)} == attempts


async def test_a_status_carries_a_whole_envelope_and_the_event_it_is_about(
    settings: Settings, ledger: AsyncEngine
) -> None:
    await _fill(ledger, "envelope", events=1, changes=1)
    with Processors(settings):
        await until(lambda: _nothing_waits(ledger))
    record = next(row for row in await records(settings, STATUSES) if row.key == b"N-envelope-0")
    headers = dict(record.headers)
    assert (b"delivery.status_changed", b"N-envelope-0", b"envelope-0", b"C1") == (
        headers["ce_type"], headers["ce_subject"], headers["ce_causationid"], headers["ce_confidentiality"],
    )  # fmt: skip


async def test_a_crash_between_kafka_and_the_mark_repeats_and_loses_nothing(
    settings: Settings, ledger: AsyncEngine
) -> None:
    await _fill(ledger, "crashed", events=3, changes=20)
    producer = kafka_client.producer(settings)
    await producer.start()
    publish_all = publisher(producer)

    async def die_after_kafka(statuses: list[Waiting]) -> None:
        await publish_all(statuses)
        raise ConnectionResetError

    try:
        await relay_once(_parts(ledger), die_after_kafka)
    except ConnectionResetError:
        assert not await _nothing_waits(ledger)
    while await relay_once(_parts(ledger), publish_all):
        pass
    await producer.stop()

    assert {key: [*range(20), *range(20)] for key in names("crashed", 3)} == await _attempts(settings, "crashed")


async def test_killed_while_it_relays_it_loses_no_status(settings: Settings, ledger: AsyncEngine) -> None:
    await _fill(ledger, "killed", events=10, changes=400)
    processors = Processors(settings)
    with processors:

        async def begun() -> bool:
            return bool(await rows(ledger, "select seq from status_outbox where relayed_at is not null limit 1"))

        await until(begun)
        processors.end(signal.SIGKILL)
        processors.start()
        await until(lambda: _nothing_waits(ledger))
    for attempts in (await _attempts(settings, "killed")).values():
        assert list(range(400)) == sorted(set(attempts))


async def test_only_one_process_relays_at_a_time(ledger: AsyncEngine) -> None:
    await _fill(ledger, "alone", events=1, changes=5)
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: list[Waiting]) -> None:
        entered.set()
        await go_on.wait()

    first = asyncio.create_task(relay_once(_parts(ledger), slow))
    await entered.wait()
    assert 0 == await relay_once(_parts(ledger), slow)
    go_on.set()
    assert 5 == await first


async def test_heartbeats_count_on(settings: Settings) -> None:
    with Processors(settings):

        async def three() -> bool:
            return len(await records(settings, HEARTBEAT)) >= 3

        await until(three)
    by_start: list[list[int]] = []
    for record in await records(settings, HEARTBEAT):
        sequence = decode(CATALOGUE, record.value)[1]["sequence"]
        if sequence == 0:
            by_start.append([])
        by_start[-1].append(sequence)
    assert [list(range(len(run))) for run in by_start] == by_start


async def test_heartbeats_prove_that_none_is_missing_and_show_a_restart(
    settings: Settings, ledger: AsyncEngine
) -> None:
    begun = time.time()
    producer = kafka_client.producer(settings)
    await producer.start()
    for _ in range(2):
        heartbeat = Heartbeat(_parts(ledger), producer, "proof")
        for _ in range(4):
            await heartbeat.beat()
    await producer.stop()
    beats = [
        (record.key.decode(), decode(CATALOGUE, record.value)[1]["sequence"])
        for record in await records(settings, HEARTBEAT)
        if record.key == b"processors-proof"
    ]
    judge = runpy.run_path(str(EXAMPLES / "heartbeats.py"))["judge"]
    restarted = ("processors-proof", "restarted", 0)
    assert [restarted] == list(judge(beats))
    assert [("processors-proof", "missing", 1), restarted] == list(judge(beats[:1] + beats[2:]))
    assert [("processors-proof", "repeated", 1), restarted] == list(judge([*beats[:2], *beats[1:]]))
    assert begun <= metrics.HEARTBEAT_AT._value.get()


async def test_every_change_of_every_medium_reaches_the_stream_in_order(
    settings: Settings, ledger: AsyncEngine
) -> None:
    media = frozenset({Medium.MAIL, Medium.WEBHOOK, Medium.PORTAL, Medium.FEED})
    await _put_reader(ledger, media)
    await take(ledger, notice("stream", routing(["reader"]), reference="N-stream"))
    later = NOW + timedelta(minutes=1)
    for medium in (None, Medium.WEBHOOK):
        for at, state in ((NOW, S.RETRYING), (later, S.ACCEPTED)):
            await _attempt(ledger, medium, at, state)
    of = {medium: delivery_id(CD35, "stream", "reader", medium) for medium in media}
    async with ledger.begin() as connection:
        assert 1 == await accept_fetched(connection, CATALOGUE, list(of.values()), later)
        assert await show(connection, CATALOGUE, of[Medium.MAIL], later) is not None
        assert await take_in_charge(connection, CATALOGUE, of[Medium.PORTAL], later) is not None

    producer = kafka_client.producer(settings)
    await producer.start()
    while await relay_once(_parts(ledger), publisher(producer)):
        pass
    await producer.stop()
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for record in await records(settings, STATUSES):
        data = decode(CATALOGUE, record.value)[1]
        if data["event_id"] == "stream":
            told[data["delivery"]].append((data["medium"], data["status"]))
    found = {medium: [status for name, status in told[str(of[medium])] if name == medium] for medium in media}
    pushed = ["SCHEDULED", "SENDING", "RETRYING", "SENDING", "ACCEPTED"]
    assert {
        Medium.MAIL: [*pushed, "SHOWN", "CONCLUDED"],
        Medium.WEBHOOK: [*pushed, "CONCLUDED"],
        Medium.PORTAL: ["SCHEDULED", "SENDING", "ACCEPTED", "TAKEN_IN_CHARGE"],
        Medium.FEED: ["SCHEDULED", "SENDING", "ACCEPTED", "CONCLUDED"],
    } == found
    for states in found.values():
        for before, after in pairwise(states):
            check_transition(S(before), S(after))
    standing = await rows(ledger, "select medium, state from delivery where event_id = 'stream'")
    assert {row.medium: row.state for row in standing} == {medium: states[-1] for medium, states in found.items()}


async def _put_reader(ledger: AsyncEngine, media: frozenset[Medium]) -> None:
    """Put a contact that is told by these media, with a webhook that works."""
    person = {
        "ref": "reader", "institution": "CD35", "service": "CDAS", "role": "GENERIC_MAILBOX", "label": "CDAS",
        "webhook": "https://cdas.example/hub", "valid_from": START.date(), "opted_out": False, "revision": 1,
        "updated_at": NOW,
    }  # fmt: skip
    endpoint = {"id": UUID(int=1), "contact": "reader", "url": person["webhook"], "state": "ACTIVE", "created_at": NOW}
    position = {"topic": "hub.directory", "revision": 99, "updated_at": NOW}
    async with ledger.begin() as connection:
        await connection.execute(insert(tables.contact).values(person))
        await connection.execute(insert(tables.webhook_endpoint).values(endpoint))
        await connection.execute(upsert(tables.directory_position).values(position).on_conflict_do_nothing())
        await connection.execute(update(tables.directory_position).values(revision=99))
        await replace_subscriptions(connection, "reader", [Subscription(Basis.DUTY, media)], by="contact", now=NOW)


async def _attempt(ledger: AsyncEngine, medium: Medium | None, at: datetime, state: DeliveryStatus) -> None:
    """Claim the one delivery that is due, as a dispatcher does, and record how its attempt ended."""
    asked = {"lane": "standard", "limit": 9, "dispatcher": "d", "now": at, "until": at + timedelta(seconds=60)}
    async with ledger.begin() as connection:
        (claim,) = await claim_due(connection, CATALOGUE, medium=medium, **asked)  # type: ignore[arg-type]  # each of its own type
        result = "accepted" if state is S.ACCEPTED else "transient"
        reason = None if state is S.ACCEPTED else DeliveryReason.TIMED_OUT
        outcome = Outcome(claim, result, state, reason, "test", at)  # type: ignore[arg-type]  # one of the two
        await record_outcome(connection, CATALOGUE, [outcome], dispatcher="d", now=at)


async def test_rejects_are_recorded_without_their_payload(settings: Settings, ledger: AsyncEngine) -> None:
    reason = next(iter(REASONS))
    value = {
        "reason": reason,
        "faults": [{"code": reason, "pointer": "/data", "detail": "Not framed."}],
        "origin": {"topic": "caf.notices", "partition": 1, "offset": 5, "timestamp_ms": 1772438400000},
        "key": b"N-1",
        "headers": [{"name": "ce_id", "value": b"r1"}, {"name": "ce_source", "value": CD35.encode()}],
        "value": b"the payload",
        "rejected_at": "2026-03-02T09:00:00+01:00",
    }
    framed = encode(CATALOGUE.latest("hub.reject"), value)
    async with router(settings) as producer:
        for _ in range(2):
            async with producer.transaction():
                await producer.send(REJECTS, key=b"N-1", value=framed)
        await publish(producer, ["beside-0"])
    with Processors(settings):
        await until(lambda: _recorded(ledger))
    found = await rows(ledger, "select * from reject where topic = 'caf.notices'")
    assert [(1, 5, reason, "/data", CD35, "r1", None)] == [tuple(row)[1:8] for row in found]


async def _recorded(ledger: AsyncEngine) -> bool:
    return bool(await rows(ledger, "select reason from reject where topic = 'caf.notices'"))
