"""The machine: draws acts one after another, some while another is under way, and checks every promise after each."""

from datetime import timedelta
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.integration.model import acts
from tests.integration.model.story import Bench, Story

_OFTEN: Final = (
    acts.claim, acts.claim, acts.accept_all, acts.end_attempt, acts.take_in_charge, acts.climb, acts.start,
)  # fmt: skip
_SOMETIMES: Final = (
    acts.report, acts.publish, acts.correct, acts.withdraw, acts.plan_audience, acts.die, acts.renew, acts.reclaim,
    acts.go_away, acts.come_back, acts.leave, acts.join, acts.open_page, acts.send_again, acts.send_elsewhere,
    acts.remind_of_one, acts.say_handled,
)  # fmt: skip
_RACING: Final = (
    acts.claim, acts.end_attempt, acts.take_in_charge, acts.climb, acts.start, acts.correct, acts.withdraw,
    acts.plan_audience, acts.reclaim, acts.open_page, acts.send_again, acts.send_elsewhere, acts.remind_of_one,
    acts.leave, acts.say_handled,
)  # fmt: skip
_CHOICES: Final = st.integers(0, 29)
_RACES: Final = st.tuples(st.sampled_from(_RACING), _CHOICES)
_WAITS: Final = st.sampled_from(
    (
        timedelta(seconds=1),
        timedelta(seconds=40),
        timedelta(minutes=2),
        timedelta(minutes=16),
        timedelta(hours=1),
        timedelta(hours=9),
        timedelta(days=1),
        timedelta(days=3),
    )
)


class LedgerMachine(RuleBasedStateMachine):
    """Two dispatchers, a clock, people and operators on the one ledger of `bench`, which a subclass names."""

    bench: ClassVar[Bench]

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.bench)

    @initialize(first=_CHOICES)
    def something_is_asked(self, first: int) -> None:
        self.story.act(acts.report, first)
        self.story.act(acts.publish, first)

    @rule(act=st.sampled_from((*_OFTEN, *_SOMETIMES)), choice=_CHOICES)
    def someone_acts(self, act: acts.Act, choice: int) -> None:
        self.story.act(act, choice)

    @rule(act=st.sampled_from(_RACING), choice=_CHOICES)
    def someone_dies_before_the_end(self, act: acts.Act, choice: int) -> None:
        self.story.undone(act, choice)

    @rule(first=_RACES, second=_RACES, at=st.integers(0, 20), dies=st.integers(0, 3))
    def two_act_at_once(self, first: tuple[acts.Act, int], second: tuple[acts.Act, int], at: int, dies: int) -> None:
        self.story.race(first, second, at, commit=dies > 0)

    @rule(wait=_WAITS)
    def time_passes(self, wait: timedelta) -> None:
        self.story.wait(wait)

    @rule()
    def every_clock_ticks(self) -> None:
        self.story.tick()

    def teardown(self) -> None:
        self.story.end()
