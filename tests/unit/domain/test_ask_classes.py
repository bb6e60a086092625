"""Which answer stands for which others: those that the rules treat alike, on the day when they are given."""

from datetime import date

import pytest

from hub.domain.asking.classes import REFERENCE_DAY, stand_in
from hub.domain.asking.form import FIELDS
from hub.domain.asking.form_household import LAST_YEAR, LONG_AGO, THIS_YEAR, TWO_YEARS_AGO
from hub.domain.asking.form_request import ANY_COMMUNE_HERE, BENEFIT_LOST, BENEFIT_LOST_LATELY
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, Conclusion, Question
from hub.domain.asking.steps import next_step
from hub.domain.calendar.dates import Elapsed, Unpaid, elapsed, unpaid
from hub.domain.rules.parameters import build_parameters
from tests.unit.domain.test_ask import LINE_OPEN
from tests.unit.domain.test_rule_parameters import SWITCH, line, numbered

ON = date(2030, 9, 10)
STAND_INS = {
    "a date of this year": ("life_event.date", "2030-01-01", THIS_YEAR),
    "a date of last year": ("life_event.date", "2029-03-01", LAST_YEAR),
    "two years to the day": ("life_event.declared_on", "2028-09-10", TWO_YEARS_AGO),
    "long ago": ("life_event.date", "2028-09-09", LONG_AGO),
    "unpaid for long": ("benefit.since", "2030-06-10", BENEFIT_LOST),
    "unpaid for a short while": ("benefit.since", "2030-06-11", BENEFIT_LOST_LATELY),
    "a date that is not known": ("life_event.date", NOT_KNOWN, NOT_KNOWN),
    "a commune here": ("household.commune", "35024", ANY_COMMUNE_HERE),
    "a commune elsewhere": ("household.commune", "22050", OUTSIDE),
    "beyond": ("household.commune", OUTSIDE, OUTSIDE),
    "one's own CDAS": ("emitter.cdas", "CDAS-07", "OWN"),
    "a worker's CDAS": ("support.cd35.cdas", "CDAS-07", "WORKERS"),
    "a benefit that the rules name": ("benefit.code", "AAH", "RSA"),
    "any other benefit": ("benefit.code", "AF", "APL"),
    "an answer that stands alone": ("request", "REFERRAL", "REFERRAL"),
    "a child or not known": ("household.dependent_child", NOT_KNOWN, "YES"),
    "no child": ("household.dependent_child", "NO", "NO"),
    "another scheme": ("household.scheme", "OTHER", "CAF"),
    "the scheme of farmers": ("household.scheme", "MSA", "MSA"),
    "a partner": ("emitter.service", "TOWN_HALL", "CCAS"),
    "a reception of a CDAS": ("emitter.service", "CDAS_RECEPTION", "CDAS_RECEPTION"),
    "an urgency of the convention": ("category", "HOUSING", "FOOD"),
    "another urgency": ("category", "OTHER", "OTHER"),
    "a decrease": ("benefit.change", "DECREASE", "NONE"),
    "no link": ("link", "NONE", "WEAK"),
    "by word of mouth": ("communication", "ORAL", "WRITTEN"),
    "a professional of children": ("other_professional", "CHILD_PLACEMENT_WORKER", "RSA_REFERENT"),
    "a school": ("other_professional", "SCHOOL_SOCIAL_WORKER", "PMI"),
    "a reason": ("joint_intervention.reason", "COMPLEXITY", "COMPLEMENTARY_SKILLS"),
    "autonomous or not known": ("autonomous", NOT_KNOWN, "YES"),
    "a beneficiary or not known": ("household.caf_beneficiary", NOT_KNOWN, "YES"),
}


@pytest.mark.parametrize(("name", "answer", "expected"), STAND_INS.values(), ids=STAND_INS)
def test_an_answer_is_stood_in_for_by_one_of_its_kind(name: str, answer: str, expected: str) -> None:
    assert expected == stand_in(FIELDS[name], answer, ON)


def test_the_dates_that_stand_for_others_are_as_old_as_those_on_the_day_of_reference() -> None:
    old = [elapsed(date.fromisoformat(day), REFERENCE_DAY) for day in (THIS_YEAR, LAST_YEAR, TWO_YEARS_AGO, LONG_AGO)]
    expected = [Elapsed.WITHIN_A_YEAR, Elapsed.WITHIN_TWO_YEARS, Elapsed.TWO_YEARS_TO_THE_DAY, Elapsed.OLDER]
    assert expected == old
    lost = [unpaid(date.fromisoformat(day), REFERENCE_DAY) for day in (BENEFIT_LOST, BENEFIT_LOST_LATELY)]
    assert [Unpaid.THREE_MONTHS, Unpaid.UNDER_THREE_MONTHS] == lost


@pytest.mark.parametrize(
    ("value", "question"), [("oui", "other_professional"), ("non", "evaluated_with_family")], ids=["excluded", "not"]
)
def test_the_other_professional_is_asked_for_where_the_institutions_exclude_some(value: str, question: str) -> None:
    answers = {
        "danger": "NO",
        "emitter.service": "CDAS_SOCIAL_WORKER",
        "request": "JOINT_INTERVENTION",
        "household.commune": NOT_KNOWN,
    }
    found = next_step(answers, LINE_OPEN, parameters=build_parameters(numbered(line(SWITCH, value))))
    assert isinstance(found, Question)
    assert question == found.id


@pytest.mark.parametrize(("value", "refused"), [("oui", True), ("non", False)], ids=["excluded", "not"])
def test_the_conclusion_is_drawn_with_what_the_institutions_set(value: str, *, refused: bool) -> None:
    answers = {
        "danger": "NO",
        "emitter.service": "CDAS_SOCIAL_WORKER",
        "request": "JOINT_INTERVENTION",
        "household.commune": "35238",
        "other_professional": "RSA_REFERENT",
        "evaluated_with_family": "YES",
        "joint_intervention.reason": "COMPLEXITY",
        "support": "NO",
        "child_protection": "NO",
        "life_event.kind": "OTHER",
        "household.caf_beneficiary": "YES",
        "household.scheme": "CAF",
        "emitter.cdas": "CDAS-07",
    }
    found = next_step(answers, LINE_OPEN, parameters=build_parameters(numbered(line(SWITCH, value))))
    assert isinstance(found, Conclusion)
    assert refused is ("EXCLUDED_PROFESSIONAL" in found.decision.answer.rejections)
