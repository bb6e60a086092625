"""What the rules read of a case while they answer it."""

from collections.abc import Mapping
from typing import Final

from hub.domain.routing.cases import Case, apply_rules
from hub.domain.routing.decision import Answer
from hub.domain.routing.situation import Situation

_OF_SITUATION: Final = frozenset(Situation._fields)
_OF_CASE: Final = frozenset(Case._fields)


class _WatchedSituation(Situation):
    """A situation that notes in `reads` which of its parts somebody looks at."""

    def __getattribute__(self, name: str) -> object:
        if name in _OF_SITUATION:
            super().__getattribute__("reads").add(name)
        return super().__getattribute__(name)


class _WatchedCase(Case):
    """A case that notes in `reads` which of its parts somebody looks at."""

    def __getattribute__(self, name: str) -> object:
        if name in _OF_CASE:
            super().__getattribute__("reads").add(name)
        return super().__getattribute__(name)


def watch(case: Case) -> tuple[Answer, set[str]]:
    """The answer to a case of known symbols, and the names of the parts of it that the rules read on the way.

    Whatever they did not read cannot have changed the answer.
    """
    reads: set[str] = set()
    about = case.about
    if isinstance(about, Situation):
        about = _WatchedSituation(*about)
        about.__dict__["reads"] = reads
    watched = _WatchedCase(case.type, about, case.added, case.danger)
    watched.__dict__["reads"] = reads
    return apply_rules(watched), reads


_EVERYTHING: Final = frozenset(_OF_SITUATION | _OF_CASE)
_SUPPORT: Final = frozenset({"support", "support_asked"})
_LIFE_EVENT: Final = frozenset({"life_event"})
_ADDED: Final = frozenset({"added"})

SHOWN_IN: Final[Mapping[str, frozenset[str]]] = {
    "danger": _EVERYTHING,
    "emitter.service": _EVERYTHING,
    "request": _EVERYTHING,
    "need": frozenset({"need", "line", "benefit", "type", "emitter", "autonomous"}),
    "category": _ADDED,
    "household.commune": frozenset({"place", "home"}),
    "directed_to": _ADDED,
    "handled_before_referral": _ADDED,
    "benefit.code": frozenset({"benefit", "type"}),
    "benefit.change": frozenset({"benefit", "type"}),
    "benefit.since": frozenset({"benefit"}),
    "emitter.cdap_access": frozenset({"emitter"}),
    "emitter.cdap_consulted": frozenset({"emitter"}),
    "autonomous": frozenset({"autonomous"}),
    "agreement.given": _ADDED,
    "link": _ADDED,
    "handover.reason": _ADDED,
    "communication": _ADDED,
    "other_professional": _ADDED,
    "evaluated_with_family": _ADDED,
    "joint_intervention.reason": _ADDED,
    "support": _SUPPORT,
    "support.caf": _SUPPORT,
    "support.caf.same_event": _SUPPORT,
    "support.caf.worker_absent": _SUPPORT,
    "support.cd35": _SUPPORT,
    "support.cd35.cdas": _SUPPORT,
    "support.cd35.worker_absent": _SUPPORT,
    "support.other": _SUPPORT,
    "child_protection": frozenset({"child_protection"}),
    "life_event.kind": frozenset({"life_event", "child"}),
    "household.dependent_child": frozenset({"child"}),
    "life_event.planned": _LIFE_EVENT,
    "life_event.date": _LIFE_EVENT,
    "life_event.declared_on": _LIFE_EVENT,
    "household.caf_beneficiary": frozenset({"beneficiary"}),
    "household.scheme": frozenset({"scheme"}),
    "emitter.cdas": frozenset({"emitter", "home"}),
}
"""In which parts of a case each field of the form shows: its own, and those of the fields that exist by its answer."""

BY_COMMUNE: Final = "home"
"""The part that is read when contacts are looked up by commune."""
