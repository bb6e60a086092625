"""Reading an HTTP request: the three modes, and every way in which it cannot be read."""

from typing import Any

import pytest

from hub.gateway.limits import RateLimit
from hub.gateway.problems import Refusal
from hub.gateway.requests import BATCHED, BINARY, STRUCTURED, RequestHead, mode_of, read_events, read_head


def head(content_type: str | None, *attributes: tuple[str, bytes]) -> RequestHead:
    return RequestHead(None, None if content_type is None else content_type.encode(), None, attributes)


def read(mode: str, body: bytes, *attributes: tuple[str, bytes]) -> list[Any]:
    return list(read_events(mode, head(mode, *attributes), body, most_events=3, most_depth=4))


@pytest.mark.parametrize(
    ("content_type", "mode"),
    [
        ("application/cloudevents+json", STRUCTURED),
        ("Application/CloudEvents+JSON; charset=UTF-8", STRUCTURED),
        ('application/cloudevents-batch+json;charset="utf-8"', BATCHED),
    ],
)
def test_the_content_type_says_the_mode(content_type: str, mode: str) -> None:
    assert mode == mode_of(head(content_type))


def test_json_with_ce_headers_is_binary_mode() -> None:
    assert mode_of(head("application/json", ("specversion", b"1.0"))) == BINARY


@pytest.mark.parametrize(
    ("content_type", "way_out"),
    [
        (None, STRUCTURED),
        ("text/plain", STRUCTURED),
        ("application/json", BATCHED),
        ("application/cloudevents+json; charset=iso-8859-1", "UTF-8"),
    ],
)
def test_another_content_type_is_refused_with_the_way_out(content_type: str | None, way_out: str) -> None:
    with pytest.raises(Refusal) as caught:
        mode_of(head(content_type))
    assert caught.value.problem.status == 415
    assert way_out in caught.value.detail


def test_binary_attributes_are_percent_decoded() -> None:
    (event,) = read(BINARY, b'{"a": 1}', ("specversion", b"1.0"), ("id", b"caf%C3%A9%20%22x%22"))
    assert event == {"specversion": "1.0", "id": 'café "x"', "data": {"a": 1}}


@pytest.mark.parametrize(
    ("mode", "body", "code", "detail"),
    [
        pytest.param(STRUCTURED, b'{"a": "\xff"}', "BODY_NOT_UTF8", "byte 7", id="not-utf8"),
        pytest.param(BATCHED, b'[{"a": "\xff"}]', "BODY_NOT_UTF8", "byte 8", id="not-utf8-in-a-batch"),
        pytest.param(STRUCTURED, b'{"a": 1,}', "JSON_MALFORMED", "byte 8", id="trailing-comma"),
        pytest.param(STRUCTURED, b"", "JSON_MALFORMED", "", id="empty"),
        pytest.param(STRUCTURED, b'{"a": NaN}', "JSON_MALFORMED", "byte 6", id="not-a-number"),
        pytest.param(BATCHED, b'{"a": 1}', "JSON_MALFORMED", "array", id="batch-without-array"),
        pytest.param(BATCHED, b"[{}, {}", "JSON_MALFORMED", "", id="truncated-batch"),
        pytest.param(STRUCTURED, b'{"a":' * 5 + b"1" + b"}" * 5, "JSON_TOO_DEEP", "4 levels", id="too-deep"),
        pytest.param(STRUCTURED, b"[" * 100_000, "JSON_TOO_DEEP", "4 levels", id="very-deep"),
        pytest.param(BATCHED, b"[" * 100_000, "JSON_TOO_DEEP", "4 levels", id="very-deep-batch"),
        pytest.param(BATCHED, b"[{},{},{},{}]", "BATCH_TOO_LARGE", "3 events", id="too-many"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_place(mode: str, body: bytes, code: str, detail: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(mode, body)
    assert code == caught.value.problem.code
    assert detail in caught.value.detail


def test_a_refusal_never_repeats_the_content() -> None:
    with pytest.raises(Refusal) as caught:
        read(STRUCTURED, b'{"name": "Martin" "x"}')
    assert "Martin" not in caught.value.body().decode()


def test_a_json_of_the_greatest_depth_is_read() -> None:
    assert read(STRUCTURED, b'{"a":{"a":{"a":{}}}}')


def test_one_bad_entry_of_a_batch_is_refused_alone() -> None:
    first, second, third = read(BATCHED, b'[{"id": "1"}, 7, {"a":{"a":{"a":{}}}}]')
    assert first == {"id": "1"}
    assert [second.problem.code, third.problem.code] == ["EVENT_INVALID", "JSON_TOO_DEEP"]


def test_the_head_is_read_from_raw_headers() -> None:
    raw = [(b"authorization", b"Bearer x"), (b"ce-id", b"1"), (b"content-length", b"2"), (b"accept", b"*/*")]
    assert read_head(raw) == RequestHead(b"Bearer x", None, b"2", (("id", b"1"),))


def test_a_system_waits_until_its_debt_is_paid() -> None:
    now = [0.0]
    rate = RateLimit(per_second=10, burst=5, clock=lambda: now[0])
    assert rate.wait_seconds("a") == 0
    rate.spend("a", 25)
    assert rate.wait_seconds("a") == pytest.approx(2.1)
    assert rate.wait_seconds("b") == 0
    now[0] = 2.2
    assert rate.wait_seconds("a") == 0
