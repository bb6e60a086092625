"""The entries of a calendar, as the shipped table and as an event say them."""

from datetime import date

from hub.domain.calendar.entries import NO_END, Entry, Opening, entries_from_rows

ROW = {"calendar": "hours", "kind": "HOURS", "from": "2024-10-02", "to": "", "hours": "", "reason": ""}


def test_a_row_without_an_end_lasts_as_long_as_dates_are_known() -> None:
    made = entries_from_rows([ROW | {"hours": "12 09:00-12:30|5 13:30-24:00"}])
    openings = (Opening(1, 540, 750), Opening(2, 540, 750), Opening(5, 810, 1440))
    expected = Entry("PRIORITY_LINE", "HOURS", date(2024, 10, 2), date(2199, 12, 31), openings, None, shipped=True)
    assert ({"hours": expected}, date(2199, 12, 31)) == (made, NO_END)


def test_a_row_with_an_end_and_a_reason_keeps_both() -> None:
    row = ROW | {"calendar": "c", "kind": "CLOSURE", "to": "2024-11-03", "reason": "SCHOOL_HOLIDAY"}
    expected = Entry(
        *("PRIORITY_LINE", "CLOSURE", date(2024, 10, 2), date(2024, 11, 3), (), "SCHOOL_HOLIDAY"), shipped=True
    )
    assert {"c": expected} == entries_from_rows([row])


def test_an_entry_of_which_nothing_more_is_said_is_declared_without_hours_and_reason() -> None:
    made = Entry("CDAS", "CLOSURE", date(2024, 1, 1), date(2024, 1, 1))
    assert ((), None, False) == (made.openings, made.reason, made.shipped)
