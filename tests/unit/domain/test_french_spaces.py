"""Where a space must not break, in the French that people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.french import without_bad_breaks

TEXTS = st.lists(
    st.sampled_from(
        [" ", "  ", "\n", "\u00a0", "«", "»", ":", "?", "1", "28", "000", "1er", "mai", "h", "n°", "article", "II"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Qui ? « Nous » : oui !", "Qui~? «~Nous~»~: oui~!"),
        ("une aide de 1 200 € ; 5 %", "une aide de 1~200~€~; 5~%"),
        ("du 28 février au 1er mai 2024", "du 28~février au 1er~mai 2024"),
        ("de 9 h à 16 h 30, ou 14h 00", "de 9~h à 16~h~30, ou 14h~00"),
        ("n° 5, article II.4 et article 3", "n°~5, article~II.4 et article~3"),
        ("les 3 accueils du 35 2024, un article de loi", "les 3 accueils du 35 2024, un article de loi"),
        ("https://hub.example/a?b=c:d", "https://hub.example/a?b=c:d"),
    ],
    ids=["punctuation", "amounts", "days", "hours", "references", "nothing-to-hold", "address"],
)
def test_a_space_that_must_not_break_becomes_a_no_break_space(written: str, expected: str) -> None:
    assert expected.replace("~", "\u00a0") == without_bad_breaks(written)


@given(TEXTS)
def test_only_spaces_change(text: str) -> None:
    assert text.replace("\u00a0", " ") == without_bad_breaks(text).replace("\u00a0", " ")


@given(TEXTS)
def test_a_text_that_was_set_once_stays_as_it_is(text: str) -> None:
    assert without_bad_breaks(text) == without_bad_breaks(without_bad_breaks(text))
