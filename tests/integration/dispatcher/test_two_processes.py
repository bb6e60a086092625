"""Two dispatchers, each a process of its own, on one ledger: mails, webhooks and digests, each once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.embedded.mail import MailCatcher
from hub.ledger import tables
from tests.contract.webhook_system import WebhookSystem
from tests.integration.dispatcher.dispatcher_ledger import Notice, fresh_ledger, put_notice, rows, until_states
from tests.integration.dispatcher.dispatcher_process import dispatcher_process
from tests.integration.dispatcher.webhook_ledger import put_webhooks

CONTACTS = 250
DIGESTS = 40


async def test_two_dispatchers_deliver_five_hundred_messages_and_forty_digests_once(
    database: str, mail_catcher: MailCatcher
) -> None:
    async with fresh_ledger(database) as engine, WebhookSystem() as system:
        await put_webhooks(engine, system.url, CONTACTS)
        async with (
            dispatcher_process("first", database, mail_catcher.port),
            dispatcher_process("second", database, mail_catcher.port),
        ):
            before = 0
            async with asyncio.timeout(300):  # until both are at work
                while len(await _dispatchers(engine)) < 2:
                    await put_notice(engine, Notice(f"notice-{before}", f"event-{before}", contacts=4))
                    before += 4
                    await until_states(engine, {"ACCEPTED": before})
            mails = Notice("notice-m", "event-m", contacts=CONTACTS)
            calls = Notice("notice-w", "event-w", contacts=CONTACTS, medium="WEBHOOK")
            digests = [
                Notice(
                    f"notice-d{number}",
                    f"event-d{number}",
                    contacts=DIGESTS,
                    lane="digest",
                    digest="DAILY",
                    due_at=datetime.now(UTC),
                )
                for number in range(2)
            ]
            for notice in (*digests, calls, mails):
                await put_notice(engine, notice)
            await until_states(engine, {"ACCEPTED": before + 2 * CONTACTS + 2 * DIGESTS})
        attempts = await rows(engine, tables.delivery_attempt)
    assert {("accepted", 1)} == {(row["result"], row["attempt"]) for row in attempts}
    named = Counter(
        str(name) for mail in mail_catcher.messages() for name in mail.message().get_all("X-Hub-Delivery", [])
    )
    expected = {str(mails.delivery(number)) for number in range(CONTACTS)}
    expected |= {str(digest.delivery(number)) for digest in digests for number in range(DIGESTS)}
    assert expected <= named.keys()
    assert {1} == set(named.values())
    assert Counter(str(calls.delivery(number)) for number in range(CONTACTS)) == Counter(
        call.headers["webhook-id"] for call in system.calls
    )


async def _dispatchers(engine: AsyncEngine) -> set[str]:
    return {row["dispatcher"] for row in await rows(engine, tables.delivery_attempt)}
