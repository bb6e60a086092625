"""Absences are kept under their keys, and found by contact and day."""

from datetime import date

from hub.domain.directory.absence import Absence, Absences

DAY = date(2026, 8, 3)


def test_an_absence_that_is_declared_again_for_another_contact_leaves_the_first() -> None:
    absences = Absences()
    absences.declare("k", Absence("a", DAY, DAY))
    absences.declare("k", Absence("b", DAY, DAY))
    assert [Absence("b", DAY, DAY)] == list(absences)
    assert ((), (Absence("b", DAY, DAY),)) == (absences.on("a", DAY), absences.on("b", DAY))


def test_withdrawing_says_whether_there_was_an_absence() -> None:
    absences = Absences()
    absences.declare("k", Absence("a", DAY, DAY))
    assert [True, False] == [absences.withdraw("k"), absences.withdraw("k")]


def test_of_equally_long_absences_the_one_without_a_deputy_comes_first() -> None:
    absences = Absences()
    for key, deputy in (("1", "A"), ("2", None)):
        absences.declare(key, Absence("a", DAY, DAY, deputy))
    assert [None, "A"] == [absence.deputy for absence in absences.on("a", DAY)]
