"""`hub matrix show|list|diff|propose|approve|refuse|apply`: the notice matrix, its versions and who agreed on each."""

import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.key_acts import in_ledger
from hub.cli.matrix_view import show_differences, show_version, show_versions
from hub.cli.output import AsJson, print_json, print_line
from hub.data.matrix_file import read_matrix, shipped_matrix
from hub.domain.calendar.paris import paris
from hub.domain.french import date_in_full
from hub.domain.notices.matrix import Rows, differences
from hub.domain.notices.versions import SHIPPED, Version, VersionActRefused, in_force_on
from hub.domain.vocabulary import Institution
from hub.errors import HubError
from hub.ledger import matrix as ledger

app = typer.Typer(
    help="The notice matrix: who is told of which change, by when, and who agreed on it.", no_args_is_help=True
)

T = TypeVar("T")

Number = Annotated[int, typer.Argument(metavar="N", min=0, help="Number of the version, from the list.")]
By = Annotated[str | None, typer.Option(help="Login of who acts, for the history; without it, this machine's user.")]
Side = Annotated[Institution, typer.Option("--for", help="CAF or CD35.", case_sensitive=False)]


class MatrixUsage(HubError):
    """A file, a date or a version that the command cannot use."""

    exit_code = 2


class MatrixRefused(HubError):
    """The version is in no state for this act; nothing was changed."""


@app.command("show")
def show(
    *,
    version: Annotated[int | None, typer.Option(metavar="N", min=0, help="This version.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="The one in force on this day (2026-03-01).")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a version in French, row by row, with its history; without option, the one in force today.

    Version 0 ships with the hub, and needs nothing that runs.

    Exit code: 0; 1 when PostgreSQL does not answer; 2 when there is no such version.
    """
    if version is not None and on is not None:
        msg = "--version et --on disent deux choses."
        raise MatrixUsage(msg, "N’en donner qu’une.")
    day = _today() if on is None else _day(on)
    versions = [Version(SHIPPED, date.min, shipped_matrix(), date.min)] if version == SHIPPED else _versions()
    found = in_force_on(versions, day) if version is None else _named(versions, version)
    show_version(versions, found, _today(), as_json=as_json)


@app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the versions: number, state, first day, who approved for which side."""
    show_versions(_versions(), _today(), as_json=as_json)


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="FILE|N", help="A file, or the number of a version.")],
    second: Annotated[
        str | None, typer.Argument(metavar="[FILE|N]", help="Another; without it, the version in force today.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what changes, cell by cell: from the version in force to FILE, or from the first to the second.

    Exit code: 0 when nothing differs; 1 when something does, or PostgreSQL does not answer; 2 for an unusable file.
    """
    if second is None:
        after, before = _matrix(first), in_force_on(_versions(), _today()).rows
    else:
        before, after = _matrix(first), _matrix(second)
    found = differences(before, after)
    show_differences(found, as_json=as_json)
    if found:
        raise typer.Exit(1)


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The whole matrix, as `hub/data/notice_matrix.csv`.")],
    *,
    valid_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; today if absent.")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Record a file as a new version, which changes nothing until both sides approved it and it is applied.

    Exit code: 0; 1 when it changes nothing, or PostgreSQL does not answer; 2 for a file or a date that cannot be used.
    """
    rows, day, who = _read(file), _today() if valid_from is None else _day(valid_from), _who(by)
    number = _act(lambda c: ledger.propose(c, rows, day, who, datetime.now(UTC)))
    if as_json:
        print_json({"version": number, "valid_from": day})
    else:
        print_line(number, f"proposée, à partir du {date_in_full(day)}", who)


@app.command("approve")
def approve(number: Number, *, side: Side, by: By = None, as_json: AsJson = False) -> None:
    """Approve a version for one side; each side approves once, by a person of its own.

    Exit code: 0; 1 when it cannot be approved, or PostgreSQL does not answer.
    """
    who = _who(by)
    _act(lambda c: ledger.approve(c, number, _side(side), who, datetime.now(UTC)))
    _say(number, "APPROVED", f"approuvée pour {side.label}", who, as_json=as_json)


@app.command("refuse")
def refuse(number: Number, *, side: Side, by: By = None, as_json: AsJson = False) -> None:
    """Refuse a version for one side: it can no longer be applied, another one may be proposed.

    Exit code: 0; 1 when it cannot be refused, or PostgreSQL does not answer.
    """
    who = _who(by)
    _act(lambda c: ledger.refuse(c, number, _side(side), who, datetime.now(UTC)))
    _say(number, "REFUSED", f"refusée pour {side.label}", who, as_json=as_json)


@app.command("apply")
def apply(number: Number, *, by: By = None, as_json: AsJson = False) -> None:
    """Let a version take force on its day, or today where that is past; refused until both sides approved it.

    What was published before that day keeps the version of its own day.

    Exit code: 0; 1 when it cannot be applied, or PostgreSQL does not answer.
    """
    who = _who(by)
    day = _act(lambda c: ledger.apply(c, number, who, datetime.now(UTC)))
    if as_json:
        print_json({"version": number, "in_force_from": day})
    else:
        print_line(number, f"adoptée, en vigueur à partir du {date_in_full(day)}", who)


def _act(act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    try:
        return in_ledger(act)
    except VersionActRefused as error:
        raise MatrixRefused(str(error), "« hub matrix list » donne l’état des versions.") from None


def _say(number: int, what: str, text: str, who: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"version": number, "what": what, "who": who})
    else:
        print_line(number, text, who)


def _versions() -> list[Version]:
    return in_ledger(ledger.matrix_versions)


def _matrix(name: str) -> Rows:
    """The rows of a version where the name is a number, else of a file."""
    if not name.isdecimal():
        return _read(Path(name))
    number = int(name)
    return shipped_matrix() if number == SHIPPED else _named(_versions(), number).rows


def _named(versions: list[Version], number: int) -> Version:
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        msg = f"Il n’y a pas de version {number}."
        raise MatrixUsage(msg, "« hub matrix list » donne les versions.")
    return found


def _read(file: Path) -> Rows:
    try:
        return read_matrix(file)
    except ValueError as error:
        way_out = "Partir du fichier livré : hub/data/notice_matrix.csv ; docs/guides/matrix.md en donne la forme."
        raise MatrixUsage(str(error), way_out) from None


def _side(side: Institution) -> Institution:
    if side is Institution.PARTNER:
        msg = "Seules les deux institutions de la convention approuvent."
        raise MatrixUsage(msg, "--for CAF, ou --for CD35.")
    return side


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"« {text} » n’est pas une date."
        raise MatrixUsage(msg, "Écrire l’année, le mois et le jour : 2026-03-01.") from None


def _today() -> date:
    return datetime.now(UTC).astimezone(paris()).date()


def _who(by: str | None) -> str:
    return f"operator:{by or getpass.getuser()}"
