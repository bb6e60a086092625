"""A case: what the rules read of one event. Equal cases have the same answer, whatever the names and dates behind."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from hub.domain.calendar.line import Calendar, Line
from hub.domain.directory.contacts import Directory
from hub.domain.events import Data
from hub.domain.routing.benefit_answers import answer_benefit
from hub.domain.routing.child_protection_answers import Concern, answer_concern, answer_immediate_danger
from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.referral_answers import answer_referral
from hub.domain.routing.situation import Place, Situation, locate, read_emitter, read_situation
from hub.domain.routing.situation_vocabulary import ChildProtection, Need
from hub.domain.routing.transfer_answers import Handover, JointIntervention, answer_handover, answer_joint_intervention
from hub.domain.routing.unknown_symbols import settle
from hub.domain.routing.urgency_answers import Emergency, answer_social_urgency
from hub.domain.rules.parameters import Parameters
from hub.domain.vocabulary import UNKNOWN, Flag, Outcome

_NO_CALENDAR: Final = Line(is_open=False, beyond_data=True, sentence="aucun calendrier n’est connu")


class Grounds(NamedTuple):
    """What a case is read with: the instant, its calendar date in Europe/Paris, and what holds then."""

    instant: datetime
    on: date
    directory: Directory | None
    calendar: Calendar | None
    parameters: Parameters


class Case(NamedTuple):
    """What the rules read of one event. `danger`: a child is in immediate danger."""

    type: str
    about: Situation | Concern
    added: Emergency | Handover | JointIntervention | None = None
    danger: bool = False


def read_case(event_type: str, data: Data, grounds: Grounds) -> Case:
    """Read a valid event. Raises KeyError for a type that is not in CASES."""
    return CASES[event_type](event_type, data, grounds)


def answer_case(case: Case) -> Answer:
    """The answer, without recipients: the contract's section 5 from top to bottom, and its section 6.

    Where the answer depends on a symbol that this version does not know, a human qualifies.
    """
    return settle(case, apply_rules) if _has_unknown(case) else apply_rules(case)


def _has_unknown(case: Case) -> bool:
    """Whether a symbol that the rules read is unknown; a code that is spelt so counts, and changes nothing."""
    about, added = case.about, case.added
    if UNKNOWN in about.emitter or UNKNOWN in about or (added is not None and UNKNOWN in added):
        return True
    if isinstance(about, Concern):
        return False
    parts = (*about.support, about.life_event or (), about.benefit or ())
    return any(UNKNOWN in part for part in parts)


def apply_rules(case: Case) -> Answer:
    """The answer to a case whose symbols are all known."""
    about, added = case.about, case.added
    if case.danger or (isinstance(about, Situation) and about.child_protection == ChildProtection.IMMEDIATE_DANGER):
        return answer_immediate_danger()
    if isinstance(about, Concern):
        return answer_concern(about)
    if isinstance(added, Emergency):
        return answer_social_urgency(about, added)
    if about.place is Place.OUTSIDE:
        return _out_of_scope()
    if isinstance(added, Handover):
        return answer_handover(about, added)
    if isinstance(added, JointIntervention):
        return answer_joint_intervention(about, added)
    if case.type == "benefit_urgency.reported":
        return answer_benefit(about)
    return answer_referral(about)


def _out_of_scope() -> Answer:
    draft = Draft()
    draft.flag(Flag.C18)
    draft.pass_over("R04", "La commune du domicile n’est pas en Ille-et-Vilaine : la convention ne s’y applique pas.")
    return draft.answer(Outcome.OUT_OF_SCOPE)


def _referral(event_type: str, data: Data, grounds: Grounds) -> Case:
    return Case(event_type, _situation(data, grounds, asks_line=data["need"] == Need.BENEFIT))


def _benefit_urgency(event_type: str, data: Data, grounds: Grounds) -> Case:
    return Case(event_type, _situation(data, grounds, asks_line=True))


def _social_urgency(event_type: str, data: Data, grounds: Grounds) -> Case:
    added = Emergency(data["category"], data["handled_before_referral"], data["directed_to"])
    return Case(event_type, _situation(data, grounds), added)


def _handover(event_type: str, data: Data, grounds: Grounds) -> Case:
    added = Handover(
        data["direction"],
        data["agreement"]["given"],
        data["link"],
        data["reason"],
        data["communication"] is not None,
    )
    return Case(event_type, _situation(data, grounds), added)


def _joint_intervention(event_type: str, data: Data, grounds: Grounds) -> Case:
    added = JointIntervention(
        data["direction"],
        data["reason"],
        data["evaluated_with_family"],
        data["other_professional"],
        grounds.parameters.joint_intervention_exclusion,
    )
    return Case(event_type, _situation(data, grounds), added)


def _concern(event_type: str, data: Data, grounds: Grounds) -> Case:
    emitter = read_emitter(data["emitter"])
    place, home = locate(data["household"]["commune"], emitter, grounds.on, grounds.directory)
    concern = Concern(emitter, place, home, data["known_to_cdas"], data["family_informed"] is not None)
    return Case(event_type, concern, danger=data["immediate_danger"])


def _situation(data: Data, grounds: Grounds, *, asks_line: bool = False) -> Situation:
    line = None
    if asks_line:
        line = _NO_CALENDAR if grounds.calendar is None else grounds.calendar.line(grounds.instant)
    return read_situation(data, grounds.on, grounds.directory, line)


CASES: Final[Mapping[str, Callable[[str, Data, Grounds], Case]]] = {
    "referral.requested": _referral,
    "benefit_urgency.reported": _benefit_urgency,
    "social_urgency.reported": _social_urgency,
    "handover.requested": _handover,
    "joint_intervention.requested": _joint_intervention,
    "child_protection.reported": _concern,
}
"""How a case is read, for each routed type that concerns a person."""
