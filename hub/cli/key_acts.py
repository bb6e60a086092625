"""What `hub keys` does: the steps behind its commands, each in a transaction of its own, asked for and audited."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.key_files import read_text, write_private
from hub.cli.local import local_settings
from hub.cli.output import print_json
from hub.domain.personal_block import KeyReason, Receiver, ReceiverInvalid, parse_receiver
from hub.errors import HubError, LedgerUnavailable
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.key_audit import Actor
from hub.ledger.service_keys import ServiceKey, destroy_service_key, service_keys
from hub.ledger.situation_keys import erase_situation, situation_keys
from hub.wire.jwe import Jwk, new_pair, read_public

T = TypeVar("T")


class KeysUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class KeysRefused(HubError):
    """The keys are not in the state that the command needs; nothing was changed."""


def in_ledger(act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """What `act` gives, in one transaction. Raises LedgerUnavailable."""

    async def run() -> T:
        engine = ledger_engine(local_settings())
        try:
            async with engine.begin() as connection:
                return await act(connection)
        except UNAVAILABLE as error:
            raise unavailable(engine, error) from error
        finally:
            await engine.dispose()

    return asyncio.run(run())


def install(
    receiver: Receiver,
    put: Callable[[AsyncConnection, Jwk], Awaitable[bool]],
    out: Path | None,
    public: Path | None,
    *,
    as_json: bool,
) -> None:
    """Make or read a key, hand the private part over, and put the public part into the ledger."""
    if (out is None) == (public is None):
        msg = "Say where the key comes from."
        raise KeysUsage(msg, "--out FILE makes a pair, --public FILE takes a public key.")
    if public is not None:
        key = read_public(read_text(public), "svc")
    else:
        assert out is not None  # noqa: S101 -- one of the two is given
        pair = new_pair("svc")
        key = pair.public
        write_private(out, pair.private)
    try:
        done = in_ledger(lambda c: put(c, key))
    except LedgerUnavailable as error:
        left = "" if out is None else f"{out} holds a key that the hub may not have: see `hub keys list`, or delete it."
        raise LedgerUnavailable(error.message, f"{error.way_out} {left}".strip()) from error
    if not done:
        if out is not None:
            out.unlink()
        msg = f"{receiver} did not get this key: it is known already, or somebody else was faster."
        raise KeysRefused(msg, "`hub keys list` shows the keys.")
    if as_json:
        print_json({"service": str(receiver), "kid": key["kid"], "file": None if out is None else str(out)})
        return
    typer.echo(key["kid"])
    if out is not None:
        said = f"The private key is in {out} and nowhere else: hand it to {receiver}, then delete the file here."
        Console(stderr=True, soft_wrap=True).print(said, highlight=False, markup=False)


def erase(situation: str, reason: KeyReason, *, yes: bool, as_json: bool) -> None:
    """Destroy every key of a situation, once confirmed, and say how many these were."""
    keys = in_ledger(lambda c: situation_keys(c, situation=situation))
    live = [key for key in keys if key.destroyed_at is None]
    confirm(f"Destroy {len(live)} key(s) of situation {situation}? Its blocks can then be read by nobody.", yes=yes)
    destroyed = in_ledger(lambda c: erase_situation(c, situation, actor(reason)))
    if as_json:
        print_json({"situation": situation, "destroyed": destroyed})
    else:
        typer.echo(f"{situation}: {destroyed} key(s) destroyed; none will be made until `hub keys reopen`.")


def destroy_key_of_service(
    receiver: Receiver, kid: str, reason: KeyReason, *, force: bool, yes: bool, as_json: bool
) -> None:
    """Destroy one key of a service, once confirmed. Raises KeysRefused where situations need it, unless `force`."""
    found = next((key for key in in_ledger(lambda c: service_keys(c, receiver)) if key.kid == kid), None)
    if found is None or found.state == "destroyed":
        msg = f"{receiver} has no such key, or it is destroyed already."
        raise KeysRefused(msg, f"`hub keys list --service {receiver}` shows its keys.")
    if found.situations and not force:
        msg = f"{found.situations} situation(s) can be read with this key alone."
        raise KeysRefused(msg, "Wait until they are erased, or destroy them with it: --force.")
    confirm(_question(found), yes=yes)

    async def act(connection: AsyncConnection) -> int | None:
        return await destroy_service_key(connection, receiver, kid, actor(reason), most=found.situations)

    destroyed = in_ledger(act)
    if destroyed is None:
        msg = "More situations depend on this key than a moment ago; nothing was destroyed."
        raise KeysRefused(msg, "Look at `hub keys list`, and try again.")
    if as_json:
        print_json({"service": str(receiver), "kid": kid, "situation_keys_destroyed": destroyed})
    else:
        typer.echo(f"{receiver} {kid}: destroyed, with {destroyed} situation key(s).")


def _question(key: ServiceKey) -> str:
    lost = f" The blocks of {key.situations} situation(s) can then be read by nobody." if key.situations else ""
    current = f" {key.receiver} has no other current key." if key.state == "current" else ""
    return f"Destroy key {key.kid} of {key.receiver}?{lost}{current}"


def confirm(question: str, *, yes: bool) -> None:
    """Ask on the terminal. Raises KeysRefused on a no, KeysUsage where there is no terminal and no `yes`."""
    if yes:
        return
    if not sys.stdin.isatty():
        msg = "This cannot be undone, and nobody is there to be asked."
        raise KeysUsage(msg, "Add --yes.")
    if not typer.confirm(question):
        msg = "Nothing was changed."
        raise KeysRefused(msg)


def receiver_named(text: str) -> Receiver:
    """The receiver of an argument. Raises KeysUsage."""
    try:
        return parse_receiver(text)
    except ReceiverInvalid as error:
        msg = f"{text} receives no personal blocks."
        raise KeysUsage(msg, f"The {error}.") from None


def actor(reason: KeyReason) -> Actor:
    """The person at this terminal, now."""
    return Actor(f"operator:{getpass.getuser()}", datetime.now(UTC), reason)
