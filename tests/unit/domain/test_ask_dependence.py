"""Which field comes next, asked of what finds it: whole conversations, and what the circumstances change."""

from datetime import date

import pytest

from hub.domain.asking.dependence import Basis, Dependence, dependence

TODAY = date(2026, 5, 4)
BASIS = Basis(line_open=True, exclusion_in_force=True, has_directory=True, by_commune=frozenset())
NOBODY = {"support": "NO", "child_protection": "NO"}

# What is asked, in this order, with the answers given.
CONVERSATIONS: dict[str, dict[str, str]] = {
    "immediate danger": {"danger": "YES"},
    "a benefit that stopped": {
        "danger": "NO",
        "emitter.service": "CCAS",
        "request": "REFERRAL",
        "need": "BENEFIT",
        "household.commune": "NOT_KNOWN",
        "benefit.code": "RSA",
        "benefit.change": "INTERRUPTED",
        "autonomous": "YES",
    },
    "a separation": {
        "danger": "NO",
        "emitter.service": "CDAS_RECEPTION",
        "request": "REFERRAL",
        "need": "SOCIAL_SUPPORT",
        "household.commune": "35051",
        **NOBODY,
        "life_event.kind": "SEPARATION",
        "household.dependent_child": "YES",
        "life_event.planned": "NO",
        "life_event.date": "NOT_KNOWN",
        "life_event.declared_on": "2025-03-01",
        "household.caf_beneficiary": "YES",
        "household.scheme": "CAF",
    },
    "an urgency of somebody who is accompanied": {
        "danger": "NO",
        "emitter.service": "CAF_RECEPTION",
        "request": "SOCIAL_URGENCY",
        "category": "FOOD",
        "household.commune": "35051",
        "support": "YES",
        "support.caf": "CLOSED",
        "support.caf.same_event": "YES",
        "support.cd35": "OPEN",
        "support.cd35.cdas": "NOT_KNOWN",
        "support.cd35.worker_absent": "YES",
        "support.other": "OPEN",
    },
    "an urgency at a CDAS": {
        "danger": "NO",
        "emitter.service": "CDAS_RECEPTION",
        "request": "SOCIAL_URGENCY",
        "category": "FOOD",
        "household.commune": "NOT_KNOWN",
        "directed_to": "YES",
        "handled_before_referral": "YES",
        "support": "YES",
        "support.caf": "OPEN",
        "support.caf.worker_absent": "YES",
        "support.cd35": "OPEN",
        "support.cd35.cdas": "NOT_KNOWN",
        "support.cd35.worker_absent": "YES",
        "support.other": "OPEN",
        "emitter.cdas": "NOT_KNOWN",
    },
    "a hand-over beyond the Département": {
        "danger": "NO",
        "emitter.service": "CAF_SOCIAL_WORK",
        "request": "HANDOVER",
        "household.commune": "99999",
    },
    "a joint intervention": {
        "danger": "NO",
        "emitter.service": "CDAS_SOCIAL_WORKER",
        "request": "JOINT_INTERVENTION",
        "household.commune": "NOT_KNOWN",
        "other_professional": "CDAS_SOCIAL_WORKER",
        "evaluated_with_family": "YES",
        "joint_intervention.reason": "COMPLEMENTARY_SKILLS",
    },
    "an aid without a home": {
        "danger": "NO",
        "emitter.service": "CDAS_SOCIAL_WORKER",
        "request": "REFERRAL",
        "need": "DEPARTMENT_AID",
        "household.commune": "NOT_KNOWN",
        "support": "YES",
        "support.caf": "OPEN",
        "support.cd35": "OPEN",
        "support.cd35.cdas": "NOT_KNOWN",
        "support.other": "OPEN",
        "emitter.cdas": "NOT_KNOWN",
    },
}


def asked_in_turn(answers: dict[str, str], basis: Basis = BASIS) -> list[str]:
    """The fields that come next, each answered as in `answers`, to the end or to the first one that is not."""
    known, asked = Dependence(basis), list[str]()
    while (field := known.next_field({name: answers[name] for name in asked}, TODAY)) is not None:
        asked.append(field.id)
        if field.id not in answers:
            break
    return asked


@pytest.mark.parametrize("answers", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_conversation_asks_these_fields_in_this_order_and_no_other(answers: dict[str, str]) -> None:
    assert list(answers) == asked_in_turn(answers)


@pytest.mark.parametrize("answers", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_field_that_has_its_answer_is_not_asked_again(answers: dict[str, str]) -> None:
    known = Dependence(BASIS)
    assert known.next_field(answers, TODAY) is None
    assert known.next_field(answers, TODAY) is None


# An answer that is taken back while those after it stand, and whether it is asked for again.
TAKEN_BACK = {
    "the support matters whatever the event": ("a separation", "support", True),
    "the date matters to a separation": ("a separation", "life_event.date", True),
    "so does the commune": ("a separation", "household.commune", True),
    "a household of the CAF is followed whoever asks": ("a separation", "emitter.service", False),
    "a separation that has its date is not to come": ("a separation", "life_event.planned", False),
    "who accompanies now answers whatever was closed": (
        "an urgency of somebody who is accompanied",
        "support.caf.same_event",
        False,
    ),
    "who accompanies now answers wherever one was sent": ("an urgency at a CDAS", "directed_to", False),
}


@pytest.mark.parametrize(("conversation", "name", "again"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_an_answer_that_is_taken_back_is_asked_for_where_the_others_leave_it_a_bearing(
    conversation: str, name: str, *, again: bool
) -> None:
    answers = {other: answer for other, answer in CONVERSATIONS[conversation].items() if other != name}
    found = Dependence(BASIS).next_field(answers, TODAY)
    assert (name if again else None) == (found.id if found is not None else None)


CLOSED_AT_THE_CAF = {"danger": "NO", "household.commune": "35237", "support": "YES", "support.caf": "CLOSED"}
FOLLOWED: dict[str, tuple[dict[str, str], str]] = {
    "an aid": ({"emitter.service": "CAF_SOCIAL_WORK", "request": "REFERRAL", "need": "DEPARTMENT_AID"}, "support.cd35"),
    "an urgency": (
        {"emitter.service": "TOWN_HALL", "request": "SOCIAL_URGENCY", "category": "DOMESTIC_VIOLENCE"},
        "support.caf.same_event",
    ),
}


@pytest.mark.parametrize(("answers", "expected"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_no_sample_of_the_rest_shows_is_looked_for_in_every_rest(answers: dict[str, str], expected: str) -> None:
    found = Dependence(BASIS).next_field(answers | CLOSED_AT_THE_CAF, TODAY)
    assert found is not None
    assert expected == found.id


@pytest.mark.parametrize("in_force", [True, False])
def test_the_other_professional_is_asked_for_where_some_are_excluded(in_force: bool) -> None:  # noqa: FBT001 -- a row
    answers = CONVERSATIONS["a joint intervention"]
    found = asked_in_turn(answers, BASIS._replace(exclusion_in_force=in_force))
    assert in_force == ("other_professional" in found)


def test_what_was_found_in_these_circumstances_is_kept_for_these_alone() -> None:
    other = BASIS._replace(exclusion_in_force=False)
    assert dependence(BASIS) is dependence(BASIS._replace(line_open=True))
    assert dependence(BASIS) is not dependence(other)
    joint = {name: CONVERSATIONS["a joint intervention"][name] for name in ("danger", "emitter.service", "request")}
    found = [
        dependence(basis).next_field(joint | {"household.commune": "NOT_KNOWN"}, TODAY) for basis in (BASIS, other)
    ]
    assert ["other_professional", "evaluated_with_family"] == [field.id for field in found if field is not None]
