"""What a desk sees: a question with its possible answers, or the conclusion."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from hub.domain.events import Data, Envelope
from hub.domain.routing.decision import Decision

YES: Final = "YES"
NO: Final = "NO"
NOT_KNOWN: Final = "NOT_KNOWN"
"""The answer « on ne sait pas », to any question that allows it."""
OUTSIDE: Final = "99999"
"""The commune of a household outside the département whose commune nobody needs: well formed, and no commune's code."""


class Kind(Enum):
    """How a question is answered; the answer is a string whatever the kind.

    CHOICE and YES_NO: the value of an option. DATE: a calendar date of Europe/Paris, ISO 8601. COMMUNE: an INSEE code,
    an IRIS code, or OUTSIDE. CDAS: the code of a CDAS.
    """

    CHOICE = "choice"
    YES_NO = "yes_no"
    DATE = "date"
    COMMUNE = "commune"
    CDAS = "cdas"


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer: its value, and the French words for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question in French. `help` says why it is asked, or how to find out.

    `options` are all possible answers of CHOICE and YES_NO, NOT_KNOWN apart; of CDAS those that the directory knows,
    none where there is no directory. `may_be_unknown` allows the answer NOT_KNOWN.
    """

    id: str
    kind: Kind
    text: str
    help: str
    options: tuple[Option, ...]
    may_be_unknown: bool


@dataclass(frozen=True, slots=True)
class AskedEvent:
    """The event that the answers make: valid, and not published by anybody yet."""

    envelope: Envelope
    data: Data


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The decision, exactly the one of `decide` on `event`."""

    decision: Decision
    event: AskedEvent


class AnswerInvalid(ValueError):
    """An answer that its question does not allow; the message is one French sentence for the person who gave it.

    `question` is the question's id.
    """

    def __init__(self, question: str, sentence: str) -> None:
        super().__init__(sentence)
        self.question = question
