"""The example year as the readings take it, and what the hub's pure function counts of it."""

from collections import Counter
from functools import cache

from hub.domain.indicators.cells import Cell
from tests.indicators.example_year.building import NOT_STORED, counted_elsewhere, year_events
from tests.indicators.hub_reading import cells_of, fact
from tests.indicators.told_events import Told


@cache
def year_told() -> tuple[Told, ...]:
    """Every event of the year that is kept, as often as it is sent, with what no indicator counts among them."""
    kept = [event for event in year_events() if event.outcome != NOT_STORED]
    told = [Told(event.event, event.outcome, event.services) for event in kept for _ in range(event.sent)]
    return (*told, *(Told(event) for event in counted_elsewhere()))


@cache
def year_cells() -> Counter[Cell]:
    """What the hub counts of it."""
    rules = {event.key: event.rules_version for event in year_events()}
    facts = [fact(told, rules.get(told.key, "1")) for told in year_told() if told.event["data"] is not None]
    return cells_of(one for one in facts if one is not None)
