"""Figures in French words, and counts by rules version."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.masking import MASKED, Shown, Withheld
from hub.domain.indicators.periods import Period, asked_period
from hub.domain.indicators.values import NOT_PROVIDED, Change, Count, Mean, Median, Share, Value
from hub.domain.indicators.versions import by_rules_version
from hub.domain.indicators.words import WITHHELD_WORDS, basis_words, cell_words, value_words

MARCH = Period("2026-03", "2026-03", "2026-03")


@pytest.mark.parametrize(
    ("value", "words", "basis"),
    [
        pytest.param(Count(0), "0", "", id="none"),
        pytest.param(Count(12345), "12\u202f345", "", id="thousands"),
        pytest.param(Share(3, 8), "37,5\u00a0%", "3 sur 8", id="share"),
        pytest.param(Median(Decimal("4.5"), 1, "h"), "4,5\u00a0h", "1 valeur", id="median"),
        pytest.param(Mean(11, 3), "3,67", "3 valeurs", id="mean"),
        pytest.param(Change(15, 10), "+50\u00a0%", "15, contre 10 un an avant", id="rise"),
        pytest.param(Change(5, 10), "−50\u00a0%", "5, contre 10 un an avant", id="fall"),
        pytest.param(NOT_PROVIDED, "non fourni", "", id="not provided"),
    ],
)
def test_a_value_is_told_in_french_with_what_it_rests_on(value: Value, words: str, basis: str) -> None:
    assert (words, basis) == (value_words(value), basis_words(value))


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (MASKED, "masqué"), (None, "non fourni")], ids=str)
def test_a_cell_that_is_masked_or_not_provided_is_never_a_number(number: Shown | None, words: str) -> None:
    assert words == cell_words(number)


def test_whatever_is_withheld_is_said_to_be() -> None:
    assert {Withheld.ALL, Withheld.CELLS} == WITHHELD_WORDS.keys()
    assert all("1 à 4" in words.replace("\u00a0", " ") for words in WITHHELD_WORDS.values())


def test_counts_that_rest_on_a_decision_are_told_apart_by_rules_version_and_no_others() -> None:
    cells = Counter(
        {
            Cell("2026-03", "received", ("referral.requested", "CD35")): 9,
            Cell("2026-03", "received", ("cdap_message.received", "CD35")): 9,
            Cell("2026-03", "referrals", ("CDAS_TO_CAF", "ROUTED", "1")): 6,
            Cell("2026-03", "referrals", ("CDAS_TO_CAF", "INCOMPLETE", "1")): 1,
            Cell("2026-03", "referrals", ("CDAS_TO_CAF", "ROUTED", "2")): 8,
            Cell("2026-02", "referrals", ("CDAS_TO_CAF", "ROUTED", "2")): 50,
            Cell("2026-03", "cdap_messages", ("D", "no", "C")): 30,
        }
    )
    found = by_rules_version(cells, MARCH)
    assert {"A2"} == found.keys()
    (only,) = found["A2"]
    assert ("referrals_by_rules_version", {("1",): 7, ("2",): 8}) == (only.key, only.rows)
    assert "Demandes d’orientation, par version" == only.label
    (axis,) = only.by
    assert ("rules_version", "version des règles", "2026.1") == (axis.name, axis.label, axis.label_of("2026.1"))


def test_without_a_period_the_reference_year_to_date_is_meant() -> None:
    now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # December in Paris
    assert ("2026-01", "2026-12") == (asked_period(None, now).first, asked_period(None, now).last)
    assert ("2026-09", "2026-12") == (asked_period(None, now, (9, 1)).first, asked_period(None, now, (9, 1)).last)
    assert MARCH == asked_period("2026-03", now)
