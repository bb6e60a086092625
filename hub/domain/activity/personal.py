"""Signs that a text may name a person: what a moderator looks at first, and what no form lets pass."""

import re
from typing import Final

_SIGNS: Final = (
    ("une adresse de courriel", re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")),
    ("une adresse de page", re.compile(r"https?://|www\.", re.IGNORECASE)),
    ("un numéro de téléphone", re.compile(r"(?:\+33[ .]?|\b0)[1-9](?:[ .\u00a0\u202f-]?\d{2}){4}\b")),
    (
        "un numéro d’allocataire ou de sécurité sociale",
        re.compile(r"\b\d{7}[A-Z]?\b|\b[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}\b"),
    ),
    (
        "le nom d’une personne",
        re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)[ \u00a0\u202f]+(?:[A-Z]\.|[A-ZÀ-Ý][\w’'-]+)"),
    ),
    ("une date de naissance", re.compile(r"\bnée? le \d", re.IGNORECASE)),
)


def personal_signs(text: str) -> tuple[str, ...]:
    """What the text seems to hold of persons, in French words; empty where nothing shows, which proves nothing."""
    return tuple(words for words, sign in _SIGNS if sign.search(text))
