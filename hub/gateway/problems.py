"""Every refusal that the gateway can answer, as problem details (RFC 9457): one closed list.

The code is stable: it ends `type` (`urn:hub:problem:<code>`), and it is the metric label. Codes of single faults, in
`errors`, come from the readers of the event (`hub.wire`, `hub.domain`) and from `FORBIDDEN` below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import msgspec

from hub.wire.faults import Fault

PROBLEM_JSON: Final = "application/problem+json"
PROBLEM_PREFIX: Final = "urn:hub:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal: its code, HTTP status, and title (which never changes for a code)."""

    code: str
    status: int
    title: str


PROBLEMS: Final = {
    row.code: row
    for row in (
        Problem("BODY_NOT_UTF8", 400, "The body is not UTF-8"),
        Problem("JSON_MALFORMED", 400, "The body is not JSON"),
        Problem("JSON_TOO_DEEP", 400, "The JSON is nested too deeply"),
        Problem("ATTRIBUTE_ENCODING", 400, "A ce- header is not percent-encoded UTF-8"),
        Problem("NOT_AUTHENTICATED", 401, "A valid token is required"),
        Problem("EVENT_FORBIDDEN", 403, "This system may not publish this event"),
        Problem("KEY_FORBIDDEN", 403, "This system may not ask for this key"),
        Problem("INDICATORS_FORBIDDEN", 403, "The indicators are for the two institutions of the convention"),
        Problem("NOT_FOUND", 404, "Nothing is known at this address"),
        Problem("SERVICE_KEY_MISSING", 404, "This service has no key: nothing can be encrypted for it"),
        Problem("METHOD_NOT_ALLOWED", 405, "This address does not take this method"),
        Problem("BODY_TOO_SLOW", 408, "The body did not arrive in time"),
        Problem("ID_CONFLICT", 409, "Another event is already known under this source and id"),
        Problem("TAKEN_BY_ANOTHER", 409, "Another recipient has taken it in charge"),
        Problem("ITEM_CLOSED", 409, "Nothing is left to take in charge"),
        Problem("KEY_DESTROYED", 410, "The key was destroyed: what it encrypted can be read by nobody"),
        Problem("BODY_TOO_LARGE", 413, "The body is too large"),
        Problem("BATCH_TOO_LARGE", 413, "The batch holds too many events"),
        Problem("EVENT_TOO_LARGE", 413, "The event is too large"),
        Problem("CONTENT_TYPE_UNSUPPORTED", 415, "This content type cannot be read"),
        Problem("EVENT_INVALID", 422, "The event is not valid"),
        Problem("PROSECUTOR_DIRECT", 422, "Immediate danger: nothing was stored or sent on"),
        Problem("AGREEMENT_MISSING", 422, "The person's agreement is missing: nothing was stored or sent on"),
        Problem("RATE_EXCEEDED", 429, "Too many events in too short a time"),
        Problem("REQUEST_INVALID", 400, "The request cannot be read"),
        Problem("INTERNAL", 500, "The gateway failed"),
        Problem("BROKER_AWAY", 503, "Kafka did not acknowledge in time; nothing was accepted"),
        Problem("LEDGER_AWAY", 503, "PostgreSQL did not answer in time; nothing was accepted"),
    )
}
"""Every refusal, by code. EVENT_INVALID and EVENT_FORBIDDEN list the single faults in `errors`."""

FORBIDDEN: Final = {
    "SOURCE_NOT_YOURS": "The source must be the one that the token was given for.",
    "KIND_NOT_ALLOWED": "This system or its institution may not publish this type of event.",
    "ISSUER_NOT_YOURS": "A notice is issued in the name of the sender's own institution.",
}
"""Faults that make a refusal EVENT_FORBIDDEN (403), with their detail."""


@dataclass(slots=True)
class Refusal(Exception):
    """A refusal on its way to the caller.

    `detail` says what to do, `faults` are the single faults, `members` are extension members of the problem document,
    `headers` go into the HTTP answer. Nothing in it repeats what the caller sent in the event's data.
    """

    problem: Problem
    detail: str
    faults: Sequence[Fault] = ()
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The problem document, as a mapping ready for JSON."""
        document: dict[str, Any] = {
            "type": PROBLEM_PREFIX + self.problem.code,
            "title": self.problem.title,
            "status": self.problem.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{uuid4()}",
            "code": self.problem.code,
        }
        if self.faults:
            document["errors"] = [{"code": f.code, "pointer": f.pointer, "detail": f.detail} for f in self.faults]
        document.update(self.members)
        return document

    def body(self) -> bytes:
        """The problem document in JSON."""
        return msgspec.json.encode(self.document())


def refusal(code: str, detail: str, faults: Sequence[Fault] = (), /, **headers: str) -> Refusal:
    """A refusal by its code; keyword arguments are HTTP headers, `_` for `-`."""
    return Refusal(PROBLEMS[code], detail, faults, headers={name.replace("_", "-"): v for name, v in headers.items()})
