"""What the notice rules come to, put together into answers and remembered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Final

from hub.domain.directory.contacts import Directory
from hub.domain.events import Data
from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.domain.rules.catalogue import CORRECTION, NOT_PRIOR, NOTICE_RULES, PRIOR, WITHDRAWAL
from hub.domain.rules.notices import BASE_AUDIENCE, LOCAL_ACTORS
from hub.domain.rules.rule import Audience, Change
from hub.domain.vocabulary import (
    UNKNOWN,
    Channel,
    Impact,
    Institution,
    Missing,
    NoticeNature,
    Outcome,
    Purpose,
    Service,
    Urgency,
    WarningCode,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules say of a change, before any date or directory: audiences with the rules that gave each."""

    outcome: Outcome
    audiences: tuple[tuple[Audience, tuple[str, ...]], ...]
    flags: tuple[str, ...]
    explanation: tuple[Explanation, ...]


def decide_notice(event_type: str, data: Data, on: date, directory: Directory | None) -> Answer:
    """Answer for `notice.published` and `notice.corrected` (contract, section 7)."""
    key = (
        event_type,
        data["issuer"],
        data["nature"],
        frozenset(data["impacts"]),
        data["significant"],
        (data["effective_on"] - data["published_on"]).days,
        tuple(data["communes"]),
        tuple(data["epci"]),
        on,
    )
    if directory is None:
        return _notice_answer(key, None)
    return directory.remembered(key, lambda: _notice_answer(key, directory))


def decide_withdrawal(_type: str, _data: Data, _on: date, _directory: Directory | None) -> Answer:
    """Answer for `notice.withdrawn`: whoever received a version, which the ledger of deliveries knows."""
    return _WITHDRAWAL


_Key = tuple[str, str, str, frozenset[str], bool, int, tuple[str, ...], tuple[str, ...], date]


def _notice_answer(key: _Key, directory: Directory | None) -> Answer:
    event_type, issuer, nature, impacts, significant, lead_days, communes, epci, on = key
    reading = read_change(issuer, nature, impacts, significant)
    prior = lead_days > 0
    timing = (PRIOR if prior else NOT_PRIOR,)
    correction = (CORRECTION,) if event_type == "notice.corrected" else ()
    return Answer(
        outcome=reading.outcome,
        routings=tuple(
            _routing(audience, rules, directory, on, communes, epci) for audience, rules in reading.audiences
        ),
        missing=(Missing.UNKNOWN_SYMBOL,) if reading.outcome is Outcome.HUMAN_QUALIFICATION else (),
        warnings=() if prior else (WarningCode.NOT_PRIOR,),
        flags=reading.flags,
        lead_days=lead_days,
        explanation=reading.explanation + timing + correction,
    )


def _routing(
    audience: Audience,
    rules: tuple[str, ...],
    directory: Directory | None,
    on: date,
    communes: tuple[str, ...],
    epci: tuple[str, ...],
) -> Routing:
    if directory is None:
        return _to(audience, rules, ())
    service, role = audience
    if service is not Service.ASIP:
        communes = epci = ()
    key = ("routing", audience, rules, on, communes, epci)
    # Answers that differ in their dates only share their routings: the lists of recipients are long.
    return directory.remembered(key, lambda: _to(audience, rules, directory.resolve(service, role, on, communes, epci)))


def _to(audience: Audience, rules: tuple[str, ...], recipients: tuple[str, ...]) -> Routing:
    service, role = audience
    return Routing(service, role, Channel.HUB, Purpose.INFORMATION, Urgency.NONE, None, rules, recipients)


@lru_cache(maxsize=1024)
def read_change(issuer: str, nature: str, impacts: frozenset[str], significant: bool) -> Reading:  # noqa: FBT001  a cache key
    """Apply the notice rules to the symbols of a notice.

    A symbol that this version does not know is tried as every symbol that it might be, and as nothing at all: where all
    of them give the same answer it stands, and otherwise a human qualifies.
    """
    readings = [
        _read(Change(Institution(i), NoticeNature(n), frozenset(map(Impact, m)), significant))
        for i, n, m in product(
            _candidates(issuer, ("CAF", "CD35")), _candidates(nature, NoticeNature), _impact_candidates(impacts)
        )
    ]
    first = readings[0]
    if all((r.outcome, r.audiences, r.flags) == (first.outcome, first.audiences, first.flags) for r in readings):
        return first
    looked_at = tuple(rule.explained(matched=False) for rule in NOTICE_RULES)
    return Reading(Outcome.HUMAN_QUALIFICATION, (), (), looked_at)


def _candidates(symbol: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(known) if symbol == UNKNOWN else (symbol,)


def _impact_candidates(impacts: frozenset[str]) -> tuple[frozenset[str], ...]:
    known = impacts - {UNKNOWN}
    if known == impacts:
        return (known,)
    return (known, *(known | {impact} for impact in Impact))


def _read(change: Change) -> Reading:
    audiences: dict[Audience, tuple[str, ...]] = {}
    flags: list[str] = []
    explanation = []
    for rule in NOTICE_RULES:
        matched = rule.applies(change)
        explanation.append(rule.explained(matched=matched))
        if matched:
            flags += rule.flags(change)
            for audience in rule.audience:
                audiences[audience] = (*audiences.get(audience, ()), rule.id)
    outcome = Outcome.ROUTED if audiences else Outcome.INFORMATION_ONLY
    return Reading(outcome, tuple(audiences.items()), tuple(flags), tuple(explanation))


_WITHDRAWAL: Final = Answer(
    outcome=Outcome.ROUTED,
    routings=tuple(
        _routing(audience, rules, None, date.min, (), ())
        for audiences, rules in ((BASE_AUDIENCE, ("R27", "X1")), (LOCAL_ACTORS, ("X1",)))
        for audience in audiences
    ),
    explanation=(*(rule.explained(matched=rule.audience == BASE_AUDIENCE) for rule in NOTICE_RULES), WITHDRAWAL),
)
