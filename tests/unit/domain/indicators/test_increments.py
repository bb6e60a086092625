"""What one event, or the events of one thread, add to the counts where the example year has no such case."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.increments import increments

SOURCE = "urn:hub:cd35:si"


def fact(type_: str, values: Mapping[str, Any], id_: str = "1", day: int = 2, source: str = SOURCE) -> Fact:
    time = datetime(2026, 3, day, 9, tzinfo=UTC)
    return Fact(source, id_, type_, time, "2026-03", "t", None, "7", values)


def counted(*facts: Fact) -> dict[tuple[str, tuple[str, ...]], int]:
    cells = increments(facts)
    assert cells == increments(facts[::-1])
    assert {"2026-03"} == {cell.month for cell in cells}
    return {(cell.measure, cell.dims): amount for cell, amount in cells.items() if cell.measure != "received"}


TRAINING = {"participants": 8, "cdas": ["CDAS-01", "CDAS-02"], "site": "SITE-1", "audience_size": None}
URGENCY = {"direction": "CDAS_TO_CAF", "outcome": "ROUTED"}


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("meeting.held", {"kind": "SPECIAL"}, {("meetings", ("SPECIAL",)): 1}),
        ("benefit_urgency.reported", URGENCY, {("urgencies", ("benefit_urgency", "CDAS_TO_CAF", "ROUTED", "7")): 1}),
        (
            "benefit_urgency.reported",
            {"direction": "OTHER", "outcome": None},
            {("urgencies", ("benefit_urgency", "OTHER", "", "7")): 1},
        ),
        (
            "training.held",
            {**TRAINING, "kind": "ASIP_FOR_CAF_FRONT_OFFICE", "audience_size": 40},
            {
                ("asip_sessions", ("SITE-1",)): 1,
                ("asip_participants", ("SITE-1",)): 8,
                ("asip_audience", (f"2026-03-02T09:00:00+00:00 {SOURCE} 1", "40")): 1,
            },
        ),
        (
            "training.held",
            {**TRAINING, "kind": "ASIP_FOR_CAF_FRONT_OFFICE", "participants": 0, "site": None},
            {("asip_sessions", ("",)): 1},
        ),
        (
            "training.held",
            {**TRAINING, "kind": "CAF_MISSIONS_FOR_CDAS"},
            {
                ("mission_sessions", ("CAF_MISSIONS_FOR_CDAS",)): 1,
                ("mission_cdas", ("CAF_MISSIONS_FOR_CDAS", "CDAS-01")): 1,
                ("mission_cdas", ("CAF_MISSIONS_FOR_CDAS", "CDAS-02")): 1,
            },
        ),
        ("training.held", {**TRAINING, "kind": "LATER"}, {}),
    ],
    ids=["meeting", "urgency", "not-decided", "audience", "nobody-came", "missions", "unknown-kind"],
)
def test_one_event_adds(type_: str, values: Mapping[str, Any], expected: dict[Any, int]) -> None:
    assert expected == counted(fact(type_, values))


def test_what_is_received_counts_by_type_and_institution() -> None:
    values = {"kind": "SPECIAL"}
    found = increments(
        [
            fact("meeting.held", values, "1"),
            fact("meeting.held", values, "2"),
            fact("meeting.held", values, "3", source="urn:hub:caf35:si"),
        ]
    )
    assert {
        Cell("2026-03", "received", ("meeting.held", "CD35")): 2,
        Cell("2026-03", "received", ("meeting.held", "CAF")): 1,
        Cell("2026-03", "meetings", ("SPECIAL",)): 3,
    } == found


@pytest.mark.parametrize(
    ("published", "prior", "days"),
    [("2026-03-31", "yes", "1"), ("2026-04-01", "no", "0"), ("2026-04-02", "no", "-1"), ("2026-03-30", "yes", "2")],
)
def test_a_notice_is_prior_when_it_is_published_before_the_day_of_the_change(
    published: str, prior: str, days: str
) -> None:
    said = {
        "version": 1, "code": "O1", "issuer": "CAF", "published_on": published, "effective_on": "2026-04-01",
        "outcome": "ROUTED",
    }  # fmt: skip
    assert {("notices", ("O1", "CAF", prior, "7")): 1, ("notice_leads", ("O1", "CAF", days)): 1} == counted(
        fact("notice.published", said)
    )


def test_a_notice_of_which_only_a_correction_is_known_counts_by_it() -> None:
    said = {
        "version": 2, "code": "O1", "issuer": "CAF", "published_on": "2026-03-01", "effective_on": "2026-04-01",
        "outcome": "ROUTED",
    }  # fmt: skip
    found = counted(fact("notice.corrected", said))
    assert {("notices", ("O1", "CAF", "yes", "7")): 1, ("notice_leads", ("O1", "CAF", "31")): 1} == found
