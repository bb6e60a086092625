"""The indicators read a second time from their text: slow, plain, over whole lists of events, and sharing no code.

Figures are told as in the example year's `expected.csv`: by indicator, figure and key, as text.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.indicators.told_events import Told, standing

MEANS = {"PRIORITY_LINE": "line", "CDAP_FORM": "form"}
MISSIONS = ("CD35_MISSIONS_FOR_CAF", "CAF_MISSIONS_FOR_CDAS")
RANK = {"requested": 0, "postponed": 1, "accepted": 2, "validated": 2, "refused": 3, "completed": 4, "ended": 4}
"""Of two events at one instant the further one is the later; a refusal is further than a consent."""

Figures = dict[tuple[str, str, str], str]


def second_reading(events: Iterable[Told], first: str, last: str) -> Figures:
    """Every figure of the months from `first` to `last`, both included (2026-03)."""
    return dict(_Reading(standing(events), first, last).read())


class _Reading:
    def __init__(self, events: Sequence[Told], first: str, last: str) -> None:
        self.all = events
        self.first, self.last = first, last
        self.now = [event for event in events if first <= event.month <= last]

    def of(self, *types: str, **wanted: Any) -> list[Told]:
        """Events of the period, of these types, with these values in their data."""
        found = [event for event in self.now if event.type in types]
        return [e for e in found if all(e.data.get(name) == value for name, value in wanted.items())]

    def read(self) -> Iterator[tuple[tuple[str, str, str], str]]:
        for indicator, part in _PARTS.items():
            for figure, key, value in part(self):
                if value is not None:
                    yield (indicator, figure, key), str(value)


Line = tuple[str, str, "int | str | None"]


def _by(figure: str, keys: Iterable[str | None]) -> Iterator[Line]:
    for key, number in Counter(key or "" for key in keys).items():
        yield figure, key, number


def _share(part: int, whole: int) -> str | None:
    return f"{part}/{whole}" if whole else None


def _median(values: Iterable[Any]) -> str | None:
    ordered = sorted(Fraction(str(value)) for value in values)
    if not ordered:
        return None
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return f"{float(middle)} ({len(ordered)})"


def _mean(values: Sequence[int]) -> str | None:
    return f"{round(sum(values) / len(values), 6)} ({len(values)})" if values else None


def _v1_1(r: _Reading) -> Iterator[Line]:
    if r.of("training.held"):
        held = r.of("training.held", kind="ASIP_FOR_CAF_FRONT_OFFICE")
        participants = sum(event.data["participants"] for event in held)
        sized = [event for event in held if event.data["audience_size"] is not None]
        yield "sessions", "", len(held)
        yield "participants", "", participants
        if sized:
            latest = max(sized, key=lambda event: (event.at, event.data["audience_size"]))
            yield "reach", "", _share(participants, latest.data["audience_size"])
        yield from _by("sessions by site", (event.data["site"] for event in held))
        people: Counter[str] = Counter()
        for event in held:
            people[event.data["site"] or ""] += event.data["participants"]
        yield from (("participants by site", site, number) for site, number in people.items() if number)


def _v1_2(r: _Reading) -> Iterator[Line]:
    got = r.of("cdap_message.received")
    if got:
        yield "messages", "", len(got)
        yield "urgent", "", _share(sum(event.data["urgent"] for event in got), len(got))
        first, last = (f"{int(month[:4]) - 1}{month[4:]}" for month in (r.first, r.last))
        before = [e for e in r.all if e.type == "cdap_message.received" and first <= e.month <= last]
        if before:
            yield "change", "", f"{len(got)} after {len(before)}"
        yield from _by("messages by nature", (event.data["nature"] for event in got))
        yield from _by("messages by urgent", ("yes" if event.data["urgent"] else "no" for event in got))
        yield from _by("messages by cdas", (event.data["cdas"] for event in got))


def _v1_3(r: _Reading) -> Iterator[Line]:
    if r.of("training.held"):
        held = r.of("training.held", kind="CDAP_WORKSHOP")
        codes = [code for event in held for code in set(event.data["cdas"])]
        yield "workshops", "", len(held)
        yield "participants", "", sum(event.data["participants"] for event in held)
        yield "cdas reached", "", _share(len(set(codes)), 22)
        yield from _by("workshops by cdas", codes)


def _v1_4(r: _Reading) -> Iterator[Line]:
    provided = bool(r.of("benefit_urgency.contacted"))
    for means, told in MEANS.items():
        made = r.of("benefit_urgency.contacted", means=means)
        if provided:
            yield f"{told} contacts", "", len(made)
            yield f"{told} while closed", "", sum(not event.data["line_open"] for event in made)
        yield f"{told} conforming", "", _share(sum(not event.data["out_of_scope"] for event in made), len(made))
        yield f"{told} reached", "", _share(sum(event.data["reached"] for event in made), len(made))
        threads = {e.thread for e in r.all if e.type == "benefit_urgency.contacted" and e.data["means"] == means}
        handled = [event for event in r.of("benefit_urgency.handled") if event.thread in threads]
        yield f"{told} delay", "", _median(event.data["delay_hours"] for event in handled)
        yield from _by(f"{told} contacts by benefit", (event.data["benefit_kind"] for event in made))
        yield from _by(f"{told} contacts by cdas", (event.data["cdas"] for event in made))
    yield from _feedback(r, "PRIORITY_LINE")


def _feedback(r: _Reading, *themes: str) -> Iterator[Line]:
    said = [event for event in r.of("field_feedback.submitted") if event.data["theme"] in themes]
    yield "score", "", _mean([event.data["score"] for event in said if event.data["score"] is not None])
    yield from _by("entries by kind", (event.data["kind"] for event in said))


def _v1_5(r: _Reading) -> Iterator[Line]:
    if r.of("referral.concluded"):
        no, yes = r.of("referral.concluded", justified="NO"), r.of("referral.concluded", justified="YES")
        yield "unjustified", "", _share(len(no), len(no) + len(yes))
        yield "not known", "", len(r.of("referral.concluded", justified="NOT_KNOWN"))
        yield from _by("unjustified by direction", (event.data["direction"] for event in no))
        yield from _by("unjustified by reason", (event.data["unjustified_reason"] for event in no))


def _v1_6(r: _Reading) -> Iterator[Line]:
    got = r.of("cdap_message.received")
    if got:
        known = r.of("cdap_message.received", information_available="YES")
        yield "unjustified", "", _share(len(known), len(got))
        yield "not known", "", len(r.of("cdap_message.received", information_available="NOT_KNOWN"))
        yield from _by("unjustified by cdas", (event.data["cdas"] for event in known))


def _v2_1(r: _Reading) -> Iterator[Line]:
    got = r.of("social_worker_query.received")
    if got:
        yield "queries", "", len(got)
        yield from _by("queries by origin", (event.data["origin"] for event in got))
        yield from _by("queries by nature", (event.data["nature"] for event in got))
        yield from _by("queries by origin and nature", (f"{e.data['origin']} {e.data['nature']}" for e in got))


def _v2_2(r: _Reading) -> Iterator[Line]:
    if r.of("referral.concluded"):
        sent = r.of("referral.concluded", instruction_only=True, sender_support_open=True)
        yield "requests", "", len(sent)
        yield from _by("requests by direction", (event.data["direction"] for event in sent))
        yield from _by("requests by kind", (event.data["request_kind"] for event in sent))


def _v2_3(r: _Reading) -> Iterator[Line]:
    yield from _feedback(r, "HANDOVER", "JOINT_INTERVENTION")
    asked = r.of("handover.requested")
    spoken = [event for event in asked if event.data["communication"] is not None]
    answers = {
        "accepted": (r.of("handover.accepted"), r.of("handover.refused")),
        "validated": (r.of("joint_intervention.validated"), r.of("joint_intervention.refused")),
    }
    yield "communication", "", _share(len(spoken), len(asked))
    for figure, (yes, no) in answers.items():
        yield figure, "", _share(len(yes), len(yes) + len(no))
    for direction in ("CDAS_TO_CAF", "CAF_TO_CDAS", "UNKNOWN"):
        said = [sum(e.data["direction"] == direction for e in events) for events in (spoken, asked)]
        yield "communication by direction", direction, _share(*said)
        for figure, (yes, no) in answers.items():
            for_it, against = (sum(e.data["direction"] == direction for e in events) for events in (yes, no))
            yield f"{figure} by direction", direction, _share(for_it, for_it + against)
    days = []
    for what, ends in (("handover", ("accepted", "refused")), ("joint_intervention", ("validated", "refused"))):
        days += [_days_to_meeting(r, what, answer) for answer in r.of(*(f"{what}.{end}" for end in ends))]
    yield "days", "", _median(number for number in days if number is not None)


def _days_to_meeting(r: _Reading, what: str, answer: Told) -> int | None:
    """From the day of the request that the answer answers to the day of the meeting; None where one is not told."""
    met = answer.data["concertation_on"] or answer.data["exchange_on"]
    request = _request_of(r, what, answer)
    if met is None or request is None:
        return None
    return (date.fromisoformat(met) - request.day).days


def _request_of(r: _Reading, what: str, answer: Told) -> Told | None:
    """The last request of the same thread and direction that is not after the answer; else the first one after it."""
    asked = [
        event
        for event in r.all
        if event.type == f"{what}.requested"
        and event.thread == answer.thread
        and event.data["direction"] == answer.data["direction"]
    ]
    before = [event for event in asked if event.at <= answer.at]
    if before:
        return max(before, key=lambda event: event.order)
    return min(asked, key=lambda event: event.order) if asked else None


def _v2_4(r: _Reading) -> Iterator[Line]:
    if r.of("training.held"):
        held = [event for event in r.of("training.held") if event.data["kind"] in MISSIONS]
        yield "sessions", "", len(held)
        yield from _by("sessions by kind", (event.data["kind"] for event in held))
        for kind in {event.data["kind"] for event in held}:
            codes = {code for event in held if event.data["kind"] == kind for code in event.data["cdas"]}
            yield "cdas by kind", kind, _share(len(codes), 22)


def _v2_5(r: _Reading) -> Iterator[Line]:
    if r.of("social_urgency.reported"):
        earliest: dict[str, Told] = {}
        for event in sorted(r.all, key=lambda event: event.order):
            if event.type == "social_urgency.reported" and _sent_on_unhandled(r, event):
                earliest.setdefault(event.thread, event)
        counted = [event for event in earliest.values() if r.first <= event.month <= r.last]
        yield "urgencies", "", len(counted)
        categories = (event.data["category"] for event in counted)
        yield from _by("urgencies by category", ("OTHER" if c == "CHILD_PROTECTION" else c for c in categories))
        yield from _by("urgencies by cdas", (event.data["emitter"]["cdas"] for event in counted))


def _sent_on_unhandled(r: _Reading, report: Told) -> bool:
    data = report.data
    modified = any(
        event.type == "referral.confirmed"
        and event.thread == report.thread
        and event.data["decision"] == "MODIFIED"
        and event.data["service"] == "CAF_SOCIAL_WORK"
        for event in r.all
    )
    return (
        data["emitter"]["service"] in ("CDAS_RECEPTION", "CDAS_SOCIAL_WORKER")
        and (data["directed_to"] == "CAF_SOCIAL_WORK" or modified)
        and not data["handled_before_referral"]
        and not any(entry["by"] == "CAF" and entry["status"] == "OPEN" for entry in data["support"] or ())
    )


@dataclass(frozen=True, slots=True)
class _Notice:
    reference: str
    month: str
    first: Told
    latest: Told

    @property
    def lead(self) -> int:
        effective, published = self.latest.data["effective_on"], self.first.data["published_on"]
        return (date.fromisoformat(effective) - date.fromisoformat(published)).days


def _prior_notices(r: _Reading) -> list[_Notice]:
    found = []
    versions: dict[str, list[Told]] = {}
    for event in r.all:
        if event.type in ("notice.published", "notice.corrected", "notice.withdrawn"):
            versions.setdefault(event.data["notice"], []).append(event)
    for reference, told in versions.items():
        if any(event.type == "notice.withdrawn" for event in told):
            continue
        ordered = sorted(told, key=lambda event: (event.data["version"], *event.order))
        notice = _Notice(reference, ordered[0].month, ordered[0], ordered[-1])
        if notice.latest.outcome == "ROUTED" and r.first <= notice.month <= r.last:
            found.append(notice)
    return found


def _a1(r: _Reading) -> Iterator[Line]:
    notices = _prior_notices(r)
    if r.of("notice.published", "notice.corrected"):
        yield "notices", "", len(notices)
        yield "prior", "", _share(sum(notice.lead > 0 for notice in notices), len(notices))
        yield "lead", "", _median(notice.lead for notice in notices)
        yield from _by("notices by code", (notice.latest.data["code"] for notice in notices))
        yield from _by("notices by issuer", (notice.latest.data["issuer"] for notice in notices))
        asked: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for notice in notices:
            for service, in_time in _acknowledgements(r, notice):
                asked[service] += 1
                done[service] += in_time
        yield "acknowledged", "", _share(done.total(), asked.total())
        yield from (("acknowledged by audience", service, _share(done[service], asked[service])) for service in asked)


def _acknowledgements(r: _Reading, notice: _Notice) -> Iterator[tuple[str, bool]]:
    """For each contact that is asked: its service, and whether it acknowledged before the effective day begins.

    Of a version that is no longer in force, or where every delivery was redirected, only what was acknowledged counts.
    """
    told = [e for e in r.all if e.type == "delivery.status_changed" and e.event["subject"] == notice.reference]
    effective = date.fromisoformat(notice.latest.data["effective_on"])
    for event, contact in {(e.data["event_id"], e.data["contact"]) for e in told}:
        own = [e for e in told if (e.data["event_id"], e.data["contact"]) == (event, contact)]
        asked = [e for e in own if e.data["status"] == "SCHEDULED" and e.data["acknowledge_by"] is not None]
        redirected = {e.data["delivery"] for e in own if e.data["status"] == "REDIRECTED"}
        taken = [e.day for e in own if e.data["status"] == "TAKEN_IN_CHARGE"]
        open_ones = {e.data["delivery"] for e in asked} - redirected
        if asked and (taken or (event == notice.latest.event["id"] and open_ones)):
            yield min(e.data["service"] for e in asked), bool(taken) and min(taken) < effective


def _a2(r: _Reading) -> Iterator[Line]:
    asked = r.of("referral.requested")
    if asked:
        yield "referrals", "", len(asked)
        yield from _by("referrals by outcome", (event.outcome for event in asked))
        yield from _by("referrals by service", (service for event in asked for service in event.services))
    for what in ("handover", "joint_intervention"):
        yield from _by(f"{what} by direction and last state", _flows(r, what))


def _flows(r: _Reading, what: str) -> Iterator[str]:
    """Each thread and direction, in the month of its first request (else of its first event), with its last state."""
    flows: dict[tuple[str, str], list[Told]] = {}
    told = [event for event in r.all if event.type.startswith(f"{what}.")]
    for event in told:
        flows.setdefault((event.thread, _direction(told, event)), []).append(event)
    for (_, direction), own in flows.items():
        own.sort(key=lambda event: (event.at, RANK[_state(event)], *event.order))
        first = next((event for event in own if _state(event) == "requested"), own[0])
        if r.first <= first.month <= r.last:
            yield f"{direction} {_state(own[-1])}"


def _direction(told: Sequence[Told], event: Told) -> str:
    """The event's own; an end has none: that of what was last validated before it, else of the first request."""
    if event.data.get("direction") is not None:
        return str(event.data["direction"])
    of_thread = sorted((e for e in told if e.thread == event.thread), key=lambda e: e.order)
    validated = [e for e in of_thread if _state(e) == "validated" and e.at <= event.at]
    requested = [e for e in of_thread if _state(e) == "requested"]
    return str((validated[-1:] or requested[:1])[0].data["direction"]) if validated or requested else ""


def _state(event: Told) -> str:
    return event.type.partition(".")[2]


_PARTS: Mapping[str, Callable[[_Reading], Iterator[Line]]] = {
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
