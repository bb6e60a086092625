"""The lanes of the router: which topics go together, so that one kind of event never delays another."""

from enum import StrEnum
from functools import lru_cache
from typing import Final

from hub.domain.events import EVENT_TYPES, SIGNATORIES, may_emit, parse_source
from hub.domain.vocabulary import Institution, Kind
from hub.wire.faults import Fault


class Lane(StrEnum):
    """A lane has its own consumer group and its own tasks."""

    DIRECTORY = "directory"
    URGENCIES = "urgencies"
    STANDARD = "standard"


ALL: Final = tuple(Lane)

_KINDS: Final = {
    Lane.DIRECTORY: (Kind.DIRECTORY,),
    Lane.URGENCIES: (Kind.URGENCIES,),
    Lane.STANDARD: (Kind.NOTICES, Kind.REFERRALS, Kind.ACTIVITY),
}
_BY_PREFIX: Final = {row.topic_prefix: row.institution for row in SIGNATORIES.values()}


def topics_of(lane: Lane) -> tuple[str, ...]:
    """The input topics of a lane."""
    return tuple(f"{row.topic_prefix}.{kind.value}" for kind in _KINDS[lane] for row in SIGNATORIES.values())


def group_of(lane: Lane) -> str:
    """The consumer group of a lane."""
    return f"hub-router-{lane.value}"


def institution_of(topic: str) -> Institution:
    """The institution that an input topic belongs to."""
    return _BY_PREFIX[topic.partition(".")[0]]


@lru_cache(maxsize=4096)
def misplaced(topic: str, source: str, event_type: str) -> Fault | None:
    """Why an event of this source and type may not be on this topic, or None. Source and type are valid in form."""
    institution = parse_source(source).institution
    if institution is not institution_of(topic):
        return Fault("WRONG_INSTITUTION", "/source", "The source does not belong to the institution of the topic.")
    if not may_emit(institution, event_type):
        return Fault("NOT_ALLOWED", "/type", "The institution may not emit events of this type.")
    if EVENT_TYPES[event_type].kind.value != topic.partition(".")[2]:
        return Fault("WRONG_TOPIC", "/type", "Events of this type belong on the topic of their kind.")
    return None
