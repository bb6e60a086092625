"""The perimeter of the CAF social work service: contract, section 5, row 8 (R31 to R35, C02, C03, C14)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.dates import Elapsed, add_months, elapsed
from hub.domain.routing.perimeter import WINDOWS, perimeter
from hub.domain.routing.situation import LifeEvent
from hub.domain.routing.situation_vocabulary import Answered, LifeEventKind
from tests.unit.domain.situations import TODAY, answer, life_event, places, referral

INSIDE, OUTSIDE, ASKED = "inside", "outside", "its date is asked"
# The day is 4 May 2026.
YESTERDAY, TODAY_, TOMORROW = "2026-05-03", "2026-05-04", "2026-05-05"
ONE_YEAR, A_DAY_MORE_THAN_A_YEAR = "2025-05-04", "2025-05-03"
A_DAY_LESS, TWO_YEARS, A_DAY_MORE = "2024-05-05", "2024-05-04", "2024-05-03"


def seen(event: object, **changed: Any) -> str:
    answered = answer(referral(life_event=event, **changed))
    if answered.missing:
        return ASKED
    return INSIDE if any(place.startswith("CAF_SOCIAL_WORK/") for place in places(answered)) else OUTSIDE


WINDOW = {
    "a separation of today": (INSIDE, "SEPARATION", TODAY_),
    "a separation still to come": (INSIDE, "SEPARATION", TOMORROW),
    "a separation of two years less a day (R32)": (INSIDE, "SEPARATION", A_DAY_LESS),
    "a separation of two years to the day (R32)": (OUTSIDE, "SEPARATION", TWO_YEARS),
    "a separation of two years and a day (R32)": (OUTSIDE, "SEPARATION", A_DAY_MORE),
    "a parent's death of two years to the day (R33)": (INSIDE, "PARENT_DEATH", TWO_YEARS),
    "a parent's death of two years and a day (R33)": (OUTSIDE, "PARENT_DEATH", A_DAY_MORE),
    "a child's death of two years to the day (R34)": (INSIDE, "CHILD_DEATH", TWO_YEARS),
    "a child's death of two years and a day (R34)": (OUTSIDE, "CHILD_DEATH", A_DAY_MORE),
    "a partner's death of two years to the day (C03)": (INSIDE, "PARTNER_DEATH", TWO_YEARS),
    "a partner's death of two years and a day (C03)": (OUTSIDE, "PARTNER_DEATH", A_DAY_MORE),
    "a lone parent's child of one year to the day (R35)": (INSIDE, "LONE_PARENT_CHILD", ONE_YEAR),
    "a lone parent's child of one year and a day (R35)": (OUTSIDE, "LONE_PARENT_CHILD", A_DAY_MORE_THAN_A_YEAR),
    "a lone parent's child of two years less a day (R35)": (OUTSIDE, "LONE_PARENT_CHILD", A_DAY_LESS),
    "another event of today (R10)": (OUTSIDE, "OTHER", TODAY_),
}


@pytest.mark.parametrize(("expected", "kind", "on"), WINDOW.values(), ids=WINDOW)
def test_a_window_opens_with_the_event_and_closes_on_its_day(expected: str, kind: str, on: str) -> None:
    assert expected == seen(life_event(kind, on))


@pytest.mark.parametrize(
    ("expected", "kind"),
    [
        (INSIDE, "SEPARATION"),
        (INSIDE, "LONE_PARENT_CHILD"),
        (OUTSIDE, "PARENT_DEATH"),
        (OUTSIDE, "CHILD_DEATH"),
        (OUTSIDE, "PARTNER_DEATH"),
        (OUTSIDE, "OTHER"),
    ],
)
def test_only_a_separation_and_a_birth_may_be_planned_and_that_wins_over_dates(expected: str, kind: str) -> None:
    assert expected == seen(life_event(kind, "2019-01-01", planned=True))


@pytest.mark.parametrize(
    ("expected", "kind"),
    [
        (ASKED, "SEPARATION"),
        (ASKED, "PARENT_DEATH"),
        (ASKED, "CHILD_DEATH"),
        (ASKED, "LONE_PARENT_CHILD"),
        (ASKED, "PARTNER_DEATH"),
        (OUTSIDE, "OTHER"),
    ],
)
def test_the_date_is_asked_where_it_would_decide(expected: str, kind: str) -> None:
    assert expected == seen(life_event(kind))


DECLARED = {
    "the day of the declaration alone, recent": (INSIDE, None, TODAY_),
    "the day of the declaration alone, old": (OUTSIDE, None, "2019-01-01"),
    "the event is old though it was declared today": (OUTSIDE, "2019-01-01", TODAY_),
    "the event is recent though it was declared long ago": (INSIDE, TODAY_, "2019-01-01"),
}


@pytest.mark.parametrize(("expected", "on", "declared"), DECLARED.values(), ids=DECLARED)
def test_the_day_of_the_event_counts_and_that_of_its_declaration_only_alone(
    expected: str, on: str | None, declared: str
) -> None:
    assert expected == seen(life_event("PARENT_DEATH", on, declared))


@pytest.mark.parametrize(
    ("expected", "kind", "child"),
    [
        (OUTSIDE, "SEPARATION", "NO"),
        (OUTSIDE, "PARENT_DEATH", "NO"),
        (OUTSIDE, "PARTNER_DEATH", "NO"),
        (INSIDE, "CHILD_DEATH", "NO"),
        (INSIDE, "LONE_PARENT_CHILD", "NO"),
        (INSIDE, "SEPARATION", "NOT_KNOWN"),
        (INSIDE, "PARENT_DEATH", "NOT_KNOWN"),
        (INSIDE, "PARTNER_DEATH", "NOT_KNOWN"),
    ],
)
def test_a_dependent_child_is_needed_unless_the_event_concerns_the_child(expected: str, kind: str, child: str) -> None:
    assert expected == seen(life_event(kind, YESTERDAY), child=child)


def test_a_planned_separation_without_a_child_is_outside() -> None:
    assert OUTSIDE == seen(life_event("SEPARATION", planned=True), child="NO")


FLAGS = {
    "separation": ((), "SEPARATION", YESTERDAY, "YES", False),
    "separation, two years to the day": (("C14",), "SEPARATION", TWO_YEARS, "YES", False),
    "separation planned, two years to the day": ((), "SEPARATION", TWO_YEARS, "YES", True),
    "separation, no child": ((), "SEPARATION", YESTERDAY, "NO", False),
    "separation, perhaps a child": (("CHILD_UNKNOWN",), "SEPARATION", YESTERDAY, "NOT_KNOWN", False),
    "parent's death": ((), "PARENT_DEATH", YESTERDAY, "YES", False),
    "parent's death, two years to the day": ((), "PARENT_DEATH", TWO_YEARS, "YES", False),
    "parent's death, no child": (("C03",), "PARENT_DEATH", YESTERDAY, "NO", False),
    "child's death": ((), "CHILD_DEATH", YESTERDAY, "YES", False),
    "child's death, no child": (("C02",), "CHILD_DEATH", YESTERDAY, "NO", False),
    "child's death, perhaps a child": (("CHILD_UNKNOWN",), "CHILD_DEATH", YESTERDAY, "NOT_KNOWN", False),
    "birth": ((), "LONE_PARENT_CHILD", YESTERDAY, "YES", False),
    "birth, no child": (("C02",), "LONE_PARENT_CHILD", YESTERDAY, "NO", False),
    "pregnancy": (("C02",), "LONE_PARENT_CHILD", None, "YES", True),
    "pregnancy, no child": (("C02",), "LONE_PARENT_CHILD", None, "NO", True),
    "partner's death": (("C03",), "PARTNER_DEATH", YESTERDAY, "YES", False),
    "partner's death, no child": (("C03",), "PARTNER_DEATH", YESTERDAY, "NO", False),
    "partner's death, old": (("C03",), "PARTNER_DEATH", A_DAY_MORE, "YES", False),
    "partner's death, undated": (("C03",), "PARTNER_DEATH", None, "YES", False),
    "separation, undated, perhaps a child": (("CHILD_UNKNOWN",), "SEPARATION", None, "NOT_KNOWN", False),
    "separation, two years to the day, perhaps a child": (
        ("CHILD_UNKNOWN", "C14"),
        "SEPARATION",
        TWO_YEARS,
        "NOT_KNOWN",
        False,
    ),
    "pregnancy, perhaps another child": (("CHILD_UNKNOWN", "C02"), "LONE_PARENT_CHILD", None, "NOT_KNOWN", True),
    "another event, perhaps a child": ((), "OTHER", YESTERDAY, "NOT_KNOWN", False),
}


@pytest.mark.parametrize(("flags", "kind", "on", "child", "planned"), FLAGS.values(), ids=FLAGS)
def test_a_flag_tells_the_condition_that_decided(
    flags: tuple[str, ...], kind: str, on: str | None, child: str, *, planned: bool
) -> None:
    assert flags == answer(referral(life_event=life_event(kind, on, planned=planned), child=child)).flags


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("R32", "SEPARATION"),
        ("R33", "PARENT_DEATH"),
        ("R34", "CHILD_DEATH"),
        ("R35", "LONE_PARENT_CHILD"),
        ("R33", "PARTNER_DEATH"),
    ],
)
def test_the_routing_names_the_rule_of_the_window(rule: str, kind: str) -> None:
    [place] = places(answer(referral(life_event=life_event(kind, YESTERDAY))))
    assert f"R06 {rule} R38" == place.partition(": ")[2]


@pytest.mark.parametrize("ago", [Elapsed.WITHIN_A_YEAR, Elapsed.NOT_DATED])
def test_nothing_speaks_against_an_event_that_is_inside_or_undated(ago: Elapsed) -> None:
    assert "" == perimeter(LifeEvent("SEPARATION", False, ago, declared_only=False), "YES").why


ELAPSED = {
    "no day": (Elapsed.NOT_DATED, None),
    "tomorrow": (Elapsed.WITHIN_A_YEAR, date(2026, 5, 5)),
    "a year to the day": (Elapsed.WITHIN_A_YEAR, date(2025, 5, 4)),
    "a year and a day": (Elapsed.WITHIN_TWO_YEARS, date(2025, 5, 3)),
    "two years less a day": (Elapsed.WITHIN_TWO_YEARS, date(2024, 5, 5)),
    "two years to the day": (Elapsed.TWO_YEARS_TO_THE_DAY, date(2024, 5, 4)),
    "two years and a day": (Elapsed.OLDER, date(2024, 5, 3)),
}


@pytest.mark.parametrize(("expected", "since"), ELAPSED.values(), ids=ELAPSED)
def test_how_long_ago_an_event_was_is_told_as_finely_as_the_windows_ask(expected: Elapsed, since: date | None) -> None:
    assert expected is elapsed(since, TODAY)


KINDS = st.sampled_from(LifeEventKind)
CHILDREN = st.sampled_from(Answered)


@given(KINDS, CHILDREN, st.booleans(), st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 1500))
def test_a_window_that_has_closed_never_opens_again(
    kind: LifeEventKind,
    child: Answered,
    planned: bool,  # noqa: FBT001  drawn, and passed by name
    day: date,
    later: int,
) -> None:
    before, after = (
        perimeter(LifeEvent(kind, planned, elapsed(day, on), declared_only=False), child).inside
        for on in (day, day + timedelta(later))
    )
    assert before or not after


@given(st.sampled_from(sorted(WINDOWS)), st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_a_window_is_open_until_its_month_and_closed_after(kind: LifeEventKind, day: date, beyond: int) -> None:
    months = 12 if kind is LifeEventKind.LONE_PARENT_CHILD else 24
    end = add_months(day, months)
    before, after = (
        perimeter(LifeEvent(kind, False, elapsed(day, on), declared_only=False), "YES").inside
        for on in (end - timedelta(1), end + timedelta(beyond))
    )
    assert (True, False) == (before, after)
