"""The parameters of the rules: periods include both ends, and a wrong line is told by its number and column."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_parameters
from hub.domain.rules.parameter_kinds import KINDS
from hub.domain.rules.parameters import COLUMNS, NO_ROWS, ParameterRow, Parameters, ParameterTable, build_parameters

HEADING = ",".join(COLUMNS)
SWITCH = "joint_intervention_exclusion"


def line(
    parameter: str = SWITCH, value: str = "non", valid_from: str = "", valid_to: str = "", decided_by: str = "Comité"
) -> dict[str, str]:
    return dict(zip(COLUMNS, (parameter, value, valid_from, valid_to, decided_by, ""), strict=True))


def numbered(*lines: Mapping[str, str]) -> list[tuple[int, Mapping[str, str]]]:
    return list(enumerate(lines, start=2))


def test_every_parameter_is_a_field_and_every_field_a_parameter() -> None:
    assert [field.name for field in fields(Parameters)] == list(KINDS)


def test_the_shipped_file_says_what_holds_without_any_file() -> None:
    assert Parameters() == load_parameters().on(date(2026, 11, 22))


def test_the_shipped_file_has_a_line_for_every_parameter() -> None:
    assert list(KINDS) == [row.parameter for row in load_parameters().rows]


@pytest.mark.parametrize(
    ("day", "excluded"),
    [("2026-01-31", True), ("2026-02-01", False), ("2026-02-28", False), ("2026-03-01", True)],
    ids=["the day before", "first day", "last day", "the day after"],
)
def test_the_first_and_the_last_day_of_a_period_are_in_it(day: str, *, excluded: bool) -> None:
    table = build_parameters(numbered(line(valid_from="2026-02-01", valid_to="2026-02-28")))
    assert excluded is table.on(date.fromisoformat(day)).joint_intervention_exclusion


def test_periods_that_follow_each_other_leave_no_day_out() -> None:
    first = line("strong_decrease_hint_percent", "20", valid_to="2026-06-30")
    then = line("strong_decrease_hint_percent", "25", valid_from="2026-07-01")
    table = build_parameters(numbered(then, first))
    hints = [table.on(date(2026, 6, 30) + timedelta(days=n)).strong_decrease_hint_percent for n in (0, 1)]
    assert [20, 25] == hints


@pytest.mark.parametrize("edge", [date.min, date.max], ids=["first day of the calendar", "last day of the calendar"])
def test_an_open_side_has_no_end(edge: date) -> None:
    assert not build_parameters(numbered(line())).on(edge).joint_intervention_exclusion


def test_a_period_may_end_on_the_last_day_of_the_calendar() -> None:
    assert not build_parameters(numbered(line(valid_to="9999-12-31"))).on(date.max).joint_intervention_exclusion


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (SWITCH, "oui", True),
        (SWITCH, "False", False),
        (SWITCH, "TRUE", True),
        ("strong_decrease_hint_percent", "100", 100),
        ("benefit_urgency_target_hours", "48", 48),
        ("benefit_urgency_target_hours", "", None),
        ("social_urgency_target_minutes", " 90 ", 90),
        ("convention_signed_on", "2024-12-10", date(2024, 12, 10)),
        ("convention_signed_on", "", None),
        ("reference_year_start", "09-01", (9, 1)),
    ],
    ids=["yes", "false", "true", "percent", "hours", "off", "minutes", "day", "day not known", "day of the year"],
)
def test_a_value_is_read_as_what_it_is(parameter: str, text: str, value: object) -> None:
    held = build_parameters(numbered(line(parameter, text))).on(date(2026, 1, 1))
    assert value == getattr(held, parameter)


@pytest.mark.parametrize(
    ("lines", "column", "number"),
    [
        ([line("joint_exclusion")], "parameter", 2),
        ([line(value="")], "value", 2),
        ([line(value="peut-être")], "value", 2),
        ([line("strong_decrease_hint_percent", "0")], "value", 2),
        ([line("strong_decrease_hint_percent", "101")], "value", 2),
        ([line("benefit_urgency_target_hours", "0")], "value", 2),
        ([line("benefit_urgency_target_hours", "٤")], "value", 2),
        ([line("convention_signed_on", "10/12/2024")], "value", 2),
        ([line("reference_year_start", "02-29")], "value", 2),
        ([line("reference_year_start", "13-01")], "value", 2),
        ([line(valid_from="2026-02-30")], "valid_from", 2),
        ([line(valid_to="20260228")], "valid_to", 2),
        ([line(valid_from="2026-02-02", valid_to="2026-02-01")], "valid_to", 2),
        ([line(decided_by="")], "decided_by", 2),
        ([line(valid_to="2026-02-01"), line(valid_from="2026-02-01")], "valid_from", 3),
        ([line(valid_from="2026-02-01"), line(valid_to="2026-02-01")], "valid_from", 3),
        ([line(), line("reference_year_start", "01-01"), line()], "valid_from", 4),
        ([{**line(), "more": "x"}], "note", 2),
        ([{key: text for key, text in line().items() if key != "note"}], "note", 2),
    ],
    ids=[
        "unknown name",
        "no value",
        "neither yes nor no",
        "no percent",
        "over a hundred",
        "no hours",
        "digits of another script",
        "French date",
        "leap day",
        "thirteenth month",
        "no such day",
        "compact date",
        "reversed period",
        "nobody decided",
        "overlap by one day",
        "overlap by one day, later line first",
        "the same twice",
        "a cell too many",
        "a cell missing",
    ],
)
def test_a_wrong_line_is_told_by_its_number_and_column(lines: list[dict[str, str]], column: str, number: int) -> None:
    with pytest.raises(ValueError, match=f"^Ligne {number}, colonne {column}\u00a0: .*[.?]$"):
        build_parameters(numbered(*lines))


DAY = "une date, comme 2026-01-31"
FAULTS = {
    "a switch": (line(value="peut-être"), "value", "« peut-être » ne se lit pas ; il faut « oui » ou « non »."),
    "a percentage": (
        line("strong_decrease_hint_percent", "x"),
        "value",
        "« x » ne se lit pas ; il faut un nombre entier de 1 à 100.",
    ),
    "a number": (
        line("benefit_urgency_target_hours", "0"),
        "value",
        "« 0 » ne se lit pas ; il faut un nombre entier positif, ou rien (inactif).",
    ),
    "a day": (line("convention_signed_on", "x"), "value", f"« x » ne se lit pas ; il faut {DAY}."),
    "a day of the year": (
        line("reference_year_start", "02-29"),
        "value",
        "« 02-29 » ne se lit pas ; il faut un mois et un jour de chaque année, comme 01-01.",
    ),
    "a bound": (line(valid_to="x"), "valid_to", f"« x » ne se lit pas ; il faut {DAY}, ou rien."),
    "nobody": (line(decided_by=""), "decided_by", "qui a décidé de cette valeur ?"),
    "a name": (
        line("x"),
        "parameter",
        f"« x » n’est pas un paramètre ; les paramètres sont {', '.join(KINDS)}.",
    ),
}


@pytest.mark.parametrize(("wrong", "column", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_line_says_what_is_expected(wrong: dict[str, str], column: str, fault: str) -> None:
    with pytest.raises(ValueError, match=r"^Ligne") as caught:
        build_parameters(numbered(wrong))
    said = re.sub("(?<=«) | (?=[»;?])", "\u00a0", fault)
    assert f"Ligne 2, colonne {column}\u00a0: {said}" == str(caught.value)


def test_a_row_keeps_its_cells_as_they_were_written() -> None:
    (row,) = build_parameters(numbered(line(SWITCH, "Oui", "2026-01-01"))).rows
    expected = ParameterRow(2, SWITCH, "Oui", True, date(2026, 1, 1), date.max, "Comité", "")
    assert expected == row


def test_an_empty_value_has_a_meaning_where_it_is_taken() -> None:
    expected = {
        "benefit_urgency_target_hours": "inactif",
        "social_urgency_target_minutes": "inactif",
        "convention_signed_on": "date inconnue",
        "caf_services_site": "aucun\u00a0: les horaires ci-dessus",
    }
    assert expected == {kind.name: kind.when_empty for kind in KINDS.values() if kind.when_empty != ""}


def test_a_table_is_made_of_rows_alone() -> None:
    table = build_parameters(numbered(line()))
    assert f"ParameterTable(rows={table.rows!r})" == repr(table)
    assert ParameterTable(()) == NO_ROWS != table
    with pytest.raises(TypeError):
        ParameterTable((), ())  # type: ignore[call-arg]  # that it takes no more is the point


def test_a_period_of_one_day_is_no_reversed_one() -> None:
    table = build_parameters(numbered(line(valid_from="2026-02-01", valid_to="2026-02-01")))
    assert not table.on(date(2026, 2, 1)).joint_intervention_exclusion


@given(
    ends=st.lists(st.integers(0, 60), min_size=2, max_size=10, unique=True).map(sorted),
    day=st.integers(0, 61),
)
def test_a_day_has_the_value_of_the_period_that_it_lies_in(ends: list[int], day: int) -> None:
    start = date(2026, 1, 1)
    periods = [(ends[n], ends[n + 1]) for n in range(0, len(ends) - 1, 2)]
    rows = [
        line("strong_decrease_hint_percent", str(n + 1), *((start + timedelta(days=d)).isoformat() for d in period))
        for n, period in enumerate(periods)
    ]
    expected = next((n + 1 for n, (first, last) in enumerate(periods) if first <= day <= last), 30)
    assert expected == build_parameters(numbered(*rows)).on(start + timedelta(days=day)).strong_decrease_hint_percent


def test_a_file_of_the_institutions_replaces_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "parameters.csv"
    file.write_text(f"\ufeff{HEADING}\r\n{SWITCH},non,,,Comité de suivi,\r\n", encoding="utf-8")
    assert not load_parameters(file).on(date(2026, 1, 1)).joint_intervention_exclusion
    assert [SWITCH] == [row.parameter for row in load_parameters(file).rows]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Ligne 1\u00a0: les colonnes"),
        (HEADING.replace(",", ";").encode(), "Ligne 1\u00a0: les colonnes"),
        (f"{HEADING}\n\n\nx,,,,Comit\u00e9,\n".encode(), "Ligne 4, colonne parameter"),
        (f'{HEADING}\n"x"y,,,,,\n'.encode(), "Vers la ligne 2\u00a0: les guillemets"),
        (HEADING.encode() + b"\n\xe9", "Il n’est pas en UTF-8."),
        (None, "Il n’existe pas"),
    ],
    ids=["empty", "semicolons", "blank lines before", "open quote", "another encoding", "missing"],
)
def test_a_file_that_cannot_be_read_is_named_with_its_fault(tmp_path: Path, content: bytes | None, fault: str) -> None:
    file = tmp_path / "parameters.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match="ne peut pas servir") as caught:
        load_parameters(file)
    assert str(caught.value).startswith(f"Le fichier {file} ne peut pas servir. {fault}")
