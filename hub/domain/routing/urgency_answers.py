"""Social urgency: article II.5 (contract, section 5, row 3)."""

from typing import NamedTuple

from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.open_support import explain_nobody_follows, route_to_worker
from hub.domain.routing.perimeter import eligibility
from hub.domain.routing.situation import Home, Place, Situation, Support
from hub.domain.routing.situation_vocabulary import SupportedBy, UrgencyCategory
from hub.domain.vocabulary import Channel, Flag, Purpose, Rejection, Role, Service, Suggestion, Urgency


class Emergency(NamedTuple):
    """What `social_urgency.reported` adds to a situation; `sent_to` is where the emitter already sent the person."""

    category: str
    handled: bool
    sent_to: str | None


def answer_social_urgency(situation: Situation, emergency: Emergency) -> Answer:
    """Whoever follows the household answers; otherwise the CDAS does, and never the CAF for a first request."""
    draft = Draft()
    if emergency.category == UrgencyCategory.OTHER:
        draft.flag(Flag.C10)
        draft.pass_over("R63", "L’urgence n’est pas de celles que la convention cite : un professionnel apprécie.")
    else:
        draft.apply("R63")
    if _sent_away_unhandled(situation, emergency):
        return _return_to_sender(draft, situation)
    if not situation.support_asked:
        draft.suggest(Suggestion.CONTINUITY)
    if situation.open_support:
        return _referents_answer(draft, situation)
    return _cdas_answers(draft, situation)


def _sent_away_unhandled(situation: Situation, emergency: Emergency) -> bool:
    return (
        situation.emitter.is_cdas
        and emergency.sent_to == Service.CAF_SOCIAL_WORK
        and not emergency.handled
        and not situation.followed_by_caf
    )


def _return_to_sender(draft: Draft, situation: Situation) -> Answer:
    """Row 3a: the CAF does not receive urgencies of households that it does not follow (R66)."""
    draft.apply("R66")
    draft.reject(Rejection.URGENCY_NOT_HANDLED)
    draft.route(
        Service.CDAS,
        Role.MANAGER,
        Channel.HUB,
        Purpose.ALERT,
        ("R66",),
        urgency=Urgency.SOCIAL,
        cdas=situation.emitter.cdas,
    )
    return draft.answer()


def _referents_answer(draft: Draft, situation: Situation) -> Answer:
    """Row 3b: every referent, inside or outside the two institutions (R65); at the CAF even in absence (R68)."""
    draft.apply("R65")
    if situation.followed_by_caf:
        draft.apply("R68")
    draft.pass_over("R67", "Ce n’est pas une première demande : un accompagnement est en cours.")
    for support in situation.open_support:
        if support.by == SupportedBy.OTHER:
            draft.flag(Flag.C15B)
        route_to_worker(
            draft,
            support,
            situation.home,
            Purpose.URGENT_RESPONSE,
            ("R65", "R68") if support.by == SupportedBy.CAF else ("R65",),
            urgency=Urgency.SOCIAL,
            roles=_who_answers(support),
        )
    return draft.answer()


def _who_answers(support: Support) -> tuple[Role, ...]:
    if support.worker_absent and support.by == SupportedBy.CAF:
        return (Role.SECRETARIAT, Role.MANAGER)
    if support.worker_absent and support.by == SupportedBy.CD35:
        return (Role.MANAGER,)
    return (Role.SOCIAL_WORKER,)


def _cdas_answers(draft: Draft, situation: Situation) -> Answer:
    """Row 3c: a social worker of the CDAS receives at once; an appointment is asked of the CAF if eligible (R67)."""
    explain_nobody_follows(draft, situation)
    draft.apply("R11")
    draft.apply("R67")
    draft.pass_over("R66", "Le service social de la CAF n’est pas sollicité dans l’urgence : il ne suit pas le ménage.")
    emitter = situation.emitter
    channel = Channel.CDAS_RECEPTION if emitter.is_cdas else Channel.CDAS_MAILBOX
    if not emitter.is_cdas:
        draft.flag(Flag.C15B)
    home = situation.home
    if situation.place is Place.OUTSIDE:
        draft.flag(Flag.C18)
        home = None if emitter.cdas is None else Home(emitter.cdas)
    draft.route_home(
        home,
        Role.RECEPTION_SECOND_LEVEL,
        channel,
        Purpose.URGENT_RESPONSE,
        ("R11", "R67"),
        urgency=Urgency.SOCIAL,
    )
    if situation.place is not Place.OUTSIDE:
        _ask_appointment(draft, situation)
    return draft.answer()


def _ask_appointment(draft: Draft, situation: Situation) -> None:
    found = eligibility(situation)
    found.explain(draft, situation.life_event)
    if found.eligible:
        draft.apply("R38")
        draft.route(
            Service.CAF_SOCIAL_WORK,
            Role.SECRETARIAT,
            Channel.CAF_SOCIAL_WORK_MAILBOX,
            Purpose.APPOINTMENT,
            ("R67",),
        )
