"""French as people read it: days in full, and spaces that do not break."""

from datetime import date

import pytest

from hub.domain.french import date_in_full, day_of_month, grouped, plural, without_bad_breaks

DAYS = {
    "lundi 5\u00a0janvier 2026": date(2026, 1, 5),
    "mardi 10\u00a0février 2026": date(2026, 2, 10),
    "mercredi 11\u00a0mars 2026": date(2026, 3, 11),
    "jeudi 2\u00a0avril 2026": date(2026, 4, 2),
    "vendredi 1er\u00a0mai 2026": date(2026, 5, 1),
    "samedi 20\u00a0juin 2026": date(2026, 6, 20),
    "dimanche 5\u00a0juillet 2026": date(2026, 7, 5),
    "lundi 31\u00a0août 2026": date(2026, 8, 31),
    "mardi 1er\u00a0septembre 2026": date(2026, 9, 1),
    "mercredi 21\u00a0octobre 2026": date(2026, 10, 21),
    "jeudi 12\u00a0novembre 2026": date(2026, 11, 12),
    "vendredi 25\u00a0décembre 2026": date(2026, 12, 25),
}


@pytest.mark.parametrize(("expected", "day"), DAYS.items(), ids=DAYS)
def test_a_date_is_written_in_full_and_its_day_stays_beside_its_month(expected: str, day: date) -> None:
    assert expected == date_in_full(day)


def test_only_the_first_of_a_month_is_an_ordinal() -> None:
    assert ["1er", "2", "21", "31"] == [day_of_month(date(2026, 1, day)) for day in (1, 2, 21, 31)]


SPACES = {
    "before a colon": ("à lire\u00a0: ceci", "à lire : ceci"),
    "before a question mark": ("vraiment\u00a0?", "vraiment ?"),
    "before a percent sign and an amount": ("30\u00a0% de 10\u00a0€", "30 % de 10 €"),
    "inside quotation marks": ("«\u00a0oui\u00a0»", "« oui »"),
    "nowhere else": ("un mot, un autre.", "un mot, un autre."),
}


@pytest.mark.parametrize(("expected", "text"), SPACES.values(), ids=SPACES)
def test_a_space_does_not_break_where_french_typography_forbids_it(expected: str, text: str) -> None:
    assert expected == without_bad_breaks(text)


def test_two_of_something_are_plural() -> None:
    assert ["jour", "jour", "jours"] == [plural("jour", count) for count in (0, 1, 2)]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1\u202f000"), (9_979_000, "9\u202f979\u202f000")]
)
def test_a_number_is_read_in_groups_of_three_digits(number: int, text: str) -> None:
    assert text == grouped(number)
