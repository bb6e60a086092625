"""French words of the pages: what was just done, services and roles, days and hours."""

from datetime import date, datetime, time
from typing import Final

from hub.domain.calendar.paris import paris
from hub.domain.french import MONTHS, NO_BREAK, date_in_full, day_of_month
from hub.domain.vocabulary import Labelled, Role, Service
from hub.ledger.acknowledgements import Holder

DONE: Final = {
    "taken": "C’est noté : vous avez pris cette demande en charge. Les autres destinataires le voient.",
    "read": "C’est noté : la lecture est confirmée.",
    "before": "C’était déjà fait : rien n’a changé.",
    "closed": "Plus rien n’est attendu de vous pour cette demande : elle a été annulée ou transmise.",
    "declared": "L’absence est enregistrée.",
    "declared-soon": "L’absence est enregistrée ; elle apparaîtra dans la liste d’ici une minute.",
    "ended": "L’absence est supprimée.",
    "ended-soon": "L’absence est supprimée ; elle quittera la liste d’ici une minute.",
    "feed-ended": "Le flux est supprimé : son adresse n’ouvre plus rien.",
    "feeds-full": "Vous avez déjà le plus grand nombre de flux possible. Supprimez-en un pour en créer un autre.",
    "saved": "Vos choix sont enregistrés.",
    "over": "Votre session est terminée. Demandez un nouveau lien pour continuer.",
    "out": "Vous êtes déconnecté(e).",
    "out-everywhere": "Toutes vos sessions sont fermées.",
}
"""By the code that the address carries after something was done."""

TYPES: Final = {
    "notice.published": "Information préalable",
    "notice.corrected": "Rectificatif",
    "notice.withdrawn": "Retrait d’une information",
    "referral.requested": "Orientation",
    "handover.requested": "Passage de relais",
    "joint_intervention.requested": "Co-intervention",
    "benefit_urgency.reported": "Urgence d’accès aux droits",
    "social_urgency.reported": "Situation urgente",
}
"""What an event is called; what is not here is not named (child protection among them)."""


_LONG_AGO: Final = 31  # days


def label_of(words: type[Labelled], symbol: str) -> str:
    """The French label of a symbol, or the symbol where this version does not know it."""
    return words[symbol].label if symbol in words.__members__ else symbol


def place_of(service: str, role: str, cdas: str | None) -> str:
    """A service and a role in French, never a person."""
    inside = ", ".join(part for part in (label_of(Role, role), cdas) if part)
    return f"{label_of(Service, service)} ({inside})"


def holder_shown(holder: Holder) -> dict[str, str]:
    """Who has something in charge, and since when, as a template shows it."""
    at = holder.at.astimezone(paris())
    return {
        "place": place_of(holder.service, holder.role, holder.cdas),
        "at": at.isoformat(timespec="minutes"),
        "day": date_in_full(at.date()),
        "hour": hour(at),
    }


def hour(moment: datetime) -> str:
    """« 9 h 05 », local time."""
    local = moment.astimezone(paris())
    return f"{local.hour}{NO_BREAK}h{NO_BREAK}{local.minute:02}"


def deadline_of(moment: datetime) -> str:
    """Until when, with its article: the day alone where a day has just begun."""
    local = moment.astimezone(paris())
    return f"le {date_in_full(local.date()) if local.time() == time.min else moment_of(moment)}"


def moment_of(moment: datetime) -> str:
    """« mardi 3 mars 2026 à 9 h 05 », local time."""
    return f"{date_in_full(moment.astimezone(paris()).date())} à {hour(moment)}"


def short_date(day: date) -> str:
    """« 3 mars 2026 »."""
    return f"{day_of_month(day)}{NO_BREAK}{MONTHS[day.month - 1]} {day.year}"


def days_away(day: date, today: date) -> str:
    """How far a day is: « demain », « dans 12 jours », « depuis 3 jours »; in the past, not beyond a month."""
    distance = (day - today).days
    if distance < -_LONG_AGO:
        return "déjà en vigueur"
    words = {0: "aujourd’hui", 1: "demain", -1: "depuis hier"}
    if distance in words:
        return words[distance]
    return f"dans {distance}{NO_BREAK}jours" if distance > 0 else f"depuis {-distance}{NO_BREAK}jours"
