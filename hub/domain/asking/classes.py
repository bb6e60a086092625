"""Which answers the rules treat alike: a form of any household becomes one of a few that stand for all of them."""

from datetime import date
from typing import Final

from hub.domain.asking.field import Field
from hub.domain.asking.form_household import (
    ANY_OWN_CDAS,
    ANY_WORKERS_CDAS,
    LAST_YEAR,
    LONG_AGO,
    THIS_YEAR,
    TWO_YEARS_AGO,
)
from hub.domain.asking.form_request import ANY_COMMUNE_HERE, BENEFIT_LOST, BENEFIT_LOST_LATELY
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, Kind
from hub.domain.calendar.dates import Elapsed, Unpaid, elapsed, unpaid
from hub.domain.directory.territory import DEPARTEMENT_PREFIX

REFERENCE_DAY: Final = date(2026, 6, 15)
"""The day on which the dates that stand for others are as old as those that they stand for."""

_ELAPSED: Final = {
    Elapsed.WITHIN_A_YEAR: THIS_YEAR,
    Elapsed.WITHIN_TWO_YEARS: LAST_YEAR,
    Elapsed.TWO_YEARS_TO_THE_DAY: TWO_YEARS_AGO,
    Elapsed.OLDER: LONG_AGO,
}
_UNPAID: Final = {Unpaid.THREE_MONTHS: BENEFIT_LOST, Unpaid.UNDER_THREE_MONTHS: BENEFIT_LOST_LATELY}
_CDAS: Final = {"emitter.cdas": ANY_OWN_CDAS, "support.cd35.cdas": ANY_WORKERS_CDAS}


def stand_in(field: Field, answer: str, on: date) -> str:
    """The answer that stands, on REFERENCE_DAY, for one that is given on the day `on`."""
    if answer == NOT_KNOWN or field.kind in (Kind.CHOICE, Kind.YES_NO):
        return field.alike.get(answer, answer)
    if field.kind is Kind.COMMUNE:
        return ANY_COMMUNE_HERE if answer.startswith(DEPARTEMENT_PREFIX) else OUTSIDE
    if field.kind is Kind.CDAS:
        return _CDAS[field.id]
    day = date.fromisoformat(answer)
    return _UNPAID[unpaid(day, on)] if field.id == "benefit.since" else _ELAPSED[elapsed(day, on)]
