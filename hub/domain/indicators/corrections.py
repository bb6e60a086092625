"""Which events a correction takes out of every count (`corrects`; an event is never edited)."""

from collections.abc import Iterable
from typing import Final

from hub.domain.indicators.facts import Fact, Key

_NOTHING: Final[frozenset[Key]] = frozenset()


def replaced(facts: Iterable[Fact]) -> frozenset[Key]:
    """The keys that no longer count, given facts that correct (others are ignored), in any order.

    What is corrected does not count, arrived or not; of several corrections of one event, the last by (time, id) does.
    """
    last: dict[Key, Fact] = {}
    gone: set[Key] = set()
    for fact in facts:
        if fact.corrects is None:
            continue
        target = (fact.source, fact.corrects)
        standing = last.get(target)
        if standing is None:
            last[target] = fact
        elif standing.key != fact.key:
            later, earlier = (fact, standing) if _rank(fact) > _rank(standing) else (standing, fact)
            last[target] = later
            gone.add(earlier.key)
    return frozenset(gone | last.keys()) if last else _NOTHING


def _rank(fact: Fact) -> tuple[object, str]:
    return fact.time, fact.id
