"""`hub subscriptions show|set|preview`: what a contact receives by duty and by choice, and what that would send."""

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.key_acts import in_ledger
from hub.cli.output import AsJson, print_json, print_line, print_table
from hub.data import load_territory
from hub.domain.subscriptions.data import read_rows, subscription_data
from hub.domain.subscriptions.lines import explain, how_duty_goes
from hub.domain.subscriptions.preview import sentence
from hub.domain.subscriptions.rows import Subscription
from hub.errors import HubError
from hub.ledger.preview import preview_of
from hub.ledger.subscriptions import replace_subscriptions, subscriptions_of
from hub.ledger.tables import contact as contact_table

app = typer.Typer(help="What a contact receives, how and when.", no_args_is_help=True)

Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="Reference of a contact of the directory.")]


class ContactUnknown(HubError):
    """The ledger's directory has no contact of this reference."""


class ChoicesRefused(HubError):
    """The choices cannot be kept; nothing was changed."""

    exit_code = 2


@app.command("show")
def show(contact: Contact, *, as_json: AsJson = False) -> None:
    """Say, in French, what reaches a contact by duty (and by which rule), how it goes, and what it asked for.

    With --json, the contact's rows, one a line: the form that `set` and `preview` read.
    """

    async def read(connection: AsyncConnection) -> tuple[Mapping[str, Any], tuple[Subscription, ...]]:
        return await _contact(connection, contact), (await subscriptions_of(connection, [contact])).get(contact, ())

    found, rows = in_ledger(read)
    if as_json:
        for row in rows:
            print_json(subscription_data(row))
        return
    territory = load_territory()
    lines = explain(found["service"], found["role"], rows, territory)
    print_table(
        ("pourquoi", "règles", "quoi"),
        [(line.basis.label, " ".join(line.rules) or "–", line.sentence) for line in lines],
        title=found["label"],
    )
    goes = how_duty_goes(rows, territory)
    for how in goes:
        print_line("par quel canal", how)
    if len(goes) > 1:
        print_line("par quel canal", "Quand plusieurs conviennent, la plus précise l’emporte.")


@app.command("set")
def set_(
    contact: Contact,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines as `show --json` prints; - reads them.")],
    *,
    by: Annotated[str | None, typer.Option(help="Who acts; without it, the user of this machine.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let the rows of a file be a contact's choices, in place of what it had; an empty file leaves the default.

    Deliveries that wait for a digest keep their hour.

    Exit code: 0; 1 when the directory has no such contact; 2 when the rows cannot be kept, each fault told.
    """
    rows = _read(file)
    now = datetime.now(UTC)

    async def write(connection: AsyncConnection) -> None:
        await _contact(connection, contact)
        await replace_subscriptions(connection, contact, rows, by=f"operator:{by or getpass.getuser()}", now=now)

    in_ledger(write)
    if as_json:
        print_json({"contact": contact, "rows": len(rows)})
    else:
        print_line(contact, f"{len(rows)} choix gardés" if len(rows) > 1 else f"{len(rows)} choix gardé")


@app.command("preview")
def preview(
    contact: Contact,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Rows to try instead of the contact's own; - reads them.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a contact's choices, or those of a file, would have sent it last month; changes nothing."""
    tried = None if file is None else _read(file)
    now = datetime.now(UTC)

    async def count(connection: AsyncConnection) -> Any:
        await _contact(connection, contact)
        own = (await subscriptions_of(connection, [contact])).get(contact, ())
        return await preview_of(connection, contact, own if tried is None else tried, now)

    found = in_ledger(count)
    if as_json:
        names = ("first", "last", "mails", "single", "digests", "told", "by_choice", "webhooks", "portal", "feed")
        print_json({"contact": contact, **{name: getattr(found, name) for name in names}})
    else:
        print_line(sentence(found))


async def _contact(connection: AsyncConnection, reference: str) -> Mapping[str, Any]:
    query = select(contact_table).where(contact_table.c.ref == reference)
    found = (await connection.execute(query)).mappings().one_or_none()
    if found is None:
        msg = f"The directory has no contact {reference}."
        raise ContactUnknown(msg, "`hub directory show` lists the contacts.")
    return dict(found)


def _read(file: str) -> Sequence[Subscription]:
    """The rows of a file. Raises ChoicesRefused."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        data = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError):
        data = [None]
    if not all(isinstance(row, dict) for row in data):
        msg = f"{file} holds no rows of choices."
        raise ChoicesRefused(msg, "One JSON object a line, as `hub subscriptions show CONTACT --json` prints them.")
    rows, faults = read_rows(data, load_territory())
    if faults:
        msg = "\n".join(f"{fault.row}\t{fault.field}\t{fault.code.value}\t{fault.code.label}" for fault in faults)
        raise ChoicesRefused(msg, "Rien n’a été changé. docs/guides/subscriptions.md dit ce qui peut être choisi.")
    return rows
