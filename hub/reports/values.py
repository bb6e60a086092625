"""The values of figures as a report shows them: the number, and on how much it rests."""

from decimal import Decimal
from typing import Final

from hub.domain.french_numbers import HARD, decimal, percent, signed_percent, whole
from hub.domain.indicators.masking import Shown
from hub.domain.indicators.shapes import Figure
from hub.domain.indicators.values import Change, Count, Mean, Median, NotProvided, Share
from hub.reports.document import MASKED, NOT_PROVIDED, Entry, KeyFigure, Mark, State

_UNITS: Final = {"h": ("heure", "heures"), "j": ("jour", "jours")}


def key_figure(figure: Figure, label: str | None = None) -> KeyFigure:
    """A figure with its label, or another one where it stands outside its indicator."""
    entry, detail = entry_of(figure)
    return KeyFigure(label or figure.label, entry, detail)


def entry_of(figure: Figure) -> tuple[Entry, str]:
    """The number of a figure, and what it rests on."""
    match figure.value:
        case NotProvided():
            return NOT_PROVIDED, ""
        case Count(number=number):
            return Entry(whole(number), number), ""
        case Share(numerator=part, denominator=all_of_it):
            ratio = Decimal(part) / all_of_it
            return Entry(percent(ratio), _number(ratio)), f"{whole(part)} sur {whole(all_of_it)}"
        case Median(value=value, of=of, unit=unit):
            one, many = _UNITS[unit]
            text = f"{decimal(value)}{HARD}{one if abs(value) < 2 else many}"
            return Entry(text, _number(value)), _rests_on(of)
        case Mean(total=total, of=of):
            average = Decimal(total) / of
            return Entry(decimal(average), _number(average)), _rests_on(of)
        case Change(now=now, before=before):
            ratio = Decimal(now - before) / before
            return Entry(signed_percent(ratio), _number(ratio)), f"{whole(now)}, contre {whole(before)} un an avant"


def entry(number: Shown | None) -> Entry:
    """A count of a table; None where nothing was provided."""
    if number is None:
        return NOT_PROVIDED
    return Entry(whole(number), number) if isinstance(number, int) else MASKED


def mark(number: Shown | None) -> Mark:
    """The same for a chart."""
    if number is None:
        return State.NOT_PROVIDED
    return number if isinstance(number, int) else State.MASKED


def word(text: str) -> Entry:
    """A name in a table."""
    return Entry(text, text)


def _rests_on(of: int) -> str:
    return f"sur {whole(of)} valeur" if of < 2 else f"sur {whole(of)} valeurs"


def _number(value: Decimal) -> float:
    return float(round(value, 6))
