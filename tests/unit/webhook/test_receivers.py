"""How many calls a system gets at once, and when it is spared; on a clock that is moved by hand."""

import asyncio

from connectors.outbound.webhook.receivers import Later, Receivers


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _fail(receivers: Receivers, clock: Clock, times: int) -> None:
    for _ in range(times):
        assert None is await receivers.enter("a")
        await receivers.leave("a", clock(), reached=False)


async def _later(receivers: Receivers, key: str = "a") -> Later:
    found = await receivers.enter(key)
    assert found is not None
    return found


async def test_a_system_gets_so_many_calls_at_once_and_another_is_not_concerned() -> None:
    receivers = Receivers(2, Clock())
    assert [None, None] == [await receivers.enter("a"), await receivers.enter("a")]
    assert "enough under way" in (await _later(receivers)).why
    assert None is await receivers.enter("b")


async def test_a_place_that_is_free_in_a_moment_is_waited_for() -> None:
    clock = Clock()
    receivers = Receivers(1, clock)
    await receivers.enter("a")
    waiting = asyncio.create_task(receivers.enter("a"))
    await asyncio.sleep(0)
    await receivers.leave("a", clock(), reached=True)
    assert None is await waiting


async def test_those_that_are_sent_away_come_back_one_after_the_other() -> None:
    clock = Clock()
    receivers = Receivers(1, clock)
    await receivers.enter("a")
    clock.now += 10
    await receivers.leave("a", clock() - 10, reached=True)
    await receivers.enter("a")
    waits = [(await _later(receivers)).seconds for _ in range(3)]
    assert waits == sorted(set(waits))
    assert waits[0] >= 1


async def test_a_system_that_three_calls_did_not_reach_is_spared_for_a_while() -> None:
    clock = Clock()
    receivers = Receivers(4, clock)
    await _fail(receivers, clock, 3)
    assert 1 == receivers.paused
    found = await _later(receivers)
    assert "spared" in found.why
    assert found.seconds >= 15
    assert None is await receivers.enter("b")


async def test_after_the_pause_one_call_at_a_time_tries_whether_it_is_back() -> None:
    clock = Clock()
    receivers = Receivers(4, clock)
    await _fail(receivers, clock, 3)
    clock.now += 15
    assert None is await receivers.enter("a")
    assert "enough under way" in (await _later(receivers)).why
    await receivers.leave("a", clock(), reached=True)
    assert 4 * [None] == [await receivers.enter("a") for _ in range(4)]


async def test_one_that_stays_away_is_spared_longer_each_time_and_four_minutes_at_most() -> None:
    clock = Clock()
    receivers = Receivers(4, clock)
    await _fail(receivers, clock, 2)
    pauses = []
    for _ in range(6):
        await _fail(receivers, clock, 1)
        pauses.append(round((await _later(receivers)).seconds - 15) // 15 * 15 + 15)
        clock.now += 1000
    assert [15, 30, 60, 120, 240, 240] == pauses


async def test_one_that_asks_for_it_is_spared_so_long() -> None:
    clock = Clock()
    receivers = Receivers(4, clock)
    await receivers.enter("a")
    await receivers.leave("a", clock(), reached=True, spare=120.0)
    assert (await _later(receivers)).seconds >= 120
    clock.now += 120
    assert None is await receivers.enter("a")
