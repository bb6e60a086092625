"""The personal block: call-back coordinates that the hub carries and never reads (R38), and whom it is meant for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.domain.directory.places import CDAS_CODE
from hub.domain.directory.territory import Territory
from hub.domain.events import Data
from hub.domain.faults import SemanticFault
from hub.domain.vocabulary import Institution, Kind, Labelled, Service

_JWE_COMPACT: Final = re.compile(r"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3}")
"""JWE compact serialisation (RFC 7516, section 7.1): header, encrypted key, vector, ciphertext, tag.

`eyJ` is the beginning of every JSON object in base64url; only the encrypted key may be empty (direct encryption).
"""

NOT_JWE: Final = "PERSONAL_BLOCK_NOT_JWE"

_FAULT: Final = SemanticFault(
    NOT_JWE,
    "/data/personal_block",
    "personal_block must be a JWE in compact form, encrypted with the situation's key: docs/guides/personal-data.md",
)

PERSON_KINDS: Final = frozenset({Kind.REFERRALS, Kind.URGENCIES})
"""The kinds of events that may carry a personal block; who may publish one of them may ask for keys."""

_RECEIVING: Final = {
    Service.CAF_BENEFITS: Institution.CAF,
    Service.CAF_SOCIAL_WORK: Institution.CAF,
    Service.CDAS: Institution.CD35,
}


def block_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    """Fault of the field `personal_block` where there is one: it has not the form of a JWE. Nothing is decoded."""
    block = data.get("personal_block")
    if block is not None and _JWE_COMPACT.fullmatch(block) is None:
        yield _FAULT


class ReceiverInvalid(ValueError):
    """No service of the two institutions that receives personal blocks has this name; the message never echoes it."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiving service with keys of its own; `cdas` is one CDAS, None for the service as a whole.

    As text: `CAF_SOCIAL_WORK`, `CDAS/CDAS-07`. A CDAS and all CDAS together are two receivers.
    """

    service: Service
    cdas: str | None = None

    @property
    def institution(self) -> Institution:
        """The institution whose systems may fetch the wrapped keys."""
        return _RECEIVING[self.service]

    def __str__(self) -> str:
        return self.service.value if self.cdas is None else f"{self.service.value}/{self.cdas}"


def receiver_of(service: str, cdas: str | None = None) -> Receiver:
    """The receiver of a service's symbol and a CDAS code, which only the CDAS have. Raises ReceiverInvalid."""
    if service not in _RECEIVING:
        msg = f"service must be one of {', '.join(_RECEIVING)}"
        raise ReceiverInvalid(msg)
    if cdas is not None and (service != Service.CDAS or CDAS_CODE.fullmatch(cdas) is None):
        msg = "cdas must be a CDAS code, and goes with the service CDAS only"
        raise ReceiverInvalid(msg)
    return Receiver(Service(service), cdas)


def parse_receiver(text: str) -> Receiver:
    """Read a receiver from its text. Raises ReceiverInvalid."""
    service, slash, cdas = text.partition("/")
    return receiver_of(service, cdas if slash else None)


class KeyReason(Labelled):
    """Why something was done to a key: a closed list, so that no text about a person gets into the audit."""

    FIRST_DEMAND = "FIRST_DEMAND", "première demande"
    SET_UP = "SET_UP", "mise en service"
    ROTATION = "ROTATION", "renouvellement"
    RETENTION = "RETENTION", "fin de la durée de conservation"
    AGREEMENT_WITHDRAWN = "AGREEMENT_WITHDRAWN", "accord retiré"
    PERSON_REQUEST = "PERSON_REQUEST", "demande de la personne"
    COMPROMISED = "COMPROMISED", "clé compromise ou perdue"
    SERVICE_CLOSED = "SERVICE_CLOSED", "fermeture du service"
    NEW_REQUEST = "NEW_REQUEST", "nouvelle demande de la même situation"
    OTHER = "OTHER", "autre motif"
