"""Who is told of a change (article I.4)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decide import NotRouted, decide
from hub.domain.rules.catalogue import RULES_VERSION
from tests.unit.domain.domain_building import PUBLISHED, Given, actor, contact_data, envelope, notice

BASE = {"CAF_REFERENTS/REFERENT", "CD35_SOCIAL_LIFE_REFERENTS/REFERENT", "CDAS/GENERIC_MAILBOX"}
ALL = BASE | {"ASIP/ACTOR"}
IMPACTS = ("COLLABORATION", "RIGHTS_OPENED", "RIGHTS_CHANGED")


def answer(event: Given, directory: Directory | None = None) -> Mapping[str, Any]:
    return decide(event, directory=directory).data


def audience(data: Mapping[str, Any]) -> set[str]:
    return {f"{routing['service']}/{routing['role']}" for routing in data["routings"]}


def rules_of(data: Mapping[str, Any], service: str) -> list[str]:
    (found,) = [routing["rules"] for routing in data["routings"] if routing["service"] == service]
    rules: list[str] = found
    return rules


AUDIENCES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "R27: no impact, nobody": ({"impacts": []}, set()),
    "R27: an impact on collaboration": ({"impacts": ["COLLABORATION"]}, BASE),
    "R27: an impact on rights": ({"impacts": ["RIGHTS_CHANGED"]}, BASE),
    "R30a: significant law on rights": (
        {"nature": "LEGISLATION", "code": "L1", "significant": True, "impacts": ["RIGHTS_OPENED"]},
        ALL,
    ),
    "R30a: not significant": (
        {"nature": "LEGISLATION", "code": "L3", "significant": False, "impacts": ["RIGHTS_OPENED"]},
        BASE,
    ),
    "R30a: no right touched": (
        {"nature": "LEGISLATION", "code": "L3", "significant": True, "impacts": ["COLLABORATION"]},
        BASE,
    ),
    "R30a: no law": ({"significant": True, "impacts": ["RIGHTS_OPENED"]}, BASE),
    "R30b: own scheme with any impact": ({"issuer": "CD35", "nature": "SCHEME", "code": "D1"}, ALL),
    "R30b: own scheme without impact": ({"issuer": "CD35", "nature": "SCHEME", "code": "D1", "impacts": []}, set()),
    "R30b: scheme of the CAF": ({"issuer": "CAF", "nature": "SCHEME", "code": "D1"}, BASE),
    "R30b: own organisation touching rights": ({"issuer": "CD35", "impacts": ["RIGHTS_CHANGED"]}, ALL),
    "R30b: own organisation touching collaboration only": ({"issuer": "CD35"}, BASE),
    "R30b: organisation of the CAF touching rights": ({"impacts": ["RIGHTS_CHANGED"]}, BASE),
}


@pytest.mark.parametrize(("changed", "expected"), AUDIENCES.values(), ids=AUDIENCES)
def test_a_notice_reaches_the_audience_of_its_change(changed: dict[str, Any], expected: set[str]) -> None:
    data = answer(notice(**changed))
    assert expected == audience(data)
    assert ("ROUTED" if expected else "INFORMATION_ONLY") == data["outcome"]


def test_each_routing_names_the_rule_that_gave_it() -> None:
    data = answer(notice(issuer="CD35", nature="SCHEME", code="D2"))
    assert ["R27"] == rules_of(data, "CDAS")
    assert ["R30b"] == rules_of(data, "ASIP")


def test_every_routing_of_a_notice_goes_by_the_hub_as_information_to_all_cdas() -> None:
    for routing in answer(notice(issuer="CD35", nature="SCHEME", code="D2"))["routings"]:
        assert tuple(routing[name] for name in ("channel", "purpose", "urgency", "cdas")) == (
            "HUB",
            "INFORMATION",
            "NONE",
            None,
        )


def test_a_significant_law_told_by_the_departement_is_flagged() -> None:
    law: dict[str, Any] = {"nature": "LEGISLATION", "code": "L2", "significant": True, "impacts": ["RIGHTS_CHANGED"]}
    assert ["ISSUER_NOT_CAF"] == answer(notice(issuer="CD35", **law))["flags"]
    assert [] == answer(notice(issuer="CAF", **law))["flags"]


def test_a_notice_of_the_departement_without_r30a_is_not_flagged() -> None:
    assert [] == answer(notice(issuer="CD35", nature="LEGISLATION", code="L3"))["flags"]


@pytest.mark.parametrize(
    ("days", "warnings"), [(1, []), (0, ["NOT_PRIOR"]), (-1, ["NOT_PRIOR"])], ids=["prior", "same day", "late"]
)
@pytest.mark.parametrize("impacts", [[], ["COLLABORATION"]], ids=["without impact", "with impact"])
def test_lead_days_and_not_prior_hold_for_every_notice(days: int, warnings: list[str], impacts: list[str]) -> None:
    data = answer(notice(effective_on=PUBLISHED + timedelta(days), impacts=impacts))
    assert (days, warnings) == (data["lead_days"], data["warnings"])


def test_the_explanation_names_rules_that_applied_and_rules_that_did_not() -> None:
    steps = {step["rule"]: step["matched"] for step in answer(notice(issuer="CD35", nature="SCHEME"))["explanation"]}
    assert {"R27": True, "R30a": False, "R30b": True, "R29": True} == steps


def test_every_step_of_an_explanation_has_an_article_a_quote_and_a_label() -> None:
    for event in (notice(), notice("notice.corrected"), notice(effective_on=PUBLISHED)):
        for step in answer(event)["explanation"]:
            assert all(step[name] for name in ("rule", "article", "quote", "label"))


def test_a_correction_is_routed_by_its_new_content_and_says_so() -> None:
    data = answer(notice("notice.corrected", version=2, corrects_version=1, reason="ERROR"))
    assert BASE == audience(data)
    assert {"rule": "X1", "matched": True}.items() <= data["explanation"][-1].items()


def test_a_withdrawal_names_the_whole_audience_and_no_recipient() -> None:
    data = {"notice": "N-1", "version": 1, "reason": "CANCELLED", "replaced_by": None}
    directory = Directory(load_territory())
    directory.apply(actor("a-1"))
    decided = answer(Given(envelope("notice.withdrawn", data), data), directory)
    assert ("ROUTED", ALL, None) == (decided["outcome"], audience(decided), decided["lead_days"])
    assert [routing["recipients"] for routing in decided["routings"]] == [[]] * 4


@pytest.mark.parametrize(
    "changed",
    [
        {"nature": "UNKNOWN", "issuer": "CD35"},
        {"impacts": ["UNKNOWN"]},
        {"issuer": "UNKNOWN", "nature": "SCHEME"},
        {"issuer": "CD35", "impacts": ["COLLABORATION", "UNKNOWN"]},
    ],
    ids=["nature", "impact", "issuer", "a second impact"],
)
def test_a_symbol_that_would_change_the_answer_goes_to_a_human(changed: dict[str, Any]) -> None:
    data = answer(notice(**changed))
    assert ("HUMAN_QUALIFICATION", ["UNKNOWN_SYMBOL"], []) == (data["outcome"], data["missing"], data["routings"])
    assert 28 == data["lead_days"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"code": "UNKNOWN"}, BASE),
        ({"nature": "UNKNOWN", "impacts": []}, set()),
        ({"nature": "UNKNOWN", "issuer": "CAF", "significant": False}, BASE),
        ({"impacts": ["COLLABORATION", "UNKNOWN"]}, BASE),
    ],
    ids=["the code is not read", "no impact", "no rule left", "told anyway"],
)
def test_a_symbol_that_changes_nothing_stands_in_nobodys_way(changed: dict[str, Any], expected: set[str]) -> None:
    data = answer(notice(**changed))
    assert (expected, []) == (audience(data), data["missing"])


def test_a_type_without_rules_is_not_decided() -> None:
    data = contact_data()
    with pytest.raises(NotRouted, match=r"contact\.changed"):
        decide(Given(envelope("contact.changed", data), data))


def test_the_decision_is_of_its_event_its_instant_and_these_rules() -> None:
    instant = datetime.fromisoformat("2026-01-02T03:04:05+01:00")
    data = decide(notice(), instant).data
    assert (
        data["event_id"],
        data["event_type"],
        data["as_of"],
        data["rules_version"],
    ) == ("e-1", "notice.published", "2026-01-02T03:04:05+01:00", RULES_VERSION)


def test_recipients_are_those_valid_on_the_parisian_date_of_the_instant() -> None:
    directory = Directory(load_territory())
    directory.apply(actor("late", valid_from=date(2026, 1, 2)))
    event = notice(issuer="CD35", nature="SCHEME")
    before = datetime.fromisoformat("2026-01-01T22:59:59+00:00")
    after = datetime.fromisoformat("2026-01-01T23:00:00+00:00")
    reached = [decide(event, instant, directory).routings[-1].recipients for instant in (before, after)]
    assert [(), ("late",)] == reached


SETS = [list(s) for s in chain.from_iterable(combinations(IMPACTS, n) for n in range(4))]


@pytest.mark.parametrize("impacts", SETS, ids=lambda s: "+".join(s) or "none")
def test_the_audience_is_that_of_the_contract_for_every_change(impacts: list[str]) -> None:
    """The contract's sentence, written a second time as one expression, over all 24 changes of each impact set."""
    rights = any(impact.startswith("RIGHTS_") for impact in impacts)
    natures = ("ORGANISATION", "LEGISLATION", "SCHEME")
    for issuer, nature, significant in product(("CAF", "CD35"), natures, (True, False)):
        r30a = nature == "LEGISLATION" and significant and rights
        r30b = issuer == "CD35" and ((nature == "SCHEME" and impacts) or (nature == "ORGANISATION" and rights))
        expected = (BASE if impacts else set()) | ({"ASIP/ACTOR"} if r30a or r30b else set())
        data = answer(notice(issuer=issuer, nature=nature, significant=significant, impacts=impacts))
        assert expected == audience(data)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_lead_days_count_from_publication_to_effect(published: date, effective: date) -> None:
    data = answer(notice(published_on=published, effective_on=effective))
    assert published + timedelta(data["lead_days"]) == effective
    assert (published >= effective) == (data["warnings"] == ["NOT_PRIOR"])
