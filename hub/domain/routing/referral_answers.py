"""Where a person is referred (contract, section 5, rows 5, 7 and 8), once benefits are set apart (row 6)."""

from hub.domain.routing.benefit_answers import answer_benefit
from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.open_support import explain_nobody_follows, route_to_worker
from hub.domain.routing.perimeter import eligibility, perimeter
from hub.domain.routing.situation import Situation
from hub.domain.routing.situation_vocabulary import Need, SupportedBy
from hub.domain.vocabulary import Channel, Flag, Missing, Outcome, Purpose, Role, Service, Suggestion


def answer_referral(situation: Situation) -> Answer:
    """The answer to `referral.requested`, the commune being in the département or not given."""
    if situation.need is None:
        return _need_not_given()
    if situation.need == Need.BENEFIT:
        return answer_benefit(situation)
    draft = Draft()
    if not situation.support_asked:
        draft.suggest(Suggestion.CONTINUITY)
    if situation.open_support:
        return _continue_support(draft, situation)
    explain_nobody_follows(draft, situation)
    if situation.need == Need.DEPARTMENT_AID:
        draft.apply("R04")
        draft.route_home(situation.home, Role.RECEPTION, Channel.CDAS_RECEPTION, Purpose.COMPETENCE, ("R04",))
        return draft.answer()
    return _begin_support(draft, situation)


def _need_not_given() -> Answer:
    draft = Draft()
    draft.lack(Missing.NEED)
    draft.apply("R01")
    draft.apply("R05", "Le motif de la demande n’est pas donné : un professionnel le qualifie.")
    return draft.answer(Outcome.HUMAN_QUALIFICATION)


def _continue_support(draft: Draft, situation: Situation) -> Answer:
    """Row 7: whoever follows the household goes on, all of them (R07)."""
    rules: tuple[str, ...] = ("R07",)
    draft.apply("R07")
    if situation.need == Need.DEPARTMENT_AID:
        rules = ("R07", "R43")
        draft.apply("R43")
        draft.flag(Flag.C06)
        draft.pass_over("R04", "Le CDAS du domicile n’est pas retenu : l’accompagnement en cours l’emporte.")
    else:
        draft.pass_over("R06", "Le périmètre ne décide pas : un accompagnement est en cours, il se poursuit.")
    for support in situation.open_support:
        protected = situation.protection_known and support.by == SupportedBy.CD35
        held = (*rules, "R51") if protected else rules
        route_to_worker(draft, support, situation.home, Purpose.CONTINUITY, held)
    if situation.protection_known:
        draft.apply("R51")
        if not situation.followed_by_caf:
            _suggest_joint_intervention(draft, situation)
    return draft.answer()


def _suggest_joint_intervention(draft: Draft, situation: Situation) -> None:
    found = perimeter(situation.life_event, situation.child)
    draft.flag(*found.flags)
    if found.inside:
        draft.suggest(Suggestion.JOINT_INTERVENTION)


def _begin_support(draft: Draft, situation: Situation) -> Answer:
    """Row 8: the CAF social work service first for its offers, the CDAS otherwise (R06)."""
    found = eligibility(situation)
    found.explain(draft, situation.life_event)
    if found.eligible is None:
        draft.lack(Missing.LIFE_EVENT_DATE)
        return draft.answer(Outcome.HUMAN_QUALIFICATION)
    if found.eligible:
        draft.apply("R06")
        draft.apply("R38")
        draft.pass_over("R10", "Le CDAS n’est pas retenu d’abord : la situation relève des offres de la CAF.")
        draft.route(
            Service.CAF_SOCIAL_WORK,
            Role.SECRETARIAT,
            Channel.CAF_SOCIAL_WORK_MAILBOX,
            Purpose.FIRST_INTENTION,
            ("R06", "R38", found.perimeter.rule),
        )
        return draft.answer()
    purpose, rule = Purpose.NEW_REQUEST, "R08"
    if not situation.closed_by_caf(same_event=True):
        purpose, rule = Purpose.FIRST_INTENTION, "R06"
        draft.apply("R06")
    draft.route_home(situation.home, Role.RECEPTION_SECOND_LEVEL, Channel.CDAS_RECEPTION, purpose, (rule,))
    return draft.answer()
