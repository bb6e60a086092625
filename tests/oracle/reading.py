"""A second reading of contract §3 to §6, written from the text alone: straight, slow, in the order of its rows.

It shares no line with the engine, so that a misreading of one shows as a difference. Where the text leaves a choice, a
comment says which one was taken. CDAS codes are those that hold without a territory map.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.answer import Reading
from tests.oracle.perimeter import IN, UNDATED, closed_for_same_event, eligible, perimeter
from tests.oracle.transfers import hand_over, joint_intervention
from tests.oracle.urgencies import LineOpen, benefit, social_urgency
from tests.oracle.workers import WORKER_OF, home_cdas, is_open, open_workers, outside, route_home, route_worker


def expected(event: dict[str, Any], as_of: datetime | None, line_open: LineOpen) -> dict[str, Any]:
    """The answer that the contract asks for, as sets; `event` is a valid CloudEvent in JSON."""
    instant = as_of if as_of is not None else datetime.fromisoformat(event["time"])
    today = instant.astimezone(ZoneInfo("Europe/Paris")).date()
    found = Reading()
    _rows(found, event["type"], event["data"], instant, today, line_open)
    return found.as_dict()


def _rows(  # noqa: C901 -- the rows in the order of the contract, one after the other
    found: Reading, kind: str, data: dict[str, Any], instant: datetime, today: date, line_open: LineOpen
) -> None:
    # Row 0
    if data.get("child_protection") == "IMMEDIATE_DANGER" or data.get("immediate_danger") is True:
        found.outcome, found.instruction = "OFF_HUB", "PROSECUTOR_DIRECT"
        return
    # Row 1
    if kind == "child_protection.reported":
        _child_protection(found, data)
        return
    # Row 2
    if outside(data) and kind != "social_urgency.reported":
        found.outcome = "OUT_OF_SCOPE"
        found.flags.add("C18")
        return
    # Row 3
    if kind == "social_urgency.reported":
        social_urgency(found, data, today)
        return
    # Row 4
    if kind == "handover.requested":
        hand_over(found, data, today, home_cdas(data))
        return
    if kind == "joint_intervention.requested":
        joint_intervention(found, data, home_cdas(data))
        return
    # Row 5
    if kind == "referral.requested" and data.get("need") is None:
        found.ask_a_human("NEED")
        return
    # Row 6; a benefit urgency is judged on the benefit, for a referral too
    if kind == "benefit_urgency.reported" or data["need"] == "BENEFIT":
        benefit(found, data, instant, today, line_open)
        return
    # Rows 7 and 8: the suggestion holds for whatever the row answers, a human qualification too
    if data.get("support") is None:
        found.suggestions.add("CONTINUITY")
    if open_workers(data):
        _open_workers(found, data, today)
    elif data["need"] == "DEPARTMENT_AID":
        route_home(found, data, "CDAS/RECEPTION", "CDAS_RECEPTION", "COMPETENCE", {"R04"})
    else:
        _social_support(found, data, today)


def _child_protection(found: Reading, data: dict[str, Any]) -> None:
    """Row 1."""
    if data["known_to_cdas"]:
        route_home(found, data, "CDAS/SOCIAL_WORKER", "SECURE", "CONTINUITY", {"R51"})
    else:
        route_home(found, data, "CDAS/MANAGER", "SECURE", "INFORMATION", {"R52"})
    if data.get("family_informed") is None:
        found.warnings.add("FAMILY_INFORMATION_REMINDER")


def _open_workers(found: Reading, data: dict[str, Any], today: date) -> None:
    """Row 7, first half."""
    known = data["child_protection"] == "KNOWN_TO_CDAS"
    for entry in open_workers(data):
        rules = {"R07"}
        if data["need"] == "DEPARTMENT_AID":
            rules.add("R43")
        if known and entry["by"] == "CD35":
            rules.add("R51")
        route_worker(found, data, entry, WORKER_OF[entry["by"]], "CONTINUITY", rules, "NONE")
    if known and not is_open(data, "CAF"):
        place = perimeter(data, today)
        if place.verdict == UNDATED:
            found.arguable |= place.flags | place.arguable
            return
        found.flags |= place.flags
        found.arguable |= place.arguable
        if place.verdict == IN:
            found.suggestions.add("JOINT_INTERVENTION")


def _social_support(found: Reading, data: dict[str, Any], today: date) -> None:
    """Row 8. Without date and without home CDAS the date is asked for first: it may make the commune needless."""
    household = eligible(data, today)
    if household.verdict == UNDATED:
        found.ask_a_human("LIFE_EVENT_DATE")
        found.arguable |= household.flags | household.arguable
        return
    found.flags |= household.flags
    found.arguable |= household.arguable
    if household.verdict == IN:
        rules = {"R06", "R38"} | ({household.rule} if household.rule else set())
        found.route("CAF_SOCIAL_WORK/SECRETARIAT", "CAF_SOCIAL_WORK_MAILBOX", "FIRST_INTENTION", rules)
    elif closed_for_same_event(data):
        route_home(found, data, "CDAS/RECEPTION_SECOND_LEVEL", "CDAS_RECEPTION", "NEW_REQUEST", {"R08"})
    else:
        route_home(found, data, "CDAS/RECEPTION_SECOND_LEVEL", "CDAS_RECEPTION", "FIRST_INTENTION", {"R06"})
