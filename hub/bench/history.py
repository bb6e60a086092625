"""Years of hub.decisions, made quickly: records as the router writes them, of few templates with ever new threads.

A template is a realistic event that was read, decided and encoded once. Each record is it again under another id,
another thread and another month, encoded by the router's own `DecisionWriter`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from hub.bench.mix import realistic_events
from hub.data import load_calendar, load_parameters, load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.events import Envelope
from hub.domain.routing.decide import decide, is_routed
from hub.domain.routing.decision import Decision
from hub.paths import schemas_root
from hub.wire.cloudevents import EventReader, ReceivedEvent, topic_of
from hub.wire.decisions import DecisionWriter
from hub.wire.schemas import Catalogue, PublishedSchema

DESCRIPTION: Final = (
    "referrals 70 % (some confirmed and concluded), CDAP messages, urgencies with calls and answers, "
    "hand-overs, activity, notices; over five years"
)

_FIRST: Final = datetime(2021, 6, 1, 9, tzinfo=UTC)
_DECIDED: Final = "2026-06-10T08:00:00.000+00:00"
_DAYS: Final = 1826
_SPREAD: Final = 7919  # a prime: neighbouring threads lie in different months
_TEMPLATES: Final = 1500
_SEED: Final = 35
_FOLLOWING: Final = {
    "referral.requested": ("referral.confirmed", "referral.concluded"),
    "benefit_urgency.reported": ("benefit_urgency.contacted", "benefit_urgency.handled"),
    "handover.requested": ("handover.accepted", "handover.completed"),
    "joint_intervention.requested": ("joint_intervention.validated", "joint_intervention.ended"),
}
_ACTIVITY: Final = ("social_worker_query.received", "training.held", "meeting.held", "field_feedback.submitted")


@dataclass(frozen=True, slots=True)
class Template:
    """An event, its framed value, the reference in it that stands for its thread, and its decision."""

    envelope: Envelope
    schema: PublishedSchema
    value: bytes
    reference: bytes
    decision: Decision | None
    topic: str


class History:
    """Makes records of hub.decisions; the same number is always the same record."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._writer = DecisionWriter(catalogue)
        self._stories = _stories(catalogue)

    def records(self, first: int, count: int) -> Iterator[tuple[bytes, bytes]]:
        """Key and framed value of `count` records, from the one numbered `first` on."""
        made = 0
        random = Random(_SEED + first)  # noqa: S311 -- the same records each time, nothing to keep secret
        while made < count:
            story = random.choice(self._stories)
            thread = first + made
            reference = f"bench-{thread:07d}"
            begun = _FIRST + timedelta(days=thread * _SPREAD % _DAYS, minutes=thread % 480)
            for place, template in enumerate(story[: count - made]):
                yield self._record(template, reference, place, begun + timedelta(days=place), thread + place)
                made += 1

    def _record(
        self, template: Template, reference: str, place: int, moment: datetime, number: int
    ) -> tuple[bytes, bytes]:
        like = template.envelope
        envelope = Envelope(
            id=f"{reference}.{place}",
            source=like.source,
            type=like.type,
            time=moment,
            subject=reference,
            correlationid=reference,
            confidentiality=like.confidentiality,
            causationid=like.causationid,
        )
        key = reference.encode()
        event = template.value.replace(template.reference, key)
        stamp = int(moment.timestamp() * 1000)
        origin = (template.topic, number % 3, number, stamp)
        return key, self._writer.write(envelope, template.schema, origin, event, (100, 3), _DECIDED, template.decision)


def _stories(catalogue: Catalogue) -> list[tuple[Template, ...]]:
    reader = EventReader(catalogue, load_territory())
    directory, calendar, table = _directory(), load_calendar(), load_parameters()
    random = Random(_SEED)  # noqa: S311 -- the same stories each time

    def template(event: dict[str, Any]) -> Template:
        read: ReceivedEvent = reader.from_json(event)
        kind = read.envelope.type
        decision = decide(read, None, directory, calendar, table) if is_routed(kind) else None
        subject = read.envelope.subject.encode()
        return Template(read.envelope, read.schema, read.value or b"", subject, decision, topic_of(read.envelope))

    stories = []
    for number, event in enumerate(realistic_events(_TEMPLATES, [dict(notice) for notice in demo_notices()])):
        begun = template(event)
        followed = number % 8 == 0 or event["type"] != "referral.requested"
        following = _FOLLOWING.get(event["type"], ()) if followed else ()
        stories.append((begun, *(template(_example(kind, event["subject"], random)) for kind in following)))
        if number % 30 == 0:
            stories.append((template(_example(random.choice(_ACTIVITY), event["subject"], random)),))
    return stories


def _example(event_type: str, reference: str, random: Random) -> dict[str, Any]:
    """The published example of a type, as an event of this thread."""
    file = min((schemas_root() / event_type).glob("*.json"))
    event: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    data = event["data"]
    for name, value in (("situation", reference), ("delay_hours", random.randrange(1, 200) / 4)):
        if name in data:
            data[name] = value
    if data.get("cdas") and isinstance(data["cdas"], str):
        data["cdas"] = f"CDAS-{random.randrange(1, 23):02d}"
    return event | {"subject": reference, "correlationid": reference}


def _directory() -> Directory:
    directory = Directory(load_territory())
    receipts: Sequence[Any] = plan_import(demo_directory_rows(), directory, date(2026, 1, 1))
    for receipt in receipts:
        if receipt.contact is not None:
            directory.apply(receipt.contact)
    return directory
