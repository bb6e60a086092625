"""`python -m tests.campaigns.receiver_down --minutes 5`: receivers away for real minutes, and what became of it all.

Two dispatchers are processes of their own, as `hub run dispatcher` starts them, on a PostgreSQL of its own. A mail
server and a system with a webhook are there, go away while messages keep coming, and come back. Every message must
arrive once, none while they were away, and no try may come before its wait is over. It ends with code 1 otherwise.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.dispatcher.schedule import schedule_of
from hub.embedded.mail import MailCatcher
from hub.embedded.postgres import EmbeddedPostgres
from hub.ledger import tables
from hub.settings import Settings
from tests.contract.webhook_system import WebhookSystem
from tests.integration.dispatcher.dispatcher_ledger import (
    Notice,
    caught_deliveries,
    fresh_ledger,
    put_notice,
    rows,
    until_states,
)
from tests.integration.dispatcher.dispatcher_process import dispatcher_process
from tests.integration.dispatcher.webhook_ledger import put_webhooks

CONTACTS: Final = 5
MEDIA: Final = ("MAIL", "WEBHOOK")
MAY_HAVE_LEFT: Final = frozenset({"UNCONFIRMED", "LEASE_EXPIRED"})
SPARED: Final = 240.0 + 300.0  # seconds: the longest pause of a receiver, then the longest turn (webhook/receivers.py)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the receivers are away, and how often messages come; seconds. `schedule`: of retries."""

    away: float
    every: float
    schedule: str
    dispatchers: int = 2


@dataclass(slots=True)
class Finding:
    """What became of the messages of one medium; times in seconds."""

    medium: str
    published: int
    while_away: int
    attempts: Counter[str]
    twice: int
    back_after: float
    latest: float
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ended = ", ".join(f"{number} {reason}" for reason, number in sorted(self.attempts.items()))
        lines = (
            f"{self.medium}: {self.published} published, {self.while_away} of them while the receiver was away",
            f"  attempts: {ended}",
            f"  arrived twice: {self.twice}",
            f"  the last was accepted {self.back_after:.1f} s after the receiver came back",
            f"  tries began at most {self.latest:.1f} s after their wait was over",
            *(f"  FAULT {fault}" for fault in self.faults),
        )
        return "\n".join(lines)


async def campaign(plan: Plan, engine: AsyncEngine, database: str, folder: Path) -> list[Finding]:
    """Run it on a ledger without rows, and say what became of the messages of each medium."""
    numbers = count(1)
    published: dict[str, list[tuple[str, datetime]]] = {medium: [] for medium in MEDIA}

    async def publish(seconds: float) -> None:
        """Let messages come for so long, at least once."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            for lane, medium in (("standard", "MAIL"), ("urgent", "MAIL"), ("standard", "WEBHOOK")):
                name = f"{next(numbers)}"
                notice = Notice(f"notice-{name}", f"event-{name}", contacts=CONTACTS, lane=lane, medium=medium)
                await put_notice(engine, notice)
                published[medium] += [(str(notice.delivery(each)), datetime.now(UTC)) for each in range(CONTACTS)]
            if asyncio.get_running_loop().time() + plan.every > until:
                return
            await asyncio.sleep(plan.every)

    async with MailCatcher(folder / "mails") as mails, WebhookSystem() as system:
        await put_webhooks(engine, system.url, CONTACTS)
        async with contextlib.AsyncExitStack() as processes:
            for number in range(plan.dispatchers):
                await processes.enter_async_context(
                    dispatcher_process(f"d{number}", database, mails.port, HUB_RETRY_SCHEDULE=plan.schedule)
                )
            await publish(0.0)
            await until_states(engine, {"ACCEPTED": sum(map(len, published.values()))})
            await mails.refuse_connections()
            await system.stop()
            gone = datetime.now(UTC)
            before = len(mails.messages()), len(system.calls)
            await publish(plan.away)
            arrived_meanwhile = len(mails.messages()) - before[0], len(system.calls) - before[1]
            await mails.accept_connections()
            await system.start()
            back = datetime.now(UTC)
            longest = max(schedule_of(_settings(plan)).delays)
            every = {"ACCEPTED": sum(map(len, published.values()))}
            await until_states(engine, every, seconds=longest + SPARED + 300)
        received = {
            "MAIL": Counter(caught_deliveries(mails.folder)),
            "WEBHOOK": Counter(call.headers["webhook-id"] for call in system.calls),
        }
    return [
        await _find(medium, plan, engine, published[medium], received[medium], (gone, back), meanwhile)
        for medium, meanwhile in zip(MEDIA, arrived_meanwhile, strict=True)
    ]


async def _find(
    medium: str,
    plan: Plan,
    engine: AsyncEngine,
    published: Sequence[tuple[str, datetime]],
    received: Counter[str],
    away: tuple[datetime, datetime],
    arrived_meanwhile: int,
) -> Finding:
    of = {delivery for delivery, _ in published}
    attempts: dict[str, list[dict[str, Any]]] = {delivery: [] for delivery in of}
    for row in await rows(engine, tables.delivery_attempt):
        if str(row["delivery"]) in of:
            attempts[str(row["delivery"])].append(row)
    ended = [row for rows_ in attempts.values() for row in rows_]
    late = [seconds for each in attempts.values() for seconds in _lateness(each, schedule_of(_settings(plan)).delays)]
    found = Finding(
        medium,
        len(of),
        sum(away[0] <= at < away[1] for _, at in published),
        Counter(row["reason"] or row["result"] for row in ended),
        sum(number > 1 for number in received.values()),
        (max(row["ended_at"] for row in ended) - away[1]).total_seconds(),
        max(late, default=0.0),
    )
    lost, invented = of - set(received), set(received) - of
    unexplained = [
        delivery
        for delivery, number in received.items()
        if number > 1 + sum(row["reason"] in MAY_HAVE_LEFT for row in attempts.get(delivery, ()))
    ]
    early = sum(seconds < 0 for seconds in late)
    for what, number in (
        ("never arrived", len(lost)),
        ("arrived and nobody published it", len(invented)),
        ("arrived twice without an attempt that explains it", len(unexplained)),
        ("arrived while the receiver was away", arrived_meanwhile),
        ("tried before its wait was over", early),
    ):
        if number:
            found.faults.append(f"{number} {what}")
    if not found.attempts["UNREACHABLE"]:
        found.faults.append("nothing was tried while the receiver was away: this run proves nothing")
    return found


def _lateness(attempts: Sequence[dict[str, Any]], delays: Sequence[float]) -> list[float]:
    """How long after the end of its wait each try of a delivery but the first began, in seconds."""
    # A wait is counted from the moment that the attempt failed, which is noted a moment later: the start is sure.
    return [
        (later["started_at"] - earlier["started_at"]).total_seconds() - delays[number]
        for number, (earlier, later) in enumerate(pairwise(attempts))
        if number < len(delays)
    ]


def _settings(plan: Plan) -> Settings:
    return Settings(retry_schedule=plan.schedule)


async def _run(plan: Plan) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            database = await postgres.create_database("hub")
            async with fresh_ledger(database) as engine:
                findings = await campaign(plan, engine, database, Path(folder))
    told = (f"Receivers away for {plan.away:g} s; retries after {plan.schedule} s.", *map(str, findings))
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if any(finding.faults for finding in findings) else 0


def main() -> int:
    """Read the command line and run; exit code 0 when nothing was lost, early or twice without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.receiver_down")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long the receivers are away")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between messages")
    parser.add_argument("--schedule", default=Settings().retry_schedule, help="waits before each retry, in seconds")
    given = parser.parse_args()
    return asyncio.run(_run(Plan(60 * given.minutes, given.every, given.schedule)))


if __name__ == "__main__":
    raise SystemExit(main())
