"""The life of a delivery: its states, what may follow what, and why it may fail."""

from typing import Final
from uuid import UUID, uuid5

from hub.domain.vocabulary import DeliveryStatus, Labelled

_S = DeliveryStatus

TRANSITIONS: Final[dict[DeliveryStatus, frozenset[DeliveryStatus]]] = {
    _S.SCHEDULED: frozenset({_S.SENDING, _S.FAILED, _S.SHOWN, _S.TAKEN_IN_CHARGE, _S.REDIRECTED, _S.CANCELLED}),
    # SENDING again: a dispatcher died while it held the delivery, and another one claimed it after the lease.
    # TAKEN_IN_CHARGE: an earlier attempt arrived after all, and its reader answers during the next one.
    _S.SENDING: frozenset({_S.SENDING, _S.ACCEPTED, _S.RETRYING, _S.FAILED, _S.TAKEN_IN_CHARGE}),
    _S.RETRYING: frozenset(
        {_S.SENDING, _S.FAILED, _S.SHOWN, _S.TAKEN_IN_CHARGE, _S.REDIRECTED, _S.ESCALATED, _S.CANCELLED}
    ),
    # FAILED after ACCEPTED: the message came back.
    _S.ACCEPTED: frozenset({_S.SHOWN, _S.TAKEN_IN_CHARGE, _S.CONCLUDED, _S.ESCALATED, _S.FAILED}),
    _S.SHOWN: frozenset({_S.TAKEN_IN_CHARGE, _S.CONCLUDED, _S.ESCALATED}),
    _S.TAKEN_IN_CHARGE: frozenset({_S.CONCLUDED}),
    _S.CONCLUDED: frozenset(),
    # SCHEDULED after FAILED: an operator repaired the cause and sends it again.
    _S.FAILED: frozenset({_S.SCHEDULED, _S.TAKEN_IN_CHARGE, _S.REDIRECTED, _S.ESCALATED}),
    _S.REDIRECTED: frozenset(),
    # Whoever was first asked may still answer after the next person was asked too.
    _S.ESCALATED: frozenset({_S.SHOWN, _S.TAKEN_IN_CHARGE, _S.CONCLUDED}),
    _S.CANCELLED: frozenset(),
}
"""The states that may follow each state; the only table of it."""

FINAL: Final = frozenset(status for status, following in TRANSITIONS.items() if not following)
"""The states that nothing follows."""

DUE: Final = frozenset({_S.SCHEDULED, _S.RETRYING})
"""The states in which a dispatcher claims a delivery once its time has come; also those that a withdrawal cancels."""

PURSUED: Final = DUE | {_S.SENDING}
"""The states in which the hub still has to do something by itself."""


class TransitionRefused(ValueError):
    """A delivery cannot go from one state to another; the message names both."""


def check_transition(before: DeliveryStatus, after: DeliveryStatus) -> None:
    """Raise TransitionRefused unless `after` may follow `before`."""
    if after not in TRANSITIONS[before]:
        msg = f"a delivery that is {before.value} cannot become {after.value}"
        raise TransitionRefused(msg)


def states_before(after: DeliveryStatus) -> frozenset[DeliveryStatus]:
    """The states from which a delivery may come to `after`: what an UPDATE puts in its WHERE."""
    return frozenset(before for before, following in TRANSITIONS.items() if after in following)


def after_taken_by_another(before: DeliveryStatus) -> DeliveryStatus | None:
    """Where a delivery goes when another recipient has taken the same situation in charge; None: it stays as it is.

    What has not left is cancelled; who has it already has nothing more to do. What is under way is left to its outcome.
    """
    if before in DUE:
        return _S.CANCELLED
    return _S.CONCLUDED if before in {_S.ACCEPTED, _S.SHOWN, _S.ESCALATED} else None


class DeliveryReason(Labelled):
    """Why a delivery is in its state: the closed list of `reason` on `delivery.status_changed`, also a metric label."""

    NO_USABLE_CHANNEL = "NO_USABLE_CHANNEL", "le contact n’a pas d’adresse utilisable"
    CONTACT_REMOVED = "CONTACT_REMOVED", "le contact n’est plus dans l’annuaire"
    CONTACT_OPTED_OUT = "CONTACT_OPTED_OUT", "le contact ne souhaite plus recevoir d’informations"
    ADDRESS_REFUSED = "ADDRESS_REFUSED", "l’adresse est refusée par le serveur du destinataire"
    MESSAGE_REFUSED = "MESSAGE_REFUSED", "le message est refusé par le serveur du destinataire"
    SENDER_REFUSED = "SENDER_REFUSED", "l’expéditeur est refusé par le serveur d’envoi"
    AUTHENTICATION_REFUSED = "AUTHENTICATION_REFUSED", "l’authentification au serveur d’envoi est refusée"
    ENCRYPTION_FAILED = "ENCRYPTION_FAILED", "la connexion chiffrée ne peut pas être établie"
    UNREACHABLE = "UNREACHABLE", "le serveur est injoignable"
    TIMED_OUT = "TIMED_OUT", "le serveur n’a pas répondu à temps"
    CONNECTION_LOST = "CONNECTION_LOST", "la connexion a été coupée pendant l’envoi"
    UNCONFIRMED = "UNCONFIRMED", "le serveur a reçu le message sans confirmer qu’il l’accepte"
    TEMPORARILY_REFUSED = "TEMPORARILY_REFUSED", "le serveur demande de réessayer plus tard"
    PROTOCOL_ERROR = "PROTOCOL_ERROR", "la réponse du serveur n’est pas compréhensible"
    RETRIES_EXHAUSTED = "RETRIES_EXHAUSTED", "tous les essais ont échoué pendant vingt-quatre heures"
    RETURNED = "RETURNED", "le message est revenu après avoir été accepté"
    HUB_FAULT = "HUB_FAULT", "une anomalie du hub a empêché l’envoi"
    DISPATCHER_STOPPED = "DISPATCHER_STOPPED", "l’envoi est remis : le service s’arrête"
    LEASE_EXPIRED = "LEASE_EXPIRED", "l’envoi a été interrompu et repris"
    NOTICE_CORRECTED = "NOTICE_CORRECTED", "une version corrigée remplace cette information"
    NOTICE_WITHDRAWN = "NOTICE_WITHDRAWN", "l’information est retirée"
    ABSENT = "ABSENT", "le contact est absent"
    NOT_TAKEN_IN_CHARGE = "NOT_TAKEN_IN_CHARGE", "personne n’a pris en charge dans le délai"
    TAKEN_BY_ANOTHER = "TAKEN_BY_ANOTHER", "pris en charge par un autre destinataire"
    SENT_AGAIN = "SENT_AGAIN", "renvoi demandé par un exploitant"


PERMANENT: Final = frozenset(
    {
        DeliveryReason.NO_USABLE_CHANNEL,
        DeliveryReason.CONTACT_REMOVED,
        DeliveryReason.CONTACT_OPTED_OUT,
        DeliveryReason.ADDRESS_REFUSED,
        DeliveryReason.MESSAGE_REFUSED,
        DeliveryReason.SENDER_REFUSED,
        DeliveryReason.RETRIES_EXHAUSTED,
        DeliveryReason.RETURNED,
    }
)
"""The reasons that no later attempt can mend: the delivery fails at once."""

_DELIVERIES: Final = UUID("6f0a3c1e-6d0b-5c55-9a3e-7f35c0de35ad")


def delivery_id(event_source: str, event_id: str, contact: str, medium: str, occasion: str = "") -> UUID:
    """The id of the delivery of one event to one contact by one medium: the same whenever it is computed.

    `occasion` names what made a delivery beyond the first one, as a step of an escalation; empty for the first.
    A name-based UUID (RFC 9562, version 5). Each part carries its length, so that two deliveries never share a name.
    """
    parts = (event_source, event_id, contact, medium, *([occasion] if occasion else []))
    return uuid5(_DELIVERIES, "".join(f"{len(part)}:{part}" for part in parts))
