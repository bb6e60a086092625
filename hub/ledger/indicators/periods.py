"""Freeze a period: its numbers, definitions, rules versions and a hash of what they were counted from, for good."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.periods import Period, month_of
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.indicators.cells import cells_of
from hub.ledger.indicators.counting import count_facts, hold_lock, take_waiting
from hub.ledger.indicators.recount import recount
from hub.ledger.never_stored import agreement_refusals
from hub.ledger.tables import indicator_period

Definitions = Sequence[Mapping[str, Any]]
"""What each figure means, as plain data."""

_INPUTS: Final = text("""
select count(*), coalesce(sha256(string_agg(digest, ''::bytea order by source collate "C", id collate "C")), sha256(''))
from indicator_fact
where month between :first and :last and counted_at <= :until
""")
_LATER: Final = text("""
select count(*) from indicator_fact where month between :first and :last and counted_at > :until
""")
_LAST_COUNTED: Final = text("select max(counted_at) from indicator_fact")
_RULES: Final = text("""
select distinct rules_version from indicator_fact
where month between :first and :last and counted_at <= :until
""")


_LISTED: Final = "« hub indicators frozen » donne les périodes figées."


class NotFreezable(ValueError):
    """The period cannot be frozen, or not now; the message says why and `way_out` what to do, in French."""

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.way_out = way_out


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen period, as it is kept. `inputs`: facts that its numbers were counted from.

    `agreement_refusals`: the bare number of refusals, of which there are no facts.
    """

    period: Period
    frozen_at: datetime
    frozen_by: str
    rules_versions: tuple[str, ...]
    definitions: Definitions
    cells: Counter[Cell]
    agreement_refusals: int | None
    inputs: int
    inputs_sha256: bytes
    seal: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """What is still as it was frozen: the row itself, what it was counted from, what a recount and the cells give."""

    seal: bool
    inputs: bool
    recount: bool
    cells: bool

    @property
    def stands(self) -> bool:
        """Whether everything is."""
        return self.seal and self.inputs and self.recount and self.cells


def freezable(period: Period) -> bool:
    """Whether it is of the kind that is frozen: a month or a reference year, under its own name."""
    return (len(period.months), period.name) in {(1, period.first), (12, period.first[:4])}


async def freeze(
    engine: AsyncEngine, period: Period, by: str, clock: Callable[[], datetime], definitions: Definitions
) -> Frozen:
    """Count what waits, then freeze a month or a year that is over. Raises NotFreezable."""
    if period.last >= month_of(clock()):
        msg = f"La période {period.label()} n’est pas encore achevée."
        raise NotFreezable(msg, "Elle se fige à partir du mois qui la suit.")
    while True:
        async with engine.begin() as connection:
            await hold_lock(connection)
            await _check(connection, period)
            if not await _count_some(connection, clock()):
                return await _freeze(connection, period, by, clock(), definitions)


async def frozen_periods(connection: AsyncConnection) -> list[Frozen]:
    """Every frozen period, the earliest first."""
    rows = await connection.execute(select(indicator_period).order_by("first", "last"))
    return [_frozen(row) for row in rows.mappings()]


async def frozen_period(connection: AsyncConnection, name: str) -> Frozen | None:
    """The period frozen under this name."""
    row = (await connection.execute(select(indicator_period).where(indicator_period.c.name == name))).mappings().first()
    return None if row is None else _frozen(row)


async def verify(connection: AsyncConnection, frozen: Frozen, *, seal_only: bool = False) -> Verified:
    """Compute everything again, from the facts that a period was counted from; or its seal only, from its row."""
    period = frozen.period
    sealed = frozen.seal == _seal(_content(frozen))
    if seal_only:
        return Verified(sealed, inputs=True, recount=True, cells=True)
    inputs = await _inputs(connection, period, frozen.frozen_at)
    return Verified(
        seal=sealed,
        inputs=inputs == (frozen.inputs, frozen.inputs_sha256),
        recount=await recount(connection, period, frozen.frozen_at) == frozen.cells,
        cells=await cells_of(connection, period) == frozen.cells,
    )


async def later_facts(connection: AsyncConnection, frozen: Frozen) -> int:
    """How many facts of a period's months were counted after it was frozen."""
    months = {"first": frozen.period.first, "last": frozen.period.last, "until": frozen.frozen_at}
    return await connection.scalar(_LATER, months) or 0


async def _count_some(connection: AsyncConnection, now: datetime) -> int:
    """Count facts that wait, and return how many. Raises NotFreezable for one that this version cannot count."""
    waiting = await take_waiting(connection)
    try:
        return (await count_facts(connection, waiting, now)).facts
    except Exception as error:
        if isinstance(error, UNAVAILABLE):
            raise
        msg = "Un événement reçu ne peut pas être compté (« fact_not_counted » dans le journal des processeurs)."
        way_out = "deploy/runbooks/indicators-not-counted.md dit quoi faire\u00a0; ensuite, figer de nouveau."
        raise NotFreezable(msg, way_out) from error


async def _check(connection: AsyncConnection, period: Period) -> None:
    """Raise NotFreezable for what is neither a month nor a year, or touches a period that stands already."""
    if not freezable(period):
        msg = "Seuls se figent un mois (2026-03) ou une année de référence (2026)."
        raise NotFreezable(msg)
    for name, first, last in await connection.execute(text("select name, first, last from indicator_period")):
        if name == period.name:
            msg = f"La période {period.label()} est déjà figée."
            raise NotFreezable(msg, _LISTED)
        if first != last and first <= period.last and period.first <= last:
            msg = f"La période {period.label()} touche l’année {name}, qui est déjà figée."
            raise NotFreezable(msg, _LISTED)


async def _freeze(
    connection: AsyncConnection, period: Period, by: str, now: datetime, definitions: Definitions
) -> Frozen:
    # Clocks differ: what was counted so far is what was counted by this instant, for good.
    at = max(now, await connection.scalar(_LAST_COUNTED) or now)
    inputs, inputs_sha256 = await _inputs(connection, period, at)
    months = {"first": period.first, "last": period.last, "until": at}
    rules = sorted(await connection.scalars(_RULES, months))
    cells = await cells_of(connection, period)
    refusals = await agreement_refusals(connection, period.first, period.last)
    frozen = Frozen(period, at, by, tuple(rules), definitions, cells, refusals, inputs, inputs_sha256, b"")
    content = _content(frozen)
    row = content | {"frozen_at": at, "frozen_by": by, "inputs_sha256": inputs_sha256, "seal": _seal(content)}
    await connection.execute(insert(indicator_period).values(row))
    return _frozen(row)


async def _inputs(connection: AsyncConnection, period: Period, until: datetime) -> tuple[int, bytes]:
    months = {"first": period.first, "last": period.last, "until": until}
    number, sha256 = (await connection.execute(_INPUTS, months)).one()
    return number, sha256


def _content(frozen: Frozen) -> dict[str, Any]:
    """What the seal is over: everything but when and by whom."""
    return {
        "name": frozen.period.name,
        "first": frozen.period.first,
        "last": frozen.period.last,
        "rules_versions": list(frozen.rules_versions),
        "definitions": list(frozen.definitions),
        "cells": [[*cell[:2], list(cell.dims), amount] for cell, amount in sorted(frozen.cells.items())],
        "agreement_refusals": frozen.agreement_refusals,
        "inputs": frozen.inputs,
        "inputs_sha256": frozen.inputs_sha256.hex(),
    }


def _seal(content: Mapping[str, Any]) -> bytes:
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()


def _frozen(row: RowMapping | Mapping[str, Any]) -> Frozen:
    return Frozen(
        period=Period(row["name"], row["first"], row["last"]),
        frozen_at=row["frozen_at"],
        frozen_by=row["frozen_by"],
        rules_versions=tuple(row["rules_versions"]),
        definitions=row["definitions"],
        cells=Counter({Cell(month, measure, tuple(dims)): n for month, measure, dims, n in row["cells"]}),
        agreement_refusals=row["agreement_refusals"],
        inputs=row["inputs"],
        inputs_sha256=row["inputs_sha256"],
        seal=row["seal"],
    )
