"""What made a delivery beyond the first one to a contact: `delivery.occasion`, a short text that names no person.

`escalation/PURPOSE/N`: step N of the escalation of what was asked for a purpose. `taken/PURPOSE/SERVICE/ROLE`: tells
who has taken it in charge. `reminder/N`: a notice still to be acknowledged.
"""

from dataclasses import dataclass
from typing import Literal

OccasionKind = Literal["first", "escalation", "taken", "reminder"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occasion as it is read: what it is, the purpose that it belongs to, and who took the situation in charge."""

    kind: OccasionKind
    purpose: str | None = None
    service: str | None = None
    role: str | None = None


def escalation_occasion(purpose: str, number: int) -> str:
    """The occasion of a step of an escalation."""
    return f"escalation/{purpose}/{number}"


def taken_occasion(purpose: str, service: str, role: str) -> str:
    """The occasion of telling the others who has taken in charge."""
    return f"taken/{purpose}/{service}/{role}"


def reminder_occasion(number: int) -> str:
    """The occasion of a reminder of a notice."""
    return f"reminder/{number}"


def read_occasion(text: str) -> Occasion:
    """Read an occasion; one that this version does not know is read as the first delivery."""
    match text.split("/"):
        case ["escalation", purpose, _]:
            return Occasion("escalation", purpose)
        case ["taken", purpose, service, role]:
            return Occasion("taken", purpose, service, role)
        case ["reminder", _]:
            return Occasion("reminder")
        case _:
            return Occasion("first")
