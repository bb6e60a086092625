"""What an operator may do to a delivery, and why: closed lists, so that no text about a person gets into the audit."""

from typing import Final

from hub.domain.vocabulary import DeliveryStatus, Labelled


class OperatorAct(Labelled):
    """An operator's act on one delivery."""

    RETRIED = "RETRIED", "renvoyé"
    REDIRECTED = "REDIRECTED", "redirigé"


class OperatorReason(Labelled):
    """Why an operator acted on a delivery."""

    ADDRESS_CORRECTED = "ADDRESS_CORRECTED", "adresse corrigée"
    CHANNEL_REPAIRED = "CHANNEL_REPAIRED", "canal d’envoi rétabli"
    WRONG_CONTACT = "WRONG_CONTACT", "contact erroné"
    CONTACT_ABSENT = "CONTACT_ABSENT", "contact absent"
    CONTACT_LEFT = "CONTACT_LEFT", "contact parti"
    RECIPIENT_REQUEST = "RECIPIENT_REQUEST", "demande du destinataire"
    OTHER = "OTHER", "autre motif"


STATE_AFTER: Final = {
    OperatorAct.RETRIED: DeliveryStatus.SCHEDULED,
    OperatorAct.REDIRECTED: DeliveryStatus.REDIRECTED,
}
"""The state that each act brings a delivery to; `hub.domain.delivery.states` says from which it may."""
