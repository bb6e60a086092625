"""Who gives way within the loop of the processors."""

import asyncio

from hub.processors.right_of_way import RightOfWay


async def test_without_an_urgency_work_goes_on_after_everybody_had_a_turn() -> None:
    way, order = RightOfWay(at_most=60), list[str]()

    async def other() -> None:
        order.append("other")

    waiting = asyncio.create_task(other())
    await way.give_way()
    order.append("work")
    assert ["other", "work"] == order
    await waiting


async def test_work_that_can_wait_goes_on_when_every_urgency_under_way_has_passed() -> None:
    way, order = RightOfWay(at_most=60), list[str]()

    async def urgency(name: str, steps: int) -> None:
        with way.urgent():
            for _ in range(steps):
                await asyncio.sleep(0)
            order.append(name)

    passing = [asyncio.create_task(urgency("first", 3)), asyncio.create_task(urgency("second", 30))]
    await asyncio.sleep(0)
    await way.give_way()
    order.append("work")
    assert ["first", "second", "work"] == order
    await asyncio.gather(*passing)


async def test_an_urgency_that_waits_for_the_work_itself_does_not_stop_it() -> None:
    way, done = RightOfWay(at_most=0.001), asyncio.Event()

    async def urgency() -> None:
        with way.urgent():
            await done.wait()

    waiting = asyncio.create_task(urgency())
    await asyncio.sleep(0)
    await way.give_way()
    assert not waiting.done()
    done.set()
    await waiting
    await way.give_way()


async def test_an_urgency_that_fails_no_longer_has_the_right_of_way() -> None:
    way = RightOfWay(at_most=60)
    try:
        with way.urgent():
            raise ValueError
    except ValueError:
        await way.give_way()
