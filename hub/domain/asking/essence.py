"""What a person at a desk acts on in an answer: two conclusions are different when this is."""

from collections.abc import Callable
from typing import Final

from hub.domain.routing.decision import Answer, Routing
from hub.domain.vocabulary import Flag

Essence = tuple[object, ...]

_ACTED_ON: Final = Flag.C10
"""The one flag that asks somebody to act: a professional appreciates an urgency that the convention does not name."""


def reached(routing: Routing) -> object:
    """The contacts of a routing."""
    return routing.recipients


def essence(answer: Answer, contacts: Callable[[Routing], object] = reached) -> Essence:
    """Outcome, destinations, refusals, what is missing, suggestions, warnings, instruction and keyword.

    Neither the explanation nor the flags, C10 apart: they tell how the answer was found. `contacts` gives what stands
    for the contacts of a routing.
    """
    return (
        answer.outcome,
        frozenset((r.service, r.role, r.channel, r.purpose, r.urgency, r.cdas, contacts(r)) for r in answer.routings),
        frozenset(answer.rejections),
        frozenset(answer.missing),
        frozenset(answer.suggestions),
        frozenset(answer.warnings),
        answer.instruction,
        answer.keyword,
        _ACTED_ON in answer.flags,
    )
