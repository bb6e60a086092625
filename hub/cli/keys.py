"""`hub keys`: the keys of the personal block, of receiving services and of situations."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.key_acts import (
    KeysRefused,
    KeysUsage,
    actor,
    confirm,
    destroy_key_of_service,
    erase,
    in_ledger,
    install,
    receiver_named,
)
from hub.cli.key_files import read_text, wrapped_in
from hub.cli.output import AsJson, print_json, print_table
from hub.domain.personal_block import KeyReason
from hub.ledger.key_audit import audit_lines
from hub.ledger.service_keys import add_service_key, rotate_service_key, service_keys
from hub.ledger.situation_keys import reopen_situation, situation_keys
from hub.wire.jwe import Jwk, decrypt, read_private, unwrap

app = typer.Typer(help="Keys of the personal block: create, list, rotate, destroy.", no_args_is_help=True)

Service = Annotated[str, typer.Argument(metavar="SERVICE[/CDAS]", help="CAF_SOCIAL_WORK, CAF_BENEFITS, CDAS/CDAS-07 …")]
Out = Annotated[Path | None, typer.Option(help="Make a pair; write the private JWK to this new file, mode 0600.")]
Public = Annotated[Path | None, typer.Option(help="Take the public JWK that the service made itself; - is stdin.")]
Reason = Annotated[KeyReason, typer.Option(help="Why, for the audit.", case_sensitive=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("create")
def create(service: Service, *, out: Out = None, public: Public = None, as_json: AsJson = False) -> None:
    """Give a receiving service its first key. The hub keeps the public part; only the service may have the private one.

    With --public the private key never leaves the service: prefer it.
    """
    receiver = receiver_named(service)
    if any(key.state == "current" for key in in_ledger(lambda c: service_keys(c, receiver))):
        msg = f"{receiver} has a key."
        raise KeysRefused(msg, "`hub keys rotate` replaces it.")

    async def add(connection: AsyncConnection, key: Jwk) -> bool:
        return await add_service_key(connection, receiver, key, actor(KeyReason.SET_UP))

    install(receiver, add, out, public, as_json=as_json)


@app.command("rotate")
def rotate(
    service: Service,
    *,
    out: Out = None,
    public: Public = None,
    reason: Reason = KeyReason.ROTATION,
    as_json: AsJson = False,
) -> None:
    """Give a receiving service a new key. The old one is retired: it still opens what was wrapped for it."""
    receiver = receiver_named(service)
    if not any(key.state == "current" for key in in_ledger(lambda c: service_keys(c, receiver))):
        msg = f"{receiver} has no key."
        raise KeysRefused(msg, "`hub keys create` gives it one.")

    async def replace(connection: AsyncConnection, key: Jwk) -> bool:
        return await rotate_service_key(connection, receiver, key, actor(reason)) is not None

    install(receiver, replace, out, public, as_json=as_json)


@app.command("list")
def list_keys(
    *,
    service: Annotated[str | None, typer.Option(metavar="SERVICE[/CDAS]", help="Only those of this service.")] = None,
    situations: Annotated[bool, typer.Option("--situations", help="The keys of situations instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the keys, never what they hold. For a service's: how many situations can be read with it alone."""
    receiver = None if service is None else receiver_named(service)
    rows: list[dict[str, Any]]
    if situations:
        rows = [
            {
                "situation": key.situation,
                "service": key.receiver,
                "kid": key.kid,
                "state": "live" if key.destroyed_at is None else "destroyed",
                "service_kid": key.service_kid,
                "created_at": key.created_at,
                "destroyed_at": key.destroyed_at,
            }
            for key in in_ledger(lambda c: situation_keys(c, receiver=receiver))
        ]
    else:
        rows = [
            {
                "service": key.receiver,
                "kid": key.kid,
                "state": key.state,
                "situations": key.situations,
                "created_at": key.created_at,
                "retired_at": key.retired_at,
                "destroyed_at": key.destroyed_at,
            }
            for key in in_ledger(lambda c: service_keys(c, receiver))
        ]
    _show(rows, as_json=as_json)


@app.command("destroy")
def destroy(
    service: Annotated[str | None, typer.Argument(metavar="SERVICE[/CDAS]", help="The service of the key.")] = None,
    kid: Annotated[str | None, typer.Argument(metavar="KID", help="Its key, from the list.")] = None,
    *,
    situation: Annotated[str | None, typer.Option(help="Erase this situation instead: destroy all its keys.")] = None,
    reason: Reason = KeyReason.OTHER,
    force: Annotated[bool, typer.Option("--force", help="Also a service's key that situations depend on.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Destroy the keys of a situation, or one key of a service. What they encrypted can then be read by nobody.

    An erased situation gets no new key until `hub keys reopen`. Exit code: 0; 1 when nothing was destroyed.
    """
    if situation is not None and service is None and kid is None:
        erase(situation, reason, yes=yes, as_json=as_json)
    elif situation is None and service is not None and kid is not None:
        destroy_key_of_service(receiver_named(service), kid, reason, force=force, yes=yes, as_json=as_json)
    else:
        msg = "Name what to destroy: a SERVICE and a KID, or --situation."
        raise KeysUsage(msg, "`hub keys list` shows the keys.")


@app.command("reopen")
def reopen(
    situation: Annotated[str, typer.Argument(help="Reference of the situation.")],
    *,
    reason: Reason = KeyReason.NEW_REQUEST,
    yes: Yes = False,
) -> None:
    """Let an erased situation get a new key when a sender asks for one. What was erased stays unreadable."""
    confirm(f"Let situation {situation} get a new key?", yes=yes)
    if not in_ledger(lambda c: reopen_situation(c, situation, actor(reason))):
        msg = f"Situation {situation} is not erased."
        raise KeysRefused(msg, "Nothing is in the way of its keys.")
    typer.echo(f"{situation}: reopened; the next demand makes a new key.")


@app.command("audit")
def audit(
    *,
    situation: Annotated[str | None, typer.Option(help="Only this situation.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what was done to keys: when, by whom, what, why."""
    rows = [dict(row) for row in in_ledger(lambda c: audit_lines(c, situation))]
    _show(rows, as_json=as_json)


@app.command("decrypt")
def decrypt_block(
    block: Annotated[Path, typer.Argument(help="File of the personal block; - is standard input.")] = Path("-"),
    *,
    key: Annotated[Path, typer.Option(help="File of the service's private JWK.")],
    wrapped: Annotated[Path, typer.Option(help="File of the wrapped key: the gateway's answer, or the JWE alone.")],
) -> None:
    """Open a personal block, at the receiving service. Needs no hub; prints what the sender wrote."""
    private = read_private(read_text(key))
    content = decrypt(read_text(block).strip(), unwrap(wrapped_in(read_text(wrapped)), private))
    sys.stdout.buffer.write(content)


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        print_table(tuple(rows[0]), [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "-" if value is None else value
