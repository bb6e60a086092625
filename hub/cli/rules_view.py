"""What `hub rules` shows of one rule, reading or parameter: to people in French, to programs as plain data."""

from collections.abc import Iterable, Iterator
from datetime import date
from textwrap import fill
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from hub.cli.output import on_terminal
from hub.domain.rules.catalogue import PARTS, READINGS, RULES
from hub.domain.rules.parameter_kinds import KINDS, ParameterKind
from hub.domain.rules.parameters import ParameterRow, ParameterTable
from hub.domain.rules.rule import Reading, Rule, article_in_full

_PART_OF = {rule.id: part for part in PARTS for rule in part.rules}
_Line = tuple[int, str, str]  # depth, text, Rich style


def show_rule(rule: Rule, table: ParameterTable) -> None:
    """Print a rule with all that it leans on."""
    _print(_rule_lines(rule, table))


def show_reading(reading: Reading, table: ParameterTable) -> None:
    """Print a reading, the rules that lean on it, and its parameters."""
    _print(_reading_page(reading, table))


def show_parameter(kind: ParameterKind, table: ParameterTable) -> None:
    """Print a parameter with all its values and their periods."""
    _print(_parameter_lines(kind, table, 0))


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as plain data; its readings by their ids."""
    return {
        "id": rule.id,
        "part": _PART_OF[rule.id].name,
        "article": rule.article,
        "quote": rule.quote,
        "label": rule.label,
        "decides": rule.decides,
        "readings": list(rule.readings),
    }


def reading_data(reading: Reading) -> dict[str, Any]:
    """A reading as plain data, with the ids of the rules that lean on it."""
    return {
        "id": reading.id,
        "question": reading.question,
        "reading": reading.reading,
        "settled_by": reading.settled_by,
        "change": reading.change,
        "rules": [rule.id for rule in RULES.values() if reading.id in rule.readings],
    }


def parameter_data(kind: ParameterKind, table: ParameterTable) -> dict[str, Any]:
    """A parameter as plain data; an open side of a period is null, and an empty value too."""
    rows = [
        {
            "value": row.written or None,
            "valid_from": None if row.valid_from == date.min else row.valid_from.isoformat(),
            "valid_to": None if row.valid_to == date.max else row.valid_to.isoformat(),
            "decided_by": row.decided_by,
            "note": row.note,
        }
        for row in _rows_of(kind, table)
    ]
    return {
        "parameter": kind.name,
        "label": kind.label,
        "decides": kind.decides,
        "about": list(kind.about),
        "values": rows,
    }


def written_value(row: ParameterRow) -> str:
    """The value as people read it."""
    return row.written or KINDS[row.parameter].when_empty


def period(row: ParameterRow) -> str:
    """The period of a value in French; the last day is included."""
    start, end = (f"{day:%d/%m/%Y}" for day in (row.valid_from, row.valid_to))
    if row.valid_from == date.min:
        return "sans limite de date" if row.valid_to == date.max else f"jusqu’au {end} inclus"
    return f"à partir du {start}" if row.valid_to == date.max else f"du {start} au {end} inclus"


def _rule_lines(rule: Rule, table: ParameterTable) -> Iterator[_Line]:
    yield 0, f"{rule.id} · {_PART_OF[rule.id].title}", "bold"
    yield 1, f"Convention, {article_in_full(rule.article)} : « {rule.quote} »", "italic"
    yield 1, f"Règle : {rule.label}", ""
    yield 1, f"Dans le hub : {rule.decides}", ""
    for reading in (READINGS[c] for c in rule.readings):
        yield 0, "", ""
        yield from _reading_lines(reading, 1)
    yield from _parameters_about(rule.id, table)


def _reading_page(reading: Reading, table: ParameterTable) -> Iterator[_Line]:
    yield from _reading_lines(reading, 0)
    leaning = [rule for rule in RULES.values() if reading.id in rule.readings]
    if not leaning:
        yield 1, "Aucune règle ne s’appuie sur cette lecture.", ""
    for rule in leaning:
        yield 1, f"{rule.id} ({rule.article}) : {rule.label}", "dim"
    yield from _parameters_about(reading.id, table)


def _reading_lines(reading: Reading, depth: int) -> Iterator[_Line]:
    yield depth, f"Lecture {reading.id} · {reading.question}", "bold"
    yield depth + 1, f"Réponse retenue : {reading.reading}", ""
    yield depth + 1, f"Décision : {reading.settled_by}", ""
    yield depth + 1, f"Pour la changer : {reading.change}", ""


def _parameters_about(identifier: str, table: ParameterTable) -> Iterator[_Line]:
    for kind in KINDS.values():
        if identifier in kind.about:
            yield 0, "", ""
            yield from _parameter_lines(kind, table, 1)


def _parameter_lines(kind: ParameterKind, table: ParameterTable, depth: int) -> Iterator[_Line]:
    yield depth, f"Paramètre {kind.name} · {kind.label}", "bold"
    yield depth + 1, f"Effet : {kind.decides}", ""
    for row in _rows_of(kind, table):
        yield depth + 1, f"{written_value(row)}, {period(row)} (décision : {row.decided_by})", "green"
        if row.note:
            yield depth + 2, row.note, "dim"
    if not _rows_of(kind, table):
        yield depth + 1, "Aucune ligne du fichier : la valeur par défaut vaut pour toute date.", "dim"
    yield depth + 1, "Pour le changer : une ligne dans le fichier des paramètres, avec sa période.", ""


def _rows_of(kind: ParameterKind, table: ParameterTable) -> list[ParameterRow]:
    return sorted((row for row in table.rows if row.parameter == kind.name), key=lambda row: row.valid_from)


def _print(lines: Iterable[_Line]) -> None:
    """Wrapped and indented on a terminal; one line each in a pipe."""
    console = Console(soft_wrap=True)
    for depth, text, style in lines:
        margin = "  " * depth
        if on_terminal():
            # Rich would break a line at a no-break space.
            wrapped = fill(text, console.width, initial_indent=margin, subsequent_indent=margin)
            console.print(Text(wrapped, style=style))
        else:
            typer.echo(margin + text)
