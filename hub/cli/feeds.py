"""`hub feeds list|create|rotate|revoke`: feeds with a secret address, for a contact or a territory."""

import getpass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.console import Console

from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json, print_table
from hub.data import load_territory
from hub.errors import HubError
from hub.ledger.feeds import Feed, FeedOf, create_feed, list_feeds, new_token, revoke_feed, rotate_feed

app = typer.Typer(help="Feeds (Atom, iCalendar) with a secret address: list, make, change, end.", no_args_is_help=True)

Id = Annotated[UUID, typer.Argument(metavar="ID", help="Id from the list.")]


class FeedsUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@app.command("list")
def list_command(
    *,
    contact: Annotated[str | None, typer.Option(help="Only those of this contact.")] = None,
    revoked: Annotated[bool, typer.Option("--revoked", help="Also those that were ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """List feeds, the oldest first: id, of whom or where, when made, changed, last fetched. Never an address."""
    found = in_ledger(lambda connection: list_feeds(connection, contact=contact, revoked=revoked))
    rows = [_row(feed) for feed in found]
    if as_json:
        for row in rows:
            print_json(row)
        return
    names = ("id", "of", "created_at", "rotated_at", "fetched_at", "revoked_at")
    print_table(names, [[_cell(row[name]) for name in names] for row in rows])


@app.command("create")
def create(
    *,
    contact: Annotated[str | None, typer.Option(help="The personal feed of this contact.")] = None,
    epci: Annotated[str | None, typer.Option(help="Public notices of this EPCI (SIREN).")] = None,
    commune: Annotated[str | None, typer.Option(help="Public notices of this commune (INSEE code).")] = None,
    departement: Annotated[bool, typer.Option("--departement", help="Every public notice.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a feed and print its two addresses. They are shown this once: the hub keeps no copy."""
    if sum((contact is not None, epci is not None, commune is not None, departement)) != 1:
        msg = "Say of whom or where the feed is."
        raise FeedsUsage(msg, "Give one of --contact, --epci, --commune, --departement.")
    of = _checked(FeedOf(contact, epci, commune))
    id_, token = uuid4(), new_token()
    who, now = f"operator:{getpass.getuser()}", datetime.now(UTC)
    in_ledger(lambda connection: create_feed(connection, id_, token, of, who=who, now=now))
    _show(id_, token, as_json=as_json)


@app.command("rotate")
def rotate(of: Id, *, as_json: AsJson = False) -> None:
    """Give a feed new addresses and print them; the old ones open nothing any more."""
    token, now = new_token(), datetime.now(UTC)
    in_ledger(lambda connection: rotate_feed(connection, of, token, now))
    _show(of, token, as_json=as_json)


@app.command("revoke")
def revoke(of: Id, *, as_json: AsJson = False) -> None:
    """End a feed for ever: its addresses open nothing any more."""
    now = datetime.now(UTC)
    in_ledger(lambda connection: revoke_feed(connection, of, now))
    if as_json:
        print_json({"id": str(of), "revoked_at": now})
    else:
        typer.echo(f"{of}: revoked.")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _checked(of: FeedOf) -> FeedOf:
    """The same with today's code of a commune. Raises FeedsUsage for a place that is not in the département."""
    territory = load_territory()
    if of.commune is not None:
        code = territory.current(of.commune)
        if code not in territory.communes:
            msg = f"{of.commune} is no commune of Ille-et-Vilaine."
            raise FeedsUsage(msg, "`hub territory show` knows the communes and their codes.")
        return FeedOf(commune=code)
    if of.epci is not None and of.epci not in territory.epci:
        msg = f"{of.epci} is no EPCI of Ille-et-Vilaine."
        raise FeedsUsage(msg, "`hub territory show` names the EPCI of a commune.")
    return of


def _show(id_: UUID, token: str, *, as_json: bool) -> None:
    home = local_settings().public_url.rstrip("/")
    atom, calendar = (f"{home}/feeds/{token}/{name}" for name in ("notices.atom", "calendar.ics"))
    if as_json:
        print_json({"id": str(id_), "atom": atom, "calendar": calendar})
        return
    typer.echo(atom)
    typer.echo(calendar)
    said = f"Feed {id_}. Whoever has these addresses reads the feed; they are not shown again."
    Console(stderr=True, soft_wrap=True).print(said, highlight=False, markup=False)


def _row(feed: Feed) -> dict[str, object]:
    of = feed.of
    shown = of.contact or (f"EPCI {of.epci}" if of.epci else f"commune {of.commune}" if of.commune else "département")
    return {
        "id": str(feed.id),
        "of": shown,
        "who": feed.who,
        "created_at": feed.created_at,
        "rotated_at": feed.rotated_at,
        "fetched_at": feed.fetched_at,
        "revoked_at": feed.revoked_at,
    }
