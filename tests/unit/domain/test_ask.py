"""Questions for a desk: each one matters, none is missing, and the conclusion is the router's."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.data import load_calendar, load_parameters, load_territory
from hub.demo import demo_directory_rows
from hub.domain.asking.building import build_event
from hub.domain.asking.essence import Essence, essence
from hub.domain.asking.field import Answers, Field
from hub.domain.asking.form import FIELDS, FORM
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, AnswerInvalid, Conclusion, Kind, Option, Question
from hub.domain.asking.steps import next_step
from hub.domain.asking.watching import BY_COMMUNE, SHOWN_IN, watch
from hub.domain.calendar.dates import add_months
from hub.domain.directory.contact_import import plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.routing.cases import Case, Grounds, apply_rules, read_case
from hub.domain.routing.decide import decide
from hub.domain.routing.situation import Situation
from hub.domain.rules.parameters import build_parameters
from hub.domain.semantics import semantic_faults

LINE_OPEN = datetime.fromisoformat("2026-05-04T09:00:00+02:00")
LINE_CLOSED = datetime.fromisoformat("2026-05-03T09:00:00+02:00")
TODAY = LINE_OPEN.date()
CALENDAR = load_calendar()
PARAMETERS = load_parameters()
WALKS = settings(max_examples=200, deadline=None)
TRIES = 3000
SEEDS = st.integers(0, 2**32 - 1)

A_SEPARATION = {
    "danger": "NO",
    "emitter.service": "CDAS_RECEPTION",
    "request": "REFERRAL",
    "need": "SOCIAL_SUPPORT",
    "household.commune": "35051",
    "support": "NO",
    "child_protection": "NO",
    "life_event.kind": "SEPARATION",
    "household.dependent_child": "YES",
    "life_event.planned": "NO",
}


@cache
def demo_directory() -> Directory:
    directory = Directory(load_territory())
    for receipt in plan_import(demo_directory_rows(), directory, TODAY):
        if receipt.contact is not None:
            directory.apply(receipt.contact)
    return directory


def step(answers: Answers, on: datetime = LINE_OPEN, directory: Directory | None = None) -> Question | Conclusion:
    return next_step(answers, on, directory, CALENDAR, PARAMETERS)


def decided(answers: Answers, on: datetime, directory: Directory | None, **noise: Any) -> Essence:
    event = build_event(answers, on)
    noisy = type(event)(event.envelope, {**event.data, **noise})
    return essence(decide(noisy, on, directory, CALENDAR, PARAMETERS).answer)


def any_answer(field: Field, answers: Answers, rng: Random, day: date) -> str:
    """An answer to a field, boundaries of the windows among the dates."""
    if field.may_be_unknown and rng.random() < 0.2:
        return NOT_KNOWN
    if field.kind is Kind.COMMUNE:
        return rng.choice([OUTSIDE, "22050", *rng.sample(sorted(load_territory().communes), 4)])
    if field.kind is Kind.CDAS:
        return rng.choice(["CDAS-01", "CDAS-07", "CDAS-22"])
    if field.kind is Kind.DATE:
        given = add_months(day, -rng.choice([1, 3, 12, 24, 60])) + timedelta(days=rng.choice([-1, 0, 0, 1]))
        return given.isoformat()
    return rng.choice(field.open_options(answers)).value


def walk(rng: Random, on: datetime, directory: Directory | None) -> tuple[dict[str, str], Conclusion]:
    """A conversation with chance; most children are in no danger, so that it goes on."""
    answers: dict[str, str] = {"danger": "NO"} if rng.random() < 0.95 else {}
    while isinstance(found := step(answers, on, directory), Question):
        answers[found.id] = any_answer(FIELDS[found.id], answers, rng, on.date())
    return answers, found


def filled(answers: Answers, rng: Random, day: date) -> dict[str, str]:
    """The answers, and any answer to every other field that the form then has."""
    full: dict[str, str] = {}
    for field in FORM:
        if field.id in answers and is_open(field, answers[field.id], full):
            full[field.id] = answers[field.id]
        elif field.exists(full):
            full[field.id] = any_answer(field, full, rng, day)
    return full


def is_open(field: Field, answer: str, before: Answers) -> bool:
    """Whether the field is there and, if it has options, this one among them."""
    values = {option.value for option in field.open_options(before)}
    return field.exists(before) and (not values or answer in values | {NOT_KNOWN})


def circumstances(rng: Random) -> tuple[datetime, Directory | None]:
    return rng.choice([LINE_OPEN, LINE_CLOSED]), rng.choice([None, demo_directory()])


@given(rng=SEEDS.map(Random))
@WALKS
def test_whatever_was_not_asked_does_not_change_the_conclusion(rng: Random) -> None:
    on, directory = circumstances(rng)
    answers, found = walk(rng, on, directory)
    expected = essence(found.decision.answer)
    for _ in range(20):
        full = filled(answers, rng, on.date())
        noise = {"reception_level": rng.choice([None, "FIRST", "SECOND"]), "personal_block": rng.choice([None, "x"])}
        assert expected == decided(full, on, directory, **noise), full


@given(rng=SEEDS.map(Random))
@WALKS
def test_every_question_asked_could_have_changed_the_conclusion(rng: Random) -> None:
    on, directory = circumstances(rng)
    answers, _ = walk(rng, on, directory)
    asked = rng.choice(list(answers))
    before = {name: answer for name, answer in answers.items() if position(name) < position(asked)}
    assert any(differ for differ in pairs_that_differ(FIELDS[asked], before, rng, on, directory)), (asked, before)


def position(name: str) -> int:
    return FORM.index(FIELDS[name])


def pairs_that_differ(
    field: Field, before: Answers, rng: Random, on: datetime, directory: Directory | None
) -> Iterator[bool]:
    """Whether two answers to the field end apart, with one and the same rest; for one rest after another."""
    for _ in range(TRIES):
        one = filled({**before, field.id: any_answer(field, before, rng, on.date())}, rng, on.date())
        other = {**one, field.id: any_answer(field, before, rng, on.date())}
        yield decided(one, on, directory) != decided(filled(other, rng, on.date()), on, directory)


@given(rng=SEEDS.map(Random))
@settings(max_examples=1000, deadline=None)
def test_what_the_rules_did_not_read_cannot_have_changed_the_answer(rng: Random) -> None:
    full = filled({"danger": "NO"}, rng, TODAY)
    answer, reads = watch(case_of(full))
    kept = {name: given for name, given in full.items() if not SHOWN_IN[name].isdisjoint(reads)}
    other, _ = watch(case_of(filled(kept, rng, TODAY)))
    assert essence(answer) == essence(other)


def case_of(answers: Answers) -> Case:
    event = build_event(answers, LINE_OPEN)
    grounds = Grounds(LINE_OPEN, TODAY, None, CALENDAR, PARAMETERS.on(TODAY))
    return read_case(event.envelope.type, event.data, grounds)


@given(rng=SEEDS.map(Random))
@settings(max_examples=50, deadline=None)
def test_the_conclusion_is_the_decision_on_a_valid_event(rng: Random) -> None:
    on, directory = circumstances(rng)
    _, found = walk(rng, on, directory)
    event = found.event
    assert decide(event, on, directory, CALENDAR, PARAMETERS) == found.decision
    assert [] == semantic_faults(event.envelope, event.data, load_territory())


def test_immediate_danger_is_asked_first_and_ends_everything() -> None:
    first = step({"emitter.service": "CDAS_RECEPTION"})
    assert isinstance(first, Question)
    assert "danger" == first.id
    found = step({"danger": "YES", "need": "BENEFIT"})
    assert isinstance(found, Conclusion)
    assert "OFF_HUB" == found.decision.outcome


CONVERSATIONS: dict[str, tuple[dict[str, str], str]] = {
    "a separation asks when it was": (A_SEPARATION, "life_event.date"),
    "a separation of unknown date asks when it was declared": (
        {**A_SEPARATION, "life_event.date": NOT_KNOWN},
        "life_event.declared_on",
    ),
    "a recent separation asks who is a beneficiary": (
        {**A_SEPARATION, "life_event.date": "2026-01-10"},
        "household.caf_beneficiary",
    ),
    "an old separation ends": ({**A_SEPARATION, "life_event.date": "2020-01-10"}, ""),
    "a separation without child ends": ({**A_SEPARATION, "household.dependent_child": "NO"}, ""),
    "an unknown commune ends a department aid at the own CDAS": (
        {**A_SEPARATION, "need": "DEPARTMENT_AID", "household.commune": NOT_KNOWN},
        "emitter.cdas",
    ),
    "a commune elsewhere ends": ({**A_SEPARATION, "household.commune": "22050"}, ""),
    "no motive ends": ({**A_SEPARATION, "need": NOT_KNOWN}, ""),
}


@pytest.mark.parametrize(("answers", "expected"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_only_what_the_answer_depends_on_is_asked(answers: dict[str, str], expected: str) -> None:
    found = step(answers)
    assert expected == (found.id if isinstance(found, Question) else "")


CLOSED_AT_THE_CAF = {"danger": "NO", "household.commune": "35237", "support": "YES", "support.caf": "CLOSED"}
FOLLOWED: dict[str, tuple[dict[str, str], str]] = {
    "a department aid goes to the CDAS, whatever the event was": (
        {"emitter.service": "CAF_SOCIAL_WORK", "request": "REFERRAL", "need": "DEPARTMENT_AID"},
        "support.cd35",
    ),
    "an urgency may go back to whoever knew the event": (
        {"emitter.service": "TOWN_HALL", "request": "SOCIAL_URGENCY", "category": "DOMESTIC_VIOLENCE"},
        "support.caf.same_event",
    ),
}


@pytest.mark.parametrize(("asked", "expected"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_is_asked_after_an_accompaniment_that_ended(asked: dict[str, str], expected: str) -> None:
    """Where samples of the rest of the form do not show what it depends on, all that was read is varied."""
    found = step({**asked, **CLOSED_AT_THE_CAF}, directory=demo_directory())
    assert isinstance(found, Question)
    assert expected == found.id


@pytest.mark.parametrize("service", ["CDAS_SOCIAL_WORKER", "CAF_SOCIAL_WORK"])
def test_a_social_worker_may_hand_over(service: str) -> None:
    found = step({"danger": "NO", "emitter.service": service})
    assert isinstance(found, Question)
    assert {"REFERRAL", "SOCIAL_URGENCY", "HANDOVER", "JOINT_INTERVENTION"} == {o.value for o in found.options}


def test_a_reception_may_not_hand_over() -> None:
    with pytest.raises(AnswerInvalid):
        step({"danger": "NO", "emitter.service": "CDAS_RECEPTION", "request": "HANDOVER"})


def test_a_benefit_that_stopped_is_a_benefit_urgency() -> None:
    answers = {
        "danger": "NO",
        "emitter.service": "CDAS_RECEPTION",
        "request": "REFERRAL",
        "need": "BENEFIT",
        "household.commune": "35238",
        "benefit.code": "RSA",
        "benefit.change": "INTERRUPTED",
        "emitter.cdap_access": "NO",
        "autonomous": "YES",
    }
    found = step(answers)
    assert isinstance(found, Conclusion)
    assert "benefit_urgency.reported" == found.event.envelope.type
    assert ["PRIORITY_LINE"] == [routing.channel for routing in found.decision.routings]


def test_an_earlier_answer_may_change_and_leaves_later_ones_aside() -> None:
    changed = {**A_SEPARATION, "life_event.date": "2026-01-10", "life_event.kind": "OTHER"}
    found = step(changed)
    assert isinstance(found, Conclusion)
    assert "OTHER" == found.event.data["life_event"]["kind"]
    assert found.event.data["life_event"]["date"] is None


def test_the_conclusion_follows_the_parameters_of_the_day() -> None:
    """Where both institutions lift the exclusion of a professional, a joint intervention with one is not refused."""
    cells = {"value": "non", "valid_from": "", "valid_to": "", "decided_by": "Comité", "note": ""}
    lifted = build_parameters([(2, {"parameter": "joint_intervention_exclusion", **cells})])
    answers = {
        "danger": "NO",
        "emitter.service": "CAF_SOCIAL_WORK",
        "request": "JOINT_INTERVENTION",
        "household.commune": "35051",
        "other_professional": "RSA_REFERENT",
        "evaluated_with_family": "YES",
        "joint_intervention.reason": "COMPLEMENTARY_SKILLS",
    }
    while isinstance(found := next_step(answers, LINE_OPEN, None, CALENDAR, lifted), Question):
        answers[found.id] = found.options[0].value
    assert () == found.decision.answer.rejections
    refused = next_step(answers, LINE_OPEN, None, CALENDAR, PARAMETERS)
    assert isinstance(refused, Conclusion)
    assert ("EXCLUDED_PROFESSIONAL",) == refused.decision.answer.rejections


def test_with_a_directory_the_commune_matters_where_it_names_the_worker() -> None:
    followed = {
        "danger": "NO",
        "emitter.service": "CCAS",
        "request": "SOCIAL_URGENCY",
        "category": "FOOD",
        "household.commune": "35238",
    }
    found = step(followed, directory=demo_directory())
    assert isinstance(found, Question)
    assert "support" == found.id


def test_the_cdas_of_the_directory_are_proposed() -> None:
    answers = {**A_SEPARATION, "need": "DEPARTMENT_AID", "household.commune": NOT_KNOWN}
    found = step(answers, directory=demo_directory())
    assert isinstance(found, Question)
    assert Option("CDAS-07", "CDAS démo 07") in found.options


REFUSED = {
    "an unknown option": ("need", "MONEY"),
    "unknown where it is no answer": ("danger", NOT_KNOWN),
    "a day that is no day": ("life_event.date", "2026-02-30"),
    "a day to come": ("life_event.date", "2026-05-05"),
    "a day of another century": ("life_event.date", "1899-12-31"),
    "a commune by its name": ("household.commune", "Rennes"),
    "a CDAS in small letters": ("emitter.cdas", "cdas-07"),
}


@pytest.mark.parametrize(("name", "answer"), REFUSED.values(), ids=REFUSED)
def test_an_answer_that_its_question_does_not_allow_is_refused(name: str, answer: str) -> None:
    with pytest.raises(AnswerInvalid) as refused:
        step({**A_SEPARATION, name: answer})
    assert name == refused.value.question


def test_a_day_is_accepted_up_to_today() -> None:
    assert isinstance(step({**A_SEPARATION, "life_event.date": TODAY.isoformat()}), Question)


def test_an_id_that_is_no_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        step({"name": "Dupont"})


def test_every_field_says_where_it_shows() -> None:
    assert {field.id for field in FORM} == set(SHOWN_IN)
    assert frozenset().union(*SHOWN_IN.values()) <= {*Situation._fields, *Case._fields}


def test_immediate_danger_and_the_request_show_everywhere_and_a_commune_in_what_contacts_are_looked_up_by() -> None:
    assert {*Situation._fields, *Case._fields} == SHOWN_IN["danger"] == SHOWN_IN["request"]
    assert BY_COMMUNE in SHOWN_IN["household.commune"]


WATCHED: dict[str, tuple[dict[str, str], set[str]]] = {
    "danger": ({"danger": "YES"}, {"danger"}),
    "a benefit": (
        {
            "request": "REFERRAL",
            "need": "BENEFIT",
            "household.commune": "35051",
            "benefit.code": "RSA",
            "benefit.change": "INTERRUPTED",
        },
        {"type", "benefit"},
    ),
    "a social urgency": ({"request": "SOCIAL_URGENCY"}, {"added"}),
    "a handover": ({"request": "HANDOVER"}, {"added"}),
    "a joint intervention": ({"request": "JOINT_INTERVENTION"}, {"added"}),
}


@pytest.mark.parametrize(("answers", "read"), WATCHED.values(), ids=WATCHED)
def test_a_case_that_is_watched_is_answered_like_any_other(answers: dict[str, str], read: set[str]) -> None:
    start = {"danger": "NO", "emitter.service": "CDAS_SOCIAL_WORKER", **answers}
    case = case_of(filled(start, Random(1), TODAY))
    answer, reads = watch(case)
    assert apply_rules(case) == answer
    assert read <= reads
