"""The engine's answer beside the second reading, and how they are compared."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from hub.data import load_calendar, load_territory
from hub.domain.calendar.line import Calendar
from hub.domain.routing.decide import decide
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue
from tests.oracle.answer import Place
from tests.oracle.events import Case
from tests.oracle.reading import expected

SHOWN = 5
SETS = ("rejections", "missing", "suggestions", "warnings")
SINGLE = ("outcome", "instruction", "keyword")
PLACE = ("service", "role", "channel", "purpose", "urgency", "cdas")


@cache
def reader() -> EventReader:
    """The reader of every way in."""
    return EventReader(load_catalogue(), load_territory())


@cache
def calendar() -> Calendar:
    """The shipped calendar."""
    return load_calendar()


def line_open(instant: datetime) -> tuple[bool, bool]:
    """The shipped calendar's word on an instant: open, and beyond its data."""
    line = calendar().line(instant)
    return line.is_open, line.beyond_data


def answer(case: Case) -> Mapping[str, Any]:
    """The engine's answer, without directory."""
    return decide(reader().from_json(case.event), case.as_of, None, calendar()).data


def places(answered: Mapping[str, Any]) -> dict[Place, set[str]]:
    """Routings of the engine's answer with their rules."""
    return {tuple(routing[name] for name in PLACE): set(routing["rules"]) for routing in answered["routings"]}


def without_order(answered: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answer, explanation apart, as values that compare without any order."""
    compared: dict[str, Any] = {name: set(answered[name]) for name in (*SETS, "flags")}
    return compared | {name: answered[name] for name in SINGLE} | {"routings": places(answered)}


def differences(wanted: Mapping[str, Any], answered: Mapping[str, Any]) -> list[str]:
    """Names of the fields in which an answer is not what is wanted; rules and flags may be more."""
    found = [name for name in SINGLE if wanted[name] != answered[name]]
    found += [name for name in SETS if sorted(wanted[name]) != sorted(answered[name])]
    routings = places(answered)
    if wanted["routings"].keys() != routings.keys() or len(routings) != len(answered["routings"]):
        found.append("routings")
    elif any(not rules <= routings[place] for place, rules in wanted["routings"].items()):
        found.append("rules")
    if not wanted["flags"] <= set(answered["flags"]):
        found.append("flags")
    return found


def disagreements(cases: Iterable[Case]) -> tuple[int, list[str]]:
    """How many cases there are, and what is to be read about those on which the two readings differ."""
    number, told = 0, []
    for case in cases:
        number += 1
        wanted, answered = expected(case.event, case.as_of, line_open), answer(case)
        names = differences(wanted, answered)
        if names:
            told.append(_told(case, names, wanted, answered))
    return number, told


def _told(case: Case, names: list[str], wanted: Mapping[str, Any], answered: Mapping[str, Any]) -> str:
    got = without_order(answered)
    lines = [f"{case.name}, as_of {case.as_of}: {', '.join(names)}", json.dumps(case.event)]
    for name in names:
        field = "routings" if name == "rules" else name
        lines.append(f"  {field}: the text {wanted[field]}, the engine {got[field]}")
    return "\n".join(lines)
