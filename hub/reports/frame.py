"""What stands around the figures of a report: its period, its state, the words from the field, what differs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hub.domain.indicators.periods import Period
from hub.domain.indicators.showing import ShownIndicator
from hub.domain.indicators.vocabulary import FeedbackKind, FeedbackRole, FeedbackTheme

Figures = tuple[ShownIndicator, ...]


class Audience(Enum):
    """Who reads the report: the monthly technical meeting or the yearly follow-up committee."""

    TECHNICAL_MEETING = "month"
    COMMITTEE = "year"


@dataclass(frozen=True, slots=True)
class Freeze:
    """That a period is frozen: when, by whom, over how many inputs, and whether the seal still holds.

    `name`: the frozen period's, which is the year's for a month of a frozen year.
    """

    name: str
    frozen_at: datetime
    frozen_by: str
    inputs: int
    inputs_sha256: str
    seal: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A text from the field that was moderated and may be shown."""

    month: str
    theme: FeedbackTheme | None
    kind: FeedbackKind | None
    role: FeedbackRole | None
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A type of events and a month in which the counts of the hub and the institutions are not the same.

    None: that institution gave no count. `lacking` names who lacks which events, by their ids.
    """

    type: str
    month: str
    hub: int
    caf: int | None
    cd35: int | None
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """All of a report but its figures. Figures in it are masked already.

    `course`: the figures of the reference year up to the period, for what is told by month; those of the period itself
    in a yearly report. `adjusted`: the figures of a frozen period with what arrived later; None where nothing did.
    `differences`: None where no institution gave a count. `waiting`: texts that nobody has moderated yet.
    """

    audience: Audience
    period: Period
    made_at: datetime
    rules_versions: tuple[str, ...]
    course: Figures
    freeze: Freeze | None = None
    adjusted: Figures | None = None
    words: tuple[Words, ...] = ()
    waiting: int = 0
    differences: tuple[Difference, ...] | None = None
