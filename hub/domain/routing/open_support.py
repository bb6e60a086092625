"""Where an open accompaniment leads: the worker who already follows the household."""

from hub.domain.routing.draft import Draft
from hub.domain.routing.situation import Home, Situation, Support
from hub.domain.routing.situation_vocabulary import SupportedBy
from hub.domain.vocabulary import Channel, Flag, Purpose, Role, Service, Urgency

SERVICE_OF = {
    SupportedBy.CAF: Service.CAF_SOCIAL_WORK,
    SupportedBy.CD35: Service.CDAS,
    SupportedBy.OTHER: Service.EXTERNAL_REFERENT,
}
"""The service of the worker, by who accompanies."""


def route_to_worker(
    draft: Draft,
    support: Support,
    home: Home | None,
    purpose: Purpose,
    rules: tuple[str, ...],
    *,
    urgency: Urgency = Urgency.NONE,
    roles: tuple[Role, ...] = (Role.SOCIAL_WORKER,),
) -> None:
    """Route directly to the worker of an accompaniment, or to those who stand in.

    The CDAS is that of the accompaniment, else the home CDAS; a worker needs no home CDAS to be known.
    """
    service = SERVICE_OF[SupportedBy(support.by)]
    cdas = support.cdas if service is Service.CDAS else None
    if service is Service.CDAS and cdas is None and home is not None:
        cdas = home.code
        if home.by_emitter:
            draft.flag(Flag.C18)
    for role in roles:
        draft.route(service, role, Channel.DIRECT, purpose, rules, urgency=urgency, cdas=cdas)


def explain_nobody_follows(draft: Draft, situation: Situation) -> None:
    """Say that no accompaniment is open, or that nobody asked."""
    if situation.support_asked:
        draft.pass_over("R07", "Aucun accompagnement social n’est en cours.")
    else:
        draft.pass_over("R07", "Personne n’a demandé si un accompagnement social est en cours : à vérifier.")
