"""What is said of the priority line: why it is open or closed, minute by minute (R16, R17, C13)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hub.data import load_calendar
from hub.domain.calendar.line import Calendar, Line
from tests.unit.domain.calendar_building import at, data

BEYOND = "au-delà des dates connues du calendrier"
SENTENCES = {
    "in opening hours": ("ouverte", True, lambda: at("2026-05-04T10:00")),
    "at lunch": ("en dehors des heures d’ouverture", False, lambda: at("2026-05-04T12:30")),
    "on a Saturday": ("samedi ou dimanche", False, lambda: at("2026-05-09T10:00")),
    "before the line opened": ("avant l’ouverture de la ligne", False, lambda: at("2024-10-01T10:00")),
    "after the last known day": (BEYOND, False, lambda: at("2028-09-01T10:00")),
    "on the Friday after Ascension day": ("vendredi qui suit l’Ascension", False, lambda: at("2027-05-07T10:00")),
    "on Labour Day": ("jour férié (fête du Travail)", False, lambda: at("2026-05-01T10:00")),
    "on a day without hours": (
        "aucune heure d’ouverture ce jour-là",
        False,
        lambda: at("2026-05-05T10:00", data("HOURS", "2026-05-01", "2026-05-31", weekdays="1")),
    ),
    "in an exceptional opening": (
        "ouverture exceptionnelle",
        True,
        lambda: at("2026-05-09T09:30", data("EXCEPTIONAL_OPENING", "2026-05-09", weekdays="6")),
    ),
    "in a strike": ("grève", False, lambda: at("2026-05-04T10:00", data("CLOSURE", "2026-05-04", reason="STRIKE"))),
    "in a breakdown": (
        "panne",
        False,
        lambda: at("2026-05-04T10:00", data("CLOSURE", "2026-05-04", reason="BREAKDOWN")),
    ),
    "in a bridge": ("pont", False, lambda: at("2026-05-04T10:00", data("CLOSURE", "2026-05-04", reason="BRIDGE_DAY"))),
    "in a holiday": (
        "vacances scolaires de la zone B",
        False,
        lambda: at("2026-05-04T10:00", data("CLOSURE", "2026-05-04", reason="SCHOOL_HOLIDAY")),
    ),
    "in a closure without a reason": (
        "fermeture exceptionnelle",
        False,
        lambda: at("2026-05-04T10:00", data("CLOSURE", "2026-05-04")),
    ),
}


@pytest.mark.parametrize(("sentence", "is_open", "line"), SENTENCES.values(), ids=SENTENCES)
def test_the_line_says_why_it_is_open_or_closed(sentence: str, line: Callable[[], Line], *, is_open: bool) -> None:
    assert (sentence, is_open) == (line().sentence, line().is_open)


def test_each_minute_has_its_own_answer_however_many_were_asked_before() -> None:
    calendar = load_calendar()
    first = datetime.fromisoformat("2026-05-04T08:00+02:00")
    asked = [calendar.line(first + timedelta(minutes=minute)).is_open for minute in range(120)]
    assert [False] * 60 + [True] * 60 == asked


def test_the_seconds_of_a_minute_share_its_answer() -> None:
    calendar = load_calendar()
    last = datetime.fromisoformat("2026-05-04T11:59:59+02:00")
    assert [True, False] == [calendar.line(last + timedelta(seconds=second)).is_open for second in (0, 1)]


def test_a_calendar_without_entries_knows_no_day() -> None:
    assert Line(is_open=False, beyond_data=True, sentence=BEYOND) == Calendar({}).line(datetime(2026, 5, 4, tzinfo=UTC))


def test_the_last_instant_of_all_is_closed_and_beyond_the_data() -> None:
    assert Line(is_open=False, beyond_data=True, sentence=BEYOND) == load_calendar().line(
        datetime.max.replace(tzinfo=UTC)
    )
