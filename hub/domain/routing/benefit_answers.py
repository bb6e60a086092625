"""Access to rights and benefit urgency: article I.2 (contract, section 5, row 6)."""

from typing import Final

from hub.domain.calendar.dates import Unpaid
from hub.domain.calendar.line import Line
from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.open_support import route_to_worker
from hub.domain.routing.situation import Benefit, Situation
from hub.domain.routing.situation_vocabulary import BenefitChange, BenefitFamily
from hub.domain.vocabulary import Channel, Flag, Outcome, Purpose, Role, Service, Urgency, WarningCode

Way = tuple[Role, Channel, tuple[str, ...]]
"""Whom, by which channel, and by which rules."""

KEYWORD: Final = "URGENCE DEFINIE"
"""The keyword of the CDAP form for a benefit urgency (R17)."""

_LINE_NOT_ASKED: Final = Line(is_open=False, beyond_data=False, sentence="ligne fermée")


def answer_benefit(situation: Situation) -> Answer:
    """The benefits service is competent, whoever follows the household; the worker supports (R02, R14)."""
    draft = Draft()
    draft.apply("R02")
    urgent_by = _urgency_rule(draft, situation.benefit)
    role, channel, rules = _usual_way(draft) if urgent_by is None else _urgent_way(draft, situation, urgent_by)
    urgency = Urgency.NONE if urgent_by is None else Urgency.BENEFIT
    draft.route(Service.CAF_BENEFITS, role, channel, Purpose.COMPETENCE, rules, urgency=urgency)
    emitter = situation.emitter
    if emitter.is_cdas and emitter.cdap_access and not emitter.cdap_consulted:
        draft.warn(WarningCode.CDAP_NOT_CONSULTED)
        draft.apply("R15")
    _support(draft, situation, urgency)
    keyword = KEYWORD if channel is Channel.CDAP_FORM else None
    return draft.answer(Outcome.ROUTED, keyword=keyword)


def _urgency_rule(draft: Draft, benefit: Benefit | None) -> str | None:
    """The rule by which the situation is a benefit urgency (R19, R20), or None."""
    if benefit is None:
        draft.pass_over("R19", "Aucune interruption ni diminution de prestation n’est signalée.")
        return None
    if benefit.family in (BenefitFamily.AAH, BenefitFamily.RSA):
        return _minimum_income(draft, benefit)
    return _other_benefit(draft, benefit)


def _minimum_income(draft: Draft, benefit: Benefit) -> str | None:
    if benefit.change in (BenefitChange.INTERRUPTED, BenefitChange.STRONG_DECREASE):
        draft.apply("R19")
        return "R19"
    if benefit.change == BenefitChange.DECREASE:
        draft.flag(Flag.C11)
        draft.pass_over("R19", "La diminution n’est pas déclarée forte : ce n’est pas une urgence.")
    else:
        draft.pass_over("R19", "L’AAH ou le RSA n’est ni interrompu, ni fortement diminué.")
    return None


def _other_benefit(draft: Draft, benefit: Benefit) -> str | None:
    if benefit.change != BenefitChange.INTERRUPTED:
        draft.pass_over("R20", "La prestation n’est pas interrompue : une diminution n’est jamais une urgence.")
        return None
    if benefit.unpaid is Unpaid.THREE_MONTHS:
        draft.apply("R20")
        return "R20"
    if benefit.unpaid is Unpaid.NOT_KNOWN:
        draft.flag(Flag.C12)
        draft.pass_over("R20", "Le début de l’interruption n’est pas connu : ce n’est pas une urgence.")
    else:
        draft.pass_over("R20", "La prestation est interrompue depuis moins de trois mois.")
    return None


def _usual_way(draft: Draft) -> Way:
    draft.apply("R03")
    draft.apply("R18", "La situation n’est pas une urgence : ni la ligne directe, ni le mot-clé.")
    return Role.FRONT_OFFICE, Channel.PUBLIC, ("R02", "R03", "R18")


def _urgent_way(draft: Draft, situation: Situation, urgent_by: str) -> Way:
    line = situation.line or _LINE_NOT_ASKED
    if not situation.emitter.is_cdas:
        draft.warn(WarningCode.PRIORITY_CHANNEL_RESERVED)
        draft.apply("R16", "La ligne directe et le mot-clé sont réservés aux CDAS.")
        draft.apply("R18", "L’urgence est reconnue, mais passe par les modalités de contact existantes.")
        return Role.FRONT_OFFICE, Channel.PUBLIC, ("R02", urgent_by, "R16", "R18")
    if line.is_open:
        draft.apply("R16")
        return Role.PRIORITY_CONTACT, Channel.PRIORITY_LINE, ("R02", urgent_by, "R16")
    draft.pass_over("R16", f"La ligne directe est fermée : {line.sentence}.")
    draft.apply("R17")
    if line.beyond_data:
        draft.flag(Flag.C13)
    if not situation.emitter.cdap_access:
        draft.flag(Flag.C13)
        draft.pass_over("R15", "L’émetteur n’a pas accès à CDAP : un collègue envoie le formulaire.")
    return Role.PRIORITY_CONTACT, Channel.CDAP_FORM, ("R02", urgent_by, "R17")


def _support(draft: Draft, situation: Situation, urgency: Urgency) -> None:
    followed_by = situation.open_support
    if not followed_by:
        return
    if situation.autonomous is not False:
        draft.pass_over("R14", "Le travailleur social n’est pas sollicité : la personne n’est pas dite non autonome.")
        return
    draft.flag(Flag.C05)
    draft.apply("R14")
    for support in followed_by:
        route_to_worker(draft, support, situation.home, Purpose.SUPPORT, ("R14",), urgency=urgency)
