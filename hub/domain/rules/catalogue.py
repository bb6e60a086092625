"""The rules of this version, in one place."""

from typing import Final

from hub.domain.decision import Explanation
from hub.domain.rules.notices import R27, R30A, R30B
from hub.domain.rules.rule import NoticeRule

RULES_VERSION: Final = "2026.1"
"""Version of the rules, in every decision. It changes with any rule whose answer changes."""

NOTICE_RULES: Final[tuple[NoticeRule, ...]] = (R27, R30A, R30B)
"""The rules that give a notice its audience; their order carries no meaning."""

PRIOR: Final = Explanation(
    "R29",
    "I.4",
    "anticiper autant que possible les changements annoncés",
    "L’information est publiée avant sa date d’effet ; le délai est mesuré.",
    matched=True,
)
NOT_PRIOR: Final = Explanation(
    PRIOR.rule,
    PRIOR.article,
    PRIOR.quote,
    "L’information est publiée le jour de sa date d’effet ou après : elle n’est pas préalable, et le hub le signale.",
    matched=False,
)
CORRECTION: Final = Explanation(
    "X1",
    "I.4",
    "améliorer la compréhension de l’information",
    "La correction va au public de son nouveau contenu et à tous ceux qui ont reçu une version précédente.",
    matched=True,
)
WITHDRAWAL: Final = Explanation(
    "X1",
    "I.4",
    "améliorer la compréhension de l’information",
    "Le retrait va à tous ceux qui ont reçu une version de l’information ; ce qui n’est pas encore parti est annulé.",
    matched=True,
)
