"""What the two institutions can set: each parameter's name, its meaning in French, and how its value is written."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from hub.domain.calendar.entries import Opening, openings_from_cell
from hub.domain.delivery.escalation import Waits

_SWITCH: Final = {"oui": True, "true": True, "non": False, "false": False}
_NUMBER: Final = re.compile(r"[0-9]{1,6}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAP_DAY: Final = (2, 29)

_WAIT: Final = re.compile(r"([0-9]{1,6})(s?)")
_SITE: Final = re.compile(r"[A-Za-z0-9_-]{0,40}")

Value = bool | int | str | date | tuple[int, int] | Waits | tuple[Opening, ...] | None


@dataclass(frozen=True, slots=True)
class ParameterKind:
    """One parameter: its name, a French label, what it changes (French), the rules and readings that it belongs to.

    `read` makes the value of a cell of the file; it raises ValueError with the French description of what it takes.
    `when_empty` is what an empty cell means (French), where one is taken.
    """

    name: str
    label: str
    decides: str
    about: tuple[str, ...]
    read: Callable[[str], Value]
    when_empty: str = ""


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCH:
        msg = "« oui » ou « non »"
        raise ValueError(msg)
    return _SWITCH[text.lower()]


def _percent(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= 100:
        msg = "un nombre entier de 1 à 100"
        raise ValueError(msg)
    return int(text)


def _count_or_off(text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) == 0:
        msg = "un nombre entier positif, ou rien (inactif)"
        raise ValueError(msg)
    return int(text)


def _day_or_unknown(text: str) -> date | None:
    return read_day(text) if text else None


def read_day(text: str) -> date:
    """A date written as 2026-01-31. Raises ValueError with the French description of what is taken."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    msg = "une date, comme 2026-01-31"
    raise ValueError(msg)


def _day_of_year(text: str) -> tuple[int, int]:
    try:
        day = read_day(f"2024-{text}")
    except ValueError:
        day = None
    if day is None or (day.month, day.day) == _LEAP_DAY:
        msg = "un mois et un jour de chaque année, comme 01-01"
        raise ValueError(msg)
    return day.month, day.day


def _waits(text: str) -> Waits:
    found = [_WAIT.fullmatch(word) for word in text.split()]
    seconds = [int(word[1]) * (1 if word[2] else 60) for word in found if word is not None]
    if len(seconds) != len(found) or len(seconds) != 5 or not all(seconds):
        msg = "cinq nombres entiers positifs de minutes, comme 15 15 30 60 240 (20s : vingt secondes)"
        raise ValueError(msg)
    return Waits(tuple(map(float, seconds[:4])), float(seconds[4]))


def _hours(text: str) -> tuple[Opening, ...]:
    try:
        openings = openings_from_cell(text)
        if openings and all(1 <= o.weekday <= 7 and 0 <= o.opens < o.closes <= 1440 for o in openings):
            return openings
    except ValueError:
        pass
    msg = "des horaires, comme 12345 09:00-12:00|1234 13:30-17:00 (1 : lundi)"
    raise ValueError(msg)


def _site(text: str) -> str:
    if not _SITE.fullmatch(text):
        msg = "le code d’un site, ou rien"
        raise ValueError(msg)
    return text


_KINDS: Final = (
    ParameterKind(
        "joint_intervention_exclusion",
        "Co-intervention exclue avec le travailleur social enfants confiés et le référent RSA",
        "À « oui », une demande de co-intervention avec l’un de ces deux professionnels est refusée et un contact de "
        "coordination est suggéré. À « non », elle suit les mêmes règles que les autres demandes.",
        ("R46", "C07"),
        _switch,
    ),
    ParameterKind(
        "strong_decrease_hint_percent",
        "Diminution de l’AAH ou du RSA à partir de laquelle un écran suggère « forte diminution », en pourcentage",
        "Une indication affichée à l’écran, jamais une décision : un professionnel déclare la forte diminution.",
        ("R19", "C11"),
        _percent,
    ),
    ParameterKind(
        "benefit_urgency_target_hours",
        "Délai visé de traitement d’une situation urgente d’accès aux droits, en heures (objectif interne)",
        "Aucune orientation n’en dépend. Inactif si la valeur est vide : la convention ne fixe aucun délai.",
        ("R23",),
        _count_or_off,
        when_empty="inactif",
    ),
    ParameterKind(
        "social_urgency_target_minutes",
        "Délai visé de prise en charge d’une urgence sociale, en minutes (objectif interne)",
        "Aucune orientation n’en dépend. Inactif si la valeur est vide : la convention ne fixe aucun délai.",
        ("R23",),
        _count_or_off,
        when_empty="inactif",
    ),
    ParameterKind(
        "convention_signed_on",
        "Date de signature de la convention",
        "Sert à rappeler chaque anniversaire avant la reconduction. Une valeur vide veut dire : date inconnue.",
        ("R75",),
        _day_or_unknown,
        when_empty="date inconnue",
    ),
    ParameterKind(
        "reference_year_start",
        "Premier jour de l’année de référence des bilans (mois-jour)",
        "Délimite l’année des indicateurs et du rapport annuel.",
        ("R71", "C22"),
        _day_of_year,
    ),
    ParameterKind(
        "benefit_urgency_escalation",
        "Délais avant de solliciter le suppléant, le secrétariat, le responsable et les administrateurs pour une "
        "situation urgente d’accès aux droits, puis entre deux rappels, en minutes ouvrées",
        "Tant que personne n’a pris en charge, chaque délai court à partir de l’étape précédente.",
        ("R19", "R20"),
        _waits,
    ),
    ParameterKind(
        "social_urgency_escalation",
        "Les mêmes délais pour une situation sociale urgente ou une information en protection de l’enfance",
        "Service fermé, la première étape n’attend pas ; les suivantes courent en minutes ouvrées.",
        ("R52", "R63"),
        _waits,
    ),
    ParameterKind(
        "service_opening_hours",
        "Horaires d’ouverture d’un service qui n’en déclare pas",
        "Servent à compter les minutes ouvrées des relances. Les jours fériés et les fermetures n’en font pas partie.",
        ("C13",),
        _hours,
    ),
    ParameterKind(
        "caf_services_site",
        "Site de la CAF dont le calendrier vaut pour ses services",
        "Ses horaires et ses fermetures comptent pour les relances adressées à la CAF.",
        ("C13",),
        _site,
        when_empty="aucun : les horaires ci-dessus",
    ),
)

KINDS: Final[Mapping[str, ParameterKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every parameter by its name; each is a field of `hub.domain.rules.parameters.Parameters`."""
