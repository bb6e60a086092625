"""`hub escalations list|show`: which urgencies nobody has taken in charge, who was asked, and who comes next."""

from typing import Annotated
from uuid import UUID

import typer

from hub.cli.escalations_view import show_escalation, show_escalations
from hub.cli.key_acts import in_ledger
from hub.cli.output import AsJson
from hub.errors import HubError
from hub.ledger.escalation_list import escalation_history, list_escalations

app = typer.Typer(help="Urgencies that wait for somebody: who was asked, and who comes next.", no_args_is_help=True)


class EscalationUnknown(HubError):
    """The ledger holds no escalation of this id."""


@app.command("list")
def list_command(
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List urgencies that nobody has taken in charge, the latest first, with the instant of the next step."""
    rows = in_ledger(lambda connection: list_escalations(connection, ended=ended, limit=limit))
    show_escalations(rows, as_json=as_json)


@app.command("show")
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id from the list.")], *, as_json: AsJson = False
) -> None:
    """Show one escalation: what was done, when and why, and what comes next.

    Exit code: 0; 1 when there is none of this id, or PostgreSQL does not answer.
    """
    try:
        of = UUID(identifier)
    except ValueError:
        of = UUID(int=0)
    found = in_ledger(lambda connection: escalation_history(connection, of))
    if found is None:
        msg = f"There is no escalation {identifier}."
        raise EscalationUnknown(msg, "`hub escalations list --ended` shows the ids.")
    show_escalation(found, as_json=as_json)
