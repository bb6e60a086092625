"""Contacts for the notice matrix's tests, the planner's turns, and versions made for a test."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data.matrix_file import shipped_matrix
from hub.domain.notices.matrix import MatrixRow
from hub.domain.notices.rows import build_rows
from hub.domain.vocabulary import Institution, NoticeCode
from hub.ledger.audience_planner import Choose, LedgerDirectory, Planned, next_waiting, plan
from hub.ledger.contacts import CONTACT, DirectoryRecord, apply_directory
from hub.ledger.matrix import apply, approve, propose
from hub.ledger.tables import delivery, notice_audience
from tests.integration.ledger.decided_building import CATALOGUE, NOW

VITRE, FOUGERES = "35360", "35115"


def actor(reference: str, **more: Any) -> dict[str, Any]:
    """A contact of the directory: a local actor, unless another service and role are named."""
    return {
        "contact": reference, "institution": "PARTNER", "service": "ASIP", "role": "ACTOR", "cdas": None,
        "communes": [], "epci": [], "actor_kind": "CCAS", "label": reference, "email": f"{reference}@asip.example",
        "phone": None, "webhook": None, "deputy": None, "valid_from": date(2024, 1, 1), "valid_to": None,
        "opted_out": False,
    } | more  # fmt: skip


async def direct(engine: AsyncEngine, *contacts: Mapping[str, Any], revision: int = 7) -> None:
    """Let the ledger's directory hold these contacts, as of a revision."""
    offsets = range(revision - len(contacts), revision)
    records = [
        DirectoryRecord(offset, one["contact"], one, CONTACT) for offset, one in zip(offsets, contacts, strict=True)
    ]
    async with engine.begin() as connection:
        await apply_directory(connection, "hub.directory", records, NOW)


async def plan_all(
    engine: AsyncEngine,
    directory: LedgerDirectory | None = None,
    choosers: Sequence[Choose] = (),
    at: datetime = NOW,
) -> list[Planned]:
    """Plan what waits, as the processors do, one transaction each."""
    planned: list[Planned] = []
    known = directory or LedgerDirectory()
    while True:
        async with engine.begin() as connection:
            waiting = await next_waiting(connection)
            if waiting is None:
                return planned
            planned.append(await plan(connection, CATALOGUE, known, waiting, at, choosers))


async def audiences(engine: AsyncEngine) -> dict[str, Any]:
    """The queue's rows, by event id."""
    async with engine.connect() as connection:
        return {row.event_id: row for row in await connection.execute(select(notice_audience))}


async def contacts_of(engine: AsyncEngine, event_id: str, rule: str = "R28") -> set[str]:
    """Who has a delivery of an event by a rule."""
    query = select(delivery.c.contact).where(delivery.c.event_id == event_id, delivery.c.rules.contains([rule]))
    async with engine.connect() as connection:
        return set(await connection.scalars(query))


def matrix_with(**changes: dict[str, str]) -> dict[str, MatrixRow]:
    """The shipped matrix with some cells changed: code → column → cell."""
    shipped = shipped_matrix()
    return build_rows(enumerate(shipped[code].cells() | changes.get(code, {}) for code in NoticeCode))


async def adopt(engine: AsyncEngine, rows: dict[str, MatrixRow], valid_from: date, at: datetime | None = None) -> int:
    """Have both institutions agree on a version."""
    when = at or datetime(2026, 1, 1, tzinfo=UTC)
    async with engine.begin() as connection:
        number = await propose(connection, rows, valid_from, "operator:p", when)
        await approve(connection, number, Institution.CAF, "operator:a", when)
        await approve(connection, number, Institution.CD35, "operator:b", when)
        await apply(connection, number, "operator:p", when)
    return number
