import asyncio

from hub.dispatcher.pace import Pace


async def test_turns_come_one_after_the_other_however_many_wait() -> None:
    loop, pace, moments = asyncio.get_running_loop(), Pace(500), []

    async def wait() -> None:
        await pace.turn()
        moments.append(loop.time())

    began = loop.time()
    await asyncio.gather(*(wait() for _ in range(20)))
    # The loop's clock may be read a little early; no turn is ever given before its instant.
    assert all(moment >= began + number / 500 - 0.001 for number, moment in enumerate(sorted(moments)))


async def test_what_was_not_used_is_not_made_up_for() -> None:
    loop, pace = asyncio.get_running_loop(), Pace(100)
    await pace.turn()
    await asyncio.sleep(0.05)
    began = loop.time()
    for _ in range(3):
        await pace.turn()
    assert loop.time() - began >= 0.019
