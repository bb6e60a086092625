"""The dispatcher killed, and PostgreSQL killed under it: nothing lost, and every duplicate explained."""

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hub.embedded.mail import MailCatcher, MailFault
from hub.embedded.postgres import EmbeddedPostgres
from hub.ledger import tables
from tests.integration.dispatcher.dispatcher_ledger import (
    Notice,
    caught_deliveries,
    dispatching,
    fresh_ledger,
    put_contacts,
    put_notice,
    rows,
    settings_for,
    until_states,
)

CONCURRENCY = 8
PROGRAM = "from hub.processes.dispatcher import run\nfrom hub.settings import read_settings\nrun(read_settings())\n"


async def _start_process(database: str, smtp_port: int) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_DATABASE_URL": database,
        "HUB_SMTP_PORT": str(smtp_port),
        "HUB_SMTP_STARTTLS": "never",
        "HUB_CLAIM_SECONDS": "2",
        "HUB_DISPATCHER_CONCURRENCY": str(CONCURRENCY),
        "HUB_SMTP_TIMEOUT_SECONDS": "600",  # a mail that hangs does so until its sender is killed
        "HUB_LOG_LEVEL": "error",
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, env=environment)


async def test_a_killed_dispatcher_loses_nothing_and_its_duplicates_are_explained(
    database: str, mail_catcher: MailCatcher
) -> None:
    number, kills = 800, 3
    notice = Notice("notice-fsl", "event-1", contacts=number)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, number)
        await put_notice(engine, notice)
        for _ in range(kills):
            mail_catcher.fail_with(MailFault.HANG_KEPT, times=1, after=number // (kills + 2))
            process = await _start_process(database, mail_catcher.port)
            await mail_catcher.wait_for_hanging()
            process.send_signal(signal.SIGKILL)
            assert -signal.SIGKILL == await process.wait()
        process = await _start_process(database, mail_catcher.port)
        await until_states(engine, {"ACCEPTED": number})
        process.send_signal(signal.SIGTERM)
        assert 0 == await process.wait()
        attempts = await rows(engine, tables.delivery_attempt)
    caught = Counter(caught_deliveries(mail_catcher.folder))
    abandoned = {str(row["delivery"]) for row in attempts if row["result"] == "abandoned"}
    twice = {delivery for delivery, mails in caught.items() if mails > 1}
    assert {str(notice.delivery(index)) for index in range(number)} == set(caught)
    assert twice <= abandoned
    # At each kill one mail was kept and not answered: it leaves again.
    assert kills <= sum(caught.values()) - number <= kills * 2 * CONCURRENCY
    assert all(row["result"] is not None for row in attempts)


async def test_nothing_is_lost_when_postgresql_dies_under_the_dispatcher(
    tmp_path: Path, mail_catcher: MailCatcher
) -> None:
    number = 600
    async with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        database = await postgres.create_database("hub")
        async with fresh_ledger(database) as engine:
            await put_contacts(engine, number)
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=number))
            async with dispatching(settings_for(database, mail_catcher.port, claim_seconds=2.0)):
                await mail_catcher.wait_for(number // 3, seconds=300)
                await postgres.kill()
                await asyncio.sleep(3)
                await postgres.restart()
                await until_states(engine, {"ACCEPTED": number})
            attempts = await rows(engine, tables.delivery_attempt)
    caught = Counter(caught_deliveries(mail_catcher.folder))
    # An attempt that ended while PostgreSQL was away may have been taken back before its end was written.
    may_have_left = Counter(str(row["delivery"]) for row in attempts if row["result"] != "permanent")
    assert number == len(caught)
    assert caught <= may_have_left
    assert all(row["result"] is not None for row in attempts)


async def test_a_lease_claimed_after_an_outage_counts_from_its_end(tmp_path: Path, mail_catcher: MailCatcher) -> None:
    """One that counted from the beginning of the outage would be over too early, and the mail would leave twice."""
    async with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        database = await postgres.create_database("hub")
        async with fresh_ledger(database) as engine:
            await put_contacts(engine, 3)
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=3))
            await postgres.kill()
            async with dispatching(settings_for(database, mail_catcher.port)):
                await asyncio.sleep(1)
                back_from = datetime.now(UTC)
                await postgres.restart()
                await until_states(engine, {"ACCEPTED": 3})
            attempts = await rows(engine, tables.delivery_attempt)
    assert 3 == len(attempts)
    assert all(back_from < row["started_at"] for row in attempts)
