"""Contract §5, row 8, read a second time: the windows of the perimeter and who is eligible."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import Any

IN, OUT, UNDATED = "in", "out", "the date would decide"

RULE_OF = {
    "SEPARATION": "R32",
    "PARENT_DEATH": "R33",
    "PARTNER_DEATH": "R33",
    "CHILD_DEATH": "R34",
    "LONE_PARENT_CHILD": "R35",
}


@dataclass(slots=True)
class Verdict:
    """IN, OUT or UNDATED, the rule of the perimeter, the flags it leaned on and those that one could ask for."""

    verdict: str
    rule: str | None = None
    flags: set[str] = field(default_factory=set)
    arguable: set[str] = field(default_factory=set)


def after_months(day: date, months: int) -> date:
    """Calendar months later, clamped to the end of the month; before, with negative months."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(text: str | None) -> date | None:
    """The calendar date of an ISO text."""
    return None if text is None else date.fromisoformat(text)


def perimeter(data: dict[str, Any], today: date) -> Verdict:
    """Whether the life event is in the perimeter of the CAF social work service.

    Where the child and the date both put the event out, the text does not say which one decided: the flags of either
    are then arguable.
    """
    event = data.get("life_event")
    if event is None or event["kind"] == "OTHER":
        return Verdict(OUT)
    kind = event["kind"]
    child = data["household"]["dependent_child"]
    found = _by_date(kind, event, today)
    found.rule = RULE_OF[kind]
    if kind in ("SEPARATION", "PARENT_DEATH", "PARTNER_DEATH") and child == "NO":
        # Flags of the window are no longer what decided: the event is out at any date.
        was_out = found.verdict == OUT
        found.verdict, found.arguable, found.flags = OUT, found.arguable | found.flags, set()
        if kind == "PARENT_DEATH":
            (found.arguable if was_out else found.flags).add("C03")
    elif kind in ("CHILD_DEATH", "LONE_PARENT_CHILD") and child == "NO":
        (found.flags if found.verdict == IN else found.arguable).add("C02")
    elif child == "NOT_KNOWN":
        # Read to the letter: for every kind, also where the event itself meets the child condition.
        (found.flags if found.verdict == IN else found.arguable).add("CHILD_UNKNOWN")
    if kind == "PARTNER_DEATH":
        (found.arguable if found.verdict == UNDATED else found.flags).add("C03")  # in and out alike
    return found


def _by_date(kind: str, event: dict[str, Any], today: date) -> Verdict:
    if event["planned"] and kind == "SEPARATION":
        return Verdict(IN)
    if event["planned"] and kind == "LONE_PARENT_CHILD":
        return Verdict(IN, flags={"C02"})
    start = day_of(event.get("date")) or day_of(event.get("declared_on"))
    if start is None:
        return Verdict(UNDATED)
    flags = {"C14"} if event.get("date") is None else set()
    if kind == "SEPARATION":
        end = after_months(start, 24)
        if today == end:
            return Verdict(OUT, flags=flags | {"C14"})
        return Verdict(IN if today < end else OUT, flags=flags)
    end = after_months(start, 12 if kind == "LONE_PARENT_CHILD" else 24)
    return Verdict(IN if today <= end else OUT, flags=flags)


def closed_for_same_event(data: dict[str, Any]) -> bool:
    """Whether a CAF accompaniment was closed for the same event (R08)."""
    return any(_closed_by_caf(entry) and entry["same_event"] for entry in data.get("support") or [])


def _closed_by_caf(entry: dict[str, Any]) -> bool:
    return bool(entry["by"] == "CAF" and entry["status"] == "CLOSED")


def eligible(data: dict[str, Any], today: date) -> Verdict:
    """Whether CAF social work may take the household in: IN, OUT, or UNDATED where the date would change the answer."""
    found = perimeter(data, today)
    household = data["household"]
    barred = household["caf_beneficiary"] == "NO" or household["scheme"] == "MSA"
    unknown = household["caf_beneficiary"] == "NOT_KNOWN"
    same = closed_for_same_event(data)
    other = any(_closed_by_caf(entry) and not entry["same_event"] for entry in data.get("support") or [])
    further = {name for name, holds in (("C17", barred), ("BENEFICIARY_UNKNOWN", unknown), ("C09", other)) if holds}
    if found.verdict == OUT:
        found.arguable |= further
    elif barred:
        found.verdict = OUT
        found.flags.add("C17")
        found.arguable |= further
    elif same:
        found.verdict = OUT
        found.arguable |= further
    elif found.verdict == UNDATED:
        found.arguable |= further
    else:
        found.flags |= further
    return found
