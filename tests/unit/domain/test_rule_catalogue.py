"""The catalogue of rules and readings: complete, consistent, and written as the institutions read it."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from hub.data import load_parameters
from hub.domain.routing.decision import Explanation
from hub.domain.rules.catalogue import (
    CORRECTION,
    NOT_PRIOR,
    NOTICE_RULES,
    PARTS,
    PRIOR,
    READINGS,
    RULES,
    RULES_VERSION,
    VERSIONS,
    WITHDRAWAL,
    RulesVersion,
    version_on,
)
from hub.domain.rules.parameter_kinds import KINDS
from hub.domain.rules.rule import Change, NoticeRule, Rule, article_in_full
from hub.domain.vocabulary import Flag, Institution, NoticeNature

RULE_IDS = [f"R{number:02}" for number in range(1, 78) if number != 30]
RULE_IDS[29:29] = ["R30a", "R30b", "X1"]
READING_IDS = sorted([f"C{number:02}" for number in range(1, 25)] + ["C15b", "C16b"])
ARTICLES = {
    "Objet",
    "I.1",
    "I.2",
    "I.3",
    "I.4",
    "II",
    "II.1",
    "II.2",
    "II.3",
    "II.4",
    "II.5",
    "A2",
    "Suivi",
    "Durée",
    "Délib.",
}
A_CHANGE = Change(Institution.CAF, NoticeNature.ORGANISATION, frozenset(), significant=False)
DECIDES_NOTHING = "Ne décide d’aucune orientation : "
MENTION = re.compile(r"\b(?:[RC][0-9]{2}[ab]?)\b")


def texts() -> Iterator[tuple[str, str]]:
    """Every French text of the catalogue and of the shipped parameters, with where it stands."""
    for part in PARTS:
        yield part.name, part.title
    for rule in RULES.values():
        for field in ("quote", "label", "decides"):
            yield f"{rule.id} {field}", getattr(rule, field)
        yield f"{rule.id} article", article_in_full(rule.article)
    for reading in READINGS.values():
        for field in ("question", "reading", "settled_by", "change"):
            yield f"{reading.id} {field}", getattr(reading, field)
    for kind in KINDS.values():
        yield f"{kind.name} label", kind.label
        yield f"{kind.name} decides", kind.decides
    for row in load_parameters().rows:
        yield f"{row.parameter} decided_by", row.decided_by
        yield f"{row.parameter} note", row.note
    for version in VERSIONS:
        yield version.id, version.note


def faults(pattern: str) -> list[tuple[str, str]]:
    """Where a pattern that must not be is found, with what stands around it."""
    return [
        (place, text[max(0, m.start() - 20) : m.end() + 20])
        for place, text in texts()
        for m in re.finditer(pattern, text)
    ]


def test_every_rule_is_there_once_in_the_order_of_the_convention() -> None:
    assert RULE_IDS == [rule.id for part in PARTS for rule in part.rules]
    assert RULE_IDS == list(RULES)


def test_every_reading_is_there_once() -> None:
    assert READING_IDS == [reading.id for reading in READINGS.values()]


def test_every_flag_that_names_a_reading_has_one() -> None:
    assert READING_IDS == sorted(flag.value for flag in Flag if re.match(r"C[0-9]", flag.value))


def test_every_reading_that_a_rule_leans_on_exists() -> None:
    assert [] == [(rule.id, name) for rule in RULES.values() for name in rule.readings if name not in READINGS]


def test_every_reading_that_some_rule_should_lean_on_has_one() -> None:
    leaned_on = {name for rule in RULES.values() for name in rule.readings}
    assert {"C20", "C24"} == set(READINGS) - leaned_on, "a wrong article number, and data protection, decide nothing"


def test_every_id_that_a_text_mentions_exists() -> None:
    assert [] == [
        (place, name) for place, text in texts() for name in MENTION.findall(text) if name not in {*RULES, *READINGS}
    ]


def test_every_parameter_that_a_text_mentions_exists_and_is_about_known_rules() -> None:
    mentioned = {name for _, text in texts() for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text)}
    assert set() == mentioned - set(KINDS)
    assert [] == [(k.name, name) for k in KINDS.values() for name in k.about if name not in {*RULES, *READINGS}]


def test_every_article_is_one_of_the_convention() -> None:
    assert set() == {place for rule in RULES.values() for place in rule.article.split(", ")} - ARTICLES


def test_a_rule_of_governance_decides_no_routing_except_what_an_urgency_is() -> None:
    deciding = [r.id for r in PARTS[-1].rules if not r.decides.startswith(DECIDES_NOTHING)]
    assert ("governance", ["R77"]) == (PARTS[-1].name, deciding)


def test_notice_rules_are_rules_of_the_catalogue() -> None:
    assert [rule.rule for rule in NOTICE_RULES] == [RULES[rule.id] for rule in NOTICE_RULES]


def test_no_text_is_empty_or_loosely_spaced() -> None:
    assert [] == [place for place, text in texts() if not text or text != text.strip() or "  " in text]


@pytest.mark.parametrize(
    "pattern",
    ["['\"`“”]", r"\.\.\.", r"[^\u00a0][;:?!»]", r"«[^\u00a0]", r"\u00a0(?![;:?!»\w“])", r"\bévén"],
    ids=[
        "straight apostrophes and quotes",
        "three dots for an ellipsis",
        "a breakable space before high punctuation",
        "a breakable space after an opening guillemet",
        "a no-break space before nothing",
        "the other spelling of évènement",
    ],
)
def test_no_text_breaks_a_rule_of_typography(pattern: str) -> None:
    assert [] == faults(pattern)


def test_labels_and_effects_are_sentences_and_quotes_are_extracts() -> None:
    sentences = [text for rule in RULES.values() for text in (rule.label, rule.decides)]
    assert [] == [text for text in sentences if not re.fullmatch(r"[A-ZÀÉ].*\.", text)]
    assert [] == [rule.id for rule in RULES.values() if re.match("«", rule.quote) or re.search(r"[.»]$", rule.quote)]


def test_a_rule_explains_itself_with_its_own_sentence() -> None:
    step = RULES["R32"].explained(matched=True)
    assert ("R32", "A2", RULES["R32"].quote, RULES["R32"].label, True) == (
        step.rule,
        step.article,
        step.quote,
        step.label,
        step.matched,
    )


def test_a_rule_explains_itself_with_the_sentence_of_the_case() -> None:
    sentence = "Le service social de la CAF n’a pas été retenu : la séparation date de plus de deux ans."
    assert (sentence, False) == (
        (step := RULES["R32"].explained(matched=False, label=sentence)).label,
        step.matched,
    )


@pytest.mark.parametrize("day", [date.min, date(2024, 10, 2), date(2026, 11, 22), date.max], ids=str)
def test_the_first_version_is_in_force_on_every_day(day: date) -> None:
    assert "2026.1" == version_on(day).id == RULES_VERSION


def test_versions_begin_on_different_days_in_order() -> None:
    starts = [version.valid_from for version in VERSIONS]
    assert sorted(set(starts)) == starts


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-12-31", "1"), ("2027-01-01", "2"), ("2027-06-30", "2"), ("2027-07-01", "3"), ("2024-01-01", "1")],
    ids=["eve of the second", "first day of the second", "eve of the third", "first day of the third", "before all"],
)
def test_a_version_is_in_force_from_its_first_day_until_the_next_one(day: str, version: str) -> None:
    starts = [date(2026, 1, 1), date(2027, 1, 1), date(2027, 7, 1)]
    versions = [RulesVersion(str(number), start, "") for number, start in enumerate(starts, start=1)]
    assert version == version_on(date.fromisoformat(day), versions).id


@pytest.mark.parametrize(
    ("article", "shown"),
    [
        ("I.1, II.1", "article I.1, article II.1"),
        ("A2", "annexe 2"),
        ("Objet, I.1", "objet de la convention, article I.1"),
        ("Suivi", "suivi de la convention"),
        ("Durée", "durée et date d’effet de la convention"),
        ("Délib.", "délibération du 2 décembre 2024"),
    ],
    ids=["articles", "annexe", "object", "follow-up", "duration", "deliberation"],
)
def test_an_article_is_shown_in_full(article: str, shown: str) -> None:
    assert shown == article_in_full(article)


def test_a_rule_cannot_be_changed_while_the_hub_runs() -> None:
    with pytest.raises(TypeError):
        RULES["R32"] = Rule("R32", "", "", "", "")  # type: ignore[index]  # that it cannot be done is the point
    with pytest.raises(TypeError):
        READINGS["C01"] = READINGS["C02"]  # type: ignore[index]  # the same


SENTENCES = {
    "prior": (PRIOR, "R29", True, "L’information est publiée avant sa date d’effet"),
    "not prior": (NOT_PRIOR, "R29", False, "L’information est publiée le jour de sa date d’effet ou après"),
    "correction": (CORRECTION, "X1", True, "La correction va au public de son nouveau contenu"),
    "withdrawal": (WITHDRAWAL, "X1", True, "Le retrait va à tous ceux qui ont reçu une version"),
}


@pytest.mark.parametrize(("step", "rule", "matched", "beginning"), SENTENCES.values(), ids=SENTENCES)
def test_what_befalls_a_notice_is_told_by_a_sentence_of_its_own(
    step: Explanation, rule: str, beginning: str, *, matched: bool
) -> None:
    assert (rule, matched) == (step.rule, step.matched)
    assert step.label.startswith(beginning)


def test_a_rule_that_says_nothing_of_it_leans_on_no_reading_and_has_no_audience() -> None:
    rule = Rule("R00", "I.1", "", "", "")
    made = NoticeRule(rule, lambda _: True)
    assert ((), (), ()) == (rule.readings, made.audience, made.flags(A_CHANGE))


def test_the_first_version_says_what_it_is() -> None:
    assert ["Première version, en vigueur pour toute date."] == [version.note for version in VERSIONS]
