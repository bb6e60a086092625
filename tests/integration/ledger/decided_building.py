"""Decided events as the router would publish them, for tests of the ledger."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.ledger.decided import DecidedEvent
from hub.ledger.intake import Taken, take_in
from hub.ledger.tables import delivery
from hub.wire.avro import decode
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CD35 = "urn:hub:cd35:si-social"
CAF = "urn:hub:caf35:si-partenaires"
_OFFSETS = count()


def routing(recipients: Sequence[str], service: str = "CDAS", rules: Sequence[str] = ("R27",)) -> dict[str, Any]:
    """One routing of a notice."""
    return {
        "service": service,
        "role": "GENERIC_MAILBOX" if service == "CDAS" else "REFERENT",
        "channel": "HUB",
        "purpose": "INFORMATION",
        "urgency": "NONE",
        "cdas": None,
        "rules": list(rules),
        "recipients": list(recipients),
    }


def notice(
    id_: str,
    *routings: dict[str, Any],
    kind: str = "published",
    reference: str = "N-2026-0001",
    version: int = 1,
    source: str = CD35,
    title: str = "Le FSL rejoint le Département",
    value: bytes | None = None,
    **changes: Any,
) -> DecidedEvent:
    """One decided notice event; `kind` is the part of its type after the dot, `changes` are fields of its data."""
    type_ = f"notice.{kind}"
    data: dict[str, Any] = {"notice": reference, "version": version}
    if kind == "withdrawn":
        data |= {"reason": "CANCELLED", "replaced_by": None}
    else:
        data |= {
            "issuer": "CD35",
            "nature": "ORGANISATION",
            "code": "O4",
            "impacts": ["COLLABORATION"],
            "significant": False,
            "title": title,
            "summary": "Les demandes passent par les CDAS.",
            "benefits": [],
            "published_on": date(2026, 3, 1),
            "effective_on": date(2026, 5, 1),
            "communes": [],
            "epci": [],
        } | changes
    decision = {
        "event_id": id_,
        "event_type": type_,
        "as_of": NOW.isoformat(),
        "rules_version": "2026.1",
        "outcome": "ROUTED" if routings else "INFORMATION_ONLY",
        "routings": list(routings),
        "rejections": [],
        "missing": [],
        "suggestions": [],
        "warnings": [],
        "flags": [],
        "instruction": None,
        "keyword": None,
        "lead_days": 61,
        "explanation": [],
    }
    return DecidedEvent(
        source=source,
        id=id_,
        type=type_,
        kind="notices",
        subject=reference,
        correlationid=reference,
        causationid=None,
        confidentiality="C1",
        time=NOW,
        topic="cd35.notices",
        partition=0,
        offset=next(_OFFSETS),
        received_at=NOW,
        value_sha256=hashlib.sha256(value or repr(data).encode()).digest(),
        decision=decision,
        directory_revision=7,
        calendar_revision=0,
        rules_version="2026.1",
        decided_at=NOW,
        notice=data,
    )


async def take(engine: AsyncEngine, *events: DecidedEvent, at: datetime = NOW) -> Taken:
    """Take events in, in one transaction."""
    async with engine.begin() as connection:
        return await take_in(connection, CATALOGUE, events, at)


async def deliveries(engine: AsyncEngine) -> dict[tuple[str, str], Any]:
    """Every delivery, by event id and contact."""
    async with engine.connect() as connection:
        rows = (await connection.execute(select(delivery))).all()
    return {(row.event_id, row.contact): row for row in rows}


async def statuses(engine: AsyncEngine) -> list[dict[str, Any]]:
    """The data of every status event in the outbox, in order."""
    from hub.ledger.outbox import waiting_statuses

    async with engine.connect() as connection:
        return [decode(CATALOGUE, row.value)[1] for row in await waiting_statuses(connection, 100_000)]
