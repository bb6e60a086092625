"""`hub rejects list|show|replay`: what the router refused, why, and the way back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any

import typer

from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json, print_line, print_table
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.avro import decode
from hub.wire.faults import EventInvalid
from hub.wire.json_data import json_from_datum
from hub.wire.rejects import REASONS, Reject, RejectNotFound, block_is_readable, rejects_kept
from hub.wire.schemas import Catalogue, load_catalogue
from hub.wire.topics import admin_session

app = typer.Typer(help="Rejects: list, show, and send back to the topic they came from.", no_args_is_help=True)

_BYTES_SHOWN = 256
_NOT_FOUND = "See `hub rejects list`; rejects are kept for 90 days."


@app.command("list")
def list_rejects(
    *,
    topic: Annotated[str | None, typer.Option(help="Only those of this input topic.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those with this reason code.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what was refused, oldest first: id, when, reason, and type and source where they could be read."""

    def wanted(reject: Reject) -> bool:
        return (topic is None or reject.topic == topic) and (reason is None or reject.reason == reason)

    rejects = sorted(asyncio.run(_collect(local_settings(), wanted)), key=lambda reject: reject.rejected_at)
    if as_json:
        for reject in rejects:
            print_json(_summary(reject))
        return
    rows = [
        (r.id, r.rejected_at.isoformat(timespec="seconds"), r.reason, r.identity.type or "-", r.identity.source or "-")
        for r in rejects
    ]
    print_table(("id", "rejected at", "reason", "type", "source"), rows)


@app.command("show")
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id from the list: topic-partition-offset.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one reject: its faults, the envelope's attributes, and the data decoded, or else its bytes."""
    catalogue = load_catalogue()
    (reject,) = _find([identifier])
    document = _summary(reject) | {
        "meaning": REASONS.get(reject.reason, ""),
        "faults": [{"code": f.code, "pointer": f.pointer, "detail": f.detail} for f in reject.faults],
        "key": _readable(reject.key),
        "headers": {name: _readable(value) for name, value in reject.headers},
        "bytes": None if reject.value is None else len(reject.value),
        **_data(catalogue, reject.value),
    }
    if as_json:
        print_json(document)
        return
    for fault in reject.faults:
        print_line("fault", fault.code, fault.pointer, fault.detail)
    for name, value in document.items():
        if name != "faults":
            print_line(name, value)


@app.command("replay")
def replay(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids from the list.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Publish; without it, only say what would be published.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish the original bytes, key and headers again on the topic that they came from. A dry run without --yes."""
    rejects = _find(identifiers)
    if empty := [r.id for r in rejects if r.value is None and (not r.headers or block_is_readable(r.faults))]:
        message = f"Nothing of {', '.join(empty)} was kept but the reason; the original is in the input topic only."
        raise RejectNotFound(message, "Ask the sender to publish it again.")
    placed = asyncio.run(_publish(local_settings(), rejects)) if yes else [None] * len(rejects)
    for reject, place in zip(rejects, placed, strict=True):
        if as_json:
            print_json({"id": reject.id, "topic": reject.topic, "published": yes, "published_at": place})
        elif yes:
            print_line(reject.id, f"published again as {place}")
        else:
            print_line(reject.id, f"would be published again on {reject.topic}; add --yes")


async def _collect(settings: Settings, wanted: Callable[[Reject], bool]) -> list[Reject]:
    async with admin_session(settings):  # says in one sentence that the broker is away
        kept: AsyncIterator[Reject] = rejects_kept(settings, load_catalogue())
        return [reject async for reject in kept if wanted(reject)]


def _find(identifiers: Sequence[str]) -> list[Reject]:
    found = {r.id: r for r in asyncio.run(_collect(local_settings(), lambda reject: reject.id in identifiers))}
    if missing := [identifier for identifier in identifiers if identifier not in found]:
        message = f"There is no reject {', '.join(missing)}."
        raise RejectNotFound(message, _NOT_FOUND)
    return [found[identifier] for identifier in identifiers]


async def _publish(settings: Settings, rejects: Sequence[Reject]) -> list[str]:
    async with kafka_client.producer(settings) as producer:
        placed = [
            await producer.send_and_wait(r.topic, r.value, r.key, headers=list(r.headers), partition=r.partition)
            for r in rejects
        ]
    return [f"{place.topic}-{place.partition}-{place.offset}" for place in placed]


def _summary(reject: Reject) -> dict[str, Any]:
    identity = reject.identity
    return {
        "id": reject.id,
        "rejected_at": reject.rejected_at.isoformat(),
        "reason": reject.reason,
        "topic": reject.topic,
        "partition": reject.partition,
        "offset": reject.offset,
        "event_id": identity.id,
        "event_source": identity.source,
        "event_type": identity.type,
    }


def _readable(raw: bytes | None) -> str | None:
    """Bytes as text that is safe to print: control characters and what is not UTF-8 are escaped."""
    if raw is None:
        return None
    text = raw[:_BYTES_SHOWN].decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _data(catalogue: Catalogue, value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {"data": None}
    try:
        schema, datum = decode(catalogue, value)
    except EventInvalid:
        return {"hexadecimal": value[:_BYTES_SHOWN].hex(" ")}
    return {"schema": f"{schema.type} {schema.version}", "data": json_from_datum(catalogue.latest(schema.type), datum)}
