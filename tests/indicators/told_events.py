"""Events as the second reading has them: what one says of itself, and which of them stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Told:
    """An event as CloudEvents JSON, and the hub's decision on it where it has one."""

    event: Mapping[str, Any]
    outcome: str = ""
    services: frozenset[str] = frozenset()

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event["data"]  # type: ignore[no-any-return]

    @property
    def thread(self) -> str:
        return str(self.event.get("correlationid") or self.event["subject"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.event["time"]).astimezone(UTC)

    @property
    def day(self) -> date:
        return self.at.astimezone(PARIS).date()

    @property
    def month(self) -> str:
        return self.day.isoformat()[:7]

    @property
    def key(self) -> tuple[str, str]:
        return self.event["source"], self.event["id"]

    @property
    def order(self) -> tuple[datetime, str, str]:
        """In the order of the facts; where two are of one instant, in that of their ids."""
        return self.at, self.event["id"], self.event["source"]


def standing(events: Iterable[Told]) -> list[Told]:
    """Each event once, without what a correction replaces: its target, and every earlier correction of that target."""
    once = {event.key: event for event in events}
    gone = set()
    for one in once.values():
        target = one.data.get("corrects")
        if target is not None:
            source = one.event["source"]
            gone.add((source, target))
            rivals = [e for e in once.values() if e.event["source"] == source and e.data.get("corrects") == target]
            gone |= {e.key for e in rivals if e is not max(rivals, key=lambda rival: (rival.at, rival.event["id"]))}
    return [event for key, event in once.items() if key not in gone]
