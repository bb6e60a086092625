"""What a contact reads of its subscriptions, in French: what is duty, by which rule, what it chose, and how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.directory.territory import Territory
from hub.domain.french import WEEKDAYS, without_bad_breaks
from hub.domain.rules.notices import BASE_AUDIENCE, LOCAL_ACTORS
from hub.domain.subscriptions.rows import Basis, Subscription, of_contact
from hub.domain.vocabulary import Kind, Medium, Service

_DEFAULT: Final = "Par courriel, dès la publication ; par webhook aussi, si votre service en a un."
_REFERENTS: Final = "Les changements qui touchent la collaboration ou les droits des allocataires vous sont annoncés."
_ACTORS: Final = (
    "Les changements de législation significatifs et les dispositifs du Département qui concernent votre territoire "
    "vous sont annoncés ; vous pouvez demander à ne plus les recevoir."
)
_ADDED: Final = "Les informations que l’écrit de référence destine à votre service vous parviennent."
_CORRECTED: Final = "Le rectificatif ou le retrait d’une information que vous avez reçue vous parvient aussitôt."
_SITUATIONS: Final = "Les situations et les urgences qui sont confiées à votre service vous parviennent aussitôt."
_BY: Final = {
    Medium.MAIL: "par courriel",
    Medium.PORTAL: "sur le portail",
    Medium.FEED: "par flux",
    Medium.WEBHOOK: "par webhook",
}
_WHAT: Final = {
    None: "Tout",
    Kind.NOTICES: "Les informations préalables",
    Kind.REFERRALS: "Les orientations",
    Kind.URGENCIES: "Les situations urgentes",
}
_SITUATION_RULES: Final = {
    Service.CDAS: ("R04", "R07", "R11", "R65"),
    Service.CAF_SOCIAL_WORK: ("R06", "R07", "R38", "R65"),
    Service.CAF_BENEFITS: ("R02", "R16"),
    Service.EXTERNAL_REFERENT: ("R07", "R65"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation. `rules`: rule ids, and rows of the notice matrix.

    `can_stop`: the contact may stop receiving it altogether.
    """

    basis: Basis
    rules: tuple[str, ...]
    sentence: str
    can_stop: bool


def explain(service: str, role: str, rows: Sequence[Subscription], territory: Territory) -> tuple[Line, ...]:
    """What reaches a contact of this service and role (symbols of the contract), duty first, then what it chose."""
    lines = [
        Line(Basis.DUTY, rules, without_bad_breaks(sentence), can_stop)
        for rules, sentence, can_stop in _duties(service, role)
    ]
    chosen = of_contact(rows, Basis.CHOICE)
    return (*lines, *(Line(Basis.CHOICE, (), describe(row, territory), can_stop=True) for row in chosen))


def describe(row: Subscription, territory: Territory) -> str:
    """One row as a sentence, as « Les informations préalables, RSA : par courriel, une fois par jour à 8 h. » says."""
    return without_bad_breaks(f"{_what(row, territory)} : {_how(row)}.")


def how_duty_goes(rows: Sequence[Subscription], territory: Territory) -> tuple[str, ...]:
    """How what the convention sends goes, the most general first; the last sentence that fits counts."""
    chosen = of_contact(rows, Basis.DUTY)
    sentences = [describe(row, territory) for row in chosen]
    if not any(row.precision == 0 for row in chosen):
        sentences.insert(0, without_bad_breaks(_DEFAULT))
    return tuple(sentences)


def _duties(service: str, role: str) -> list[tuple[tuple[str, ...], str, bool]]:
    place = (service, role)
    actor = place in LOCAL_ACTORS
    found: list[tuple[tuple[str, ...], str, bool]] = []
    if place in BASE_AUDIENCE:
        found.append((("R27",), _REFERENTS, False))
    if actor:
        found.append((("R30a", "R30b"), _ACTORS, True))
    found += [(("R28",), _ADDED, actor), (("X1",), _CORRECTED, actor)]
    if service in _SITUATION_RULES:
        found.append((_SITUATION_RULES[Service(service)], _SITUATIONS, False))
    return found


def _what(row: Subscription, territory: Territory) -> str:
    """What the row fits: every criterion must hold, by one of its values."""
    codes = [f"{code.value} ({code.label})" for code in sorted(row.codes)]
    places = [territory.epci[code].name if code in territory.epci else code for code in row.epci]
    places += [territory.communes[code].name if code in territory.communes else code for code in row.communes]
    criteria = [
        _joined(codes, " ou "),
        f"prestation {_joined(sorted(row.benefits), ' ou ')}" if row.benefits else "",
        f"territoire {_joined([f'« {place} »' for place in places], ' ou ')}" if places else "",
        row.urgency.label if row.urgency is not None else "",
    ]
    of_notices = row.codes or row.benefits or places
    return ", ".join(filter(None, [_WHAT[Kind.NOTICES if of_notices else row.kind], *criteria]))


def _how(row: Subscription) -> str:
    others = _joined([_BY[medium] for medium in Medium if medium in row.media - {Medium.MAIL}])
    if Medium.MAIL not in row.media:
        return others or "jamais"
    if not others:
        return f"{_BY[Medium.MAIL]}, {_when(row.rhythm)}"
    return f"{_BY[Medium.MAIL]} {_when(row.rhythm)}, et {others}"


def _when(rhythm: Rhythm) -> str:
    if rhythm.pace is Pace.AT_ONCE:
        return "dès la publication"
    day = "une fois par jour" if rhythm.weekday is None else f"le {WEEKDAYS[rhythm.weekday - 1]}"
    return f"{day} à {rhythm.hour} h"


def _joined(parts: Sequence[str], last: str = " et ") -> str:
    return last.join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""
