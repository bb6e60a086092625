"""Which CDAS a routing means: the head of the contract's section 5, and C18."""

from datetime import date
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.directory.contacts import Contact, Directory
from tests.unit.domain.domain_building import Given
from tests.unit.domain.situations import (
    A_COMMUNE,
    ELSEWHERE,
    answer,
    caf,
    cdas,
    concern,
    followed,
    handover,
    joint_intervention,
    referral,
    social_urgency,
)

ON_THE_MAP, NOT_ON_THE_MAP = A_COMMUNE, "35001"
SENT_AWAY: dict[str, Any] = {"directed_to": "CAF_SOCIAL_WORK", "handled_before_referral": False}


def with_a_map(*more: Contact) -> Directory:
    directory = Directory(load_territory())
    mailbox = Contact(
        "m-1", "CD35", "CDAS", "GENERIC_MAILBOX", "Boîte", date(2024, 1, 1), cdas="CDAS-01", communes=(ON_THE_MAP,)
    )
    for contact in (mailbox, *more):
        directory.apply(contact)
    return directory


def codes(event: Given, directory: Directory | None) -> set[str | None]:
    return {routing.cdas for routing in answer(event, directory=directory).routings if routing.service == "CDAS"}


HOME = {
    "an aid of the Département": referral("DEPARTMENT_AID"),
    "social support": referral(),
    "a social urgency": social_urgency(),
    "a hand-over": handover("CAF_TO_CDAS"),
    "a joint intervention": joint_intervention("CAF_TO_CDAS"),
    "a concern": concern(),
    "a known concern": concern(known=True),
    "an open worker of a CDAS that is not named": referral(support=[followed("CD35")]),
    "a worker for child protection": referral(child_protection="KNOWN_TO_CDAS"),
    "a support beside a benefit": referral("BENEFIT", autonomous=False, support=[followed("CD35")]),
    "an open worker in an urgency": social_urgency(support=[followed("CD35")]),
}


@pytest.mark.parametrize("event", HOME.values(), ids=HOME)
def test_the_home_cdas_is_the_one_whose_territory_holds_the_commune(event: Given) -> None:
    assert {"CDAS-01"} == codes(event, with_a_map())


@pytest.mark.parametrize("event", HOME.values(), ids=HOME)
def test_a_home_cdas_that_the_map_does_not_know_is_routed_without_a_code(event: Given) -> None:
    assert {None} == codes(event, None)


def test_a_commune_that_the_map_does_not_hold_has_a_home_cdas_all_the_same() -> None:
    answered = answer(referral(commune=NOT_ON_THE_MAP), directory=with_a_map())
    assert ("ROUTED", [None], ()) == (answered.outcome, [r.cdas for r in answered.routings], answered.flags)


ITS_OWN = {
    "an open worker's own CDAS": ("CDAS-09", referral(support=[followed("CD35", cdas="CDAS-09")])),
    "an open worker's own CDAS, without a commune": (
        "CDAS-09",
        referral(commune=None, emitter=caf(), support=[followed("CD35", cdas="CDAS-09")]),
    ),
    "an open worker's own CDAS, outside the département": (
        "CDAS-09",
        social_urgency(commune=ELSEWHERE, support=[followed("CD35", cdas="CDAS-09")]),
    ),
    "the emitter's, for an urgency that comes back": ("CDAS-07", social_urgency(**SENT_AWAY)),
    "the emitter's, without a commune": ("CDAS-07", referral(commune=None)),
    "the emitter's, for a worker whose CDAS is not named": (
        "CDAS-07",
        referral(commune=None, support=[followed("CD35")]),
    ),
    "nobody's, for a worker whose CDAS is not named": (
        None,
        referral(commune=None, emitter=caf(), support=[followed("CD35")]),
    ),
    "nobody's, for a worker outside the département": (
        None,
        social_urgency(commune=ELSEWHERE, support=[followed("CD35")]),
    ),
}


@pytest.mark.parametrize(("code", "event"), ITS_OWN.values(), ids=ITS_OWN)
def test_a_cdas_that_is_known_otherwise_comes_before_the_map(code: str | None, event: Given) -> None:
    assert {code} == codes(event, with_a_map())


def test_two_open_workers_of_two_cdas_are_two_destinations() -> None:
    event = referral(support=[followed("CD35", cdas="CDAS-09"), followed("CD35", cdas="CDAS-11"), followed("CD35")])
    assert {"CDAS-09", "CDAS-11", "CDAS-01"} == codes(event, with_a_map())


def test_an_open_worker_of_the_home_cdas_named_and_not_named_is_one_destination() -> None:
    event = referral(support=[followed("CD35", cdas="CDAS-01"), followed("CD35")])
    assert 1 == len(answer(event, directory=with_a_map()).routings)


def test_a_routing_to_the_caf_never_has_a_cdas() -> None:
    event = referral(support=[followed("CAF", cdas="CDAS-09"), followed("OTHER", cdas="CDAS-09")])
    assert {None} == {routing.cdas for routing in answer(event, directory=with_a_map()).routings}


def test_the_map_of_the_day_counts() -> None:
    later = Contact(
        "m-0",
        "CD35",
        "CDAS",
        "GENERIC_MAILBOX",
        "Boîte",
        date(2026, 5, 5),
        cdas="CDAS-00",
        communes=(ON_THE_MAP,),
    )
    directory = with_a_map(later)
    both = [answer(referral(), at, directory).routings[0].cdas for at in ("2026-05-04T23:59", "2026-05-05T00:00")]
    assert ["CDAS-01", "CDAS-00"] == both


def test_the_emitters_cdas_never_replaces_a_commune_that_is_given() -> None:
    answered = answer(referral(commune=NOT_ON_THE_MAP, emitter=cdas(code="CDAS-01")), directory=with_a_map())
    assert (None, ()) == (answered.routings[0].cdas, answered.flags)
