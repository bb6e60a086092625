"""The values that cases are made of, boundaries first."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.events import (
    BENEFIT_URGENCY,
    CHILD_PROTECTION,
    HANDOVER,
    JOINT_INTERVENTION,
    REFERRAL,
    SOCIAL_URGENCY,
    emitter,
    entry,
    life_event,
)
from tests.oracle.perimeter import after_months

PARIS = ZoneInfo("Europe/Paris")

TODAYS = tuple(
    date.fromisoformat(text)
    for text in ("2026-03-10", "2026-02-28", "2026-03-31", "2025-02-28", "2028-02-29", "2026-12-31", "2026-04-30")
)
HOURS = tuple(
    time.fromisoformat(text)
    for text in (
        "10:00",
        "00:00",
        "23:59:59",
        "08:59:59",
        "09:00",
        "11:59:59",
        "12:00",
        "13:29:59",
        "13:30",
        "16:29:59",
    )
)
LINE_INSTANTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        *(f"2026-03-10T{hour}+01:00" for hour in ("08:59:59", "09:00:00", "11:59:59", "12:00:00", "13:29:59")),
        *(f"2026-03-10T{hour}+01:00" for hour in ("13:30:00", "16:29:59", "16:30:00")),
        "2026-03-10T08:00:00Z",
        "2026-03-10T07:59:59Z",
        "2026-06-09T07:00:00Z",
        "2026-03-14T10:00:00+01:00",  # a Saturday
        "2026-05-01T10:00:00+02:00",  # a public holiday
        "2026-05-15T10:00:00+02:00",  # the Friday after Ascension day
        "2026-02-13T16:00:00+01:00",
        "2026-02-16T10:00:00+01:00",  # school holidays of zone B
        "2024-10-01T10:00:00+02:00",  # the day before the line's first
        "2024-10-02T10:00:00+02:00",
        "2028-07-03T10:00:00+02:00",
        "2028-08-31T10:00:00+02:00",  # the last day of the calendar's data
        "2028-09-01T10:00:00+02:00",
        "2031-03-11T10:00:00+01:00",
    )
)

KINDS = ("SEPARATION", "PARENT_DEATH", "CHILD_DEATH", "LONE_PARENT_CHILD", "PARTNER_DEATH", "OTHER")
ANSWERS = ("YES", "NO", "NOT_KNOWN")
SCHEMES = ("CAF", "MSA", "OTHER", "NOT_KNOWN")
COMMUNES = ("35360", "35238", "35344", "35004", "352380101", "56001", "44007", "2A004", None)
CHILD_PROTECTIONS = ("NONE", "KNOWN_TO_CDAS", "IMMEDIATE_DANGER")
NEEDS = ("SOCIAL_SUPPORT", "DEPARTMENT_AID", "BENEFIT", None)
EMITTERS = (
    emitter("CDAS_RECEPTION", "CD35", "CDAS-07"),
    emitter("CDAS_SOCIAL_WORKER", "CD35", consulted=False),
    emitter("CDAS_SOCIAL_WORKER", "CD35", "CDAS-12", access=False, consulted=False),
    emitter("CAF_RECEPTION", "CAF"),
    emitter("CAF_BENEFITS", "CAF"),
    emitter("CAF_SOCIAL_WORK", "CAF", "CDAS-07", consulted=False),
    emitter("CCAS", "PARTNER", access=False, consulted=False),
    emitter("TOWN_HALL", "PARTNER", "CDAS-03"),
    emitter("FRANCE_SERVICES", "PARTNER"),
    emitter("ASSOCIATION", "PARTNER"),
    emitter("OTHER", "CD35", "CDAS-07"),
)
SUPPORTS: tuple[list[dict[str, Any]] | None, ...] = (
    [],
    None,
    [entry("CAF")],
    [entry("CD35")],
    [entry("OTHER")],
    [entry("CAF", worker_absent=True)],
    [entry("CD35", worker_absent=True, cdas="CDAS-09")],
    [entry("OTHER", worker_absent=True)],
    [entry("CD35", cdas="CDAS-09"), entry("CD35")],
    [entry("CD35", cdas="CDAS-09"), entry("CD35", cdas="CDAS-07", worker_absent=True)],
    [entry("CAF"), entry("CAF", worker_absent=True), entry("CD35", cdas=None)],
    [entry("CAF"), entry("CD35"), entry("OTHER")],
    [entry("CAF", "CLOSED", same_event=True)],
    [entry("CAF", "CLOSED", closed_on="2025-12-31")],
    [entry("CAF", "CLOSED", same_event=True), entry("CAF", "CLOSED")],
    [entry("CD35", "CLOSED", same_event=True)],
    [entry("OTHER", "CLOSED", same_event=True, worker_absent=True)],
    [entry("CAF", "CLOSED", same_event=True), entry("CD35")],
    [entry("CAF", same_event=True), entry("CD35", "CLOSED", same_event=True)],
    [entry("CD35"), entry("CD35")],
)
CODES = ("RSA", "AAH", "APL", "AF")
CHANGES = ("NONE", "INTERRUPTED", "STRONG_DECREASE", "DECREASE")
CATEGORIES = ("FOOD", "HOUSING", "ENERGY_CUT", "CHILD_PROTECTION", "DOMESTIC_VIOLENCE", "OTHER")
DIRECTED = (None, "CAF_SOCIAL_WORK", "CDAS", "CAF_BENEFITS", "EXTERNAL_REFERENT")
PROFESSIONALS = (
    "CDAS_SOCIAL_WORKER",
    "CAF_SOCIAL_WORKER",
    "PMI",
    "SCHOOL_SOCIAL_WORKER",
    "CHILD_PLACEMENT_WORKER",
    "RSA_REFERENT",
    "OTHER",
)
ALL_TYPES = (REFERRAL, REFERRAL, BENEFIT_URGENCY, SOCIAL_URGENCY, HANDOVER, JOINT_INTERVENTION, CHILD_PROTECTION)
"""The types as a mixture draws them."""

FREE: dict[str, Sequence[Any]] = {
    "emitter": EMITTERS,
    "reception_level": ("FIRST", "SECOND", None),
    "need": NEEDS,
    "autonomous": (False, True, None),
    "caf_beneficiary": ANSWERS,
    "scheme": SCHEMES,
    "dependent_child": ANSWERS,
    "commune": COMMUNES,
    "support": SUPPORTS,
    "child_protection": CHILD_PROTECTIONS,
    "personal_block": (None, "eyJhbGciOiJkaXIifQ..a.b.c"),
    "category": CATEGORIES,
    "handled_before_referral": (False, True),
    "directed_to": DIRECTED,
    "direction": ("CDAS_TO_CAF", "CAF_TO_CDAS"),
    "agreement": ({"given": True, "on": "2026-03-01"}, {"given": False, "on": None}),
    "link": ("WEAK", "NONE", "STRONG"),
    "communication": ({"mode": "WRITTEN", "on": "2026-03-01"}, None),
    "joint_meeting": (False, True),
    "evaluated_with_family": (True, False),
    "other_professional": PROFESSIONALS,
    "known_to_cdas": (False, True),
    "immediate_danger": (False, True),
    "family_informed": (None, "YES", "NOT_IN_CHILD_INTEREST"),
    "secure_channel_ref": (None, "DEPOT-1"),
}
"""Fields whose values depend on no other, each with the usual value first."""

REASONS: dict[str, Sequence[str | None]] = {
    HANDOVER: (None, "WEAK_LINK", "LASTING_DIFFICULTIES", "OTHER"),
    JOINT_INTERVENTION: ("COMPLEMENTARY_SKILLS", "COMPLEXITY", None),
}


def days_around(today: date, months: int) -> list[str]:
    """Days whose calendar months end just before, on and just after `today`, month ends included."""
    start = after_months(today, -months)
    return [(start + timedelta(days)).isoformat() for days in (-1, 0, 1, 2, 3)]


def life_events(kind: str, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Life events of a kind around the ends of the windows, by name."""
    for planned in (False, True):
        mark = "planned " if planned else ""
        yield f"{mark}{kind} undated", life_event(kind, planned=planned)
        old, recent = "2019-06-01", today.isoformat()
        yield f"{mark}{kind} old, declared today", life_event(kind, old, recent, planned=planned)
        yield f"{mark}{kind} today, declared long ago", life_event(kind, recent, old, planned=planned)
        yield f"{mark}{kind} to come", life_event(kind, (today + timedelta(40)).isoformat(), planned=planned)
        for months in (12, 24):
            for day in days_around(today, months):
                yield f"{mark}{kind} {day}", life_event(kind, day, planned=planned)
            declared = after_months(today, -months).isoformat()
            yield f"{mark}{kind} declared {declared}", life_event(kind, declared_on=declared, planned=planned)


def at(today: date, hour: time = HOURS[0]) -> datetime:
    """An instant of a day in Paris."""
    return datetime.combine(today, hour, PARIS)
