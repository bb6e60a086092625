"""How deliveries are shown: a table on a terminal, tab-separated lines in a pipe, JSON where it is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import typer

from hub.cli.output import on_terminal, print_json, print_line, print_table, seconds_between
from hub.ledger.delivery_list import DeliveryHistory

_COLUMNS = ("id", "state", "reason", "service/role", "contact", "medium", "event", "attempts", "made")


def show_list(rows: Sequence[Mapping[str, Any]], limit: int, *, as_json: bool) -> None:
    """Print deliveries; on a terminal, say so when there may be more."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(_COLUMNS, map(_cells, rows))
    if on_terminal() and len(rows) == limit:
        typer.echo(f"The first {limit}; --limit shows more.")


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    target = f"{row['service']}/{row['role']}" + (f" {row['cdas']}" if row["cdas"] else "")
    made = _at(row["created_at"])
    way = row["contact"], row["medium"]
    return row["id"], row["state"], row["reason"] or "-", target, *way, row["event_id"], row["attempt"], made


def show_history(history: DeliveryHistory, *, as_json: bool) -> None:
    """Print one delivery, its attempts and what operators did, a line each."""
    if as_json:
        next_ = history.next_contacts
        named = None if next_ is None else {"rank": next_[0].value, "contacts": list(next_[1])}
        more = {"attempts": _plain(history.attempts), "actions": _plain(history.actions), "next_contacts": named}
        print_json({**history.delivery, **more})
        return
    for name, value in history.delivery.items():
        if value is not None:
            print_line(name, " ".join(value) if isinstance(value, list) else _text(value))
    for row in history.attempts:
        told = " ".join(text for text in (row["reason"], row["detail"]) if text)
        took = seconds_between(row["started_at"], row["ended_at"])
        print_line("attempt", row["attempt"], _at(row["started_at"]), row["result"] or "under way", told, took)
    for row in history.actions:
        to = "" if row["redirected_to"] is None else f"to {row['redirected_to']}, delivery {row['new_delivery']}"
        print_line("action", _at(row["at"]), row["who"], row["what"], row["reason"], f"was {row['state_before']}", to)
    if history.next_contacts is not None:
        rank, contacts = history.next_contacts
        print_line("next contact", rank.value, *contacts)


def _plain(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "delivery"} for row in rows]


def _text(value: object) -> str:
    return _at(value) if isinstance(value, datetime) else str(value)


def _at(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")
