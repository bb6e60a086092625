"""A chain of seconds on the real clock: the dispatcher is a process, and is killed in the middle."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.engine import until
from hub.embedded.mail import CaughtMail, MailCatcher
from hub.ledger.intake import take_in
from tests.timeline.test_escalation import ALL
from tests.timeline.timeline import CATALOGUE, Timeline, timeline, urgency

PROGRAM = "from hub.processes.dispatcher import run\nfrom hub.settings import read_settings\nrun(read_settings())\n"
PARAMETERS = """parameter,value,valid_from,valid_to,decided_by,note
social_urgency_escalation,2s 2s 2s 2s 600s,,,essai,
"""


@contextlib.asynccontextmanager
async def process(line: Timeline, parameters: Path, *, kill: bool) -> AsyncIterator[None]:
    """Run `hub run dispatcher` meanwhile, and end it as a supervisor would, or by SIGKILL."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")} | {
        "HUB_DATABASE_URL": line.settings.database_url.get_secret_value(),
        "HUB_SMTP_PORT": str(line.catcher.port),
        "HUB_SMTP_STARTTLS": "never",
        "HUB_CLAIM_SECONDS": "2",
        "HUB_PARAMETERS_FILE": str(parameters),
        "HUB_LOG_LEVEL": "error",
    }
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, env=environment)
    try:
        yield
    finally:
        running.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        await running.wait()


def asked(mail: CaughtMail) -> str:
    """Whom a mail asks."""
    return mail.recipients[0].partition("@")[0]


async def test_a_chain_of_seconds_survives_a_kill_with_each_step_once_and_at_its_second(
    engine: AsyncEngine, database: str, mail_catcher: MailCatcher, tmp_path: Path
) -> None:
    parameters = tmp_path / "parameters.csv"
    parameters.write_text(PARAMETERS, encoding="utf-8")
    always = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
    today = date.today()  # noqa: DTZ011 -- a day on either side is open too
    open_now = {
        "calendar": "open", "scope": "CDAS", "cdas": "CDAS-01", "site": None, "kind": "EXCEPTIONAL_OPENING",
        "from": today - timedelta(days=2), "to": today + timedelta(days=2), "hours": always, "reason": None,
    }  # fmt: skip
    async with timeline(engine, database, mail_catcher, "2026-03-02 08:00") as line:
        line.clock.now = datetime.now(UTC)
        await line.directory(*ALL, calendars=[open_now])
        async with engine.begin() as connection:
            await take_in(connection, CATALOGUE, [urgency("worker")], datetime.now(UTC))
        async with process(line, parameters, kill=True):
            await mail_catcher.wait_for(2, seconds=300)
        async with process(line, parameters, kill=False):
            # A mail that was under way at the kill leaves again: six mails may be five people.
            assert await until(lambda: len({asked(mail) for mail in mail_catcher.messages()}) == 6, 300)
            steps = await line.steps()
    who = {asked(mail) for mail in mail_catcher.messages()}
    assert {"worker", "colleague", "mailbox", "manager", "caf-referent", "cd35-referent"} == who
    assert ["DONE"] * 4 == [step.state for step in steps[:4]]
    dues = [step.due_at for step in steps[:4]]
    assert [timedelta(seconds=2)] * 3 == [later - earlier for earlier, later in pairwise(dues)]
    # Steps that wait for the second process, or for a slow machine, are done in their order, and say so.
    dones = [step.done_at for step in steps[:4]]
    assert dones == sorted(dones)
    assert all(due <= done for due, done in zip(dues, dones, strict=True))
    assert all(step.late == (step.done_at - step.due_at > timedelta(seconds=5)) for step in steps[:4])
