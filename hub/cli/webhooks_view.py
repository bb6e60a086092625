"""How webhooks are shown: a table on a terminal, tab-separated lines in a pipe, JSON where it is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.cli.output import print_json, print_line, print_table
from hub.ledger.webhooks import Endpoint

_COLUMNS = ("id", "contact", "state", "reason", "keys", "address")


def show_list(endpoints: Sequence[Endpoint], now: datetime, *, as_json: bool) -> None:
    """Print webhooks, a line each."""
    if as_json:
        for endpoint in endpoints:
            print_json(_row(endpoint) | {"keys": [key.number for key in endpoint.signing(now)]})
        return
    print_table(_COLUMNS, (_cells(endpoint, now) for endpoint in endpoints))


def _cells(endpoint: Endpoint, now: datetime) -> tuple[object, ...]:
    reason = "-" if endpoint.reason is None else endpoint.reason.value
    keys = " ".join(str(key.number) for key in endpoint.signing(now)) or "none"
    return endpoint.id, endpoint.contact, endpoint.state.value, reason, keys, endpoint.url


def show_one(
    endpoint: Endpoint, public: Mapping[int, str], actions: Sequence[Mapping[str, Any]], *, as_json: bool
) -> None:
    """Print one webhook, its keys and what operators did, a line each."""
    keys = [
        {
            "number": key.number,
            "created_at": key.created_at,
            "retires_at": key.retires_at,
            "public": public.get(key.number),
        }
        for key in endpoint.keys
    ]
    if as_json:
        done = [{name: value for name, value in row.items() if name not in ("seq", "endpoint")} for row in actions]
        print_json(_row(endpoint) | {"keys": _plain(keys), "actions": _plain(done)})
        return
    for name, value in _row(endpoint).items():
        if value is not None:
            print_line(name, _text(value))
    for key in keys:
        until = "on" if key["retires_at"] is None else f"until {_text(key['retires_at'])}"
        print_line("key", key["number"], f"since {_text(key['created_at'])}", until, key["public"] or "-")
    for row in actions:
        number = "" if row["key_number"] is None else f"key {row['key_number']}"
        print_line("action", _text(row["at"]), row["what"], number, row["reason"], row["who"])


def _row(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "contact": endpoint.contact,
        "address": endpoint.url,
        "state": endpoint.state.value,
        "reason": None if endpoint.reason is None else endpoint.reason.value,
        "handshakes_failed": endpoint.handshakes or None,
        "next_handshake_at": endpoint.next_handshake_at,
        "created_at": endpoint.created_at,
        "activated_at": endpoint.activated_at,
        "disabled_at": endpoint.disabled_at,
    }


def _plain(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _text(value) if isinstance(value, datetime) else value for name, value in r.items()} for r in rows]


def _text(value: object) -> str:
    return value.astimezone().isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
