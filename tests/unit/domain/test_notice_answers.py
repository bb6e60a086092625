"""Notices: the rules that each routing names, and what a directory changes (contract, section 7)."""

from datetime import date
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decision import Answer
from hub.domain.vocabulary import UNKNOWN
from tests.unit.domain.domain_building import Given, actor, envelope, notice
from tests.unit.domain.situations import answer, places, rules_told

LAW: dict[str, Any] = {"nature": "LEGISLATION", "code": "L1", "significant": True, "impacts": ["RIGHTS_OPENED"]}
RENNES, REDON, REDON_EPCI = "35238", "35236", "243500741"
BASE = {
    "CAF_REFERENTS/REFERENT by HUB for INFORMATION: R27",
    "CD35_SOCIAL_LIFE_REFERENTS/REFERENT by HUB for INFORMATION: R27",
    "CDAS/GENERIC_MAILBOX by HUB for INFORMATION: R27",
}


def withdrawn() -> Given:
    data = {"notice": "N-1", "version": 1, "reason": "ERROR", "replaced_by": None}
    return Given(envelope("notice.withdrawn", data), data)


def directory() -> Directory:
    held = Directory(load_territory())
    for each in (
        actor("rennes", communes=(RENNES,)),
        actor("redon", communes=(REDON,)),
        actor("referent", service="CAF_REFERENTS", role="REFERENT", communes=(REDON,)),
        actor("mailbox", service="CDAS", role="GENERIC_MAILBOX", cdas="CDAS-01", communes=(REDON,)),
    ):
        held.apply(each)
    return held


def recipients(answered: Answer) -> dict[str, tuple[str, ...]]:
    return {routing.service.value: routing.recipients for routing in answered.routings if routing.recipients}


def test_a_withdrawal_names_its_rule_beside_that_of_the_audience() -> None:
    answered = answer(withdrawn())
    local = {"ASIP/ACTOR by HUB for INFORMATION: X1"}
    assert {place.replace("R27", "R27 X1") for place in BASE} | local == places(answered)
    assert ("ROUTED", "R27 -R30a -R30b X1") == (answered.outcome, rules_told(answered))


def test_a_law_on_rights_reaches_the_actors_by_its_own_rule() -> None:
    answered = answer(notice(**LAW))
    assert BASE | {"ASIP/ACTOR by HUB for INFORMATION: R30a"} == places(answered)
    assert "R27 R30a -R30b R29" == rules_told(answered)


def test_the_rules_are_the_same_with_a_directory_and_without() -> None:
    with_it = answer(notice(**LAW), directory=directory())
    assert places(answer(notice(**LAW))) == places(with_it)


SCOPES = {
    "the whole département": (("redon", "rennes"), [], []),
    "a commune": (("rennes",), [RENNES], []),
    "an EPCI": (("redon",), [], [REDON_EPCI]),
    "a commune and an EPCI": (("redon", "rennes"), [RENNES], [REDON_EPCI]),
    "another commune": ((), ["35001"], []),
}


@pytest.mark.parametrize(("actors", "communes", "epci"), SCOPES.values(), ids=SCOPES)
def test_a_territory_limits_the_actors_and_nobody_else(
    actors: tuple[str, ...], communes: list[str], epci: list[str]
) -> None:
    found = recipients(answer(notice(**LAW, communes=communes, epci=epci), directory=directory()))
    assert {"CAF_REFERENTS": ("referent",), "CDAS": ("mailbox",)} | ({"ASIP": actors} if actors else {}) == found


def test_notices_of_two_territories_do_not_share_their_recipients() -> None:
    held = directory()
    found = [recipients(answer(notice(**LAW, communes=[code]), directory=held))["ASIP"] for code in (RENNES, REDON)]
    assert [("rennes",), ("redon",)] == found


def test_notices_of_two_rules_do_not_share_their_routings() -> None:
    held = directory()
    scheme = notice(issuer="CD35", nature="SCHEME", code="D1", impacts=["RIGHTS_CHANGED"])
    told = [places(answer(event, directory=held)) - BASE for event in (notice(**LAW), scheme)]
    assert [
        {"ASIP/ACTOR by HUB for INFORMATION: R30a"},
        {"ASIP/ACTOR by HUB for INFORMATION: R30b"},
    ] == told


def test_a_notice_that_nobody_can_read_applies_no_rule() -> None:
    answered = answer(notice(impacts=[UNKNOWN]))
    assert ("HUMAN_QUALIFICATION", ("UNKNOWN_SYMBOL",)) == (answered.outcome, answered.missing)
    assert "-R27 -R30a -R30b R29" == rules_told(answered)


def test_the_days_between_publication_and_effect_are_told_of_every_notice() -> None:
    same_day = notice(published_on=date(2026, 5, 4), effective_on=date(2026, 5, 4), impacts=[])
    answered = answer(same_day)
    assert ("INFORMATION_ONLY", 0, ("NOT_PRIOR",)) == (answered.outcome, answered.lead_days, answered.warnings)
    assert "-R27 -R30a -R30b -R29" == rules_told(answered)
