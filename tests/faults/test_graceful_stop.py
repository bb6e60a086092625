"""SIGTERM in the middle of a stream: each role ends by itself, and nothing is lost."""

import asyncio

import pytest

from tests.faults.faults_account import Auditor
from tests.faults.faults_chaos import intake_progress, mail_progress, router_progress, streaming
from tests.faults.faults_events import notice, notice_event, stream
from tests.faults.faults_stack import Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("name", ["router", "processors", "dispatcher"])
async def test_a_role_told_to_stop_finishes_and_nothing_is_lost(hub: Stack, books: Auditor, name: str) -> None:
    async with (
        streaming(hub, stream(f"graceful-{name}", every=15), at_least=400) as sent,
        router_progress(hub) as decided,
    ):
        progress = {"router": decided, "processors": intake_progress(hub), "dispatcher": mail_progress(hub)}[name]
        goal = await progress() + 10

        async def got_on() -> bool:
            return await progress() >= goal

        await until(got_on, every=0.01)
        assert 0 == await hub.role(name).stop(), hub.role(name).last_words
        hub.role(name).start()
    await books.settle(sent)


async def test_a_gateway_told_to_stop_keeps_what_it_accepted(hub: Stack, books: Auditor) -> None:
    async with hub.client() as client:

        async def publish(sender: int) -> list[str]:
            names = [f"graceful-gateway-{sender}-{number}" for number in range(25)]
            for name in names:
                await hub.post_until_accepted(client, notice_event(name))
            return names

        publishing = [asyncio.create_task(publish(sender)) for sender in range(4)]
        progress = intake_progress(hub)
        goal = await progress() + 10

        async def got_on() -> bool:
            return await progress() >= goal

        await until(got_on, every=0.01)
        assert 0 == await hub.role("gateway").stop(), hub.role("gateway").last_words
        hub.role("gateway").start()
        names = [name for some in await asyncio.gather(*publishing) for name in some]
    await books.settle([notice(name) for name in names], repeats=True)
