"""An answer that gets its contacts stays the same answer in everything else."""

from dataclasses import fields, replace

from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.domain.vocabulary import (
    Channel,
    Instruction,
    Missing,
    Outcome,
    Purpose,
    Rejection,
    Role,
    Service,
    Suggestion,
    Urgency,
    WarningCode,
)
from tests.unit.domain.domain_building import envelope, notice_data

ROUTING = Routing(
    *(Service.CDAS, Role.RECEPTION, Channel.CDAS_RECEPTION, Purpose.COMPETENCE, Urgency.NONE, "CDAS-07", ("R01",))
)
FULL = Answer(
    outcome=Outcome.ROUTED,
    routings=(ROUTING,),
    rejections=tuple(Rejection),
    missing=tuple(Missing),
    suggestions=tuple(Suggestion),
    warnings=tuple(WarningCode),
    flags=("C01",),
    instruction=Instruction.PROSECUTOR_DIRECT,
    keyword="URGENCE DEFINIE",
    lead_days=3,
    explanation=(Explanation("R01", "I.1", "", "", matched=True),),
)


def test_an_answer_that_is_addressed_keeps_all_but_its_contacts_and_flags() -> None:
    reached = (replace(ROUTING, recipients=("c-1",)),)
    assert replace(FULL, routings=reached, flags=("C01", "C02")) == FULL.addressed(reached, ("C01", "C02"))


def test_an_answer_of_which_only_the_outcome_is_said_says_nothing_else() -> None:
    bare = Answer(Outcome.OUT_OF_SCOPE)
    said = {field.name: getattr(bare, field.name) for field in fields(Answer)}
    lists = dict.fromkeys(("routings", "rejections", "missing", "suggestions", "warnings", "flags", "explanation"), ())
    assert {"outcome": Outcome.OUT_OF_SCOPE, "instruction": None, "keyword": None, "lead_days": None, **lists} == said


def test_an_event_follows_from_no_other_unless_it_says_so() -> None:
    made = envelope("notice.published", notice_data())
    assert (None, None) == (made.dataschema, made.causationid)
