"""`hub deliveries list|show|retry|redirect`: which messages reached nobody, and what an operator does about them."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.deliveries_view import show_history, show_list
from hub.cli.key_acts import in_ledger
from hub.cli.output import AsJson, print_json, print_line
from hub.domain.delivery.operations import OperatorReason
from hub.domain.vocabulary import DeliveryStatus
from hub.errors import HubError
from hub.ledger.delivery_list import Wanted, delivery_history, list_deliveries
from hub.ledger.delivery_operations import DeliveryUnknown, Operator
from hub.ledger.delivery_operations import redirect as redirect_in_ledger
from hub.ledger.delivery_operations import retry as retry_in_ledger
from hub.wire.schemas import load_catalogue

app = typer.Typer(help="Deliveries: list and show them, try one again, have somebody else told.", no_args_is_help=True)

_AGE = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Id = Annotated[str, typer.Argument(metavar="ID", help="Id from the list.")]
Reason = Annotated[OperatorReason, typer.Option(help="Why, for the audit.", case_sensitive=False)]
By = Annotated[str | None, typer.Option(help="Who acts, for the audit; without it, the user of this machine.")]
State = Annotated[
    list[DeliveryStatus] | None, typer.Option(help="Only those in this state; may be repeated.", case_sensitive=False)
]


class DeliveriesUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@app.command("list")
def list_command(
    *,
    state: State = None,
    service: Annotated[str | None, typer.Option(help="Only those to this service: CDAS, CAF_SOCIAL_WORK …")] = None,
    role: Annotated[str | None, typer.Option(help="Only those to this role: SECRETARIAT, MANAGER …")] = None,
    event: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this event.")] = None,
    older_than: Annotated[str | None, typer.Option(metavar="AGE", help="Only older ones: 90s, 30m, 12h, 3d.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the oldest first: id, state, why, to whom, of which event."""
    before = None if older_than is None else datetime.now(UTC) - _age(older_than)
    wanted = Wanted([one.value for one in state or ()], service, role, event, before)
    rows = in_ledger(lambda connection: list_deliveries(connection, wanted, limit))
    show_list(rows, limit, as_json=as_json)


@app.command("show")
def show(identifier: Id, *, as_json: AsJson = False) -> None:
    """Show one delivery with every attempt, and what operators did to it.

    Where it failed: also whom the chain of its service names next, for `hub deliveries redirect`.
    """
    of = _id(identifier)
    found = in_ledger(lambda connection: delivery_history(connection, of, datetime.now(UTC)))
    if found is None:
        msg = f"There is no delivery {identifier}."
        raise DeliveryUnknown(msg, "`hub deliveries list` shows the ids.")
    show_history(found, as_json=as_json)


@app.command("retry")
def retry(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids from the list.")],
    *,
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Schedule failed deliveries again, due at once: all of them, or none when one cannot be.

    Exit code: 0; 1 when one is in no state for it, is not known, or PostgreSQL does not answer.
    """
    ids, operator, catalogue = [_id(one) for one in identifiers], _operator(by, reason), load_catalogue()

    async def act(connection: AsyncConnection) -> None:
        for one in sorted(set(ids)):  # in one order, so that two operators never wait in a circle
            await retry_in_ledger(connection, catalogue, one, operator)

    in_ledger(act)
    for one in ids:
        if as_json:
            print_json({"id": one, "state": DeliveryStatus.SCHEDULED.value})
        else:
            print_line(one, "scheduled again")


@app.command("redirect")
def redirect(
    identifier: Id,
    *,
    to: Annotated[str, typer.Option(metavar="CONTACT", help="The contact that is told instead, of the same service.")],
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Have another contact told instead, where the message has not left or has failed; the first ends as REDIRECTED.

    Exit code: 0; 1 when it is too late, the contact cannot be told, or PostgreSQL does not answer.
    """
    of, operator, catalogue = _id(identifier), _operator(by, reason), load_catalogue()
    made = in_ledger(lambda connection: redirect_in_ledger(connection, catalogue, of, to, operator))
    if as_json:
        print_json({"id": of, "state": DeliveryStatus.REDIRECTED.value, "to": to, "new_delivery": made})
    else:
        print_line(of, f"redirected to {to}", made)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        msg = f"{text} is no id of a delivery."
        raise DeliveriesUsage(msg, "`hub deliveries list` shows the ids.") from None


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if found is None:
        msg = f"{text} is no age."
        raise DeliveriesUsage(msg, "Write a number and s, m, h or d: 30m, 12h, 3d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _operator(by: str | None, reason: OperatorReason) -> Operator:
    return Operator(f"operator:{by or getpass.getuser()}", datetime.now(UTC), reason)
