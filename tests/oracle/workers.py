"""Contract §5, second reading: the home CDAS, the open workers, and routings to either."""

from typing import Any

from tests.oracle.answer import Reading

CDAS_SERVICES = ("CDAS_RECEPTION", "CDAS_SOCIAL_WORKER")
WORKER_OF = {
    "CAF": "CAF_SOCIAL_WORK/SOCIAL_WORKER",
    "CD35": "CDAS/SOCIAL_WORKER",
    "OTHER": "EXTERNAL_REFERENT/SOCIAL_WORKER",
}


def outside(data: dict[str, Any]) -> bool:
    """A commune is given and lies outside the département."""
    commune = data["household"].get("commune")
    return commune is not None and not commune.startswith("35")


def is_cdas(data: dict[str, Any]) -> bool:
    """The emitter is a CDAS: its service says so, whatever its code."""
    return data["emitter"]["service"] in CDAS_SERVICES


def home_cdas(data: dict[str, Any]) -> tuple[bool, str | None, set[str]]:
    """Whether there is a home CDAS, its code where no map is needed, and the flags of that answer."""
    own = data["emitter"].get("cdas")
    if data["household"].get("commune") is not None:
        return not outside(data), None, set()
    if own is not None:
        return True, own, {"C18"}
    return False, None, set()


def route_home(
    found: Reading, data: dict[str, Any], to: str, how: str, purpose: str, rules: set[str], urgency: str = "NONE"
) -> None:
    """Route to the home CDAS; in rows 1 and 3c, outside the département, to the emitter's (flag C18)."""
    there, code, flags = home_cdas(data)
    if outside(data):
        code, flags = data["emitter"].get("cdas"), {"C18"}
        there = code is not None
    found.flags |= flags
    if there:
        found.route_cdas(to, how, purpose, rules, code, urgency=urgency)
    else:
        found.ask_a_human("COMMUNE")


def open_workers(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The open entries of `support`; child protection known to the CDAS counts as one where no CDAS entry is open."""
    entries = [entry for entry in data.get("support") or [] if entry["status"] == "OPEN"]
    if data["child_protection"] == "KNOWN_TO_CDAS" and not any(entry["by"] == "CD35" for entry in entries):
        entries.append({"by": "CD35", "cdas": None, "worker_absent": False})
    return entries


def is_open(data: dict[str, Any], body: str) -> bool:
    """Open(X) of the contract."""
    return any(entry["by"] == body for entry in open_workers(data))


def route_worker(
    found: Reading,
    data: dict[str, Any],
    entry: dict[str, Any],
    to: str,
    purpose: str,
    rules: set[str],
    urgency: str,
) -> None:
    """Route to the worker of an open entry, with the CDAS's code where there is one."""
    if entry["by"] != "CD35":
        found.route(to, "DIRECT", purpose, rules, urgency=urgency)
        return
    code = entry.get("cdas")
    if code is None:
        # The routing needs no home CDAS, yet its code may lean on C18: one reading asks for the flag, one does not.
        _, code, flags = home_cdas(data)
        found.arguable |= flags
    found.route_cdas(to, "DIRECT", purpose, rules, code, urgency=urgency)
