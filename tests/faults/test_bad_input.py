"""Bad input at both doors: each gets its reason, and the good events in between all arrive."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.wire.avro import encode
from tests.faults.faults_account import Auditor
from tests.faults.faults_events import (
    CATALOGUE,
    SOURCES,
    Record,
    Sent,
    misplaced,
    notice,
    notice_event,
    record_of,
    truncated,
)
from tests.faults.faults_events import with_header as header
from tests.faults.faults_stack import PATIENCE_SECONDS, Publisher, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

FUTURE = "urn:hub:schema:notice.published:99"
YEAR_ZERO = -719_528  # days from 1 January of the year 0 to 1970-01-01


def _valued(name: str, change: Callable[[bytes], bytes | None], reason: str) -> Sent:
    good = record_of(notice_event(name))
    value = change(good.value or b"")
    return Sent(name, SOURCES["CD35"], Record(good.topic, good.key, value, good.headers), reason=reason)


def _dated(name: str) -> Sent:
    schema = CATALOGUE.latest("notice.published")
    datum = notice_event(name)["data"] | {"published_on": YEAR_ZERO, "effective_on": YEAR_ZERO}
    return _valued(name, lambda _: encode(schema, datum), "AVRO_INVALID")


def bad_records() -> list[Sent]:
    """What must be refused on Kafka, one for each way to be bad."""
    return [
        header("bad-type", "ce_type", b"notice.invented", "TYPE_UNKNOWN"),
        header("bad-type-of-the-hub", "ce_type", b"routing.decided", "TYPE_NOT_ACCEPTED"),
        header("bad-source", "ce_source", b"urn:elsewhere", "SOURCE_INVALID"),
        header("bad-time", "ce_time", b"yesterday", "TIME_INVALID"),
        header("bad-header", "ce_subject", b"\xff\xfe", "ATTRIBUTE_INVALID"),
        _valued("bad-framing", lambda value: b"{" + value[1:], "NOT_FRAMED"),
        _valued("bad-short", lambda value: value[:3], "NOT_FRAMED"),
        _valued("bad-nothing", lambda _: None, "DATA_MISSING"),
        _valued("bad-schema-id", lambda value: value[:1] + b"\x7f\x00\x00\x01" + value[5:], "UNKNOWN_SCHEMA_ID"),
        _valued("bad-trailing", lambda value: value + b"\x00", "AVRO_TRAILING_BYTES"),
        _valued("bad-utf8", lambda value: value.replace("Département".encode(), b"\xff" * 12), "AVRO_INVALID"),
        _dated("bad-year"),
        truncated("bad-truncated"),
        misplaced("bad-institution"),
    ]


async def test_each_bad_record_on_kafka_gets_its_reason_and_the_good_ones_arrive(hub: Stack, books: Auditor) -> None:
    bad = bad_records()
    good = [notice(f"bad-good-{number}") for number in range(len(bad))]
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(one.record for pair in zip(bad, good, strict=True) for one in pair)
    await publisher.flush()
    await books.settle([*bad, *good])
    reasons = await hub.rows("select event_id, reason from reject where event_id like 'bad-%'")
    assert {one.id: one.reason for one in bad} == {row["event_id"]: row["reason"] for row in reasons}


def _changed(name: str, **members: Any) -> bytes:
    return json.dumps(notice_event(name) | members).encode()


def _data(name: str, **fields: Any) -> bytes:
    event = notice_event(name)
    return json.dumps(event | {"data": event["data"] | fields}).encode()


BODIES = {
    "an unknown type": (_changed("http-bad", type="notice.invented"), 422, "TYPE_UNKNOWN"),
    "a type of the hub's own": (_changed("http-bad", type="routing.decided"), 422, "TYPE_NOT_ACCEPTED"),
    "another source": (_changed("http-bad", source=SOURCES["CAF"]), 403, "SOURCE_NOT_YOURS"),
    "a date in the year 0": (_data("http-bad", published_on="0000-01-01"), 422, "DATE_INVALID"),
    "a schema to come": (_changed("http-bad", dataschema=FUTURE), 422, "DATASCHEMA_INVALID"),
    "a field of a later version": (_data("http-bad", invented=True), 422, "FIELD_UNKNOWN"),
    "an unknown symbol": (_data("http-bad", issuer="MSA"), 422, "SYMBOL_UNKNOWN"),
    "bytes that are not UTF-8": (_changed("http-bad").replace(b"FSL", b"\xff\xfe\xfd"), 400, None),
    "a body that ends too early": (_changed("http-bad")[:-20], 400, None),
}  # fmt: skip


async def test_each_bad_request_gets_its_reason_and_the_good_ones_arrive(hub: Stack, books: Auditor) -> None:
    good = [notice(f"http-good-{number}") for number in range(len(BODIES))]
    async with hub.client() as client:
        for one, (what, (body, status, code)) in zip(good, BODIES.items(), strict=True):
            answer = await hub.post_bytes(client, body, SOURCES["CD35"])
            codes = [fault["code"] for fault in answer.json().get("errors", ())]
            assert (what, status) == (what, answer.status_code), answer.text[:500]
            assert code is None or code in codes, (what, answer.text[:500])
            assert "application/problem+json" == answer.headers["Content-Type"].partition(";")[0], what
            await hub.post_until_accepted(client, notice_event(one.id))
    await books.settle(good, repeats=True)


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(hub: Stack) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(hub.environment["HUB_GATEWAY_PORT"]))
    head = (
        "POST /events HTTP/1.1\r\nHost: hub\r\nContent-Type: application/cloudevents+json\r\n"
        f"Authorization: Bearer {hub.token(SOURCES['CD35'])}\r\nContent-Length: 10000000\r\n\r\n"
    )
    writer.write(head.encode() + b"{")  # the rest never comes: an answer that waits for it never comes either
    async with asyncio.timeout(PATIENCE_SECONDS):
        status = await reader.readline()
    writer.close()
    assert b"413" == status.split()[1]
