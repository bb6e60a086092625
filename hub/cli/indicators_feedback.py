"""`hub indicators feedback list|show|publish|withhold`: texts of field feedback, read before they are shown."""

import getpass
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.indicators_feedback_view import show_feedback, show_list
from hub.cli.indicators_period import period_named
from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json, print_line
from hub.domain.activity.feedback import FeedbackActRefused, FeedbackState, WithholdingReason
from hub.domain.indicators.vocabulary import FeedbackTheme
from hub.errors import HubError
from hub.ledger.feedback import Moderated, Wanted, acts_on, find_feedback, list_feedback, moderate

app = typer.Typer(help="Texts of field feedback: read them, show them to all, or withhold them.", no_args_is_help=True)

T = TypeVar("T")

Id = Annotated[str, typer.Argument(metavar="ID", help="Id from the list.")]
Source = Annotated[str | None, typer.Option(metavar="URN", help="Where several sources use this id.")]
By = Annotated[str | None, typer.Option(help="Login of who acts, for the history; without it, this machine's user.")]


class FeedbackUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class FeedbackUnknown(HubError):
    """There is no feedback of this id."""


class ModerationRefused(HubError):
    """The text is in no state for this act; nothing was changed."""


@app.command("list")
def list_command(
    *,
    state: Annotated[
        FeedbackState | None, typer.Option(help="Only those: WAITING, SHOWN, WITHHELD.", case_sensitive=False)
    ] = None,
    theme: Annotated[FeedbackTheme | None, typer.Option(help="Only this theme.", case_sensitive=False)] = None,
    period: Annotated[str | None, typer.Option(metavar="P", help="Only of 2026-03, 2026 or 2026-01..2026-06.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what a correction replaced.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List texts with their state, the oldest first; a mark where one seems to hold personal data.

    Exit code: 0; 1 when PostgreSQL does not answer; 2 for an option that cannot be used.
    """
    wanted = Wanted(state=state, theme=None if theme is None else theme.value, every=every)
    if period is not None:
        of = period_named(period, local_settings())
        wanted = replace(wanted, first=of.first, last=of.last)
    found = in_ledger(lambda connection: list_feedback(connection, wanted, limit))
    show_list(found, limit, as_json=as_json)


@app.command("show")
def show(identifier: Id, *, source: Source = None, as_json: AsJson = False) -> None:
    """Show one feedback in whole, and what moderators did to it.

    Exit code: 0; 1 when there is none of this id, or PostgreSQL does not answer.
    """
    found = _found(identifier, source)
    show_feedback(found, in_ledger(lambda connection: acts_on(connection, found.feedback)), as_json=as_json)


@app.command("publish")
def publish(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids from the list.")],
    *,
    source: Source = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Let everybody read these texts, in reports: all of them, or none when one cannot be.

    Exit code: 0; 1 when one cannot be shown or is not known, or PostgreSQL does not answer.
    """
    _moderate([_found(one, source) for one in identifiers], FeedbackState.SHOWN, None, by, as_json=as_json)


@app.command("withhold")
def withhold(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids from the list.")],
    *,
    reason: Annotated[
        WithholdingReason, typer.Option(help="Why; PERSONAL_DATA erases the text for good.", case_sensitive=False)
    ],
    source: Source = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Let nobody read these texts, or no longer; what they count for stays counted.

    Exit code: 0; 1 when one is withheld already or is not known, or PostgreSQL does not answer.
    """
    _moderate([_found(one, source) for one in identifiers], FeedbackState.WITHHELD, reason, by, as_json=as_json)


def _moderate(
    chosen: list[Moderated], to: FeedbackState, reason: WithholdingReason | None, by: str | None, *, as_json: bool
) -> None:
    who, keys = (
        f"operator:{by or getpass.getuser()}",
        sorted({(one.feedback.source, one.feedback.id) for one in chosen}),
    )

    async def act(connection: AsyncConnection) -> None:
        for source, id_ in keys:
            await moderate(connection, source, id_, to, who, datetime.now(UTC), reason)

    _act(act)
    for source, id_ in keys:
        if as_json:
            print_json({"source": source, "id": id_, "state": to.value, "reason": reason and reason.value, "who": who})
        else:
            print_line(id_, to.label, reason.label if reason is not None else "", who)


def _act(act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    try:
        return in_ledger(act)
    except FeedbackActRefused as error:
        raise ModerationRefused(str(error), "« hub indicators feedback list --all » donne leur état.") from None


def _found(id_: str, source: str | None) -> Moderated:
    every = in_ledger(lambda connection: find_feedback(connection, id_))
    found = [one for one in every if source in (None, one.feedback.source)]
    if not found:
        msg = f"Il n’y a pas de retour {id_}."
        raise FeedbackUnknown(msg, "« hub indicators feedback list --all » donne les identifiants.")
    if len(found) > 1:
        msg = f"Plusieurs sources ont un retour {id_}."
        raise FeedbackUsage(msg, f"Choisir par --source : {', '.join(one.feedback.source for one in found)}.")
    return found[0]
