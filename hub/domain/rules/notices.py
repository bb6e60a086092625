"""Who is told of a change: article I.4 of the convention (contract, section 7)."""

from typing import Final

from hub.domain.rules.rule import Audience, Change, NoticeRule, Rule
from hub.domain.vocabulary import Flag, Institution, NoticeNature, Role, Service

BASE_AUDIENCE: Final[tuple[Audience, ...]] = (
    (Service.CAF_REFERENTS, Role.REFERENT),
    (Service.CD35_SOCIAL_LIFE_REFERENTS, Role.REFERENT),
    (Service.CDAS, Role.GENERIC_MAILBOX),
)
LOCAL_ACTORS: Final[tuple[Audience, ...]] = ((Service.ASIP, Role.ACTOR),)


def _any_impact(change: Change) -> bool:
    return bool(change.impacts)


def _significant_legislation_on_rights(change: Change) -> bool:
    return change.nature == NoticeNature.LEGISLATION and change.significant and change.touches_rights


def _own_schemes_of_the_departement(change: Change) -> bool:
    if change.issuer != Institution.CD35:
        return False
    if change.nature == NoticeNature.SCHEME:
        return bool(change.impacts)
    return change.nature == NoticeNature.ORGANISATION and change.touches_rights


def _issuer_flag(change: Change) -> tuple[Flag, ...]:
    return () if change.issuer == Institution.CAF else (Flag.ISSUER_NOT_CAF,)


R27: Final = NoticeRule(
    Rule(
        id="R27",
        article="I.4",
        quote="Tout changement d’organisation ou de législation",
        label="Un changement qui touche la collaboration ou les droits des allocataires est annoncé aux référents de "
        "la CAF, à ceux de la Délégation à la vie sociale et à tous les CDAS. Sans impact, il est publié sur le hub "
        "pour information.",
        decides="Adresse l’information aux interlocuteurs référents de la CAF et de la Délégation à la vie sociale "
        "et à la boîte générique de chaque CDAS. Sans impact, elle n’est adressée à personne.",
        readings=("C16b",),
    ),
    applies=_any_impact,
    audience=BASE_AUDIENCE,
)

R30A: Final = NoticeRule(
    Rule(
        id="R30a",
        article="I.4",
        quote="changements de législation significatifs […] préalablement à leur mise en œuvre",
        label="Un changement de législation significatif qui ouvre ou modifie des droits est aussi annoncé aux "
        "acteurs de l’accueil social inconditionnel de proximité, avant sa mise en œuvre.",
        decides="Ajoute aux destinataires les acteurs de l’accueil social inconditionnel de proximité du territoire "
        "concerné, et signale une information qui n’est pas émise par la CAF.",
    ),
    applies=_significant_legislation_on_rights,
    audience=LOCAL_ACTORS,
    flags=_issuer_flag,
)

R30B: Final = NoticeRule(
    Rule(
        id="R30b",
        article="I.4",
        quote="des évolutions de ses dispositifs propres pouvant avoir un impact sur les allocataires",
        label="Une évolution des dispositifs du Département, ou de son organisation lorsqu’elle touche aux droits, "
        "est aussi annoncée aux acteurs de l’accueil social inconditionnel de proximité.",
        decides="Ajoute aux destinataires les acteurs de l’accueil social inconditionnel de proximité du territoire "
        "concerné. L’information est attendue avant la prise d’effet, bien que le texte ne le répète pas.",
    ),
    applies=_own_schemes_of_the_departement,
    audience=LOCAL_ACTORS,
)
