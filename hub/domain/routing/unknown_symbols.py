"""Symbols that a newer producer sent and this version cannot read: they matter only where the answer depends on them.

Each such symbol is tried as every one that it might be. Where all of them lead to the same place the answer stands;
otherwise a human qualifies (contract, section 3).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final, NamedTuple, TypeVar

from hub.domain.routing.decision import Answer, Routing
from hub.domain.routing.draft import Draft
from hub.domain.routing.situation_vocabulary import (
    Answered,
    BenefitChange,
    ChildProtection,
    Direction,
    EmitterService,
    HandoverReason,
    JointReason,
    LifeEventKind,
    Link,
    Need,
    OtherProfessional,
    Scheme,
    SupportedBy,
    SupportStatus,
    UrgencyCategory,
)
from hub.domain.vocabulary import UNKNOWN, Missing, Outcome, Service

_TRIED_AT_MOST: Final = 2048

# What an unknown symbol of a field may stand for: each known one, and of services those that make a difference.
_MIGHT_BE: Final[dict[str, Iterable[str]]] = {
    "service": (EmitterService.CDAS_RECEPTION, EmitterService.OTHER),
    "need": Need,
    "beneficiary": Answered,
    "scheme": Scheme,
    "child": Answered,
    "child_protection": ChildProtection,
    "kind": LifeEventKind,
    "by": SupportedBy,
    "status": SupportStatus,
    "change": BenefitChange,
    "category": UrgencyCategory,
    "sent_to": (Service.CAF_SOCIAL_WORK, Service.CDAS),
    "direction": Direction,
    "link": Link,
    "reason": (*HandoverReason, *JointReason),
    "with_whom": OtherProfessional,
}

CaseT = TypeVar("CaseT", bound=NamedTuple)


def settle(case: CaseT, answer: Callable[[CaseT], Answer]) -> Answer:
    """The answer that holds whatever the unknown symbols stand for, or that a human qualifies."""
    tried = list(islice(_variants(case), _TRIED_AT_MOST + 1))
    if len(tried) > _TRIED_AT_MOST:
        return _undecided()
    answers = [answer(variant) for variant in tried]
    first = answers[0]
    if any(_essence(other) != _essence(first) for other in answers):
        return _undecided()
    flags = tuple(dict.fromkeys(flag for each in answers for flag in each.flags))
    return Answer(
        first.outcome,
        first.routings,
        first.rejections,
        first.missing,
        first.suggestions,
        first.warnings,
        flags,
        first.instruction,
        first.keyword,
        first.lead_days,
        first.explanation,
    )


@lru_cache(maxsize=1)
def _undecided() -> Answer:
    draft = Draft()
    draft.lack(Missing.UNKNOWN_SYMBOL)
    draft.apply("R05", "Une valeur n’est pas connue de cette version du hub, et l’orientation en dépend.")
    return draft.answer(Outcome.HUMAN_QUALIFICATION)


def _essence(answer: Answer) -> tuple[object, ...]:
    """What makes two answers the same to those who act on them: everything but rules, flags and explanation."""
    return (
        answer.outcome,
        frozenset(map(_destination, answer.routings)),
        frozenset(answer.rejections),
        frozenset(answer.missing),
        frozenset(answer.suggestions),
        frozenset(answer.warnings),
        answer.instruction,
        answer.keyword,
    )


def _destination(routing: Routing) -> tuple[object, ...]:
    return (routing.service, routing.role, routing.channel, routing.purpose, routing.urgency, routing.cdas)


def _variants(value: Any) -> Iterator[Any]:
    """The value, once for every combination of what its unknown symbols may stand for."""
    if not isinstance(value, tuple):
        yield value
        return
    names = getattr(value, "_fields", None)
    if names is None:
        yield from product(*(_some(_variants(held)) for held in value))
        return
    choices = [_choices(name, held) for name, held in zip(names, value, strict=True)]
    made: Callable[..., Any] = type(value)
    for chosen in product(*choices):
        yield made(*chosen)


def _choices(name: str, held: object) -> list[object]:
    if held == UNKNOWN and name in _MIGHT_BE:
        return list(_MIGHT_BE[name])
    return _some(_variants(held))


def _some(variants: Iterator[object]) -> list[object]:
    """All of them, or one more than are ever tried: a long list of unknown symbols has more than memory holds."""
    return list(islice(variants, _TRIED_AT_MOST + 1))
