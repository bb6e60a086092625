"""What `hub publish` does: reads events from files and sends them, in their order, a batch at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import httpx
import msgspec
from aiokafka.errors import KafkaError

from hub.data import load_territory
from hub.domain.events import never_stored
from hub.errors import BrokerUnavailable, HubError
from hub.settings import Settings
from hub.up.endpoints import Endpoints
from hub.wire.cloudevents import EventReader, to_kafka_record, topic_of
from hub.wire.faults import EventInvalid
from hub.wire.kafka_client import producer as kafka_producer
from hub.wire.kafka_client import refusal_or
from hub.wire.schemas import load_catalogue

_BATCH_EVENTS: Final = 100
_BATCH_BYTES: Final = 500_000
_TRIES: Final = 8
_SECONDS: Final = 30.0
_BATCHED: Final = "application/cloudevents-batch+json"


class FileUnreadable(HubError):
    """A file cannot be read as events."""

    exit_code = 2


class GatewayUnreachable(HubError):
    """The gateway gave no answer that a caller can use; the events not answered yet may be sent again."""


@dataclass(frozen=True, slots=True)
class FromFile:
    """One event as it stands in a file: its JSON text and, where they are texts, its source and id."""

    text: bytes
    source: str | None
    id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event: `status` accepted or refused; `code` and `faults` of a refusal."""

    source: str | None
    id: str | None
    status: str
    code: str | None = None
    faults: tuple[str, ...] = ()
    status_url: str | None = None

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


def read_files(paths: Sequence[Path], standard_input: IO[bytes]) -> list[FromFile]:
    """Every event of the files, in order. Raises FileUnreadable; then nothing has been sent."""
    events: list[FromFile] = []
    for path in paths:
        name = "standard input" if str(path) == "-" else str(path)
        try:
            content = standard_input.read() if str(path) == "-" else path.read_bytes()
        except OSError as error:
            msg = f"{name} cannot be read: {error.strerror}."
            raise FileUnreadable(msg) from error
        try:
            events += [_event(text) for text in _texts(content)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            msg = f"{name} is neither JSON nor JSON Lines: {error}."
            raise FileUnreadable(msg, "A file holds one event, an array of events, or one event a line.") from None
    return events


def _texts(content: bytes) -> Iterator[bytes]:
    content.decode("utf-8")
    try:
        value = msgspec.json.decode(content, type=msgspec.Raw)
    except msgspec.DecodeError:
        lines = [line for line in content.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        yield from (bytes(msgspec.json.decode(line, type=msgspec.Raw)) for line in lines)
        return
    text = bytes(value)
    if text.startswith(b"["):
        yield from map(bytes, msgspec.json.decode(text, type=list[msgspec.Raw]))
    else:
        yield text


def _event(text: bytes) -> FromFile:
    event = msgspec.json.decode(text)
    names = [event.get(name) if isinstance(event, dict) else None for name in ("source", "id")]
    source, id_ = (name if isinstance(name, str) else None for name in names)
    return FromFile(text, source, id_)


def tokens_of(endpoints: Endpoints | None, token: str | None) -> dict[str | None, str]:
    """Tokens by source; the one under None is for every other source."""
    if token is not None:
        return {None: token}
    return {system.source: system.token for system in endpoints.systems} if endpoints is not None else {}


def publish_http(
    events: Sequence[FromFile], url: str, tokens: dict[str | None, str], report: Callable[[Answer], None]
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


def _batches(events: Sequence[FromFile], tokens: dict[str | None, str]) -> Iterator[tuple[str | None, list[FromFile]]]:
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
    faults = tuple(f"{e['code']} {e['pointer']}: {e['detail']}" for e in problem.get("errors", ()))
    whole = tuple(filter(None, (problem.get("label"), problem.get("detail"))))
    return Answer(source, id_, "refused", problem.get("code"), faults or whole)


async def publish_kafka(events: Sequence[FromFile], settings: Settings, report: Callable[[Answer], None]) -> None:
    """Check each event as the hub does and publish it on its topic; wait for every acknowledgement, in order.

    An event of which nothing may be stored is refused here: on Kafka it would stay for the topic's retention. Raises
    BrokerUnavailable.
    """
    reader = EventReader(load_catalogue(), load_territory())
    producer = kafka_producer(settings)
    try:
        await producer.start()
        try:
            for event in events:
                try:
                    received = reader.from_json(msgspec.json.decode(event.text))
                except EventInvalid as error:
                    faults = tuple(f"{f.code} {f.pointer}: {f.detail}" for f in error.faults)
                    report(Answer(event.source, event.id, "refused", "EVENT_INVALID", faults))
                    continue
                reason = None if received.data is None else never_stored(received.envelope.type, received.data)
                if reason is not None:
                    report(Answer(event.source, event.id, "refused", reason, ("nothing of it may be stored",)))
                    continue
                key, value, headers = to_kafka_record(received)
                await producer.send_and_wait(topic_of(received.envelope), value, key, headers=headers)
                report(Answer(event.source, event.id, "accepted"))
        finally:
            await producer.stop()
    except (KafkaError, OSError) as error:
        msg = f"Kafka at {settings.kafka_bootstrap} does not answer ({type(error).__name__})."
        away = BrokerUnavailable(msg, "Sending the same events again is harmless.")
        raise await refusal_or(settings, away) from None
