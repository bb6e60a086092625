"""`hub publish` over HTTP: events in their order, a batch at a time; and the answer to an event, of every way in."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

from hub.cli.publish_files import FromFile
from hub.errors import HubError
from hub.up.endpoints import Endpoints

_BATCH_EVENTS: Final = 100
_BATCH_BYTES: Final = 500_000
_TRIES: Final = 8
_SECONDS: Final = 30.0
_BATCHED: Final = "application/cloudevents-batch+json"


class GatewayUnreachable(HubError):
    """The gateway gave no answer that a caller can use; the events not answered yet may be sent again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event: `status` accepted or refused; `code` and `faults` of a refusal.

    `errors` are the single faults as the gateway names them: code, JSON pointer, detail.
    """

    source: str | None
    id: str | None
    status: str
    code: str | None = None
    faults: tuple[str, ...] = ()
    status_url: str | None = None
    errors: tuple[tuple[str, str, str], ...] = ()

    @property
    def label(self) -> str:
        """One line for a person."""
        name = f"{self.source or '(no source)'} {self.id or '(no id)'}"
        return f"{name} {self.status_url or self.code or self.status}"

    def as_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "source": self.source,
            "id": self.id,
            "status": self.status,
            "code": self.code,
            "faults": list(self.faults),
            "status_url": self.status_url,
        }


def tokens_of(endpoints: Endpoints | None, token: str | None) -> dict[str | None, str]:
    """Tokens by source; the one under None is for every other source."""
    if token is not None:
        return {None: token}
    return {system.source: system.token for system in endpoints.systems} if endpoints is not None else {}


def publish_http(
    events: Iterable[FromFile], url: str, tokens: dict[str | None, str], report: Callable[[Answer], None]
) -> None:
    """Send events in batches of one token each, waiting out 503 and 429. Raises GatewayUnreachable."""
    with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
        for token, batch in _batches(events, tokens):
            if token is None:
                for event in batch:
                    report(Answer(event.source, event.id, "refused", "NO_TOKEN", ("no token is known for its source",)))
                continue
            for answer in _send(client, url, token, batch):
                report(answer)


def _batches(events: Iterable[FromFile], tokens: dict[str | None, str]) -> Iterator[tuple[str | None, list[FromFile]]]:
    batch: list[FromFile] = []
    size, current = 0, None
    for event in events:
        token = tokens.get(event.source, tokens.get(None))
        full = len(batch) >= _BATCH_EVENTS or size + len(event.text) > _BATCH_BYTES
        if batch and (token != current or full):
            yield current, batch
            batch, size = [], 0
        current = token
        batch.append(event)
        size += len(event.text)
    if batch:
        yield current, batch


def _send(client: httpx.Client, url: str, token: str, batch: list[FromFile]) -> list[Answer]:
    body = b"[" + b",".join(event.text for event in batch) + b"]"
    headers = {"content-type": _BATCHED, "authorization": f"Bearer {token}"}
    reason = ""
    for _ in range(_TRIES):
        try:
            response = client.post(f"{url}/events", content=body, headers=headers)
        except httpx.TransportError as error:
            msg = f"The gateway at {url} does not answer ({type(error).__name__})."
            raise GatewayUnreachable(msg, "Sending the same events again is harmless.") from None
        if response.status_code not in {429, 503}:
            return _answers(response, batch)
        reason = str(_document(response).get("code", response.status_code))
        time.sleep(min(float(response.headers.get("retry-after", "1")), 30.0))
    msg = f"The gateway at {url} could not accept events for a while ({reason})."
    raise GatewayUnreachable(msg, "Sending the same events again is harmless.")


def _answers(response: httpx.Response, batch: list[FromFile]) -> list[Answer]:
    if response.headers.get("content-type", "").startswith("application/json"):
        return [_answer(entry, event) for entry, event in zip(response.json(), batch, strict=True)]
    problem = _document(response)  # of the request as a whole: every event shares it
    return [_refused(problem, event.source, event.id) for event in batch]


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"code": f"HTTP_{response.status_code}"}


def _answer(entry: dict[str, Any], event: FromFile) -> Answer:
    if entry["status"] == "accepted":
        return Answer(entry["source"], entry["id"], "accepted", status_url=entry["status_url"])
    return _refused(entry["problem"], event.source, event.id)


def _refused(problem: dict[str, Any], source: str | None, id_: str | None) -> Answer:
    errors = tuple((e["code"], e["pointer"], e["detail"]) for e in problem.get("errors", ()))
    faults = tuple(f"{code} {pointer}: {detail}" for code, pointer, detail in errors)
    whole = tuple(filter(None, (problem.get("label"), problem.get("detail"))))
    return Answer(source, id_, "refused", problem.get("code"), faults or whole, errors=errors)
