"""The gateway killed while clients publish: what got its 202 is there, and sending again does no harm."""

import asyncio

import pytest

from tests.faults.faults_account import Auditor
from tests.faults.faults_chaos import intake_progress, kill_often, random_moments
from tests.faults.faults_events import notice, notice_event
from tests.faults.faults_stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_event_answered_202_is_delivered_once_whatever_kills_the_gateway(
    hub: Stack, books: Auditor
) -> None:
    moments, names, enough = random_moments(), list[str](), asyncio.Event()

    async def publish(sender: int) -> None:
        number = 0
        async with hub.client() as client:
            while not enough.is_set():
                name = f"gateway-{sender}-{number}"
                await hub.post_until_accepted(client, notice_event(name))
                names.append(name)
                number += 1

    publishing = [asyncio.create_task(publish(sender)) for sender in range(4)]
    try:
        await kill_often(hub, "gateway", 4, intake_progress(hub), moments, most=20)
        enough.set()
        await asyncio.gather(*publishing)
    finally:
        for task in publishing:
            task.cancel()
    await books.settle([notice(name) for name in names], repeats=True)
