"""Communes by what a person types: a name without accents, a part of it, an INSEE code or a postal code."""

import unicodedata
from difflib import get_close_matches
from typing import Final

from hub.domain.directory.territory import Commune, Territory

MOST_FOUND: Final = 9

_WORDS: Final = {"st": "saint", "ste": "sainte", "s": "sur"}
_APART: Final = str.maketrans(dict.fromkeys("-’'./,", " "))
_CLOSE_ENOUGH: Final = 0.75


def find_communes(text: str, territory: Territory) -> tuple[Commune, ...]:
    """The communes of today that the text may mean, the likeliest first, or none.

    One alone when it is its whole name or its code; at most MOST_FOUND by name, and all that share a postal code.
    Accents, case and hyphens do not matter, and « St » is « Saint ».
    """
    wanted = plain(text)
    if not wanted:
        return ()
    if wanted.isdigit():
        return _by_number(wanted, territory)
    names = {plain(commune.name): commune for commune in territory.communes.values()}
    if wanted in names:
        return (names[wanted],)
    begins = sorted(name for name in names if name.startswith(wanted))
    holds = sorted(name for name in names if name not in begins and _holds(name, wanted))
    found = begins + holds or get_close_matches(wanted, names, MOST_FOUND, _CLOSE_ENOUGH)
    return tuple(names[name] for name in found[:MOST_FOUND])


def plain(text: str) -> str:
    """The text for comparisons: small letters without accents, words apart by one space, « st » written out."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe")).translate(_APART)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_WORDS.get(word, word) for word in bare.split())


def _by_number(number: str, territory: Territory) -> tuple[Commune, ...]:
    """By INSEE code, present or former, and by postal code, which several communes share."""
    by_code = territory.communes.get(territory.current(number))
    by_post = [c for c in territory.communes.values() if number in c.postal_codes and c is not by_code]
    found = ([by_code] if by_code is not None else []) + sorted(by_post, key=lambda commune: -commune.population)
    return tuple(found)


def _holds(name: str, wanted: str) -> bool:
    """Whether the words of the name, from one of them on, begin with what is wanted."""
    return f" {wanted}" in f" {name}"
