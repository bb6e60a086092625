"""Hand-overs and joint interventions: which request an answer answers, and in which state each ended (V2.3, A2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from hub.domain.calendar.paris import paris
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact

_PROGRESS: Final = {
    "handover": ("requested", "postponed", "accepted", "refused", "completed"),
    "joint_intervention": ("requested", "validated", "refused", "ended"),
}

TRANSFER_TYPES: Final[Mapping[str, frozenset[str]]] = {
    transfer: frozenset(f"{transfer}.{state}" for state in states) for transfer, states in _PROGRESS.items()
}
"""The event types of hand-overs and of joint interventions."""


def transfers(facts: Iterable[Fact]) -> Iterator[Cell]:
    """Those of one thread: each direction once, by its last state; the days from a request to the date of its answer.

    A direction counts in the month of its first request, or of its first event where no request was published. Of two
    events at one instant, the further one is the later.
    """
    by_transfer: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for transfer, types in TRANSFER_TYPES.items():
        own = sorted((fact for fact in facts if fact.type in types), key=_rank)
        for fact in own:
            by_transfer[transfer, fact.values["direction"] or _direction_before(fact, own)].append(fact)
    for (transfer, direction), own in by_transfer.items():
        yield from _transfer(transfer, direction, own)


def _direction_before(ended: Fact, facts: Sequence[Fact]) -> str:
    """The direction of an end, which names none: that of the last validation before it, else of the first request."""
    validated = [fact for fact in facts if _state(fact) == "validated" and fact.time <= ended.time]
    requested = [fact for fact in facts if _state(fact) == "requested"]
    of = validated[-1:] or requested
    return str(of[0].values["direction"]) if of else ""


def _transfer(transfer: str, direction: str, facts: Sequence[Fact]) -> Iterator[Cell]:
    requests = [fact for fact in facts if _state(fact) == "requested"]
    first = requests[0] if requests else facts[0]
    outcome = first.values.get("outcome") or ""
    yield Cell(first.month, "transfers", (transfer, direction, _state(facts[-1]), outcome, first.rules_version))
    for fact in facts:
        if requests and fact.values.get("on") is not None:
            # A situation may be asked about again: the answer is to the last request before it.
            request = next((r for r in reversed(requests) if r.time <= fact.time), first)
            asked_on = request.time.astimezone(paris()).date()
            days = (date.fromisoformat(fact.values["on"]) - asked_on).days
            yield Cell(fact.month, "transfer_delays", (transfer, direction, str(days)))


def _state(fact: Fact) -> str:
    return fact.type.partition(".")[2]


def _rank(fact: Fact) -> tuple[Any, ...]:
    transfer, _, state = fact.type.partition(".")
    return fact.time, _PROGRESS[transfer].index(state), fact.id, fact.source
