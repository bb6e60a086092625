"""Words that every channel uses for people, in French."""

import unicodedata
from typing import Final

from hub.domain.french import without_bad_breaks

SENDER_NAME: Final = "Hub CAF – Département d’Ille-et-Vilaine"
SITUATION: Final = "Une situation vous attend"
WITHDRAWN: Final = "Cette information est retirée : ne vous y fiez plus."
_LONGEST_TITLE: Final = 150


def heading(kind: str, title: str) -> str:
    """« kind : title » on one line, cut at a word to a readable length."""
    title = " ".join(title.split())
    if len(title) > _LONGEST_TITLE:
        title = title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return without_bad_breaks(f"{kind} : {title}")


def printable(text: str) -> str:
    """The text without control characters, which neither a calendar file (RFC 5545 §3.3.11) nor XML may hold."""
    kept = (letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs"} and letter not in _NO_XML)
    return "".join(kept).strip()


_NO_XML: Final = frozenset("\ufffe\uffff")
