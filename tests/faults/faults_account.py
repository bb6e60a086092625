"""Accounting by ids: what was published, what became of it on Kafka, in the ledger and in the mailboxes.

Two lists come out. *Missing* may still arrive; *wrong* never goes away: something twice, or something that nobody sent.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from hub.domain.delivery.states import delivery_id
from hub.router.lanes import ALL, topics_of
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.decisions import read_decision
from hub.wire.rejects import read_reject
from hub.wire.topics import DECISIONS, REJECTS, STATUSES, read_topics
from tests.faults.faults_events import CATALOGUE, Sent
from tests.faults.faults_stack import PATIENCE_SECONDS, Stack, until

INPUTS: Final = tuple(topic for lane in ALL for topic in topics_of(lane) if not topic.endswith(".directory"))
_DELIVERY: Final = re.compile(r"<([0-9a-f-]{36})@")
_SHOWN: Final = 12

Origin = tuple[str, int, int]
Identity = tuple[str, str]


@dataclass(slots=True)
class Found:
    """What the topics hold since the books were opened: by origin (topic, partition, offset) of the input record."""

    inputs: dict[Origin, str] = field(default_factory=dict)
    decided: dict[Origin, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[Origin, list[str]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    delivered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Books:
    """The end of the accounting: figures for whoever reads the test's output."""

    decided: int
    rejected: int
    deliveries: int
    mails: int
    surplus: int
    abandoned: int


class Auditor:
    """Reads every topic of the hub from where it stood when the books were opened, committed records only."""

    def __init__(self, made: Stack) -> None:
        self.found = Found()
        self._stack = made
        self._consumer: AIOKafkaConsumer = kafka_client.consumer(made.settings)
        self._mails_before = len(made.mail.messages())

    async def __aenter__(self) -> Self:
        consumer = self._consumer
        await consumer.start()
        read = {*INPUTS, DECISIONS, REJECTS, STATUSES}
        topics = [topic for topic in read_topics() if topic.name in read]
        consumer.assign([TopicPartition(topic.name, p) for topic in topics for p in range(topic.partitions)])
        await consumer.seek_to_end()
        for partition in consumer.assignment():
            await consumer.position(partition)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def read(self) -> Found:
        """Read what is there by now."""
        consumer = self._consumer
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    self._note(partition.topic, record)
        return self.found

    def _note(self, topic: str, record: object) -> None:
        value, headers = record.value, dict(record.headers)  # type: ignore[attr-defined]  # aiokafka ships no types
        if topic == DECISIONS:
            decision = read_decision(CATALOGUE, value)
            envelope = decision["envelope"]
            self.found.decided[_origin(decision["origin"])].append((envelope["source"], envelope["id"]))
        elif topic == REJECTS:
            reject = read_reject(CATALOGUE, value)
            self.found.rejected[reject.topic, reject.partition, reject.offset].append(reject.reason)
        elif topic == STATUSES:
            schema, data = decode(CATALOGUE, value)
            if schema.type == "event.rejected":
                self.found.told[data["reason"]] += 1
            else:
                self.found.delivered[str(data["delivery"])].append(data["status"])
        else:
            place = (topic, record.partition, record.offset)  # type: ignore[attr-defined]  # as above
            self.found.inputs[place] = headers.get("ce_id", b"").decode(errors="replace")

    async def settle(self, sent: Sequence[Sent], *, surplus_at_most: int = 0, repeats: bool = False) -> Books:
        """Wait until everything sent has arrived where it must, then check that nothing else has.

        `surplus_at_most`: mails sent more than once, in all. `repeats`: an id may be on its topic more than once, as
        when a sender was not answered and sent again; the ledger still takes it once.
        """
        missing: list[str] = ["not looked yet"]

        async def arrived() -> bool:
            missing[:] = await self._missing(sent)
            return not missing

        await until(arrived, lambda: _listed(missing), every=0.5)
        wrong = await self._wrong(sent, surplus_at_most, repeats=repeats)
        assert [] == wrong, _listed(wrong)
        return await self._books()

    async def _missing(self, sent: Sequence[Sent]) -> list[str]:
        found = await self.read()
        at = _by_id(found.inputs)
        faults = [f"{one.id}: not on {one.record.topic}" for one in sent if one.id not in at]
        for one in sent:
            outcome = found.decided if one.reason is None else found.rejected
            word = "decided" if one.reason is None else "rejected"
            places = at.get(one.id, ()) if one.kept else ()
            faults += [f"{one.id}: {place} is not {word}" for place in places if place not in outcome]
        if faults:
            return faults
        in_ledger = {(row["source"], row["id"]) for row in await self._stack.rows("select source, id from event")}
        faults += [f"{one.id}: not in the ledger" for one in _accepted(sent) if (one.source, one.id) not in in_ledger]
        states = {str(row["id"]): row for row in await self._stack.rows("select * from delivery")}
        caught = self._caught()
        for delivery, (one, contact) in _deliveries(sent).items():
            row = states.get(delivery)
            if row is None or row["state"] != "ACCEPTED":
                where = "not in the ledger" if row is None else f"{row['state']}, attempt {row['attempt']}"
                faults.append(f"{one.id} to {contact} ({delivery}): {where}")
            elif delivery not in caught:
                faults.append(f"{one.id} to {contact} ({delivery}): accepted in the ledger, no mail")
            elif "ACCEPTED" not in found.delivered[delivery]:
                faults.append(f"{one.id} to {contact} ({delivery}): its acceptance is not on {STATUSES}")
        rejects = await self._stack.rows('select topic, partition, "offset" from reject')
        noted = {(row["topic"], row["partition"], row["offset"]) for row in rejects}
        return faults + [f"reject of {place} is not in the ledger" for place in found.rejected if place not in noted]

    async def _wrong(self, sent: Sequence[Sent], surplus_at_most: int, *, repeats: bool) -> list[str]:
        found = await self.read()
        known = {one.id: one for one in sent}
        nowhere = {one.id for one in sent if not one.kept}
        faults = [
            f"{place}: {len(found.decided.get(place, ()))} decisions and {len(found.rejected.get(place, ()))} rejects"
            for place in {*found.inputs, *found.decided, *found.rejected}
            if (found.inputs.get(place) not in nowhere)
            != len(found.decided.get(place, ())) + len(found.rejected.get(place, ()))
        ]
        for place, ids in found.decided.items():
            for source, name in ids:
                one = known.get(name)
                if one is None or one.source != source or one.reason is not None or found.inputs.get(place) != name:
                    faults.append(f"{place}: a decision on {source} {name}, which nobody sent there")
        if not repeats:
            times = Counter(identity for ids in found.decided.values() for identity in ids)
            faults += [f"{identity}: decided {number} times" for identity, number in times.items() if number > 1]
        at = _by_id(found.inputs)
        expected = Counter(one.reason for one in sent if one.reason is not None for _ in at[one.id])
        reasons = Counter(reason for found_ones in found.rejected.values() for reason in found_ones)
        faults += [] if expected == reasons == found.told else [f"rejects {reasons}, told {found.told}, not {expected}"]
        return faults + await self._wrong_deliveries(sent, surplus_at_most)

    async def _wrong_deliveries(self, sent: Sequence[Sent], surplus_at_most: int) -> list[str]:
        expected = _deliveries(sent)
        places = list({one.id for one in sent})
        rows = await self._stack.rows("select id, event_id from delivery where event_id = any($1)", places)
        faults = [
            f"{row['event_id']}: a delivery {row['id']} too many" for row in rows if str(row["id"]) not in expected
        ]
        attempts = await self._attempts(expected)
        open_ones = [name for name, results in attempts.items() if any(result is None for result, _ in results)]
        faults += [f"{name}: an attempt never ended" for name in open_ones]
        caught, surplus = self._caught(), 0
        faults += [f"{name}: a mail that nobody sent" for name in caught if name not in expected]
        for name, mails in caught.items():
            surplus += mails - 1
            may_have_left = sum(
                result in {"accepted", "abandoned"} or reason == "UNCONFIRMED"
                for result, reason in attempts.get(name, ())
            )
            if mails > may_have_left:
                faults.append(f"{name}: {mails} mails, {may_have_left} attempts that may have sent one")
        if surplus > surplus_at_most:
            faults.append(f"{surplus} mails sent more than once, at most {surplus_at_most} are explained")
        return faults

    async def _attempts(self, deliveries: Iterable[str]) -> dict[str, list[tuple[str | None, str | None]]]:
        found: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
        sql = "select delivery, result, reason from delivery_attempt where delivery = any($1::uuid[])"
        for row in await self._stack.rows(sql, list(deliveries)):
            found[str(row["delivery"])].append((row["result"], row["reason"]))
        return found

    async def _books(self) -> Books:
        caught = self._caught()
        attempts = await self._attempts(caught)
        return Books(
            decided=sum(len(ids) for ids in self.found.decided.values()),
            rejected=sum(len(ids) for ids in self.found.rejected.values()),
            deliveries=len(caught),
            mails=caught.total(),
            surplus=caught.total() - len(caught),
            abandoned=sum(result == "abandoned" for results in attempts.values() for result, _ in results),
        )

    def _caught(self) -> Counter[str]:
        mails = self._stack.mail.messages()[self._mails_before :]
        return Counter(match.group(1) for mail in mails if (match := _DELIVERY.match(mail.message_id)))


def _origin(origin: Mapping[str, object]) -> Origin:
    return str(origin["topic"]), int(str(origin["partition"])), int(str(origin["offset"]))


def _by_id(inputs: Mapping[Origin, str]) -> Mapping[str, list[Origin]]:
    places: dict[str, list[Origin]] = defaultdict(list)
    for place, name in inputs.items():
        places[name].append(place)
    return places


def _accepted(sent: Iterable[Sent]) -> list[Sent]:
    return [one for one in sent if one.reason is None and one.kept]


def _deliveries(sent: Iterable[Sent]) -> dict[str, tuple[Sent, str]]:
    return {
        str(delivery_id(one.source, one.id, contact, "MAIL")): (one, contact)
        for one in sent
        for contact in one.contacts
    }


def _listed(faults: Sequence[str]) -> str:
    shown = "\n".join(faults[:_SHOWN])
    return f"after {PATIENCE_SECONDS:.0f} s at most, {len(faults)} do not add up:\n{shown}"
