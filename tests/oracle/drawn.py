"""The space of the cases for property tests."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.oracle.events import BENEFIT_URGENCY, FIELDS, HOUSEHOLD, Case, event_of, life_event
from tests.oracle.space import (
    ALL_TYPES,
    CHANGES,
    CODES,
    FREE,
    HOURS,
    KINDS,
    LINE_INSTANTS,
    REASONS,
    TODAYS,
    at,
    days_around,
)

_ANY_DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)


@st.composite
def any_case(draw: st.DrawFn, kinds: Sequence[str] = ALL_TYPES) -> Case:
    """A case of the same space, for property tests; support lists of any length, and any instant of thirty years."""
    kind = draw(st.sampled_from(kinds))
    today = draw(st.one_of(st.sampled_from(TODAYS), st.dates(date(2015, 1, 1), date(2045, 12, 31))))
    read = {*FIELDS[kind], *HOUSEHOLD}
    values = {name: draw(st.sampled_from(drawn)) for name, drawn in FREE.items() if name in read}
    values["reason"] = draw(st.sampled_from(REASONS.get(kind, (None,))))
    values["life_event"] = draw(st.none() | any_life_event(today))
    values["benefit"] = draw(any_benefit(today) if kind == BENEFIT_URGENCY else st.none() | any_benefit(today))
    if draw(st.booleans()):
        values["support"] = draw(st.lists(any_entry(), max_size=5))
    instant = draw(st.one_of(st.sampled_from(LINE_INSTANTS), st.sampled_from(HOURS).map(lambda hour: at(today, hour))))
    return Case("drawn", event_of(kind, values), instant)


def any_life_event(today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Any life event, mostly around the ends of the windows."""
    days = st.sampled_from((None, *days_around(today, 12), *days_around(today, 24))) | _ANY_DAY
    return st.builds(life_event, st.sampled_from(KINDS), days, st.none() | days, planned=st.booleans())


def any_benefit(today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Any benefit, mostly around its three months."""
    since = st.sampled_from((None, *days_around(today, 3))) | _ANY_DAY
    codes, changes = st.sampled_from(CODES), st.sampled_from(CHANGES)
    return st.fixed_dictionaries({"code": codes, "change": changes, "since": since})


def any_entry() -> st.SearchStrategy[dict[str, Any]]:
    """Any entry of `support`."""
    return st.fixed_dictionaries(
        {
            "by": st.sampled_from(("CAF", "CD35", "OTHER")),
            "status": st.sampled_from(("OPEN", "CLOSED")),
            "closed_on": st.sampled_from((None, "2025-12-31")),
            "same_event": st.booleans(),
            "worker_absent": st.booleans(),
        },
        optional={"cdas": st.sampled_from((None, "CDAS-07", "CDAS-09"))},
    )
