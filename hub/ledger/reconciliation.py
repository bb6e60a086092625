"""Prove for one day that nothing disappeared: the input topics against the router's answers and the ledger.

Reads the committed records of the day, in a stretch of offsets for each partition; marks what hub.decisions and
hub.rejects answer to; and looks each record up in the ledger. Memory does not grow with the day: one or two bits a
record, and what is wrong.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.reconciliation import HELD_OUTCOMES, Fate, Gap, Reached, day_bounds
from hub.domain.events import EVENT_TYPES, never_stored
from hub.ledger.day_rows import (
    Found,
    Kept,
    Key,
    kept_between,
    known_values,
    not_planned,
    not_scheduled,
    reached_of,
    stuck,
    without_contact,
)
from hub.ledger.never_stored import REASON, set_refusals
from hub.settings import Settings
from hub.wire.avro import decode
from hub.wire.faults import EventInvalid
from hub.wire.rejects import Identity, identity_of
from hub.wire.schemas import Catalogue
from hub.wire.stretches import Stretch, reading, records_of, stretches
from hub.wire.trails import Place, Trail, committed_offsets, follow

LATE: Final = timedelta(hours=1)
"""What waits for longer than this is a difference."""

_HAND_OVERS: Final = f".{EVENT_TYPES['handover.requested'].kind.value}"

NAMED_AT_MOST: Final = 10_000
"""Differences that a report names; all are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not add up: the record `topic`-`partition`-`offset`, and its event where it can be read.

    `detail`: the contact, the service and role, or the delivery that it is about.
    """

    gap: Gap
    topic: str
    partition: int
    offset: int
    source: str | None = None
    id: str | None = None
    detail: str | None = None


@dataclass(slots=True)
class Report:
    """One day, by input topic. `cut`: the topics of which retention may have removed a part of the day.

    `unagreed`: how many of what was not stored are hand-overs that the person did not agree to (A2), each once.
    """

    day: date
    fates: dict[str, Counter[Fate]] = field(default_factory=lambda: defaultdict(Counter))
    reached: dict[str, Counter[Reached]] = field(default_factory=lambda: defaultdict(Counter))
    gaps: Counter[Gap] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    unagreed: Counter[str] = field(default_factory=Counter)

    @property
    def adds_up(self) -> bool:
        """Whether there is no difference."""
        return not self.gaps

    def note(self, difference: Difference) -> None:
        """Count a difference, and name it unless far too many are."""
        self.gaps[difference.gap] += 1
        if len(self.differences) < NAMED_AT_MOST:
            self.differences.append(difference)


@dataclass(frozen=True, slots=True)
class Readers:
    """The consumer groups that prove progress: of the router by input topic, and of the processors."""

    router: Mapping[str, str]
    processors: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What is compared."""

    settings: Settings
    engine: AsyncEngine
    catalogue: Catalogue
    readers: Readers


async def reconcile(sources: Sources, day: date, now: datetime, progress: Callable[[], None] = lambda: None) -> Report:
    """Account for every record of a day (Europe/Paris) and every delivery of its events.

    `progress` is called with each batch. Raises BrokerUnavailable, KafkaError, and what PostgreSQL raises when away.
    """
    settings, report = sources.settings, Report(day)
    since, until = day_bounds(day)
    # First how far everybody has come: what lies before these offsets is answered, and in the ledger, by now.
    routed: dict[Place, int] = {}
    for group in sorted(set(sources.readers.router.values())):
        routed |= await committed_offsets(settings, group)
    taken = await committed_offsets(settings, sources.readers.processors)
    topics = list(sources.readers.router)
    unagreed: set[tuple[str, Identity]] = set()  # kept nowhere: it goes with this reading
    for topic in topics:
        report.fates[topic], report.reached[topic] = Counter(), Counter()
    async with reading(settings, *topics) as consumer:
        day_of = await stretches(consumer, since, until)
        trails = {(stretch.topic, stretch.partition): Trail(stretch) for stretch in day_of}
        async with aclosing(follow(settings, sources.catalogue, trails, (since, until), taken, progress)) as oddities:
            async for oddity in oddities:
                gap = Gap.UNREADABLE if oddity.origin is None else Gap.TWICE
                report.note(Difference(gap, *(oddity.origin or _place(oddity.place)), detail=oddity.place))
        for place, trail in trails.items():
            if trail.stretch.cut:
                report.cut.add(trail.stretch.topic)
            async with aclosing(records_of(consumer, trail.stretch)) as batches:
                async for records in batches:
                    progress()
                    await _compare(sources, report, trail, records, routed.get(place, 0), now, unagreed)
            for offset in trail.answered:  # those of the records were unmarked
                report.note(Difference(Gap.NOT_PUBLISHED, *place, offset))
            await _deliveries(sources, report, trail.stretch, now)
    return report


async def keep_bare_numbers(engine: AsyncEngine, report: Report) -> None:
    """Keep of a day how many hand-overs lacked the person's agreement, of each topic that may hold some.

    Again changes nothing. Raises what PostgreSQL raises when away.
    """
    may_hold = {topic: report.unagreed[topic] for topic in report.fates if topic.endswith(_HAND_OVERS)}
    async with engine.begin() as connection:
        await set_refusals(connection, report.day, may_hold)


async def _compare(
    sources: Sources,
    report: Report,
    trail: Trail,
    records: Sequence[ConsumerRecord],
    routed: int,
    now: datetime,
    unagreed: set[tuple[str, Identity]],
) -> None:
    """Give each record of a stretch its fate. `routed`: the offset that the router reads next."""
    topic, partition = trail.stretch.topic, trail.stretch.partition
    async with sources.engine.connect() as connection:
        kept = await kept_between(connection, topic, partition, records[0].offset, records[-1].offset)
        others = {record.offset: identity_of(record.headers) for record in records if not _is_kept(kept, record)}
        keys = {(one.source, one.id) for one in others.values() if one.source is not None and one.id is not None}
        known = await known_values(connection, keys)
    for record in records:
        offset = record.offset
        if offset not in others:
            fate, gap = _fate_of_kept(kept, offset), None
        else:
            fate, gap = _fate_of_other(sources.catalogue, trail, record, known, others[offset], routed, now)
        trail.answered.discard(offset)
        report.fates[topic][fate] += 1
        if fate is Fate.NOT_STORED and _never_stored(sources.catalogue, record.value) == REASON:
            place = topic, others[offset]
            report.unagreed[topic] += place not in unagreed
            if others[offset].source is not None and others[offset].id is not None:
                unagreed.add(place)
        if gap is not None:
            identity = others[offset]
            report.note(Difference(gap, topic, partition, offset, identity.source, identity.id))


def _is_kept(kept: Kept, record: ConsumerRecord) -> bool:
    return record.offset in kept.refused or record.offset in kept.outcomes


def _fate_of_kept(kept: Kept, offset: int) -> Fate:
    if offset in kept.refused:
        return Fate.REJECTED
    outcome = kept.outcomes[offset]
    if outcome is None:
        return Fate.PASSED
    return Fate.HELD if outcome in HELD_OUTCOMES else Fate.DECIDED


def _fate_of_other(
    catalogue: Catalogue,
    trail: Trail,
    record: ConsumerRecord,
    known: Mapping[Key, bytes],
    identity: Identity,
    routed: int,
    now: datetime,
) -> tuple[Fate, Gap | None]:
    """The fate of a record of which the ledger holds nothing by its place."""
    offset = record.offset
    if known.get((identity.source or "", identity.id or "")) == hashlib.sha256(record.value or b"").digest():
        return Fate.REPEATED, None
    if offset in trail.answered:
        if offset in trail.waiting:
            return Fate.IN_FLIGHT, None
        return Fate.MISSING, Gap.NOT_RECORDED
    if offset >= routed:
        published = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
        return Fate.IN_FLIGHT, Gap.NOT_READ if now - published > LATE else None
    if _never_stored(catalogue, record.value) is not None:
        return Fate.NOT_STORED, None
    return Fate.MISSING, Gap.NOT_DECIDED


def _never_stored(catalogue: Catalogue, value: bytes | None) -> str | None:
    """Why the law forbids to keep anything of the record, as the router reads it; None where it does not."""
    try:
        schema, data = decode(catalogue, value or b"")
    except EventInvalid:
        return None
    return never_stored(schema.type, data)


async def _deliveries(sources: Sources, report: Report, stretch: Stretch, now: datetime) -> None:
    """Count where the deliveries of a stretch stand, and note those that reach nobody."""
    if stretch.start == stretch.end:
        return
    found: list[tuple[Gap, list[Found]]] = []
    async with sources.engine.connect() as connection:
        report.reached[stretch.topic].update(await reached_of(connection, stretch))
        found.append((Gap.NOT_SCHEDULED, await not_scheduled(connection, stretch)))
        found.append((Gap.NO_CONTACT, await without_contact(connection, stretch)))
        found.append((Gap.NOT_PLANNED, await not_planned(connection, stretch, now - LATE)))
        found.append((Gap.STUCK, await stuck(connection, stretch, now - LATE)))
    for gap, rows in found:
        for row in rows:
            report.note(Difference(gap, stretch.topic, stretch.partition, row.offset, row.source, row.id, row.detail))


def _place(text: str) -> tuple[str, int, int]:
    topic, partition, offset = text.rsplit("-", 2)
    return topic, int(partition), int(offset)
