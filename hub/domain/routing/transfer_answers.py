"""Hand-over and joint intervention: articles II.3 and II.4 (contract, section 6). Every reason is collected."""

from typing import Final, NamedTuple

from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.perimeter import is_outside_the_scheme, perimeter
from hub.domain.routing.situation import Situation
from hub.domain.routing.situation_vocabulary import Direction, HandoverReason, Link, OtherProfessional
from hub.domain.vocabulary import Channel, Flag, Missing, Purpose, Rejection, Role, Service, Suggestion


class Handover(NamedTuple):
    """What `handover.requested` adds to a situation."""

    direction: str
    agreed: bool
    link: str
    reason: str
    communicated: bool


class JointIntervention(NamedTuple):
    """What `joint_intervention.requested` adds; `exclusion_in_force` is the parameter of C07 on that day."""

    direction: str
    reason: str | None
    evaluated: bool
    with_whom: str
    exclusion_in_force: bool


_RECOGNISED: Final = {
    Direction.CDAS_TO_CAF: ("R55", HandoverReason.WEAK_LINK),
    Direction.CAF_TO_CDAS: ("R56", HandoverReason.LASTING_DIFFICULTIES),
}
_EXCLUDED: Final = frozenset({OtherProfessional.CHILD_PLACEMENT_WORKER, OtherProfessional.RSA_REFERENT})


def answer_handover(situation: Situation, handover: Handover) -> Answer:
    """The answer to `handover.requested`."""
    draft = Draft()
    to_caf = handover.direction == Direction.CDAS_TO_CAF
    if handover.agreed:
        draft.apply("R57", "La personne a donné son accord.")
    else:
        draft.apply("R57", "La personne n’a pas donné son accord : rien n’est transmis ni conservé.")
        draft.reject(Rejection.AGREEMENT_MISSING)
    if handover.link == Link.STRONG:
        draft.apply("R58", "Le lien avec le travailleur social est fort : une co-intervention est possible.")
        draft.reject(Rejection.LINK_ACTIVE)
        draft.suggest(Suggestion.JOINT_INTERVENTION)
    else:
        draft.apply("R58", "Le lien avec le travailleur social est faible, ou rompu.")
    if to_caf:
        _check_destination(draft, situation)
    rule, expected = _RECOGNISED[Direction(handover.direction)]
    if handover.reason == expected:
        draft.apply(rule)
    else:
        draft.apply(rule, "Refus : le motif n’est pas celui que la convention prévoit dans ce sens.")
        draft.reject(Rejection.REASON_NOT_RECOGNISED)
    if handover.communicated:
        draft.apply("R59", "Une communication écrite ou orale accompagne la demande.")
    else:
        draft.apply("R59", "Aucune communication écrite ou orale n’accompagne la demande : elle est attendue.")
        draft.lack(Missing.COMMUNICATION)
    if draft.stands:
        purpose = Purpose.APPOINTMENT if to_caf else Purpose.CONCERTATION
        _send(draft, situation, purpose, ("R60", "R48") if to_caf else ("R47", "R60", "R62"), to_caf=to_caf)
    return draft.answer()


def answer_joint_intervention(situation: Situation, joint: JointIntervention) -> Answer:
    """The answer to `joint_intervention.requested`."""
    draft = Draft()
    if joint.with_whom in _EXCLUDED:
        draft.flag(Flag.C07)
        if joint.exclusion_in_force:
            draft.apply("R46", "La co-intervention est exclue avec ce professionnel : un contact est suggéré.")
            draft.reject(Rejection.EXCLUDED_PROFESSIONAL)
            draft.suggest(Suggestion.COORDINATION_CONTACT)
        else:
            draft.apply("R46", "Les deux institutions ont levé l’exclusion de ce professionnel à cette date.")
    else:
        draft.apply("R46")
    if joint.evaluated:
        draft.apply("R45", "L’évaluation conjointe avec la famille a eu lieu.")
    else:
        draft.apply("R45", "L’évaluation conjointe avec la famille n’a pas eu lieu : elle est attendue.")
        draft.lack(Missing.EVALUATION)
    if joint.reason is not None:
        draft.apply("R44", "Le motif de la co-intervention est donné.")
    else:
        draft.apply("R44", "Le motif de la co-intervention n’est pas donné : il est attendu.")
        draft.lack(Missing.REASON)
    if draft.stands:
        to_caf = joint.direction == Direction.CDAS_TO_CAF
        _send(draft, situation, Purpose.CONCERTATION, ("R48",) if to_caf else ("R47",), to_caf=to_caf)
    return draft.answer()


def _check_destination(draft: Draft, situation: Situation) -> None:
    """What only a hand-over to the CAF must meet: child protection (R51) and the perimeter (R55, R10)."""
    if situation.protection_known:
        draft.apply("R51", "Le CDAS maintient son intervention au titre de la protection de l’enfance.")
        draft.reject(Rejection.CHILD_PROTECTION_MAINTAINED)
        draft.suggest(Suggestion.JOINT_INTERVENTION)
    if is_outside_the_scheme(situation):
        draft.flag(Flag.C17)
    found = perimeter(situation.life_event, situation.child)
    found.explain(draft, situation.life_event)
    if found.inside is False:
        if found.rule != "R10":
            draft.apply("R10", "Refus : la situation est hors du périmètre du service social de la CAF.")
        draft.reject(Rejection.OUT_OF_PERIMETER)
    elif found.inside is None:
        draft.lack(Missing.LIFE_EVENT_DATE)


def _send(draft: Draft, situation: Situation, purpose: Purpose, rules: tuple[str, ...], *, to_caf: bool) -> None:
    for rule in rules:
        draft.apply(rule)
    if to_caf:
        draft.flag(Flag.C15)
        draft.route(Service.CAF_SOCIAL_WORK, Role.SECRETARIAT, Channel.CAF_SOCIAL_WORK_MAILBOX, purpose, rules)
    else:
        draft.flag(Flag.C01)
        draft.route_home(situation.home, Role.CONCERTATION, Channel.CDAS_MAILBOX, purpose, rules)
