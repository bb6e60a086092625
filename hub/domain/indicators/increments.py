"""From facts to increments: what the facts of one thread add to the counts (domain rules of V1.1 to V2.5, A1, A2).

One function for the live count and for the replay. It reads a set: the order of the facts changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.transfers import TRANSFER_TYPES, transfers

Increment = tuple[str, tuple[str, ...], int]
"""Measure, dimensions, amount."""

_DELIVERY: Final = "delivery.status_changed"
_CDAS_EMITTERS: Final = frozenset({"CDAS_RECEPTION", "CDAS_SOCIAL_WORKER"})


def increments(facts: Sequence[Fact]) -> Counter[Cell]:
    """What the facts of one thread add, each fact once; leave out those that a correction replaces."""
    counted: Counter[Cell] = Counter()
    types = set()
    for fact in facts:
        types.add(fact.type)
        if fact.type != _DELIVERY:  # told by the hub, received from nobody
            counted[Cell(fact.month, "received", (fact.type, fact.institution.value))] += 1
        own = _OF_ONE.get(fact.type)
        if own is not None:
            for measure, dims, amount in own(fact):
                if amount:
                    counted[Cell(fact.month, measure, dims)] += amount
    for needed, together in _OF_THREAD:
        if not types.isdisjoint(needed):
            for cell in together(facts):
                counted[cell] += 1
    return counted


def _word(value: Any) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _of_message(fact: Fact) -> Iterator[Increment]:
    said = fact.values
    cdas = _word(said["cdas"])
    yield "cdap_messages", (said["nature"], _word(said["urgent"]), cdas), 1
    yield "cdap_requests", (said["information_available"], cdas), 1


def _of_query(fact: Fact) -> Iterator[Increment]:
    yield "queries", (fact.values["origin"], fact.values["nature"]), 1


def _of_training(fact: Fact) -> Iterator[Increment]:
    said, participants = fact.values, fact.values["participants"]
    match said["kind"]:
        case "ASIP_FOR_CAF_FRONT_OFFICE":
            site = _word(said["site"])
            yield "asip_sessions", (site,), 1
            yield "asip_participants", (site,), participants
            if said["audience_size"] is not None:
                yield (
                    "asip_audience",
                    (f"{fact.time.isoformat()} {fact.source} {fact.id}", _word(said["audience_size"])),
                    1,
                )
        case "CDAP_WORKSHOP":
            yield "cdap_workshops", (), 1
            yield "cdap_workshop_participants", (), participants
            for cdas in said["cdas"]:
                yield "cdap_workshop_cdas", (cdas,), 1
        case "CD35_MISSIONS_FOR_CAF" | "CAF_MISSIONS_FOR_CDAS" as kind:
            yield "mission_sessions", (kind,), 1
            for cdas in said["cdas"]:
                yield "mission_cdas", (kind, cdas), 1


def _of_meeting(fact: Fact) -> Iterator[Increment]:
    yield "meetings", (fact.values["kind"],), 1


def _of_feedback(fact: Fact) -> Iterator[Increment]:
    yield "feedback", (fact.values["theme"], fact.values["kind"], _word(fact.values["score"])), 1


def _of_referral(fact: Fact) -> Iterator[Increment]:
    said, rules = fact.values, fact.rules_version
    outcome = _word(said["outcome"])
    yield "referrals", (said["direction"], outcome, rules), 1
    for service in said["services"]:
        yield "referral_services", (said["emitter"], service, outcome, rules), 1


def _of_conclusion(fact: Fact) -> Iterator[Increment]:
    said = fact.values
    yield "conclusions", (said["direction"], said["justified"], _word(said["reason"])), 1
    if said["only_instruction"]:
        yield "instructions", (said["direction"], _word(said["request_kind"])), 1


def _of_handover_request(fact: Fact) -> Iterator[Increment]:
    yield "handover_requests", (fact.values["direction"], _word(fact.values["communication"])), 1


def _of_answer(fact: Fact) -> Iterator[Increment]:
    transfer, _, answer = fact.type.partition(".")
    yield "transfer_answers", (transfer, _word(fact.values["direction"]), answer), 1


def _of_contact(fact: Fact) -> Iterator[Increment]:
    names = ("means", "benefit_kind", "cdas", "out_of_scope", "reached", "line_open")
    yield "urgency_contacts", tuple(_word(fact.values[name]) for name in names), 1


def _of_urgency(fact: Fact) -> Iterator[Increment]:
    kind = fact.type.partition(".")[0]
    yield "urgencies", (kind, fact.values["direction"], _word(fact.values["outcome"]), fact.rules_version), 1


def _handling_delays(facts: Iterable[Fact]) -> Iterator[Cell]:
    """V1.4: each handling counts once for every means by which its thread reached the CAF."""
    means = {fact.values["means"] for fact in facts if fact.type == "benefit_urgency.contacted"}
    for fact in facts:
        if fact.type == "benefit_urgency.handled" and fact.values["delay_hours"] is not None:
            for way in means:
                yield Cell(fact.month, "handling_delays", (way, fact.values["delay_hours"]))


def _unhandled_urgencies(facts: Iterable[Fact]) -> Iterator[Cell]:
    """V2.5: a thread counts once, by its earliest report that qualifies."""
    modified_to_caf = any(
        fact.type == "referral.confirmed" and fact.values["service"] == "CAF_SOCIAL_WORK" for fact in facts
    )
    qualifying = [
        fact
        for fact in facts
        if fact.type == "social_urgency.reported"
        and fact.values["emitter"] in _CDAS_EMITTERS
        and not fact.values["caf_open"]
        and not fact.values["handled_before_referral"]
        and (modified_to_caf or fact.values["directed_to"] == "CAF_SOCIAL_WORK")
    ]
    if qualifying:
        first = min(qualifying, key=_moment)
        dims = (first.values["category"], _word(first.values["cdas"]), first.rules_version)
        yield Cell(first.month, "unhandled_urgencies", dims)


def _notices(facts: Iterable[Fact]) -> Iterator[Cell]:
    """A1: a notice with an impact that was not withdrawn counts once, in the month of its first publication."""
    versions = [fact for fact in facts if fact.type in {"notice.published", "notice.corrected"}]
    if not versions or any(fact.type == "notice.withdrawn" for fact in facts):
        return
    last = max(versions, key=lambda fact: (fact.values["version"], *_moment(fact)))
    if last.values["outcome"] != "ROUTED":
        return
    first = min(versions, key=lambda fact: (fact.values["version"], *_moment(fact)))
    published, effective = first.values["published_on"], last.values["effective_on"]
    days = (date.fromisoformat(effective) - date.fromisoformat(published)).days
    of = (last.values["code"], last.values["issuer"])
    yield Cell(first.month, "notices", (*of, _word(days > 0), last.rules_version))
    yield Cell(first.month, "notice_leads", (*of, str(days)))
    asked, read = _acknowledgements(facts, last.id)
    for place, service in asked.items():
        yield Cell(first.month, "notice_asked", (*of, service))
        if place in read and read[place] < effective:
            yield Cell(first.month, "notice_acknowledged", (*of, service))


def _acknowledgements(
    facts: Iterable[Fact], in_force: str
) -> tuple[Mapping[tuple[str, str], str], Mapping[tuple[str, str], str]]:
    """Of each event and contact: the service asked to confirm, and the first day (Europe/Paris) on which it did.

    A contact is asked once, by however many media. Of a version that is no longer in force only what was confirmed
    stays asked, and a contact of whom every delivery was redirected is asked no more.
    """
    asked: dict[tuple[str, str], str] = {}
    open_: dict[tuple[str, str], set[str]] = defaultdict(set)
    redirected: set[str] = set()
    read: dict[tuple[str, str], str] = {}
    for fact in facts:
        if fact.type != _DELIVERY:
            continue
        said = fact.values
        place = said["event"], said["contact"]
        if said["status"] == "SCHEDULED":
            asked[place] = min(asked.get(place, said["service"]), said["service"])
            open_[place].add(said["delivery"])
        elif said["status"] == "TAKEN_IN_CHARGE":
            read[place] = min(read.get(place, said["on"]), said["on"])
        else:
            redirected.add(said["delivery"])
    stand = {
        place: service
        for place, service in asked.items()
        if place in read or (place[0] == in_force and not open_[place] <= redirected)
    }
    return stand, read


def _moment(fact: Fact) -> tuple[Any, str, str]:
    return fact.time, fact.id, fact.source


_OF_ONE: Final[Mapping[str, Callable[[Fact], Iterator[Increment]]]] = {
    "cdap_message.received": _of_message,
    "social_worker_query.received": _of_query,
    "training.held": _of_training,
    "meeting.held": _of_meeting,
    "field_feedback.submitted": _of_feedback,
    "referral.requested": _of_referral,
    "referral.concluded": _of_conclusion,
    "handover.requested": _of_handover_request,
    "handover.accepted": _of_answer,
    "handover.refused": _of_answer,
    "joint_intervention.validated": _of_answer,
    "joint_intervention.refused": _of_answer,
    "benefit_urgency.contacted": _of_contact,
    "benefit_urgency.reported": _of_urgency,
    "social_urgency.reported": _of_urgency,
}

_OF_THREAD: Final[tuple[tuple[frozenset[str], Callable[[Sequence[Fact]], Iterator[Cell]]], ...]] = (
    (frozenset({"benefit_urgency.handled"}), _handling_delays),
    (frozenset({"social_urgency.reported"}), _unhandled_urgencies),
    (
        frozenset[str]().union(*TRANSFER_TYPES.values()),
        transfers,
    ),
    (frozenset({"notice.published", "notice.corrected"}), _notices),
)
