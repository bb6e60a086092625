"""The index of the rules and readings, and the versions of them that were in force."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from hub.domain.rules.child_protection import CHILD_PROTECTION
from hub.domain.rules.governance import GOVERNANCE
from hub.domain.rules.handover import HANDOVER
from hub.domain.rules.network import NETWORK, R29, X1
from hub.domain.rules.notices import R27, R30A, R30B
from hub.domain.rules.perimeter import PERIMETER
from hub.domain.rules.readings import ALL_READINGS
from hub.domain.rules.reception import RECEPTION
from hub.domain.rules.rights import RIGHTS_AND_URGENCY
from hub.domain.rules.rule import NoticeRule, Part, Reading, Rule
from hub.domain.rules.social_urgency import SOCIAL_URGENCY
from hub.domain.rules.support import SUPPORT

PARTS: Final[tuple[Part, ...]] = (
    RECEPTION,
    RIGHTS_AND_URGENCY,
    NETWORK,
    PERIMETER,
    SUPPORT,
    CHILD_PROTECTION,
    HANDOVER,
    SOCIAL_URGENCY,
    GOVERNANCE,
)
"""The rules as the convention groups them, in its order."""

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for part in PARTS for rule in part.rules})
"""Every rule by its id, R01 to R77 in that order and X1 after R30b; the order decides nothing."""

READINGS: Final[Mapping[str, Reading]] = MappingProxyType({reading.id: reading for reading in ALL_READINGS})
"""Every reading by its id, C01 to C24, in that order."""

NOTICE_RULES: Final[tuple[NoticeRule, ...]] = (R27, R30A, R30B)
"""The rules that give a notice its audience; their order carries no meaning."""


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """A version of the rules: its id in every decision, the first day it is in force, and what it is (French)."""

    id: str
    valid_from: date
    note: str


VERSIONS: Final[tuple[RulesVersion, ...]] = (
    RulesVersion("2026.1", date.min, "Première version, en vigueur pour toute date."),
)
"""Every version, oldest first. A rule whose answer changes gets a new row, and the old answer stays for older days."""

RULES_VERSION: Final = VERSIONS[-1].id
"""The latest version of the rules."""


def version_on(day: date, versions: Sequence[RulesVersion] = VERSIONS) -> RulesVersion:
    """The version in force on `day`; the first one also stands for any day before it. `versions` are oldest first."""
    return versions[max(0, bisect_right(versions, day, key=lambda version: version.valid_from) - 1)]


PRIOR: Final = R29.explained(
    matched=True, label="L’information est publiée avant sa date d’effet ; le délai est mesuré."
)
NOT_PRIOR: Final = R29.explained(
    matched=False,
    label="L’information est publiée le jour de sa date d’effet ou après : elle n’est pas préalable, et le hub le "
    "signale.",
)
CORRECTION: Final = X1.explained(
    matched=True,
    label="La correction va au public de son nouveau contenu et à tous ceux qui ont reçu une version précédente.",
)
WITHDRAWAL: Final = X1.explained(
    matched=True,
    label="Le retrait va à tous ceux qui ont reçu une version de l’information ; ce qui n’est pas encore parti est "
    "annulé.",
)
