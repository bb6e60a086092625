"""Ending tasks, also one that loses a cancellation."""

import asyncio

from hub.router.closing import end_all


async def test_a_task_that_loses_its_first_cancellation_is_cancelled_again() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            lost += 1
        await asyncio.sleep(60)

    tasks = {asyncio.create_task(stubborn()), asyncio.create_task(asyncio.sleep(60))}
    await asyncio.sleep(0)
    await end_all(tasks)
    assert 1 == lost
    assert all(task.cancelled() for task in tasks)


async def test_nothing_to_end_is_no_wait() -> None:
    await end_all(())
