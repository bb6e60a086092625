"""The time zone of the convention."""

from functools import cache
from zoneinfo import ZoneInfo


@cache
def paris() -> ZoneInfo:
    """The time zone of every calendar date of the hub, loaded on first use."""
    return ZoneInfo("Europe/Paris")
