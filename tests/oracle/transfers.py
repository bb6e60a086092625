"""Contract §6 read a second time: hand-over and joint intervention."""

from datetime import date
from typing import Any

from tests.oracle.answer import Reading
from tests.oracle.perimeter import IN, OUT, UNDATED, perimeter

Home = tuple[bool, str | None, set[str]]
"""Whether there is a home CDAS, its code where no map is needed, and the flags of that answer."""


def hand_over(found: Reading, data: dict[str, Any], today: date, home: Home) -> None:
    """Collect every reason against a hand-over, else route it."""
    to_caf = data["direction"] == "CDAS_TO_CAF"
    if not data["agreement"]["given"]:
        found.rejections.add("AGREEMENT_MISSING")
    if data["link"] == "STRONG":
        found.rejections.add("LINK_ACTIVE")
        found.suggestions.add("JOINT_INTERVENTION")
    if to_caf and data["child_protection"] == "KNOWN_TO_CDAS":
        found.rejections.add("CHILD_PROTECTION_MAINTAINED")
        found.suggestions.add("JOINT_INTERVENTION")
    if to_caf:
        _perimeter_of_hand_over(found, data, today)
    if data["reason"] != ("WEAK_LINK" if to_caf else "LASTING_DIFFICULTIES"):
        found.rejections.add("REASON_NOT_RECOGNISED")
    if data.get("communication") is None:
        found.missing.add("COMMUNICATION")
    if _ends_without_routing(found):
        return
    if to_caf:
        found.route("CAF_SOCIAL_WORK/SECRETARIAT", "CAF_SOCIAL_WORK_MAILBOX", "APPOINTMENT", {"R60", "R48"})
    else:
        _concertation(found, {"R47", "R60", "R62"}, home)


def _perimeter_of_hand_over(found: Reading, data: dict[str, Any], today: date) -> None:
    place = perimeter(data, today)
    household = data["household"]
    barred = household["caf_beneficiary"] == "NO" or household["scheme"] == "MSA"
    further = {"C17"} if barred else set()
    found.arguable |= place.arguable | further
    if household["caf_beneficiary"] == "NOT_KNOWN":
        found.arguable.add("BENEFICIARY_UNKNOWN")
    if place.verdict == UNDATED:
        # « would change the answer »: it would change the list of reasons, whatever else is on it
        found.missing.add("LIFE_EVENT_DATE")
        found.arguable |= place.flags
        return
    found.flags |= place.flags
    if place.verdict == OUT:
        found.rejections.add("OUT_OF_PERIMETER")
    if place.verdict == IN:
        found.flags |= further


def joint_intervention(found: Reading, data: dict[str, Any], home: Home) -> None:
    """Collect every reason against a joint intervention, else route it."""
    if data["other_professional"] in ("CHILD_PLACEMENT_WORKER", "RSA_REFERENT"):
        found.rejections.add("EXCLUDED_PROFESSIONAL")
        found.flags.add("C07")
        found.suggestions.add("COORDINATION_CONTACT")
    if not data["evaluated_with_family"]:
        found.missing.add("EVALUATION")
    if data.get("reason") is None:
        found.missing.add("REASON")
    if _ends_without_routing(found):
        return
    if data["direction"] == "CDAS_TO_CAF":
        found.route("CAF_SOCIAL_WORK/SECRETARIAT", "CAF_SOCIAL_WORK_MAILBOX", "CONCERTATION", {"R48"})
    else:
        _concertation(found, {"R47"}, home)


def _ends_without_routing(found: Reading) -> bool:
    if found.rejections:
        found.outcome = "REJECTED"
    elif found.missing:
        found.outcome = "INCOMPLETE"
    return found.outcome != "ROUTED"


def _concertation(found: Reading, rules: set[str], home: Home) -> None:
    there, code, flags = home
    found.flags |= flags
    if there:
        found.route_cdas("CDAS/CONCERTATION", "CDAS_MAILBOX", "CONCERTATION", rules, code)
    else:
        found.ask_a_human("COMMUNE")
