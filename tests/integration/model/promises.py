"""What must hold of a ledger after every step, whatever happened in whatever order: written from the promises alone."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.states import DUE, TRANSITIONS
from hub.domain.vocabulary import DeliveryStatus
from hub.ledger import tables
from hub.wire.avro import decode
from tests.integration.model.acts import CATALOGUE
from tests.integration.model.world import World

_CLIMBING: Final = {"BENEFIT", "SOCIAL"}
_MAY_HAVE_ARRIVED: Final = text("""
select d.id from delivery d
where d.accepted_at is not null or exists (
  select from delivery_attempt a
  where a.delivery = d.id
    and (a.ended_at is null or a.result in ('accepted', 'abandoned') or a.reason = 'UNCONFIRMED')
)
""")


@dataclass(slots=True)
class Ledger:
    """What the ledger holds now, and everything that its outbox has told, in order."""

    deliveries: dict[UUID, Any] = field(default_factory=dict)
    escalations: dict[UUID, Any] = field(default_factory=dict)
    steps: dict[tuple[UUID, int], Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    taken: dict[UUID, Any] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    told: list[dict[str, Any]] = field(default_factory=list)
    told_ids: Counter[str] = field(default_factory=Counter)
    last: int = 0

    async def read(self, connection: AsyncConnection) -> "Ledger":
        """Read the ledger as it stands after this one."""
        acknowledgement = tables.acknowledgement
        taken = select(acknowledgement).where(acknowledgement.c.kind == "TAKEN_IN_CHARGE")
        outbox = tables.status_outbox
        new = (await connection.execute(select(outbox).where(outbox.c.seq > self.last).order_by(outbox.c.seq))).all()
        statuses = [row for row in new if row.headers["ce_type"] == "delivery.status_changed"]
        version = tables.notice_version
        versions = await connection.execute(select(version.c.event_id, version.c.status))
        return Ledger(
            {row.id: row for row in await connection.execute(select(tables.delivery))},
            {row.id: row for row in await connection.execute(select(tables.escalation))},
            {(row.escalation, row.number): row for row in await connection.execute(select(tables.escalation_step))},
            {row.event_id: row.status for row in versions},
            {row.delivery: row.at for row in await connection.execute(taken)},
            set(await connection.scalars(select(tables.reject.c.event_id))),
            self.told + [decode(CATALOGUE, row.value)[1] for row in statuses],
            self.told_ids + Counter(row.headers["ce_id"] for row in new),
            max((row.seq for row in new), default=self.last),
        )

    def made_in_order(self) -> list[UUID]:
        """The deliveries as they were first told."""
        return [
            id_ for id_ in map(UUID, dict.fromkeys(data["delivery"] for data in self.told)) if id_ in self.deliveries
        ]


def check(world: World, before: Ledger, now: Ledger) -> None:
    """Raise AssertionError at the first promise that does not hold."""
    _each_change_is_told_once(before, now)
    _nobody_is_lost(world, now)
    _numbers_have_no_holes(now)
    _nothing_leaves_once_taken(world, now)
    _nothing_of_an_overtaken_version_waits(now)
    _each_urgency_climbs_or_was_answered(world, now)
    _each_step_is_done_once(before, now)


def _each_change_is_told_once(before: Ledger, now: Ledger) -> None:
    twice = [id_ for id_, number in now.told_ids.items() if number > 1]
    assert not twice, f"told twice: {twice}"
    paths: dict[str, list[DeliveryStatus]] = defaultdict(list)
    for data in now.told:
        paths[data["delivery"]].append(DeliveryStatus(data["status"]))
    assert before.deliveries.keys() <= now.deliveries.keys(), "a delivery is gone"
    assert {str(id_) for id_ in now.deliveries} == set(paths), "a delivery was made without a word"
    for id_, row in now.deliveries.items():
        path = paths[str(id_)]
        assert path[0] is DeliveryStatus.SCHEDULED, path
        for one, following in itertools.pairwise(path):
            assert following in TRANSITIONS[one], path
            assert following is not one, path
        assert path[-1] == row.state, f"{path} was told, {row.state} is so"


def _nobody_is_lost(world: World, now: Ledger) -> None:
    reached = {(row.event_id, row.contact) for row in now.deliveries.values()}
    for event in world.published:
        for routing in _routings(event):
            for contact in routing["recipients"]:
                assert event.id in now.refused or (event.id, contact) in reached, f"{contact} lost {event.id}"


def _numbers_have_no_holes(now: Ledger) -> None:
    numbers, items = defaultdict(list), defaultdict(set)
    for row in now.deliveries.values():
        numbers[row.contact, row.medium].append(row.number)
        items[row.contact].add(row.item)
    for found in (*numbers.values(), *items.values()):
        assert sorted(found) == list(range(1, len(found) + 1)), found


def purposes(world: World, now: Ledger, id_: UUID) -> set[tuple[str, str]]:
    """What a delivery asks its recipient: a purpose of an urgency, or to read a notice for itself; nothing if told."""
    row = now.deliveries[id_]
    kind, _, rest = row.occasion.partition("/")
    if kind == "taken":
        return set()
    if row.notice is not None:
        return {(row.event_id, f"read by {row.contact}")}
    if kind == "escalation":
        return {(row.event_id, rest.partition("/")[0])}
    if id_ in world.redirected:
        return purposes(world, now, world.redirected[id_])
    (event,) = (event for event in world.published if event.id == row.event_id)
    return {(event.id, one["purpose"]) for one in _routings(event) if row.contact in one["recipients"]}


def _nothing_leaves_once_taken(world: World, now: Ledger) -> None:
    taken: set[tuple[str, str]] = set()
    for data in now.told:
        asked = purposes(world, now, UUID(data["delivery"]))
        if data["status"] in {"SCHEDULED", "SENDING"}:
            late = bool(asked) and not asked - taken
            assert not late, f"{data['status']} after it was taken in charge: {data['delivery']}"
        elif data["status"] == "TAKEN_IN_CHARGE":
            assert not asked & taken, f"taken in charge twice: {asked}"
            taken |= asked
    assert taken == {asked for id_ in now.taken for asked in purposes(world, now, id_)}
    for id_, row in now.deliveries.items():
        asked = purposes(world, now, id_)
        waits = row.state in DUE and bool(asked)
        assert not waits or asked - taken, f"waits to be sent after it was taken in charge: {row.occasion} {row.state}"


def _nothing_of_an_overtaken_version_waits(now: Ledger) -> None:
    for row in now.deliveries.values():
        if row.state in DUE and now.versions.get(row.event_id, "PUBLISHED") != "PUBLISHED":
            msg = f"waits to be sent of a version that is {now.versions[row.event_id]}: {row.occasion} {row.state}"
            raise AssertionError(msg)


def _each_urgency_climbs_or_was_answered(world: World, now: Ledger) -> None:
    taken = {asked for id_ in now.taken for asked in purposes(world, now, id_)}
    climbing = {(row.event_id, row.purpose): row for row in now.escalations.values()}
    assert len(climbing) == len(now.escalations)
    handled = {event.causationid for event in world.published if event.decision is None}
    for event in world.published:
        for routing in _routings(event):
            if routing["urgency"] not in _CLIMBING and not event.type.startswith("child_protection"):
                continue
            key = (event.id, routing["purpose"])
            row = climbing[key]
            steps = [step for (of, _), step in now.steps.items() if of == row.id]
            waiting = [step.number for step in steps if step.state == "WAITING"]
            if key in taken:
                assert row.state == "ENDED", f"{key} is taken in charge, and still {row.state}"
            elif row.state == "ENDED":
                assert event.id in handled, f"{key} ended, and nobody has it"
            if row.state == "RUNNING":
                assert waiting, f"{key} has no next step"
            else:
                assert not waiting, f"{key} is {row.state}, and has steps to come"
            if row.state == "EXHAUSTED":
                assert {"ADMINISTRATORS", "REPEAT"} <= {step.rank for step in steps}, f"{key} ended too early"


def _each_step_is_done_once(before: Ledger, now: Ledger) -> None:
    for place, step in before.steps.items():
        if step.state != "WAITING":
            assert now.steps[place] == step, f"a step that was {step.state} changed"
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in now.deliveries.values():
        if row.occasion.startswith("escalation/"):
            made[row.event_id, row.occasion].add(row.contact)
    done = set()
    for (of, number), step in now.steps.items():
        escalation = now.escalations[of]
        earlier = [one for (other, n), one in now.steps.items() if other == of and n < number]
        if step.state in {"DONE", "EMPTY"}:
            assert step.done_at >= step.due_at, "a step before its time"
            assert all(one.state != "WAITING" for one in earlier), "a step was skipped"
        if step.state == "DONE":
            key = (escalation.event_id, f"escalation/{escalation.purpose}/{number}")
            done.add(key)
            assert set(step.asked) <= made[key], f"{step.asked} were to be asked: {made[key]}"
    assert {key for key, contacts in made.items() if contacts} <= done, "somebody was asked by a step that is not done"


def check_settled(world: World, now: Ledger, arrived: Iterable[UUID]) -> None:
    """Raise AssertionError where something is left undone although every role had its turn."""
    for (of, _), step in now.steps.items():
        late = step.state == "WAITING" and step.due_at <= world.now and now.escalations[of].state == "RUNNING"
        assert not late, f"a step was skipped: {step.rank}, due {step.due_at}"
    for one in _untold(world, now, set(arrived)):
        raise AssertionError(one)


async def may_have_arrived(connection: AsyncConnection) -> list[UUID]:
    """The deliveries of which a message may have reached its recipient."""
    return list(await connection.scalars(_MAY_HAVE_ARRIVED))


def _untold(world: World, now: Ledger, arrived: set[UUID]) -> Iterator[str]:
    """Who may have a message that no longer holds, and is not told so."""
    reached = {(row.event_id, row.contact) for row in now.deliveries.values()}
    occasions = {(row.event_id, row.contact) for row in now.deliveries.values() if row.occasion.startswith("taken/")}
    takers = {asked: now.deliveries[id_].contact for id_ in now.taken for asked in purposes(world, now, id_)}
    for id_ in sorted(arrived):
        row = now.deliveries[id_]
        for event in _later(world, now, row):
            if (event.id, row.contact) not in reached:
                yield f"{row.contact} may have {row.event_id}, and never gets {event.id}"
        for asked in purposes(world, now, id_) if row.notice is None else ():
            if takers.get(asked, row.contact) != row.contact and (row.event_id, row.contact) not in occasions:
                yield f"{row.contact} may have been asked for {asked}, and never learns who has it"


def _routings(event: Any) -> list[dict[str, Any]]:
    return event.decision["routings"] if event.decision is not None else []


def _later(world: World, now: Ledger, row: Any) -> Iterator[Any]:
    """The corrections and withdrawals of what a delivery told, if it told a version of a notice."""
    for event in world.published if row.event_id in now.versions else ():
        if event.notice is None or event.subject != row.notice or event.id in now.refused:
            continue
        if event.notice["version"] + (event.type == "notice.withdrawn") > row.version:
            yield event
