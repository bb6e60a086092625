"""What a contact cannot choose, and why: stable codes with the sentence that the person reads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.delivery.digests import DAYS_OF_THE_WEEK, HOURS, Pace
from hub.domain.directory.territory import Territory
from hub.domain.subscriptions.rows import AT_ONCE_CODES, CHOOSABLE_CODES, CHOOSABLE_KINDS, PUSH, Basis, Subscription
from hub.domain.vocabulary import Kind, Labelled, Medium, Urgency

MOST_ROWS: Final = 30
"""Rows of one contact at most."""
_BENEFIT: Final = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
_SITUATIONS: Final = frozenset({Kind.REFERRALS, Kind.URGENCIES})


class ChoiceFaultCode(Labelled):
    """Why a row is refused: the code is stable, the label is what the person reads."""

    NOT_READABLE = "NOT_READABLE", "Cette valeur manque, ou n’est pas dans la liste proposée."
    DUTY_NEEDS_A_MEDIUM = (
        "DUTY_NEEDS_A_MEDIUM",
        "Ce que la convention prévoit de vous adresser ne peut pas être désactivé : choisissez au moins un canal.",
    )
    SITUATION_NEEDS_A_PUSH = (
        "SITUATION_NEEDS_A_PUSH",
        "Une situation ou une urgence doit vous parvenir par courriel ou par webhook.",
    )
    SITUATION_AT_ONCE = "SITUATION_AT_ONCE", "Une situation ou une urgence est toujours transmise sans attendre."
    CHOICE_OF_NOTICES = "CHOICE_OF_NOTICES", "Seules des informations peuvent être demandées en plus."
    CRITERION_OF_NOTICES = (
        "CRITERION_OF_NOTICES",
        "Le code, la prestation et le territoire ne s’appliquent qu’aux informations.",
    )
    URGENCY_OF_URGENCIES = "URGENCY_OF_URGENCIES", "La nature de l’urgence ne s’applique qu’aux situations urgentes."
    CODE_NOT_CHOOSABLE = (
        "CODE_NOT_CHOOSABLE",
        "Un rectificatif ou un retrait suit toujours l’information qu’il concerne : il ne se choisit pas.",
    )
    CODE_AT_ONCE = "CODE_AT_ONCE", "Les informations O2 et L5 sont toujours envoyées sans attendre."
    BENEFIT_INVALID = "BENEFIT_INVALID", "Un code de prestation s’écrit en capitales, comme AAH, RSA ou APL."
    COMMUNE_UNKNOWN = "COMMUNE_UNKNOWN", "Cette commune d’Ille-et-Vilaine n’est pas connue."
    EPCI_UNKNOWN = "EPCI_UNKNOWN", "Cette intercommunalité d’Ille-et-Vilaine n’est pas connue."
    DIGEST_BY_MAIL = "DIGEST_BY_MAIL", "Un regroupement est un courriel : choisissez aussi le courriel."
    HOUR_NEEDED = "HOUR_NEEDED", "Choisissez l’heure du regroupement, de 0 à 23."
    WEEKDAY_NEEDED = "WEEKDAY_NEEDED", "Choisissez le jour du regroupement, de 1 (lundi) à 7 (dimanche)."
    TIME_NOT_NEEDED = "TIME_NOT_NEEDED", "Ce rythme n’a pas besoin de cette précision."
    REPEATED = "REPEATED", "Ces critères sont déjà ceux d’un autre choix."
    TOO_MANY = "TOO_MANY", f"Au plus {MOST_ROWS} choix peuvent être gardés."


@dataclass(frozen=True, slots=True)
class ChoiceFault:
    """One fault: of which row (from 1; 0 for all of them together), and of which of its fields."""

    row: int
    field: str
    code: ChoiceFaultCode


def choice_faults(rows: Sequence[Subscription], territory: Territory) -> tuple[ChoiceFault, ...]:
    """Everything that keeps these rows from being a contact's choices; empty when they can be."""
    found = [
        ChoiceFault(number, field, code)
        for number, row in enumerate(rows, start=1)
        for field, code in _faults(row, territory)
    ]
    seen: set[object] = set()
    for number, row in enumerate(rows, start=1):
        key = (row.basis, row.criteria)
        if key in seen:
            found.append(ChoiceFault(number, "", ChoiceFaultCode.REPEATED))
        seen.add(key)
    if len(rows) > MOST_ROWS:
        found.append(ChoiceFault(0, "", ChoiceFaultCode.TOO_MANY))
    return tuple(found)


_Fault = tuple[str, ChoiceFaultCode]
_F: Final = ChoiceFaultCode


def _faults(row: Subscription, territory: Territory) -> Iterator[_Fault]:
    yield from _media(row)
    yield from _rhythm(row)
    yield from _criteria(row)
    yield from _values(row, territory)


def _media(row: Subscription) -> Iterator[_Fault]:
    if row.basis is Basis.DUTY and not row.media:
        yield "media", _F.DUTY_NEEDS_A_MEDIUM
    elif row.kind in _SITUATIONS and not row.media & PUSH:
        yield "media", _F.SITUATION_NEEDS_A_PUSH


def _rhythm(row: Subscription) -> Iterator[_Fault]:
    pace, hour, weekday = row.rhythm.pace, row.rhythm.hour, row.rhythm.weekday
    if pace is Pace.AT_ONCE:
        if hour is not None:
            yield "hour", _F.TIME_NOT_NEEDED
    else:
        if hour not in HOURS:
            yield "hour", _F.HOUR_NEEDED
        if row.kind in _SITUATIONS:
            yield "pace", _F.SITUATION_AT_ONCE
        elif row.codes and row.codes <= AT_ONCE_CODES:
            yield "pace", _F.CODE_AT_ONCE
        if Medium.MAIL not in row.media:
            yield "media", _F.DIGEST_BY_MAIL
    if pace is Pace.WEEKLY:
        if weekday not in DAYS_OF_THE_WEEK:
            yield "weekday", _F.WEEKDAY_NEEDED
    elif weekday is not None:
        yield "weekday", _F.TIME_NOT_NEEDED


def _criteria(row: Subscription) -> Iterator[_Fault]:
    if row.kind is not None and row.kind not in CHOOSABLE_KINDS:
        yield "kind", _F.NOT_READABLE
    if row.basis is Basis.CHOICE and (row.kind in _SITUATIONS or row.urgency in {Urgency.BENEFIT, Urgency.SOCIAL}):
        yield "kind", _F.CHOICE_OF_NOTICES
    of_notices = row.codes or row.benefits or row.communes or row.epci
    if of_notices and row.kind in _SITUATIONS:
        yield "kind", _F.CRITERION_OF_NOTICES
    if row.urgency is not None and (row.kind not in {None, Kind.URGENCIES} or of_notices):
        yield "urgency", _F.URGENCY_OF_URGENCIES


def _values(row: Subscription, territory: Territory) -> Iterator[_Fault]:
    if not row.codes <= set(CHOOSABLE_CODES):
        yield "codes", _F.CODE_NOT_CHOOSABLE
    if not all(_BENEFIT.fullmatch(code) for code in row.benefits):
        yield "benefits", _F.BENEFIT_INVALID
    if not all(territory.in_departement(code) and territory.knows_commune(code) for code in row.communes):
        yield "communes", _F.COMMUNE_UNKNOWN
    if not all(code in territory.epci for code in row.epci):
        yield "epci", _F.EPCI_UNKNOWN
