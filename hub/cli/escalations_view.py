"""How escalations are shown: in French, for the administrators of both institutions; JSON where it is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import typer

from hub.cli.output import print_json, print_line, print_table
from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import Nature, Rank, StepReason
from hub.domain.french import without_bad_breaks
from hub.domain.vocabulary import Purpose

_STATES: Final = {
    "OPEN": "délai pas encore commencé",
    "RUNNING": "en cours",
    "EXHAUSTED": "tous sollicités, sans réponse",
    "ENDED": "terminée",
}
_OUTCOMES: Final = {"TAKEN_IN_CHARGE": "prise en charge", "HANDLED": "traitée, selon l’institution"}
_STEP_STATES: Final = {"WAITING": "à venir", "DONE": "sollicité", "EMPTY": "personne", "CANCELLED": "annulée"}


def show_escalations(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print escalations, a line each."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(("id", "nature", "motif", "état", "depuis", "prochaine étape"), map(_cells, rows))


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        row["id"],
        Nature(row["nature"]).label,
        _purpose(row["purpose"]),
        _state(row),
        _at(row["started_at"] or row["created_at"]),
        _at(row["next_at"]),
    )


def show_escalation(history: Any, *, as_json: bool) -> None:
    """Print one escalation and its steps: what was done, then what comes next."""
    row, steps = history.escalation, history.steps
    if as_json:
        shown = [{name: value for name, value in step.items() if name != "escalation"} for step in steps]
        print_json({**row, "steps": shown})
        return
    print_line("escalade", row["id"])
    print_line("évènement", row["event_source"], row["event_id"])
    print_line("nature", Nature(row["nature"]).label)
    print_line("motif", _purpose(row["purpose"]))
    print_line("état", _state(row))
    print_line("début", _at(row["started_at"]))
    if row["ended_at"] is not None:
        print_line("fin", _at(row["ended_at"]))
    if row["restarts"]:
        print_line("replanifiée", row["restarts"])
    for step in steps:
        print_line("étape", *_step(step))
    following = next((step for step in steps if step["state"] == "WAITING"), None)
    if following is not None:
        who = ", ".join(following["contacts"]) or "personne"
        typer.echo(
            without_bad_breaks(
                f"Prochaine étape : {Rank(following['rank']).label} ({who}), le {_at(following['due_at'])}."
            )
        )


def _step(step: Mapping[str, Any]) -> tuple[object, ...]:
    done = step["state"] in ("DONE", "EMPTY")
    who = ", ".join(step["asked"] if step["state"] == "DONE" else step["contacts"]) or "-"
    late = " (en retard)" if step["late"] else ""
    when = _at(step["done_at"] if done else step["due_at"]) + late
    return (
        step["number"],
        Rank(step["rank"]).label,
        _STEP_STATES[step["state"]],
        when,
        who,
        StepReason(step["reason"]).label,
    )


def _state(row: Mapping[str, Any]) -> str:
    outcome = row["outcome"]
    return _STATES[row["state"]] + (f" : {_OUTCOMES[outcome]}" if outcome else "")


def _purpose(symbol: str) -> str:
    return Purpose[symbol].label if symbol in Purpose.__members__ else symbol


def _at(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment.astimezone(paris()):%d/%m/%Y %H:%M:%S}"
