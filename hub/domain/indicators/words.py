"""Figures in French words, as people read them on a terminal or a page; never a zero for what was not provided."""

from decimal import Decimal
from typing import Final

from hub.domain.french import NO_BREAK, plural
from hub.domain.french_numbers import decimal, percent, signed_percent, whole
from hub.domain.indicators.masking import MASKED, Shown, Withheld
from hub.domain.indicators.values import Change, Count, Mean, Median, Share, Value

NOT_PROVIDED_WORDS: Final = "non fourni"
MASKED_WORD: Final = "masqué"
WITHHELD_WORDS: Final = {
    Withheld.ALL: "Détail non montré\u00a0: il laisserait deviner des nombres de 1 à 4.",
    Withheld.CELLS: "Croisement non montré\u00a0: il laisserait deviner des nombres de 1 à 4.",
}


def value_words(value: Value) -> str:
    """The value itself: « 12 », « 37,5 % », « 4 h »."""
    match value:
        case Count(number):
            return whole(number)
        case Share(numerator, denominator):
            return percent(Decimal(numerator) / denominator)
        case Median(middle, _, unit):
            return f"{decimal(middle)}{NO_BREAK}{unit}"
        case Mean(total, of):
            return decimal(Decimal(total) / of, 2)
        case Change(now, before):
            return signed_percent(Decimal(now - before) / before)
        case _:
            return NOT_PROVIDED_WORDS


def basis_words(value: Value) -> str:
    """On what the value rests: « 3 sur 8 », « 12 valeurs »; empty where there is nothing to say."""
    match value:
        case Share(numerator, denominator):
            return f"{whole(numerator)} sur {whole(denominator)}"
        case Median(_, of, _) | Mean(_, of):
            return f"{whole(of)} {plural('valeur', of)}"
        case Change(now, before):
            return f"{whole(now)}, contre {whole(before)} un an avant"
        case _:
            return ""


def cell_words(number: Shown | None) -> str:
    """A cell of a table or a course by month."""
    if number is MASKED:
        return MASKED_WORD
    return NOT_PROVIDED_WORDS if number is None else whole(number)
