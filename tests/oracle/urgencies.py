"""Contract §5, rows 3 and 6, read a second time: social urgencies, and benefits with their urgency."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tests.oracle.answer import Reading
from tests.oracle.perimeter import IN, UNDATED, after_months, day_of, eligible
from tests.oracle.workers import WORKER_OF, is_cdas, is_open, open_workers, outside, route_home, route_worker

LineOpen = Callable[[datetime], tuple[bool, bool]]
"""Whether the priority line is open at an instant, and whether the instant is beyond the calendar's data."""


def social_urgency(found: Reading, data: dict[str, Any], today: date) -> None:
    """Row 3."""
    if data["category"] == "OTHER":
        found.flags.add("C10")
    # Row 3a
    if (
        is_cdas(data)
        and data.get("directed_to") == "CAF_SOCIAL_WORK"
        and not data["handled_before_referral"]
        and not is_open(data, "CAF")
    ):
        found.outcome = "REJECTED"
        found.rejections.add("URGENCY_NOT_HANDLED")
        cdas = data["emitter"].get("cdas")
        found.route_cdas("CDAS/MANAGER", "HUB", "ALERT", {"R66"}, cdas, urgency="SOCIAL")
        return
    if data.get("support") is None:
        found.suggestions.add("CONTINUITY")
    if open_workers(data):
        _row_3b(found, data)
    else:
        _row_3c(found, data, today)


def _row_3b(found: Reading, data: dict[str, Any]) -> None:
    """Every open referent; outside the département an open CDAS worker without code has no home CDAS to name."""
    for entry in open_workers(data):
        rules = {"R65", "R68"} if entry["by"] == "CAF" else {"R65"}
        places = [WORKER_OF[entry["by"]]]
        if entry["worker_absent"] and entry["by"] == "CAF":
            places = ["CAF_SOCIAL_WORK/SECRETARIAT", "CAF_SOCIAL_WORK/MANAGER"]
        if entry["worker_absent"] and entry["by"] == "CD35":
            places = ["CDAS/MANAGER"]
        if entry["by"] == "OTHER":
            found.flags.add("C15b")
        for to in places:
            route_worker(found, data, entry, to, "URGENT_RESPONSE", rules, "SOCIAL")


def _row_3c(found: Reading, data: dict[str, Any], today: date) -> None:
    """Nobody follows the person: the home CDAS answers, and an eligible household is to meet CAF social work."""
    how = "CDAS_RECEPTION" if is_cdas(data) else "CDAS_MAILBOX"
    route_home(found, data, "CDAS/RECEPTION_SECOND_LEVEL", how, "URGENT_RESPONSE", {"R11", "R67"}, "SOCIAL")
    if outside(data) or found.outcome != "ROUTED":
        # « and nothing else »: no appointment, and no flag of the first half of the row
        found.arguable |= {"C15b"} if not is_cdas(data) else set()
        return
    if not is_cdas(data):
        found.flags.add("C15b")
    household = eligible(data, today)
    if household.verdict == UNDATED:
        found.arguable |= household.flags | household.arguable
        return
    found.flags |= household.flags
    found.arguable |= household.arguable
    if household.verdict == IN:
        found.route("CAF_SOCIAL_WORK/SECRETARIAT", "CAF_SOCIAL_WORK_MAILBOX", "APPOINTMENT", {"R67"})


def benefit(found: Reading, data: dict[str, Any], instant: datetime, today: date, line_open: LineOpen) -> None:
    """Row 6."""
    why = _why_urgent(found, data.get("benefit"), today)
    urgency = "NONE" if why is None else "BENEFIT"
    if why is None:
        found.route("CAF_BENEFITS/FRONT_OFFICE", "PUBLIC", "COMPETENCE", {"R02", "R03", "R18"})
    elif is_cdas(data):
        _priority_contact(found, data, why, line_open(instant))
    else:
        rules = {"R02", "R16", "R18", why}
        found.route("CAF_BENEFITS/FRONT_OFFICE", "PUBLIC", "COMPETENCE", rules, urgency=urgency)
        found.warnings.add("PRIORITY_CHANNEL_RESERVED")
    if is_cdas(data) and data["emitter"]["cdap_access"] and not data["emitter"]["cdap_consulted"]:
        found.warnings.add("CDAP_NOT_CONSULTED")
    if data.get("autonomous") is False:
        for entry in open_workers(data):
            found.flags.add("C05")
            route_worker(found, data, entry, WORKER_OF[entry["by"]], "SUPPORT", {"R14"}, urgency)


def _why_urgent(found: Reading, given: dict[str, Any] | None, today: date) -> str | None:
    """The rule that makes it a benefit urgency; None when it is none."""
    if given is None:
        return None
    if given["code"] in ("AAH", "RSA"):
        if given["change"] == "DECREASE":
            found.flags.add("C11")
        return "R19" if given["change"] in ("INTERRUPTED", "STRONG_DECREASE") else None
    if given["change"] != "INTERRUPTED":
        return None
    since = day_of(given.get("since"))
    if since is None:
        found.flags.add("C12")
        return None
    return "R20" if today >= after_months(since, 3) else None


def _priority_contact(found: Reading, data: dict[str, Any], why: str, line: tuple[bool, bool]) -> None:
    is_line_open, beyond_data = line
    to = "CAF_BENEFITS/PRIORITY_CONTACT"
    if is_line_open:
        found.route(to, "PRIORITY_LINE", "COMPETENCE", {"R02", "R16", why}, urgency="BENEFIT")
        return
    found.route(to, "CDAP_FORM", "COMPETENCE", {"R02", "R17", why}, urgency="BENEFIT")
    found.keyword = "URGENCE DEFINIE"
    if not data["emitter"]["cdap_access"] or beyond_data:
        found.flags.add("C13")
