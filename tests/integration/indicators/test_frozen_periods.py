"""A frozen period never changes, and shows it when somebody tampered with what it rests on."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from hub.cli.indicators import app
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.periods import Period
from hub.errors import HubError
from hub.ledger.indicators.periods import NotFreezable
from tests.integration.indicators.counting_bench import Bench
from tests.integration.indicators.mixed_facts import mixed

JANUARY = Period("2026-01", "2026-01", "2026-01")
YEAR = Period("2025", "2025-03", "2026-02")
FACTS = mixed(35, 60)


@pytest.fixture
def ledger(bench: Bench) -> Iterator[Bench]:
    """Give a ledger that holds 50 facts, not counted yet."""
    bench.begin()
    bench.add(FACTS[:50])
    yield bench
    bench.begin()


def _broken(bench: Bench) -> set[str]:
    [(_, verified)] = bench.verify()
    return {name for name in ("seal", "inputs", "recount", "cells") if not getattr(verified, name)}


@pytest.mark.parametrize(
    "period",
    [
        Period("2026-06", "2026-06", "2026-06"),
        Period("2026", "2026-01", "2026-12"),
        Period("2025-11..2026-01", "2025-11", "2026-01"),
        Period("2026-01..2026-01", "2026-01", "2026-01"),
    ],
    ids=["month under way", "year under way", "some months", "another name for a month"],
)
def test_only_a_month_or_a_year_that_is_over_is_frozen(ledger: Bench, period: Period) -> None:
    with pytest.raises(NotFreezable):
        ledger.freeze(period)
    assert [] == ledger.verify()


@pytest.mark.parametrize(
    ("first", "second"),
    [(JANUARY, JANUARY), (YEAR, JANUARY), (YEAR, Period("2024", "2024-04", "2025-03"))],
    ids=["again", "month of a frozen year", "years that overlap"],
)
def test_no_month_is_closed_twice(ledger: Bench, first: Period, second: Period) -> None:
    ledger.freeze(first)
    with pytest.raises(NotFreezable):
        ledger.freeze(second)
    assert 1 == len(ledger.verify())


def test_freezing_counts_first_what_waits(ledger: Bench) -> None:
    frozen = ledger.freeze(JANUARY)

    assert frozen.inputs == sum(fact.month == "2026-01" for fact in FACTS[:50]) > 0
    assert frozen.cells.total() > frozen.inputs


def test_nothing_is_frozen_while_an_event_cannot_be_counted(ledger: Bench) -> None:
    ledger.add_poison()
    with pytest.raises(NotFreezable, match="fact_not_counted"):
        ledger.freeze(JANUARY)
    assert [] == ledger.verify()


def test_the_same_facts_give_the_same_seal_in_whatever_order_they_came(ledger: Bench) -> None:
    seal = ledger.freeze(JANUARY).seal
    ledger.begin()
    for fact in random.Random(1).sample(FACTS[:50], 50):
        ledger.add([fact])
        ledger.count()

    assert seal == ledger.freeze(JANUARY).seal


def test_another_set_of_facts_gives_another_seal(ledger: Bench) -> None:
    seal = ledger.freeze(JANUARY).seal
    ledger.begin()
    ledger.add([fact for fact in FACTS[:50] if fact is not _one(FACTS[:50])])

    assert seal != ledger.freeze(JANUARY).seal


def test_what_a_process_with_a_slow_clock_counts_afterwards_is_no_part_of_the_period(ledger: Bench) -> None:
    ledger.freeze(JANUARY)
    ledger.now -= timedelta(hours=1)
    ledger.add(FACTS[50:])
    ledger.settle()

    assert set() == _broken(ledger)


@pytest.mark.parametrize("sql", ["update indicator_period set frozen_by = 'x'", "delete from indicator_period"])
def test_the_table_refuses_to_change_a_frozen_period(ledger: Bench, sql: str) -> None:
    ledger.freeze(JANUARY)
    with pytest.raises(DBAPIError, match="never changed"):
        ledger.execute(sql)
    assert set() == _broken(ledger)


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("update indicator_period set inputs = inputs + 1", {"seal", "inputs"}),
        ("update indicator_period set definitions = '[]'", {"seal"}),
        ("update indicator_period set rules_versions = '{{3}}'", {"seal"}),
        ("update indicator_period set agreement_refusals = 4", {"seal"}),
        ("update indicator_fact set digest = '' where month = '2026-01'", {"inputs"}),
        ("delete from indicator_fact where month = '2026-01'", {"inputs", "recount"}),
        ("update indicator_cell set amount = amount + 1 where month = '2026-01'", {"cells"}),
        ("update indicator_cell set amount = amount + 1 where month = '2025-12'", set()),
    ],
    ids=["number", "definitions", "rules", "refusals", "hash", "facts", "cells", "another month"],
)
def test_tampering_is_found(ledger: Bench, sql: str, broken: set[str]) -> None:
    ledger.freeze(JANUARY)
    ledger.execute("alter table indicator_period disable trigger indicator_period_stands")
    try:
        ledger.execute(sql)
    finally:
        ledger.execute("alter table indicator_period enable trigger indicator_period_stands")

    assert broken == _broken(ledger)


def test_the_command_freezes_says_so_and_proves_it(
    ledger: Bench, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    runner = CliRunner()

    refused = runner.invoke(app, ["freeze", "2026-01"])
    frozen = runner.invoke(app, ["freeze", "2026-01", "--by", "anne", "--yes", "--json"])
    again = runner.invoke(app, ["freeze", "2026-01", "--yes"])
    ledger.add(FACTS[50:])
    ledger.settle()
    listed = runner.invoke(app, ["frozen"])
    one = runner.invoke(app, ["frozen", "2026-01", "--json"])
    ledger.execute("update indicator_cell set amount = 2 * amount where month = '2026-01'")
    tampered = runner.invoke(app, ["frozen", "--json"])
    unknown = runner.invoke(app, ["frozen", "2019"])

    assert (1, 0, 1, 0, 0, 1, 2) == tuple(
        getattr(done.exception, "exit_code", done.exit_code)
        for done in (refused, frozen, again, listed, one, tampered, unknown)
    )
    row = json.loads(frozen.output)
    assert "operator:anne" == row["frozen_by"]
    assert listed.output.startswith("2026-01\t")
    assert listed.output.rstrip().endswith(f"{row['seal'][:16]}\tintacte")
    assert (True, [], row["seal"]) == tuple(json.loads(one.output)[name] for name in ("stands", "broken", "seal"))
    assert sum(fact.month == "2026-01" for fact in FACTS[50:]) == json.loads(one.output)["later_events"] > 0
    assert json.loads(one.output)["later_differences"] > 0
    assert ["cells"] == json.loads(tampered.output)["broken"]


@pytest.mark.parametrize("period", ["mars", "2026-13", "2026-01..2026-06", "2026-01..2026-01"])
def test_what_is_neither_a_month_nor_a_year_is_refused_before_anybody_is_asked(period: str) -> None:
    refused = CliRunner().invoke(app, ["freeze", period]).exception
    assert isinstance(refused, HubError)
    assert (2, "Exemple\u00a0: hub indicators freeze 2026-03") == (refused.exit_code, refused.way_out)


def _one(facts: list[Fact]) -> Fact:
    return next(fact for fact in facts if fact.month == "2026-01")
