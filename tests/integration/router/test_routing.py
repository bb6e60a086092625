"""What the router makes of records on a real broker."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from hub.router.lanes import Lane
from hub.wire import kafka_client
from hub.wire.avro import encode
from hub.wire.cloudevents import to_kafka_record
from hub.wire.decisions import URGENT
from hub.wire.rejects import REASONS
from hub.wire.topics import DECISIONS
from tests.integration.router.router_desk import CATALOGUE, Desk, Record, example


def notice(identifier: str, **changes: Any) -> Record:
    """Give a valid notice of the Département, as a record."""
    event = example("notice.published", id=identifier, subject=identifier, source="urn:hub:cd35:test", **changes)
    return ("cd35.notices", *to_kafka_record(event))


async def test_a_notice_is_routed_once_to_the_contacts_of_the_directory_and_names_its_revision(desk: Desk) -> None:
    contact = example(
        "contact.changed",
        "cdas",
        id="c-1",
        subject="cdas-01",
        source="urn:hub:cd35:test",
        data_institution="CD35",
    )
    async with desk.routing():
        await desk.publish(contact)
        (change,) = await desk.decided("c-1")
        await desk.publish_raw(notice("n-1"))
        (decided,) = await desk.decided("n-1")
    (stored,) = [record for record in await desk.directory() if record.key == b"cdas-01"]
    routings = {routing["service"]: routing["recipients"] for routing in decided["decision"]["routings"]}
    assert change["decision"] is None
    assert ["cdas-01"] == routings["CDAS"]
    assert stored.offset + 1 == decided["directory_revision"]
    assert notice("n-1")[2] == decided["event"]
    assert "cd35.notices" == decided["origin"]["topic"]
    assert 1 == [row["envelope"]["id"] for row in await desk.decisions()].count("n-1")


async def test_urgencies_are_marked_so_that_nobody_need_read_the_others_first(desk: Desk) -> None:
    urgency = example("benefit_urgency.reported", id="u-1", subject="u-1", source="urn:hub:cd35:test")
    async with desk.routing():
        await desk.publish(urgency)
        await desk.publish_raw(notice("n-2"))
        await desk.decided("u-1", "n-2")
    marks = {record.key: record.headers for record in await desk.records(DECISIONS)}
    assert (URGENT,) == tuple(marks[b"u-1"])
    assert () == tuple(marks[b"n-2"])


async def test_an_event_that_is_not_routed_passes_without_a_decision(desk: Desk) -> None:
    conclusion = example("referral.concluded", id="r-1", subject="r-1")
    async with desk.routing():
        await desk.publish(conclusion)
        (passed,) = await desk.decided("r-1")
    assert passed["decision"] is None
    assert conclusion.value == passed["event"]


def _headers(record: Record, **changes: bytes | None) -> Record:
    topic, key, value, headers = record
    kept = [(name, changes.get(name, raw)) for name, raw in headers]
    return topic, key, value, [(name, raw) for name, raw in kept if raw is not None]


def _value(record: Record, change: Callable[[bytes], bytes]) -> Record:
    topic, key, value, headers = record
    assert value is not None
    return topic, key, change(value), headers


def _year_zero() -> Record:
    event = example("notice.published", id="bad", subject="bad", source="urn:hub:cd35:test")
    topic, key, _, headers = notice("bad")
    raw = encode(CATALOGUE.latest("notice.published"), dict(event.data or {}, published_on=-719_528))
    return topic, key, raw, headers


BAD: dict[str, tuple[Record, str]] = {
    "unknown type": (_headers(notice("bad"), ce_type=b"notice.shouted", ce_dataschema=None), "TYPE_UNKNOWN"),
    "not framed": (_value(notice("bad"), lambda value: b"{" + value), "NOT_FRAMED"),
    "truncated": (_value(notice("bad"), lambda value: value[:-9]), "AVRO_TRUNCATED"),
    "trailing bytes": (_value(notice("bad"), lambda value: value + b"\0"), "AVRO_TRAILING_BYTES"),
    "future schema": (_value(notice("bad"), lambda value: b"\0\0\0\xff\xff" + value[5:]), "UNKNOWN_SCHEMA_ID"),
    "not UTF-8": (_value(notice("bad"), lambda value: value.replace(b"bad", b"\xff\xfe\xfd")), "AVRO_INVALID"),
    "year 0": (_year_zero(), "AVRO_INVALID"),
    "no headers": (("cd35.notices", b"bad", notice("bad")[2], []), "ATTRIBUTE_MISSING"),
    "header not UTF-8": (_headers(notice("bad"), ce_id=b"\xff"), "ATTRIBUTE_INVALID"),
    "no value": (("cd35.notices", b"bad", None, notice("bad")[3]), "DATA_MISSING"),
    "no key": (("cd35.notices", None, *notice("bad")[2:]), "KEY_NOT_SUBJECT"),
    "other institution's topic": (("caf.notices", *notice("bad")[1:]), "WRONG_INSTITUTION"),
    "other kind's topic": (("cd35.activity", *notice("bad")[1:]), "WRONG_TOPIC"),
    "type of another institution": (
        _headers(("partner.notices", *notice("bad")[1:]), ce_source=b"urn:hub:partner:ccas:test"),
        "NOT_ALLOWED",
    ),
    "900 kB of nothing": (("cd35.notices", b"bad", b"x" * 900_000, notice("bad")[3]), "NOT_FRAMED"),
    "time without offset": (_headers(notice("bad"), ce_time=b"2026-01-01T00:00:00"), "TIME_INVALID"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_record_is_kept_with_its_reason_its_sender_is_told_and_the_stream_goes_on(
    desk: Desk, case: str
) -> None:
    (topic, key, value, headers), reason = BAD[case]
    before = {reject.id for reject in await desk.rejects()}
    good = f"after-{case.replace(' ', '-').replace(chr(39), '')}"
    async with desk.routing():
        await desk.publish_raw((topic, key, value, headers), notice(good))
        await desk.decided(good)
        new = await desk.refused(1, lambda reject: reject.id not in before)
    (reject,) = new
    (told,) = [row for row in await desk.refusals() if row["headers"]["ce_id"].decode() == f"rejected-{reject.id}"]
    assert reason == reject.reason == told["reason"]
    assert reason in REASONS
    assert (topic, key, value, tuple(headers)) == (reject.topic, reject.key, reject.value, reject.headers)
    assert {"event_id", "event_source", "event_type", "reason", "field", "headers", "key"} == told.keys()
    assert told["event_id"] in {"bad", None}


async def test_a_contact_of_somebody_else_cannot_be_changed_or_deleted(desk: Desk) -> None:
    mine = example("contact.changed", "caf", id="own-1", subject="ours", source="urn:hub:caf35:test")
    theirs = example(
        "contact.changed", "cdas", id="own-2", subject="ours", source="urn:hub:cd35:test", data_institution="CD35"
    )
    async with desk.routing(Lane.DIRECTORY):
        await desk.publish(mine)
        await desk.decided("own-1")
        before = {reject.id for reject in await desk.rejects()}
        await desk.publish(theirs)
        await desk.publish_raw(("cd35.directory", b"ours", None, []))
        new = await desk.refused(2, lambda reject: reject.id not in before)
    assert ["NOT_OWNER", "NOT_OWNER"] == [reject.reason for reject in new]
    assert [mine.value] == [record.value for record in await desk.directory() if record.key == b"ours"]


async def test_a_null_value_deletes_a_contact_with_and_without_attributes(desk: Desk) -> None:
    first = example("contact.changed", "caf", id="del-1", subject="gone-1", source="urn:hub:caf35:test")
    second = example("contact.changed", "caf", id="del-2", subject="gone-2", source="urn:hub:caf35:test")
    async with desk.routing(Lane.DIRECTORY):
        await desk.publish(first, second)
        await desk.decided("del-1", "del-2")
        key, _, headers = to_kafka_record(first)
        headers = [(name, b"del-3" if name == "ce_id" else raw) for name, raw in headers]
        await desk.publish_raw(("caf.directory", key, None, headers), ("caf.directory", b"gone-2", None, []))
        await desk.decided("del-3")
        records = await desk.eventually(desk.directory, lambda found: sum(r.value is None for r in found) == 2)
    deleted = [record.key for record in records if record.value is None]
    assert [b"gone-1", b"gone-2"] == deleted


async def test_an_absence_stands_beside_its_contact_and_only_its_institution_declares_it(desk: Desk) -> None:
    contact = example("contact.changed", "caf", id="abs-1", subject="away", source="urn:hub:caf35:test")
    absence = example("absence.declared", id="abs-2", subject="away", source="urn:hub:caf35:test", data_deputy=None)
    foreign = example("absence.declared", id="abs-3", subject="away", source="urn:hub:cd35:test", data_deputy=None)
    async with desk.routing(Lane.DIRECTORY):
        await desk.publish(contact, absence)
        await desk.decided("abs-1", "abs-2")
        before = {reject.id for reject in await desk.rejects()}
        await desk.publish(foreign)
        new = await desk.refused(1, lambda reject: reject.id not in before)
    keys = [record.key for record in await desk.directory() if b"away" in (record.key or b"")]
    assert [b"away", b"absence:away:abs-2"] == keys
    assert ["NOT_OWNER"] == [reject.reason for reject in new]


@pytest.mark.parametrize("place", ["cd35.urgencies", "caf.urgencies"], ids=["in its place", "refused as well"])
async def test_nothing_is_kept_of_an_immediate_danger(desk: Desk, place: str) -> None:
    danger = example(
        "social_urgency.reported",
        id="danger",
        subject="danger",
        source="urn:hub:cd35:test",
        data_child_protection="IMMEDIATE_DANGER",
    )
    marker = example("social_urgency.reported", id=f"m-{place}", subject=f"m-{place}", source="urn:hub:cd35:test")
    async with desk.routing(Lane.URGENCIES):
        await desk.publish_raw((place, *to_kafka_record(danger)))
        await desk.publish(marker)
        await desk.decided(f"m-{place}")
        await desk.eventually(lambda: desk.committed(Lane.URGENCIES, place), lambda found: sum(found.values()) > 0)
    everything = [
        record for topic in ("hub.decisions", "hub.rejects", "hub.statuses") for record in await desk.records(topic)
    ]
    assert not [r for r in everything if b"danger" in (r.value or b"") or b"danger" in (r.key or b"")]


async def test_urgencies_are_routed_while_the_standard_lane_does_not_run_at_all(desk: Desk) -> None:
    urgent = example("benefit_urgency.reported", id="u-1", subject="u-1")
    async with desk.routing(Lane.URGENCIES):
        await desk.publish_raw(notice("waits"))
        await desk.publish(urgent)
        await desk.decided("u-1")
        assert "waits" not in {row["envelope"]["id"] for row in await desk.decisions()}
    async with desk.routing(Lane.STANDARD):
        await desk.decided("waits")


async def test_records_that_trickle_in_share_transactions_where_nothing_is_urgent(desk: Desk) -> None:
    ids = [f"trickle-{number:03d}" for number in range(100)]
    names = {"subject": "trickle", "source": "urn:hub:cd35:test"}  # one notice, so one partition
    records = [to_kafka_record(example("notice.published", id=name, **names)) for name in ids]
    async with desk.routing(), kafka_client.producer(desk.settings) as producer:
        await desk.publish_raw(notice("trickle-begins"))
        await desk.decided("trickle-begins")
        before = _transactions()
        for key, value, headers in records:
            await producer.send_and_wait("cd35.notices", value, key, headers=headers)
            await asyncio.sleep(0.02)
        await desk.decided(*ids)
        assert _transactions() - before <= len(ids) / 2


def _transactions() -> float:
    name, labels = "hub_router_batch_seconds_count", {"lane": Lane.STANDARD.value}
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_restart_goes_on_where_the_router_was(desk: Desk) -> None:
    ids = [f"again-{number}" for number in range(40)]
    async with desk.routing(Lane.STANDARD):
        await desk.publish_raw(*(notice(identifier) for identifier in ids[:20]))
        await desk.decided(*ids[:20])
    await desk.publish_raw(*(notice(identifier) for identifier in ids[20:]))
    async with desk.routing(Lane.STANDARD):
        await desk.decided(*ids)
    found = [row["envelope"]["id"] for row in await desk.decisions()]
    assert sorted(ids) == sorted(identifier for identifier in found if identifier.startswith("again-"))
