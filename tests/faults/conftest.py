"""One hub for all campaigns: engines and roles stay, each campaign opens its own books and leaves the hub well."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hub.embedded.mail import MailFault
from tests.faults.faults_account import Auditor
from tests.faults.faults_stack import Stack, introduce_contacts, stack, until


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Give a running hub with its contacts."""
    async with stack(tmp_path_factory.mktemp("faults") / "hub") as made:
        await made.ready()
        await introduce_contacts(made)
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def hub(whole: Stack) -> AsyncIterator[Stack]:
    """Give the running hub, every role ready and nothing left to deliver, and heal it afterwards."""
    await whole.ready()

    async def idle() -> bool:
        return not await whole.rows("select 1 from delivery where state in ('SCHEDULED', 'SENDING', 'RETRYING')")

    await until(idle, lambda: "deliveries of an earlier campaign are still under way")
    yield whole
    whole.mail.fail_with(MailFault.NONE)
    await whole.mail.accept_connections()


@pytest_asyncio.fixture(loop_scope="session")
async def books(hub: Stack) -> AsyncIterator[Auditor]:
    """Give the accounting of one campaign."""
    async with Auditor(hub) as auditor:
        yield auditor
