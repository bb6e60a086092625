"""What made a delivery beyond the first one to a contact: written as a short text, and read again."""

import pytest

from hub.domain.delivery.occasions import (
    Occasion,
    escalation_occasion,
    read_occasion,
    reminder_occasion,
    taken_occasion,
)

WRITTEN = {
    "escalation": (
        escalation_occasion("CONTINUITY", 3),
        "escalation/CONTINUITY/3",
        Occasion("escalation", "CONTINUITY"),
    ),
    "taken in charge": (
        taken_occasion("CONTINUITY", "CDAS", "MANAGER"),
        "taken/CONTINUITY/CDAS/MANAGER",
        Occasion("taken", "CONTINUITY", "CDAS", "MANAGER"),
    ),
    "reminder": (reminder_occasion(2), "reminder/2", Occasion("reminder")),
}


@pytest.mark.parametrize(("written", "text", "read"), WRITTEN.values(), ids=WRITTEN)
def test_an_occasion_is_read_as_it_was_written(written: str, text: str, read: Occasion) -> None:
    assert (text, read) == (written, read_occasion(text))


@pytest.mark.parametrize(
    "text", ["", "first", "escalation", "escalation/A", "escalation/A/1/2", "taken/A/B", "reminder", "other/1"]
)
def test_an_occasion_that_is_not_known_is_the_first_delivery(text: str) -> None:
    assert Occasion("first", None, None, None) == read_occasion(text)
