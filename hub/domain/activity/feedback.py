"""Field feedback with its text: read by a moderator before anybody else sees it (domain handbook, section 5.5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.domain.events import Data, Envelope
from hub.domain.indicators.periods import month_of
from hub.domain.vocabulary import Labelled

TYPE: Final = "field_feedback.submitted"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a `field_feedback.submitted` says. `month`: that of `time`, in Europe/Paris. `text`: not moderated yet."""

    source: str
    id: str
    time: datetime
    month: str
    theme: str
    kind: str
    score: int | None
    text: str | None
    role: str
    year: int
    corrects: str | None


class FeedbackState(Labelled):
    """Where a text stands."""

    WAITING = "WAITING", "à relire"
    SHOWN = "SHOWN", "publié"
    WITHHELD = "WITHHELD", "écarté"


class WithholdingReason(Labelled):
    """Why a text is not shown. PERSONAL_DATA also erases it."""

    PERSONAL_DATA = "PERSONAL_DATA", "le texte contient des données personnelles"
    OFF_TOPIC = "OFF_TOPIC", "le texte ne porte pas sur la convention"
    DUPLICATE = "DUPLICATE", "le texte répète un autre retour"
    OTHER = "OTHER", "autre motif"


class FeedbackActRefused(ValueError):
    """The feedback is in no state for this act; the message is in French, and nothing was changed."""


class Obstacle(StrEnum):
    """Why a text cannot be shown or withheld, in French."""

    NO_TEXT = "ce retour n’a pas de texte"
    ERASED = "le texte a été effacé, parce qu’il contenait des données personnelles"
    REPLACED = "ce retour a été remplacé par une correction"
    SHOWN_ALREADY = "ce texte est déjà publié"
    WITHHELD_ALREADY = "ce texte est déjà écarté"


def feedback_of(envelope: Envelope, data: Data | None) -> Feedback | None:
    """The feedback that an event is; None for any other type."""
    if envelope.type != TYPE or data is None:
        return None
    return Feedback(
        source=envelope.source,
        id=envelope.id,
        time=envelope.time,
        month=month_of(envelope.time),
        theme=data["theme"],
        kind=data["kind"],
        score=data["score"],
        text=(data["text"] or "").strip() or None,
        role=data["role"],
        year=data["year"],
        corrects=data["corrects"],
    )


def obstacle(
    to: FeedbackState, state: FeedbackState, *, text: str | None, erased: bool, replaced: bool
) -> Obstacle | None:
    """Why a text may not be brought to the state `to` (SHOWN or WITHHELD); None where it may.

    A text that was replaced may still be withheld: with its data, where it holds any.
    """
    if erased:
        return Obstacle.ERASED
    if text is None:
        return Obstacle.NO_TEXT
    if to is state:
        return Obstacle.SHOWN_ALREADY if to is FeedbackState.SHOWN else Obstacle.WITHHELD_ALREADY
    if to is FeedbackState.SHOWN and replaced:
        return Obstacle.REPLACED
    return None
