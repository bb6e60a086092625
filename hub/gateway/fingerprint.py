"""What makes two bodies under one id the same event."""

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def fingerprint(event: dict[str, Any]) -> bytes:
    """SHA-256 of an event as its sender wrote it: every attribute and the data, as a canonical JSON document.

    The order of members, white space, escapes and the HTTP mode make no difference, and a member that is null counts as
    absent (contract §3). Everything else does: `1` and `1.0`, another spelling of the same moment, an attribute that is
    written out though it has its default value. `datacontenttype` is left out, since only binary mode needs it.
    """
    document = _encoder.encode(event)
    if b"null" in document or b'"datacontenttype"' in document:
        document = _encoder.encode(_canonical(event))
    return hashlib.sha256(document).digest()


def _canonical(event: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: value for name, value in event.items() if value is not None and name != "datacontenttype"}
    if "data" in attributes:
        attributes["data"] = _without_nulls(attributes["data"])
    return attributes


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list) and value and isinstance(value[0], dict | list):
        return [_without_nulls(item) for item in value]
    return value
