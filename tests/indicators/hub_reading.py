"""The hub's own figures of a list of events, told as in the example year's `expected.csv`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from hub.domain.events import EVENT_TYPES, Envelope, default_level_of
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact, fact_of
from hub.domain.indicators.figures import figures
from hub.domain.indicators.increments import increments
from hub.domain.indicators.periods import Period
from hub.domain.indicators.shapes import IndicatorFigures
from hub.domain.indicators.values import Change, Count, Mean, Median, NotProvided, Share, Value
from tests.indicators.second_reading import Figures
from tests.indicators.told_events import Told

_DATES = ("published_on", "effective_on", "concertation_on", "exchange_on", "held_on", "completed_on", "ended_on")


def fact(told: Told, rules_version: str = "1") -> Fact | None:
    """What the hub counts of an event."""
    event, data = told.event, dict(told.data)
    for name in _DATES:
        if data.get(name) is not None:
            data[name] = date.fromisoformat(data[name])
    envelope = Envelope(
        event["id"],
        event["source"],
        event["type"],
        datetime.fromisoformat(event["time"]),
        event["subject"],
        told.thread,
        default_level_of(event["type"], data),
    )
    routings = [{"service": service} for service in sorted(told.services)]
    decision = {"outcome": told.outcome, "routings": routings} if EVENT_TYPES[told.type].routed else None
    return fact_of(envelope, data, decision, rules_version)


def cells_of(facts: Iterable[Fact]) -> Counter[Cell]:
    """The pure function over a set of facts: each once, without what corrections replace, thread by thread."""
    once: dict[tuple[str, str], Fact] = {}
    for one in facts:
        once.setdefault(one.key, one)
    gone = replaced(once.values())
    threads = defaultdict(list)
    for key, one in once.items():
        if key not in gone:
            threads[one.thread].append(one)
    return sum((increments(thread) for thread in threads.values()), Counter())


def hub_reading(cells: Mapping[Cell, int], first: str, last: str) -> Figures:
    """Every figure of the months from `first` to `last`."""
    return figures_as_text(figures(cells, Period("asked", first, last), cells))


def figures_as_text(found: Iterable[IndicatorFigures]) -> Figures:
    """Figures of the hub under the names of the example year; what is not provided is left out."""
    told: Figures = {}
    for of in found:
        lines = _Lines(of)
        _PARTS[of.indicator.id](lines)
        told |= {(of.indicator.id, figure, key): text for (figure, key), text in lines.told.items()}
    return told


class _Lines:
    def __init__(self, of: IndicatorFigures) -> None:
        self.values = {figure.key: figure.value for figure in of.figures}
        self.tables = {table.key: table for table in of.breakdowns}
        self.told: dict[tuple[str, str], str] = {}

    def value(self, name: str, key: str) -> None:
        text = _text(self.values[key])
        if text is not None:
            self.told[name, ""] = text

    def table(self, name: str, key: str, *axes: str, **wanted: str) -> None:
        for symbols, number in self.sums(key, *axes, **wanted).items():
            self.told[name, " ".join(symbols)] = str(number)

    def shares(self, name: str, parts: Mapping[Any, int], wholes: Mapping[Any, int]) -> None:
        for symbols, whole in wholes.items():
            self.told[name, " ".join(symbols)] = f"{parts.get(symbols, 0)}/{whole}"

    def sums(self, key: str, *axes: str, **wanted: str) -> Counter[tuple[str, ...]]:
        sums: Counter[tuple[str, ...]] = Counter()
        if key in self.tables:
            names = [axis.name for axis in self.tables[key].by]
            for symbols, number in self.tables[key].rows.items():
                row = dict(zip(names, symbols, strict=True))
                if all(row[name] == symbol for name, symbol in wanted.items()):
                    sums[tuple(row[axis] for axis in axes)] += number
        return sums


def _text(value: Value) -> str | None:
    match value:
        case Count(number):
            return str(number)
        case Share(numerator, denominator):
            return f"{numerator}/{denominator}"
        case Median(middle, of, _):
            return f"{float(middle)} ({of})"
        case Mean(total, of):
            return f"{round(total / of, 6)} ({of})"
        case Change(now, before):
            return f"{now} after {before}"
        case NotProvided():
            return None


def _v1_1(lines: _Lines) -> None:
    for name in ("sessions", "participants", "reach"):
        lines.value(name, name)
    for name in ("sessions", "participants"):
        lines.table(f"{name} by site", f"{name}_by_site", "site")


def _v1_2(lines: _Lines) -> None:
    for name in ("messages", "urgent", "change"):
        lines.value(name, name)
    lines.table("messages by nature", "by_nature", "nature")
    lines.table("messages by urgent", "by_nature", "urgent")
    lines.table("messages by cdas", "by_cdas", "cdas")


def _v1_3(lines: _Lines) -> None:
    for name, key in (("workshops", "workshops"), ("participants", "participants"), ("cdas reached", "cdas")):
        lines.value(name, key)
    lines.table("workshops by cdas", "by_cdas", "cdas")


def _v1_4(lines: _Lines) -> None:
    for means in ("line", "form"):
        for name in ("contacts", "conforming", "reached", "delay"):
            lines.value(f"{means} {name}", f"{means}_{name}")
        lines.value(f"{means} while closed", f"{means}_closed")
        lines.table(f"{means} contacts by benefit", f"{means}_by_benefit", "benefit_kind")
        lines.table(f"{means} contacts by cdas", f"{means}_by_cdas", "cdas")
    lines.value("score", "line_score")
    lines.table("entries by kind", "line_feedback", "kind")


def _v1_5(lines: _Lines) -> None:
    lines.value("unjustified", "unjustified_share")
    lines.value("not known", "not_known")
    lines.table("unjustified by direction", "by_direction", "direction", justified="NO")
    lines.table("unjustified by reason", "by_reason", "reason")


def _v1_6(lines: _Lines) -> None:
    lines.value("unjustified", "avoidable_share")
    lines.value("not known", "not_known")
    lines.table("unjustified by cdas", "by_cdas", "cdas", information_available="YES")


def _v2_1(lines: _Lines) -> None:
    lines.value("queries", "queries")
    lines.table("queries by origin", "by_origin", "origin")
    lines.table("queries by nature", "by_origin", "nature")
    lines.table("queries by origin and nature", "by_origin", "origin", "nature")


def _v2_2(lines: _Lines) -> None:
    lines.value("requests", "instructions")
    lines.table("requests by direction", "by_direction", "direction")
    lines.table("requests by kind", "by_direction", "request_kind")


def _v2_3(lines: _Lines) -> None:
    lines.value("score", "transfer_score")
    lines.table("entries by kind", "transfer_feedback", "kind")
    lines.value("communication", "communication")
    asked = lines.sums("handover_requests", "direction")
    lines.shares("communication by direction", lines.sums("handover_requests", "direction", communication="yes"), asked)
    for name, transfer in (("accepted", "handover"), ("validated", "joint_intervention")):
        lines.value(name, f"{transfer}_{name}")
        table = f"{transfer}_answers"
        lines.shares(
            f"{name} by direction", lines.sums(table, "direction", answer=name), lines.sums(table, "direction")
        )
    lines.value("days", "delay")


def _v2_4(lines: _Lines) -> None:
    total = 0
    for kind in ("CD35_MISSIONS_FOR_CAF", "CAF_MISSIONS_FOR_CDAS"):
        match lines.values[f"{kind.lower()}_sessions"]:
            case Count(number):
                total += number
                if number:
                    lines.told["sessions by kind", kind] = str(number)
                    lines.told["cdas by kind", kind] = _text(lines.values[f"{kind.lower()}_cdas"]) or ""
                lines.told["sessions", ""] = str(total)


def _v2_5(lines: _Lines) -> None:
    lines.value("urgencies", "situations")
    lines.table("urgencies by category", "by_category", "category")
    lines.table("urgencies by cdas", "by_cdas", "cdas")


def _a1(lines: _Lines) -> None:
    for name in ("notices", "prior", "lead", "acknowledged"):
        lines.value(name, name)
    lines.table("notices by code", "by_code", "code")
    lines.table("notices by issuer", "by_code", "issuer")
    lines.shares("acknowledged by audience", lines.sums("acknowledged", "service"), lines.sums("asked", "service"))


def _a2(lines: _Lines) -> None:
    lines.value("referrals", "referrals")
    lines.table("referrals by outcome", "referrals", "outcome")
    lines.table("referrals by service", "services", "service")
    for transfer in ("handover", "joint_intervention"):
        lines.table(f"{transfer} by direction and last state", transfer, "direction", "state")


_PARTS = {
    "V1.1": _v1_1,
    "V1.2": _v1_2,
    "V1.3": _v1_3,
    "V1.4": _v1_4,
    "V1.5": _v1_5,
    "V1.6": _v1_6,
    "V2.1": _v2_1,
    "V2.2": _v2_2,
    "V2.3": _v2_3,
    "V2.4": _v2_4,
    "V2.5": _v2_5,
    "A1": _a1,
    "A2": _a2,
}
