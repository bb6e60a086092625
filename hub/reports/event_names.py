"""The event types that the indicators read, as people call what happened."""

from typing import Final

EVENT_NAMES: Final = {
    "cdap_message.received": "message reçu dans CDAP",
    "social_worker_query.received": "interpellation d’un travailleur social de la CAF",
    "training.held": "action de sensibilisation",
    "meeting.held": "réunion",
    "field_feedback.submitted": "retour du terrain",
    "referral.requested": "demande d’orientation",
    "referral.confirmed": "orientation confirmée",
    "referral.concluded": "orientation conclue",
    "handover.requested": "passage de relais demandé",
    "handover.accepted": "passage de relais accepté",
    "handover.refused": "passage de relais refusé",
    "handover.postponed": "passage de relais reporté",
    "handover.completed": "passage de relais réalisé",
    "joint_intervention.requested": "co-intervention demandée",
    "joint_intervention.validated": "co-intervention validée",
    "joint_intervention.refused": "co-intervention refusée",
    "joint_intervention.ended": "co-intervention terminée",
    "benefit_urgency.reported": "situation urgente d’accès aux droits signalée",
    "benefit_urgency.contacted": "contact pour une situation urgente d’accès aux droits",
    "benefit_urgency.handled": "situation urgente d’accès aux droits traitée",
    "social_urgency.reported": "situation sociale urgente signalée",
    "social_urgency.taken_in_charge": "situation sociale urgente prise en charge",
    "notice.published": "information préalable publiée",
    "notice.corrected": "information préalable corrigée",
    "notice.withdrawn": "information préalable retirée",
    "delivery.status_changed": "remise d’une information préalable",
}
"""The French name of every counted type."""


def event_name(type_: str) -> str:
    """The French name of a type; a type without one is its own name."""
    return EVENT_NAMES.get(type_, type_)
