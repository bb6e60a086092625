"""`hub calendar`: what it prints in a pipe, and on a terminal."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hub.cli.calendar import CalendarQuestionUnreadable, app
from hub.cli.calendar_view import month_panels
from hub.data import load_calendar
from hub.domain.calendar.entries import Entry, Opening
from hub.domain.calendar.line import Calendar

SCHOOL = "vacances scolaires de la zone B"


def said(*arguments: str) -> list[str]:
    """What the command prints, line by line, with ordinary spaces."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert 0 == result.exit_code, result.output
    return result.output.replace("\u00a0", " ").splitlines()


AT: dict[str, tuple[str, list[str]]] = {
    "open": ("2026-03-10T10:00:00+01:00", ["mardi 10 mars 2026, 10 h (heure de Paris) : ligne directe ouverte."]),
    "at lunch, in another offset": (
        "2026-03-10T11:15:00Z",
        [
            "mardi 10 mars 2026, 12 h 15 (heure de Paris) : ligne directe fermée, en dehors des heures d’ouverture.",
            "Prochaine ouverture : mardi 10 mars 2026 à 13 h 30.",
        ],
    ),
    "before a long weekend": (
        "2026-05-13T16:30:00+02:00",
        [
            "mercredi 13 mai 2026, 16 h 30 (heure de Paris) : ligne directe fermée, en dehors des heures d’ouverture.",
            "Prochaine ouverture : lundi 18 mai 2026 à 9 h.",
        ],
    ),
    "on the first of a month": (
        "2026-05-01T10:00:00+02:00",
        [
            "vendredi 1er mai 2026, 10 h (heure de Paris) : ligne directe fermée, jour férié (fête du Travail).",
            "Prochaine ouverture : lundi 4 mai 2026 à 9 h.",
        ],
    ),
    "long before the line": (
        "1950-01-01T00:00:00Z",
        [
            "dimanche 1er janvier 1950, 1 h (heure de Paris) : ligne directe fermée, avant l’ouverture de la ligne.",
            "Prochaine ouverture : mercredi 2 octobre 2024 à 9 h.",
        ],
    ),
    "in the last holidays": (
        "2028-08-31T10:00:00+02:00",
        [
            f"jeudi 31 août 2028, 10 h (heure de Paris) : ligne directe fermée, {SCHOOL}.",
            "Aucune ouverture connue d’ici la fin du calendrier, jeudi 31 août 2028.",
        ],
    ),
}


@pytest.mark.parametrize(("instant", "expected"), AT.values(), ids=AT)
def test_at_says_open_or_closed_why_and_when_it_opens_next(instant: str, expected: list[str]) -> None:
    assert expected == said("at", instant)


def test_at_gives_programs_the_same() -> None:
    (line,) = said("at", "2028-09-01T10:00:00+02:00", "--json")
    assert {
        "at": "2028-09-01T10:00:00+02:00",
        "open": False,
        "beyond_data": True,
        "reason": "au-delà des dates connues du calendrier",
        "opens_next": None,
    } == json.loads(line)
    (line,) = said("at", "2026-03-10T12:00:00+01:00", "--json")
    assert "2026-03-10T13:30:00+01:00" == json.loads(line)["opens_next"]


@pytest.mark.parametrize(
    "arguments",
    [("at", "tomorrow"), ("at", "2026-03-10T10:00:00"), ("show", "--from", "2026-03-10", "--to", "2026-03-09")],
    ids=["no instant", "no offset", "a period that ends before it begins"],
)
def test_what_cannot_be_read_ends_with_a_way_out_and_code_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CalendarQuestionUnreadable) as caught:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert (2, True) == (caught.value.exit_code, bool(caught.value.way_out))


def test_show_prints_a_day_a_line_in_a_pipe() -> None:
    assert [
        "2026-05-13\touverte\tde 9 h à 12 h et de 13 h 30 à 16 h 30\t",
        "2026-05-14\tfermée\t\tjour férié (Ascension)",
        "2026-05-15\tfermée\t\tvendredi qui suit l’Ascension",
        "2026-05-16\tfermée\t\tsamedi ou dimanche",
    ] == said("show", "--from", "2026-05-13", "--to", "2026-05-16")


def test_show_gives_programs_an_object_a_line() -> None:
    days = [json.loads(line) for line in said("show", "--from", "2028-08-31", "--to", "2028-09-01", "--json")]
    assert [("2028-08-31", False, SCHOOL), ("2028-09-01", True, "au-delà des dates connues du calendrier")] == [
        (day["day"], day["beyond_data"], day["reason"]) for day in days
    ]
    (first,) = said("show", "--from", "2026-03-10", "--to", "2026-03-10", "--json")
    assert (True, ["09:00-12:00", "13:30-16:30"]) == (json.loads(first)["open"], json.loads(first)["hours"])


@pytest.mark.parametrize(("first", "days"), [("2026-02-01", 62), ("9999-12-01", 31)], ids=["two months", "the last"])
def test_show_goes_on_for_two_months_unless_told(first: str, days: int) -> None:
    assert days == len(said("show", "--from", first))


def drawn(first: str, days: int, calendar: Calendar | None = None) -> list[str]:
    """Months as a terminal shows them, line by line, with ordinary spaces."""
    console = Console(width=100, color_system=None, record=True, file=StringIO())
    dates = [date.fromisoformat(first) + timedelta(days=n) for n in range(days)]
    made = calendar or load_calendar()
    for panel in month_panels((day, made.day(day)) for day in dates):
        console.print(panel)
    return [line.replace("\u00a0", " ").rstrip() for line in console.export_text().splitlines()]


def test_a_month_is_a_grid_of_weeks_with_its_runs_of_days_below() -> None:
    assert [
        "mai 2026",
        "lun   mar   mer   jeu   ven   sam   dim",
        "            13 •  14    15    16    17",
        "18 •  19 •",
        "mercredi 13 : ouverte de 9 h à 12 h et de 13 h 30 à 16 h 30",
        "jeudi 14 : fermée, jour férié (Ascension)",
        "vendredi 15 : fermée, vendredi qui suit l’Ascension",
        "du lundi 18 au mardi 19 : ouverte de 9 h à 12 h et de 13 h 30 à 16 h 30",
        "",
    ] == drawn("2026-05-13", 7)


def test_months_stand_apart_and_a_weekend_interrupts_no_run() -> None:
    lines = drawn("2026-06-24", 10)
    assert ["juin 2026", "juillet 2026"] == [line for line in lines if line.endswith("2026")]
    assert "du mercredi 24 au mardi 30 : ouverte de 9 h à 12 h et de 13 h 30 à 16 h 30" in lines
    assert "du mercredi 1er au vendredi 3 : ouverte de 9 h à 12 h et de 13 h 30 à 16 h 30" in lines


def test_an_exceptional_opening_is_called_by_its_name() -> None:
    calendar, day = load_calendar(), date(2026, 5, 16)
    opening = Opening(6, 9 * 60, 10 * 60)
    calendar.apply("saturday", Entry("PRIORITY_LINE", "EXCEPTIONAL_OPENING", day, day, (opening,)))
    assert "samedi 16 : ouverture exceptionnelle de 9 h à 10 h" in drawn("2026-05-16", 1, calendar)
