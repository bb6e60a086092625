"""Field feedback as the hub holds it, and what stands in the way of its text."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.activity.feedback import Feedback, FeedbackState, Obstacle, feedback_of, obstacle
from hub.domain.events import Envelope
from hub.domain.vocabulary import Confidentiality

WAITING, SHOWN, WITHHELD = FeedbackState
MIDNIGHT = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
SAID = {
    "theme": "CDAP",
    "kind": "SUCCESS",
    "score": 4,
    "text": " Une journée gagnée. ",
    "role": "OTHER",
    "year": 2025,
    "corrects": "f-0",
}


def submitted(type_: str = "field_feedback.submitted", **said: Any) -> Feedback | None:
    envelope = Envelope(
        id="f-1",
        source="urn:hub:cd35:si-social",
        type=type_,
        time=MIDNIGHT,
        subject="A-1",
        correlationid="A-1",
        confidentiality=Confidentiality.C1,
    )
    return feedback_of(envelope, SAID | said)


def test_feedback_is_what_the_event_says_and_counts_in_its_month_in_paris() -> None:
    expected = Feedback(
        source="urn:hub:cd35:si-social",
        id="f-1",
        time=MIDNIGHT,
        month="2026-04",
        theme="CDAP",
        kind="SUCCESS",
        score=4,
        text="Une journée gagnée.",
        role="OTHER",
        year=2025,
        corrects="f-0",
    )
    assert expected == submitted()


@pytest.mark.parametrize("text", [None, "", " \n"], ids=["none", "empty", "blank"])
def test_feedback_without_words_has_no_text(text: str | None) -> None:
    found = submitted(text=text)
    assert found is not None
    assert found.text is None


def test_any_other_event_is_no_feedback_nor_is_one_whose_data_were_erased() -> None:
    assert submitted("training.held") is None
    found = submitted()
    assert found is not None
    envelope = Envelope("f", "urn:hub:cd35:si", "field_feedback.submitted", MIDNIGHT, "A", "A", Confidentiality.C1)
    assert feedback_of(envelope, None) is None


ACTS = {
    "a new text is shown": (SHOWN, WAITING, "a", False, False, None),
    "a new text is withheld": (WITHHELD, WAITING, "a", False, False, None),
    "a shown text is withheld": (WITHHELD, SHOWN, "a", False, False, None),
    "a withheld text is shown": (SHOWN, WITHHELD, "a", False, False, None),
    "shown twice": (SHOWN, SHOWN, "a", False, False, Obstacle.SHOWN_ALREADY),
    "withheld twice": (WITHHELD, WITHHELD, "a", False, False, Obstacle.WITHHELD_ALREADY),
    "no text": (SHOWN, WAITING, None, False, False, Obstacle.NO_TEXT),
    "an erased text is no text any more": (SHOWN, WITHHELD, None, True, False, Obstacle.ERASED),
    "a replaced text is not shown": (SHOWN, WAITING, "a", False, True, Obstacle.REPLACED),
    "a replaced text may be withheld": (WITHHELD, SHOWN, "a", False, True, None),
}


@pytest.mark.parametrize(("to", "state", "text", "erased", "replaced", "expected"), ACTS.values(), ids=ACTS)
def test_what_stands_in_the_way_of_an_act(
    to: FeedbackState,
    state: FeedbackState,
    text: str | None,
    *,
    erased: bool,
    replaced: bool,
    expected: Obstacle | None,
) -> None:
    assert expected is obstacle(to, state, text=text, erased=erased, replaced=replaced)
