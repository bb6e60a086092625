"""Two acts at once, the first held between two of its statements: what the second does is never overlooked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from tests.integration.model import acts
from tests.integration.model.story import Bench, Story

_PLACES: Final = (3, 5, 9, 16, 19)  # statements of the first act: before, between and after what it looks up


def refused_mail(story: Story) -> None:
    """An urgency asks two contacts; the mail of the first was refused for good."""
    story.act(acts.report, 1)
    story.act(acts.claim)
    story.act(acts.end_attempt, 2)


def refused_notice(story: Story) -> None:
    """A notice was refused by one of its readers."""
    story.act(acts.publish, 1)
    story.act(acts.publish, 2)
    story.act(acts.claim, 2)
    while story.world.held:
        story.act(acts.end_attempt, 2)


def waiting_notice(story: Story) -> None:
    """A notice waits to be sent."""
    story.act(acts.publish)


def unread_notice(story: Story) -> None:
    """A notice was sent; its acknowledgement is missed."""
    waiting_notice(story)
    story.act(acts.claim, 2)
    story.act(acts.accept_all)
    story.wait(timedelta(days=4))


def due_step(story: Story) -> None:
    """An urgency was sent to two contacts; the first step of its escalation is due."""
    story.act(acts.report, 1)
    story.act(acts.claim)
    story.act(acts.accept_all)
    story.act(acts.start)
    story.wait(timedelta(days=3))


@pytest.mark.parametrize(
    ("before", "first", "second"),
    [
        pytest.param(
            refused_mail, (acts.take_in_charge, 1), (acts.send_elsewhere, 2), id="taken in charge while redirected"
        ),
        pytest.param(
            refused_notice, (acts.correct, 1), (acts.send_again, 0), id="corrected while sent again by an operator"
        ),
        pytest.param(unread_notice, (acts.remind_of_one, 0), (acts.take_in_charge, 0), id="reminded while read"),
        pytest.param(unread_notice, (acts.take_in_charge, 0), (acts.remind_of_one, 0), id="read while reminded"),
        pytest.param(unread_notice, (acts.remind_of_one, 0), (acts.correct, 1), id="reminded while corrected"),
        pytest.param(waiting_notice, (acts.correct, 1), (acts.claim, 2), id="corrected for others while claimed"),
        pytest.param(due_step, (acts.take_in_charge, 0), (acts.climb, 0), id="taken in charge while it climbs"),
        pytest.param(due_step, (acts.climb, 0), (acts.climb, 0), id="climbs by two dispatchers"),
    ],
)
def test_neither_of_two_acts_overlooks_the_other(
    bench: Bench, before: Callable[[Story], None], first: tuple[acts.Act, int], second: tuple[acts.Act, int]
) -> None:
    for place in _PLACES:
        story = Story(bench)
        before(story)
        story.race(first, second, place)
        story.tick()


def test_whoever_may_have_the_message_of_a_situation_learns_who_took_it(bench: Bench) -> None:
    """Two contacts whose mail servers never confirmed: one of them answers, the other is told so."""
    story = Story(bench)
    story.act(acts.report, 1)
    story.act(acts.claim)
    while story.world.held:
        story.act(acts.end_attempt, 3)
    story.act(acts.take_in_charge)
    story.tick()
