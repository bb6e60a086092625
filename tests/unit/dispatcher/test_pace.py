import asyncio

import pytest

from hub.dispatcher.pace import Pace


async def test_turns_come_one_after_the_other_however_many_wait() -> None:
    loop, pace, moments = asyncio.get_running_loop(), Pace(500), []

    async def wait() -> None:
        await pace.turn()
        moments.append(loop.time())

    began = loop.time()
    await asyncio.gather(*(wait() for _ in range(100)))
    # A tenth of a second is made up for; the loop's clock may be read a little early.
    assert all(moment >= began - 0.1 + number / 500 - 0.001 for number, moment in enumerate(sorted(moments)))


async def test_what_was_not_used_long_ago_is_not_made_up_for() -> None:
    loop, pace = asyncio.get_running_loop(), Pace(100)
    await pace.turn()
    await asyncio.sleep(0.5)
    began = loop.time()
    for _ in range(20):
        await pace.turn()
    assert loop.time() - began >= 0.089  # ten at once, for a tenth of a second; nine at their distances


async def test_what_was_not_used_just_now_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pace, waits = Pace(10), []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    for _ in range(3):
        await pace.turn()
    assert len(waits) <= 1  # the second turn's instant may have passed unused; the third's has not
