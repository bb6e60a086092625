"""`hub rules list|show`: the rules of the convention, the readings of it, and the parameters, for a reviewer."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Final

import typer

from hub.cli.output import AsJson, on_terminal, print_json, print_table
from hub.cli.rules_view import (
    parameter_data,
    period,
    reading_data,
    rule_data,
    show_parameter,
    show_reading,
    show_rule,
    written_value,
)
from hub.data import load_parameters
from hub.domain.rules.catalogue import PARTS, READINGS, RULES
from hub.domain.rules.parameter_kinds import KINDS
from hub.domain.rules.parameters import ParameterTable
from hub.errors import HubError
from hub.settings import read_settings

app = typer.Typer(help="The rules of the convention, the readings of it, and the parameters.", no_args_is_help=True)

_READINGS, _PARAMETERS = "readings", "parameters"
_NAMES: Final = (*(part.name for part in PARTS), _READINGS, _PARAMETERS)
_WIDEST_ALIGNED: Final = 32  # characters; a wider column is a sentence
_BY_KEY: Final = {name.casefold(): name for name in (*RULES, *READINGS, *KINDS)}


class RuleUnknown(HubError):
    """No rule, reading or parameter, or no part, has this name."""

    exit_code = 2


class ParametersUnusable(HubError):
    """The file of the parameters cannot be read."""

    exit_code = 2


@app.command("list")
def list_rules(
    *,
    part: Annotated[str | None, typer.Option(help=f"Only one of {', '.join(_NAMES)}.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rules in French, as the convention groups them: id, article, what it says."""
    if part is not None and part not in _NAMES:
        msg = f"« {part} » n’est pas une partie."
        raise RuleUnknown(msg, f"Les parties sont {', '.join(_NAMES)}.")
    if part == _READINGS:
        _list_readings(as_json=as_json)
    elif part == _PARAMETERS:
        _list_parameters(as_json=as_json)
    else:
        _list_parts(part, as_json=as_json)


@app.command("show")
def show(
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="A rule (R32), a reading (C07), or the name of a parameter."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one of them in French: the quote, what it decides, who settled what was open, and how to change it."""
    name = _BY_KEY.get(identifier.strip().casefold())
    if name is None:
        near = [_BY_KEY[key] for key in get_close_matches(identifier.strip().casefold(), _BY_KEY)]
        hint = f"Peut-être {' ou '.join(near)} ? " if near else ""
        msg = f"« {identifier} » n’est ni une règle, ni une lecture, ni un paramètre."
        way_out = f"{hint}« hub rules list » donne les règles ; --part {_READINGS} et --part {_PARAMETERS}, le reste."
        raise RuleUnknown(msg, way_out)
    table = _parameters()
    if as_json:
        print_json(_everything(name, table))
    elif name in RULES:
        show_rule(RULES[name], table)
    elif name in READINGS:
        show_reading(READINGS[name], table)
    else:
        show_parameter(KINDS[name], table)


def _list_parts(only: str | None, *, as_json: bool) -> None:
    parts = [part for part in PARTS if only in (None, part.name)]
    rules = [rule for part in parts for rule in part.rules]
    columns = ("règle", "article", "ce que dit la convention")
    if as_json:
        for rule in rules:
            print_json(rule_data(rule))
    elif on_terminal():
        for part in parts:
            print_table(columns, [(r.id, r.article, r.label) for r in part.rules], f"{part.title} ({part.name})")
            typer.echo()
    else:
        _print_rows(columns, [(r.id, r.article, r.label) for r in rules])


def _list_readings(*, as_json: bool) -> None:
    if as_json:
        for reading in READINGS.values():
            print_json(reading_data(reading))
        return
    rows = [(reading.id, reading.question, reading.reading) for reading in READINGS.values()]
    _print_rows(("lecture", "question", "réponse retenue"), rows)


def _list_parameters(*, as_json: bool) -> None:
    table = _parameters()
    if as_json:
        for kind in KINDS.values():
            print_json(parameter_data(kind, table))
        return
    rows = [(row.parameter, written_value(row), period(row), row.decided_by) for row in table.rows]
    _print_rows(("paramètre", "valeur", "période", "décidé par"), rows)


def _print_rows(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """A table on a terminal; in a pipe, one line each, with the short columns aligned by spaces."""
    if on_terminal():
        print_table(columns, rows)
        return
    longest = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    widths = [width if width <= _WIDEST_ALIGNED else 0 for width in longest]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _parameters() -> ParameterTable:
    try:
        return load_parameters(read_settings().parameters_file)
    except ValueError as error:
        way_out = "Corriger le fichier que nomme HUB_PARAMETERS_FILE ; docs/guides/rules.md en donne la forme."
        raise ParametersUnusable(str(error), way_out) from None


def _everything(name: str, table: ParameterTable) -> Mapping[str, Any]:
    if name in RULES:
        rule = RULES[name]
        readings = [reading_data(READINGS[c]) for c in rule.readings]
        parameters = [parameter_data(kind, table) for kind in KINDS.values() if name in kind.about]
        return {**rule_data(rule), "readings": readings, "parameters": parameters}
    if name in READINGS:
        parameters = [parameter_data(kind, table) for kind in KINDS.values() if name in kind.about]
        return {**reading_data(READINGS[name]), "parameters": parameters}
    return parameter_data(KINDS[name], table)
