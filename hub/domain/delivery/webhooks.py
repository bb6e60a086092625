"""Systems that take messages over HTTP: the states of their addresses, why these change, and when they are tried."""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from hub.domain.vocabulary import Labelled


class EndpointState(Labelled):
    """What an address may be sent."""

    PENDING = "PENDING", "à vérifier"
    ACTIVE = "ACTIVE", "en service"
    DISABLED = "DISABLED", "hors service"


class EndpointReason(Labelled):
    """Why an address is not, or not yet, in service."""

    REPLACED = "REPLACED", "l’annuaire donne une autre adresse"
    CONTACT_REMOVED = "CONTACT_REMOVED", "le contact n’est plus dans l’annuaire, ou n’a plus d’adresse de service"
    GONE = "GONE", "le système a répondu que l’adresse n’existe plus"
    OPERATOR = "OPERATOR", "mise hors service par un exploitant"
    ADDRESS_NOT_ALLOWED = "ADDRESS_NOT_ALLOWED", "l’adresse n’est pas permise"
    UNREACHABLE = "UNREACHABLE", "le système est injoignable"
    NOT_SIGNED = "NOT_SIGNED", "la vérification n’a pas pu être signée : une clé manque"
    REFUSED = "REFUSED", "le système n’a pas accepté la vérification"
    CHALLENGE_NOT_ECHOED = "CHALLENGE_NOT_ECHOED", "le système n’a pas renvoyé la valeur demandée"


class WebhookAct(Labelled):
    """What an operator did to an address."""

    KEY_MADE = "KEY_MADE", "clé créée"
    KEY_RETIRED = "KEY_RETIRED", "clé retirée"
    VERIFIED = "VERIFIED", "vérifiée"
    TESTED = "TESTED", "essayée"
    DISABLED = "DISABLED", "mise hors service"


class WebhookReason(Labelled):
    """Why an operator acted on an address: a closed list, so that no text about a person gets into the audit."""

    FIRST_KEY = "FIRST_KEY", "première clé"
    PLANNED_ROTATION = "PLANNED_ROTATION", "renouvellement prévu"
    KEY_EXPOSED = "KEY_EXPOSED", "clé divulguée"
    RECIPIENT_REQUEST = "RECIPIENT_REQUEST", "demande du destinataire"
    REPAIRED = "REPAIRED", "système réparé"
    OTHER = "OTHER", "autre motif"


FROM_DIRECTORY: Final = frozenset({EndpointReason.REPLACED, EndpointReason.CONTACT_REMOVED})
"""Reasons that the directory gave and may take back; any other stays until an operator verifies the address again."""

MOST_KEYS: Final = 2
"""Keys of one address that are valid at once: the new one, and the old one while receivers change over."""

_HANDSHAKES: Final = tuple(timedelta(seconds=seconds) for seconds in (60, 300, 1800, 7200, 21_600))
_ENDPOINTS: Final = UUID("b7a6b7b9-3b1c-5f4e-9d0a-6a1d2f35cd35")


def next_handshake(tried: int) -> timedelta:
    """How long to wait after handshake number `tried` (from 1) failed; four times a day in the end, without end."""
    return _HANDSHAKES[min(tried, len(_HANDSHAKES)) - 1]


def endpoint_id(contact: str, url: str) -> UUID:
    """The id of a contact's address: the same whenever it is computed (RFC 9562, version 5)."""
    return uuid5(_ENDPOINTS, f"{len(contact)}:{contact}{url}")
