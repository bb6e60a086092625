"""From an HTTP request to events parsed from JSON: the three HTTP modes of CloudEvents 1.0."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from hub.gateway.limits import too_deep
from hub.gateway.problems import Refusal, refusal

STRUCTURED: Final = "application/cloudevents+json"
BATCHED: Final = "application/cloudevents-batch+json"
BINARY: Final = "application/json"


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What the gateway reads of the headers: raw values, None where absent; `attributes` are those of `ce-` headers."""

    authorization: bytes | None
    content_type: bytes | None
    content_length: bytes | None
    attributes: tuple[tuple[str, bytes], ...]


def read_head(headers: Iterable[tuple[bytes, bytes]]) -> RequestHead:
    """Pick the headers of an ASGI scope (names are lower case there)."""
    authorization = content_type = content_length = None
    attributes = []
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"content-type":
            content_type = value
        elif name == b"content-length":
            content_length = value
        elif name.startswith(b"ce-"):
            attributes.append((name[3:].decode("latin-1"), value))
    return RequestHead(authorization, content_type, content_length, tuple(attributes))


def mode_of(head: RequestHead) -> str:
    """The HTTP mode, as its content type. Raises Refusal CONTENT_TYPE_UNSUPPORTED with the way out."""
    media_type, _, parameters = (head.content_type or b"").decode("latin-1").partition(";")
    media_type = media_type.strip().lower()
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise refusal("CONTENT_TYPE_UNSUPPORTED", "Send JSON in UTF-8 (RFC 8259).")
    if media_type in {STRUCTURED, BATCHED}:
        return media_type
    if media_type == BINARY and any(name == "specversion" for name, _ in head.attributes):
        return BINARY
    if media_type == BINARY:
        detail = (
            f"application/json is for binary mode, with ce-specversion and the other ce- headers. "
            f"Send a whole event as {STRUCTURED}, an array of events as {BATCHED}."
        )
    else:
        detail = f"Send {STRUCTURED}, {BATCHED}, or {BINARY} with ce- headers."
    raise refusal("CONTENT_TYPE_UNSUPPORTED", detail, Accept_Post=f"{STRUCTURED}, {BATCHED}, {BINARY}")


def read_events(
    mode: str, head: RequestHead, body: bytes, *, most_events: int, most_depth: int
) -> list[dict[str, Any] | Refusal]:
    """Parse a body into events, one entry each: an object in structured form, or why it is none.

    Raises Refusal for a fault of the whole request: not UTF-8, not JSON (with the position), nested too deeply, a batch
    that is no array, empty or too long. Outside batched mode there is exactly one entry.
    """
    check_utf8(body)
    if mode == BATCHED:
        return _batch(body, most_events, most_depth)
    if mode == BINARY:
        data = parse_json(body, most_depth - 1) if body else None
        return [{**decode_attributes(head.attributes), "data": data}]
    event = parse_json(body, most_depth)
    return [event if isinstance(event, dict) else _not_an_object(event)]


def _not_an_object(event: object) -> Refusal:
    if isinstance(event, list):
        return refusal("CONTENT_TYPE_UNSUPPORTED", f"Send an array of events as {BATCHED}.")
    return refusal("EVENT_INVALID", "An event is a JSON object.")


_raw_batch: Final = msgspec.json.Decoder(list[msgspec.Raw])


def _batch(body: bytes, most_events: int, most_depth: int) -> list[dict[str, Any] | Refusal]:
    try:
        documents = _raw_batch.decode(body)
    except msgspec.ValidationError:
        raise refusal("JSON_MALFORMED", "A batch is a JSON array of events.") from None
    except msgspec.DecodeError as error:
        raise _malformed(error) from None
    except RecursionError:
        raise _too_deep(most_depth) from None
    if len(documents) > most_events:
        raise refusal("BATCH_TOO_LARGE", f"Send at most {most_events} events in one batch.")
    events: list[dict[str, Any] | Refusal] = []
    for document in documents:
        try:
            event = parse_json(bytes(document), most_depth - 1)
            events.append(event if isinstance(event, dict) else refusal("EVENT_INVALID", "An event is a JSON object."))
        except Refusal as found:
            events.append(found)
    return events


def check_utf8(body: bytes) -> None:
    """Refuse a body that is not UTF-8, naming the first wrong byte by its position."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal("BODY_NOT_UTF8", f"JSON is UTF-8 (RFC 8259); byte {error.start} is not.") from None


def parse_json(document: bytes, most_depth: int) -> Any:
    """Parse JSON, at most `most_depth` levels deep. Raises Refusal JSON_MALFORMED or JSON_TOO_DEEP."""
    try:
        value = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise _malformed(error) from None
    except RecursionError:
        raise _too_deep(most_depth) from None
    if too_deep(document, value, most_depth):
        raise _too_deep(most_depth)
    return value


def _malformed(error: msgspec.DecodeError) -> Refusal:
    # msgspec's messages name the position and what is wrong there, never the content.
    return refusal("JSON_MALFORMED", f"{error}.")


def _too_deep(most_depth: int) -> Refusal:
    return refusal("JSON_TOO_DEEP", f"Nest JSON at most {most_depth} levels deep here.")


def decode_attributes(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Attributes of the `ce-` headers, percent-decoded (CloudEvents HTTP binding 1.0, §3.1.3.2)."""
    attributes: dict[str, str] = {}
    for name, value in headers:
        text = value.strip(b' \t"')
        try:
            attributes[name] = (unquote_to_bytes(text) if b"%" in text else text).decode("utf-8")
        except UnicodeDecodeError:
            raise refusal("ATTRIBUTE_ENCODING", "Percent-encode ce- headers as UTF-8.") from None
    return attributes
