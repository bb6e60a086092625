"""Roles killed again and again in the middle of a stream of thousands of events: nothing lost, nothing twice."""

import asyncio

import pytest

from tests.faults.faults_account import Auditor
from tests.faults.faults_chaos import (
    intake_progress,
    kill_often,
    mail_progress,
    random_moments,
    router_progress,
    streaming,
)
from tests.faults.faults_events import stream
from tests.faults.faults_stack import UNRECORDED_AT_MOST, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_router_killed_eight_times_decides_every_event_once(hub: Stack, books: Auditor) -> None:
    moments = random_moments()
    async with streaming(hub, stream("router", every=60), at_least=3000) as sent, router_progress(hub) as progress:
        await kill_often(hub, "router", 8, progress, moments)
    print(await books.settle(sent))  # noqa: T201 -- pytest shows it with a failure, or with -s


async def test_processors_killed_six_times_take_every_decision_once(hub: Stack, books: Auditor) -> None:
    moments = random_moments()
    async with streaming(hub, stream("processors", every=60), at_least=2000) as sent:
        await kill_often(hub, "processors", 6, intake_progress(hub), moments)
    print(await books.settle(sent))  # noqa: T201 -- as above


async def test_a_dispatcher_killed_six_times_reaches_everybody_and_explains_each_mail_sent_twice(
    hub: Stack, books: Auditor
) -> None:
    moments, kills = random_moments(), 6
    async with streaming(hub, stream("dispatcher", every=15), at_least=2000) as sent:
        await kill_often(hub, "dispatcher", kills, mail_progress(hub), moments)
    print(await books.settle(sent, surplus_at_most=kills * UNRECORDED_AT_MOST))  # noqa: T201 -- as above


async def test_router_processors_and_dispatcher_killed_together_lose_nothing(hub: Stack, books: Auditor) -> None:
    moments, kills = random_moments(), 3
    async with streaming(hub, stream("together", every=30), at_least=2000) as sent, router_progress(hub) as decided:
        await asyncio.gather(
            kill_often(hub, "router", kills, decided, moments),
            kill_often(hub, "processors", kills, intake_progress(hub), moments),
            kill_often(hub, "dispatcher", kills, mail_progress(hub), moments),
        )
    print(await books.settle(sent, surplus_at_most=kills * UNRECORDED_AT_MOST))  # noqa: T201 -- as above
