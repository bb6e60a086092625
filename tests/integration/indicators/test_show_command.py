"""`hub indicators show`: what is read of a period, from the real ledger, masked; a frozen one stays as it was."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub.cli import indicators_show_view
from hub.cli.main import app
from hub.domain.indicators.periods import Period
from hub.errors import HubError
from tests.integration.indicators.counting_bench import DEFINITIONS, Bench
from tests.integration.indicators.shown_facts import messages

MARCH = Period("2026-03", "2026-03", "2026-03")


@pytest.fixture(scope="module", autouse=True)
def counted(bench: Bench, database: str) -> Iterator[None]:
    """Give a ledger in which two months were counted; March is frozen, and one message came too late for it."""
    bench.begin()
    bench.add(
        [*messages("2026-03", "CDAS-01", 3), *messages("2026-03", "CDAS-02", 9), *messages("2026-03", "CDAS-03", 40)]
    )
    bench.add(
        [*messages("2026-04", "CDAS-01", 20), *messages("2026-04", "CDAS-02", 30), *messages("2026-04", "CDAS-03", 7)]
    )
    bench.settle()
    bench.freeze(MARCH)
    bench.add([*messages("2026-03", "CDAS-03", 1)])
    bench.settle()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("HUB_")]:
            patch.delenv(name)
        patch.setenv("HUB_DATABASE_URL", database)
        yield
    bench.begin()


def show(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["indicators", "show", *arguments])


def lines(*arguments: str) -> list[list[str]]:
    result = show(*arguments)
    assert 0 == result.exit_code, (result.output, result.exception)
    return [line.split("\t") for line in result.stdout.splitlines()]


def told(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("\t".join(["\n".join(map("\t".join, lines(*arguments, "--json")))]))
    return found


def test_a_month_shows_its_values_and_masks_what_is_small_with_what_would_tell_it() -> None:
    found = lines("--period", "2026-03", "--indicator", "v1.2")
    assert ["figure", "V1.2", "messages", "Messages reçus", "52", ""] in found
    assert [
        ["breakdown", "V1.2", "by_cdas", "total", "52"],
        ["breakdown", "V1.2", "by_cdas", "CDAS-01", "masqué"],
        ["breakdown", "V1.2", "by_cdas", "CDAS-02", "masqué"],
        ["breakdown", "V1.2", "by_cdas", "CDAS-03", "40"],
    ] == [line for line in found if line[:3] == ["breakdown", "V1.2", "by_cdas"]]


def test_what_a_month_masks_is_not_told_by_the_year() -> None:
    """CDAS-03 is shown in both months, so the year shows it; the other two only together."""
    found = lines("--period", "2026", "--indicator", "V1.2")
    by_cdas = {line[3]: line[4] for line in found if line[:3] == ["breakdown", "V1.2", "by_cdas"]}
    assert {"total": "110", "CDAS-01": "masqué", "CDAS-02": "masqué", "CDAS-03": "48"} == by_cdas


def test_a_frozen_month_says_so_keeps_its_numbers_and_tells_what_came_since_beside() -> None:
    found = lines("--period", "2026-03", "--indicator", "V1.2")
    standing = " ".join(line[2] for line in found if line[0] == "period").replace("\u00a0", " ")
    assert "Période figée le 1er juin 2026" in standing
    assert "sceau" in standing
    assert "ce qui est arrivé depuis est compté à part" in standing
    assert ["later", "V1.2", "messages", "52", "53"] in found
    frozen = told("--period", "2026-03")["frozen"]
    assert ("2026-03", 52, 64) == (frozen["name"], frozen["inputs"], len(frozen["seal"]))


def test_a_frozen_month_keeps_the_definitions_that_it_was_frozen_with() -> None:
    """The tests freeze it with one definition of their own."""
    frozen, provisional = (told("--period", period)["indicators"][0]["definition"] for period in ("2026-03", "2026-04"))
    assert DEFINITIONS[0]["definition"] == frozen != provisional


def test_a_period_that_is_not_frozen_says_that_it_may_change_and_which_months_may_not() -> None:
    standing = " ".join(line[2] for line in lines("--period", "2026") if line[0] == "period").replace("\u00a0", " ")
    assert "Déjà figé : mars 2026." in standing
    assert "Chiffres provisoires" in standing


def test_what_nobody_provided_is_said_to_be_so_and_is_no_zero() -> None:
    found = lines("--period", "2026-03")
    values = {line[4] for line in found if line[0] == "figure" and line[1] in {"V1.4", "V2.1", "A1"}}
    assert {"non fourni"} == values
    answer = {one["id"]: one for one in told("--period", "2026-03")["indicators"]}
    assert {("NOT_PROVIDED", None)} == {(one["kind"], one["value"]) for one in answer["V1.4"]["figures"]}


def test_some_months_show_values_and_courses_and_no_breakdown() -> None:
    """Two spans that overlap would tell a month's small cells by their difference."""
    found = told("--period", "2026-03..2026-04", "--indicator", "V1.2")
    (only,) = found["indicators"]
    assert (False, {"ALL"}) == (found["detailed"], {one["withheld"] for one in only["breakdowns"]})
    assert not any(one["rows"] or any(one["margins"]) for one in only["breakdowns"])
    assert 110 == only["figures"][0]["value"]


def test_json_tells_every_indicator_with_its_definition_and_never_a_masked_number() -> None:
    found = told("--period", "2026-03")
    assert 13 == len(found["indicators"])
    assert all(one["definition"] and one["title"] for one in found["indicators"])
    cells = [
        row
        for one in found["indicators"]
        for table in one["breakdowns"]
        for row in (*table["rows"], *(cell for margin in table["margins"] for cell in margin))
    ]
    assert {"GIVEN", "MASKED"} == {row["state"] for row in cells}
    assert [] == [row for row in cells if (row["state"] == "MASKED") is not (row["number"] is None)]


def test_a_terminal_shows_tables_under_titles_with_the_words_of_the_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicators_show_view, "on_terminal", lambda: True)
    shown = show("--period", "2026-03", "--indicator", "V1.2").stdout.replace("\u00a0", " ")
    assert "Indicateurs : mars 2026" in shown
    assert "« évolution des flux et nature des mails reçus dans CDAP »" in shown
    assert "Arrivé depuis, et compté à part" in shown
    assert "CDAS-03" in shown
    heading, first = shown.partition("Arrivé depuis, et compté à part\n")[2].splitlines()[:2]
    assert ["indicateur", "chiffre", "figé"] == heading.split()[:3]
    assert heading.index("chiffre") == first.index("Messages reçus")
    assert heading.index("figé") + len("figé") == first.index("52") + len("52")


@pytest.mark.parametrize("arguments", [("--period", "2026-13"), ("--period", "mars"), ("--indicator", "V9")], ids=str)
def test_what_names_no_period_or_no_indicator_is_refused(arguments: tuple[str, ...]) -> None:
    result = show(*arguments)
    assert isinstance(result.exception, HubError)
    assert 2 == result.exception.exit_code


def test_nothing_shows_the_numbers_behind_the_mask() -> None:
    assert "No such option" in show("--exact").output
