"""What the gateway answers to published events: one document for one event, one entry per event for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from hub.gateway.acceptance import Answer, Verdict
from hub.gateway.checks import Candidate
from hub.gateway.problems import PROBLEMS, Refusal

JSON: Final = "application/json"
_encode: Final = msgspec.json.Encoder().encode


class Accepted(msgspec.Struct, frozen=True):
    """The answer to an accepted event; the same for every repeat of it.

    `accepted_at` is the moment of the first acceptance (RFC 3339, UTC); `status_url` tells where the event stands.
    """

    id: str
    source: str
    status: str
    accepted_at: str
    status_url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer: status, body, content type, further headers."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] | None = None


def status_url(public_url: str, source: str, id_: str) -> str:
    """The address that tells where an event stands."""
    return f"{public_url}/events/{quote(source, safe=':')}/{quote(id_, safe=':+=~')}"


def accepted(candidate: Candidate, verdict: Verdict, public_url: str) -> Accepted:
    """The answer to an event that was accepted now or before."""
    row = candidate.row
    at = rfc3339(verdict.accepted_at)
    return Accepted(row.id, row.source, "accepted", at, status_url(public_url, row.source, row.id))


def rfc3339(moment: datetime) -> str:
    """A moment in UTC to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def id_conflict() -> Refusal:
    """The refusal of another body under a known id."""
    return Refusal(
        PROBLEMS["ID_CONFLICT"],
        "This source and id were accepted with another content. Give every new event an id of its own.",
    )


def reply_to_one(candidate: Candidate, verdict: Verdict, public_url: str) -> Reply:
    """202 with the status address, or the 409 problem."""
    if verdict.answer is Answer.CONFLICT:
        raise id_conflict()
    answer = accepted(candidate, verdict, public_url)
    return Reply(202, _encode(answer), headers={"Location": answer.status_url})


def reply_to_batch(entries: Sequence[tuple[object, Candidate | Refusal, Verdict | None]], public_url: str) -> Reply:
    """One entry per event, in the order of the batch.

    The overall status is 202 when every event was accepted, 422 when none was, 207 otherwise; an empty batch gives 202
    and an empty array. An entry has `index`, `id` and `source` (null when they could not be read), `status` and
    `http_status`; then the members of the single answer, or `problem` with the problem document.
    """
    answers: list[dict[str, Any]] = []
    refused = 0
    for index, (event, outcome, verdict) in enumerate(entries):
        found: Refusal | None
        if isinstance(outcome, Refusal):
            found = outcome
        elif verdict is None or verdict.answer is Answer.CONFLICT:
            found = id_conflict()
        else:
            row = outcome.row
            answers.append(
                {
                    "index": index,
                    "id": row.id,
                    "source": row.source,
                    "status": "accepted",
                    "http_status": 202,
                    "accepted_at": rfc3339(verdict.accepted_at),
                    "status_url": status_url(public_url, row.source, row.id),
                }
            )
            continue
        refused += 1
        answers.append(
            {
                "index": index,
                "id": _text_of(event, "id"),
                "source": _text_of(event, "source"),
                "status": "refused",
                "http_status": found.problem.status,
                "problem": found.document(),
            }
        )
    status = 202 if not refused else 422 if refused == len(answers) else 207
    return Reply(status, _encode(answers))


def _text_of(event: object, name: str) -> str | None:
    value = event.get(name) if isinstance(event, dict) else None
    return value if isinstance(value, str) and len(value) <= 200 else None
