"""`hub webhooks list|show|rotate|retire|verify|test|disable`: the systems that take messages, and their keys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from hub.cli import webhook_acts as acts
from hub.cli.key_acts import in_ledger
from hub.cli.output import AsJson, print_json, print_line
from hub.cli.webhooks_view import show_list, show_one
from hub.domain.delivery.webhooks import EndpointState, WebhookReason
from hub.errors import HubError
from hub.ledger.webhook_keys import actions_on, retire_key
from hub.ledger.webhooks import list_endpoints

app = typer.Typer(
    help="Systems that take messages over HTTP: verify them, and manage their keys.", no_args_is_help=True
)

Id = Annotated[str, typer.Argument(metavar="ID", help="Id from the list.")]
Reason = Annotated[WebhookReason, typer.Option(help="Why, for the audit.", case_sensitive=False)]
By = Annotated[str | None, typer.Option(help="Who acts, for the audit; without it, the user of this machine.")]


class WebhooksUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@app.command("list")
def list_command(
    *,
    state: Annotated[
        list[EndpointState] | None,
        typer.Option(help="Only those in this state; may be repeated.", case_sensitive=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List webhooks by contact: id, contact, state, why, keys that sign, address."""
    rows = in_ledger(lambda connection: list_endpoints(connection, state or ()))
    show_list(rows, datetime.now(UTC), as_json=as_json)


@app.command("show")
def show(identifier: Id, *, as_json: AsJson = False) -> None:
    """Show one webhook with its keys (their public halves), its handshakes, and what operators did to it."""
    endpoint = acts.read(_id(identifier))
    done = in_ledger(lambda connection: actions_on(connection, endpoint.id))
    show_one(endpoint, acts.public_keys(endpoint), done, as_json=as_json)


@app.command("rotate")
def rotate(
    identifier: Id,
    *,
    reason: Reason,
    old_days: Annotated[
        float, typer.Option(min=0, max=90, help="Days for which the key before goes on signing too; 0: at once.")
    ] = 7.0,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Make the first key of a webhook, or the next one, and print its secret: this once, and never again.

    Until the old key ends, messages carry the signatures of both. Exit code: 0; 1 when two keys sign already.
    """
    of, acting = _id(identifier), acts.operator(by, reason)
    made = acts.rotate(of, acting, acting.at + timedelta(days=old_days))
    if as_json:
        public = {"secret": made.key.secret, "public": made.key.public}
        print_json({"id": of, "number": made.number, **public, "old_until": made.old_until})
        return
    print_line("key", made.number)
    print_line("secret", made.key.secret)
    print_line("public", made.key.public)
    said = "Hand ONE of the two to the system: the secret (v1) over a safe way, or the public key (v1a) over any."
    Console(stderr=True, soft_wrap=True).print(said, highlight=False, markup=False)


@app.command("retire")
def retire(
    identifier: Id,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the key.")],
    *,
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Sign nothing more with one of two keys, at once. Exit code: 0; 1 for the only key, or one that does not sign."""
    of, acting = _id(identifier), acts.operator(by, reason)
    in_ledger(lambda connection: retire_key(connection, of, number, acting))
    _say({"id": of, "number": number, "state": "retired"}, f"key {number} retired", as_json=as_json)


@app.command("verify")
def verify(identifier: Id, *, reason: Reason = WebhookReason.REPAIRED, by: By = None, as_json: AsJson = False) -> None:
    """Make the handshake now; a webhook that answers is ACTIVE, also one that was put out of service.

    Exit code: 0; 1 when it does not answer as it should, or the directory gives another address.
    """
    of = _id(identifier)
    acts.handshake(of, acts.operator(by, reason))
    _say({"id": of, "state": EndpointState.ACTIVE.value}, "ACTIVE", as_json=as_json)


@app.command("test")
def trial(
    identifier: Id, *, reason: Reason = WebhookReason.RECIPIENT_REQUEST, by: By = None, as_json: AsJson = False
) -> None:
    """Send a signed message that stands for nothing, in whatever state. Exit code: 0 for a 2xx answer; else 1."""
    of = _id(identifier)
    detail = acts.send_trial(of, acts.operator(by, reason))
    _say({"id": of, "answer": detail}, detail, as_json=as_json)


@app.command("disable")
def disable(identifier: Id, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Send nothing more to a webhook, until `hub webhooks verify` puts it into service again."""
    of = _id(identifier)
    changed = acts.put_out_of_service(of, acts.operator(by, reason))
    said = "DISABLED" if changed else "DISABLED already"
    _say({"id": of, "state": EndpointState.DISABLED.value, "changed": changed}, said, as_json=as_json)


def _say(row: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        print_line(row["id"], text)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        msg = f"{text} is no id of a webhook."
        raise WebhooksUsage(msg, "`hub webhooks list` shows the ids.") from None
