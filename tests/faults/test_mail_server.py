"""A mail server that refuses, hangs, or hangs up: everybody is reached later, and each mail sent twice is explained."""

import pytest

from hub.embedded.mail import MailFault
from tests.faults.faults_account import Auditor
from tests.faults.faults_events import notice
from tests.faults.faults_stack import Publisher, Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTICES = 40


async def _failed_attempts(hub: Stack, prefix: str, reason: str) -> int:
    sql = """
    select 1 from delivery_attempt a join delivery d on d.id = a.delivery where d.event_id like $1 and a.reason = $2
    """
    return len(await hub.rows(sql, f"{prefix}%", reason))


@pytest.mark.parametrize(
    ("fault", "times", "reason", "surplus"),
    [
        pytest.param(MailFault.REPLY, 30, "TEMPORARILY_REFUSED", 0, id="refuses for a while"),
        pytest.param(MailFault.HANG, 6, "UNCONFIRMED", 0, id="takes the mail and never answers"),
        pytest.param(MailFault.DROP_LOST, 10, "UNCONFIRMED", 0, id="hangs up and loses the mail"),
        pytest.param(MailFault.DROP_KEPT, 10, "UNCONFIRMED", 10, id="hangs up and keeps the mail"),
    ],
)
async def test_everybody_is_reached_although_the_mail_server(
    hub: Stack, books: Auditor, fault: MailFault, times: int, reason: str, surplus: int
) -> None:
    prefix = f"mail-{fault.value}"
    sent = [notice(f"{prefix}-{number}") for number in range(NOTICES)]
    hub.mail.fail_with(fault, times)
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(one.record for one in sent)
    await publisher.flush()
    kept = await books.settle(sent, surplus_at_most=surplus)
    assert (surplus, times) == (kept.surplus, await _failed_attempts(hub, prefix, reason))


async def test_everybody_is_reached_although_the_mail_server_was_away(hub: Stack, books: Auditor) -> None:
    sent = [notice(f"mail-away-{number}") for number in range(NOTICES)]
    await hub.mail.refuse_connections()
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(one.record for one in sent)
    await publisher.flush()

    async def everybody_failed_once() -> bool:
        return await _failed_attempts(hub, "mail-away", "UNREACHABLE") >= NOTICES

    await until(everybody_failed_once)
    await hub.mail.accept_connections()
    await books.settle(sent)
