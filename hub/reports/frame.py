"""What stands around the figures of a report: its period, its state, the words from the field, what differs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hub.domain.activity.feedback import Feedback
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import Figure
from hub.domain.indicators.showing import ShownIndicator
from hub.reports.own_counts import ShownDifference

Figures = tuple[ShownIndicator, ...]


class Audience(Enum):
    """Who reads the report: the monthly technical meeting or the yearly follow-up committee."""

    TECHNICAL_MEETING = "month"
    COMMITTEE = "year"


@dataclass(frozen=True, slots=True)
class Freeze:
    """That a period is frozen: when, by whom, over how many inputs, and whether the seal still holds.

    `period`: the frozen one, which is the year for a month of a frozen year.
    """

    period: Period
    frozen_at: datetime
    frozen_by: str
    inputs: int
    inputs_sha256: str
    seal: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Late:
    """A value of a frozen period, and what it would be with what was counted since."""

    indicator: str
    frozen: Figure
    since: Figure


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """All of a report but its figures, which are masked already.

    `course`: the figures of the reference year up to the period, for what is told by month; those of the period itself
    in a yearly report. `late`: None where nothing was counted since the period was frozen. `texts`: moderated ones.
    `waiting`: texts that nobody has moderated yet. `differences`: None where no institution gave a count.
    """

    audience: Audience
    period: Period
    made_at: datetime
    rules_versions: tuple[str, ...]
    course: Figures
    freeze: Freeze | None = None
    late: tuple[Late, ...] | None = None
    texts: tuple[Feedback, ...] = ()
    waiting: int = 0
    differences: tuple[ShownDifference, ...] | None = None
