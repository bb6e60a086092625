"""A router that freezes for longer than its session: another takes over, and what thaws writes nothing twice."""

import signal

import pytest

from tests.faults.faults_account import Auditor
from tests.faults.faults_chaos import random_moments, router_progress, streaming
from tests.faults.faults_events import stream
from tests.faults.faults_stack import Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_frozen_router_is_replaced_and_decides_nothing_twice_when_it_thaws(hub: Stack, books: Auditor) -> None:
    moments = random_moments()
    first, second = hub.role("router"), hub.role("router", key="router-2", HUB_ROUTER_INSTANCE="2")
    await hub.ready("router-2")
    events = stream("frozen", every=60)
    async with streaming(hub, events, at_least=1500) as sent, router_progress(hub) as progress:
        goal = await progress() + moments.randint(100, 400)

        async def got_on() -> bool:
            return await progress() >= goal

        await until(got_on, every=0.01)
        first.send(signal.SIGSTOP)
    await books.settle(sent)
    assert first.runs
    async with streaming(hub, events, at_least=500) as later:
        first.send(signal.SIGCONT)

        async def back_or_ended() -> bool:
            return not first.runs or await first.is_ready()

        await until(back_or_ended, lambda: first.last_words)
        await hub.ready("router")  # a supervisor starts again what was fenced out
    await books.settle([*sent, *later])
    assert 0 == await second.stop(), second.last_words
