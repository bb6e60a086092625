"""`hub directory import|show|absences|lint`: contacts in from a file, contacts looked up, the directory checked."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.cli.directory_hours import show_hours
from hub.cli.directory_lint_view import show_absences, show_findings
from hub.cli.importing import NBSP, FileUnreadable, apply_contacts, read_table
from hub.cli.local import local_settings
from hub.cli.output import AsJson, on_terminal, print_json, print_line, print_table
from hub.cli.territory_view import read_map
from hub.data import load_territory
from hub.domain.calendar.paris import paris
from hub.domain.directory.contact_import import LineReceipt, LineStatus, plan_import
from hub.domain.directory.contacts import Contact, Directory, contact_data
from hub.domain.directory.lint import DAYS_AHEAD, lint
from hub.domain.french import plural
from hub.domain.vocabulary import Role, Service
from hub.errors import HubError
from hub.wire.directory_topic import DirectoryState, read_directory
from hub.wire.schemas import load_catalogue

app = typer.Typer(help="The contacts of both institutions and of the ASIP.", no_args_is_help=True)

_APPLIED = (LineStatus.ADDED, LineStatus.CHANGED)
_DAYS_AFTER = timedelta(days=DAYS_AHEAD - 1)


class ContactUnknown(HubError):
    """The directory has no contact of this reference."""


class PeriodReversed(HubError):
    """The last day asked for is before the first."""

    exit_code = 2


class HoursOfFile(HubError):
    """The hours of a file were asked for: it holds no calendars."""

    exit_code = 2


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="UTF-8; its columns are the fields of contact.changed.")
    ],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Publish the changes; without it nothing is changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import contacts: a receipt for each line (read, changed, unchanged, refused and why); --apply makes the changes.

    Lines that are refused keep nobody else back. Lists in a cell are separated by |.

    Exit code: 0; 1 when a line was refused or the hub did not take the contacts in; 2 when the file cannot be read.
    """
    settings, catalogue = local_settings(), load_catalogue()
    rows = _read_contacts(file)
    state = asyncio.run(read_directory(settings, catalogue, load_territory()))
    now = datetime.now(paris())
    receipts = plan_import(rows, state.directory, now.date())
    _show_receipts(receipts, as_json=as_json)
    contacts = [r.contact for r in receipts if r.status in _APPLIED and r.contact is not None]
    if apply and contacts:
        asyncio.run(apply_contacts(settings, catalogue, state, contacts, now))
    _show_summary(receipts, applied=apply, as_json=as_json)
    raise typer.Exit(1 if any(r.status is LineStatus.REFUSED for r in receipts) else 0)


@app.command("show")
def show(
    reference: Annotated[str | None, typer.Argument(metavar="[REF]", help="Reference of one contact.")] = None,
    *,
    service: Annotated[str | None, typer.Option(help="Only this service, by its symbol.")] = None,
    role: Annotated[str | None, typer.Option(help="Only this role, by its symbol.")] = None,
    commune: Annotated[
        str | None, typer.Option(help="Only those whose territory meets this INSEE (or IRIS) code.")
    ] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only those valid on this day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the contacts that the hub works with now, and the revision of the directory that they are at.

    Exit code: 0; 1 when there is no contact of this reference, or the directory cannot be read.
    """
    _check_symbol("--service", service, Service)
    _check_symbol("--role", role, Role)
    state = asyncio.run(read_directory(local_settings(), load_catalogue(), load_territory()))
    if reference is not None:
        _show_one(state, reference, as_json=as_json)
        return
    day = on.date() if on is not None else None
    found = [c for c in state.directory if _matches(c, state.directory, service, role, commune, day)]
    if as_json:
        for contact in found:
            print_json({**contact_data(contact), "directory_revision": state.revision})
        return
    print_table(
        ("référence", "service", "rôle", "libellé", "courriel", "validité"),
        ((c.contact, c.service, c.role, c.label, c.email or "—", _validity(c)) for c in found),
    )
    if on_terminal():
        Console(stderr=True).print(
            f"{len(found)} contacts sur {len(state.directory)}, révision {state.revision} de l’annuaire.", style="dim"
        )


@app.command("absences")
def absences(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Who stands in on this day; default: today.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also the absences that are over by that day.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the absences that the hub works with, and who stands in on a day.

    Exit code: 0; 1 when the directory cannot be read.
    """
    day = (on or datetime.now(paris())).date()
    directory = asyncio.run(read_directory(local_settings(), load_catalogue(), load_territory())).directory
    wanted = [absence for absence in directory.absences if every or absence.last >= day]
    show_absences(wanted, directory, day, as_json=as_json)


@app.command("lint")
def lint_(
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: today.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: 60 days in all.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Check these contacts, without any server; default: the directory."),
    ] = None,
    *,
    hours: Annotated[
        bool,
        typer.Option("--hours", help="Instead the hours of work in which nobody answers, by the services' calendars."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the directory day by day, worst first: roles with nobody, communes, addresses, loops and gaps of absences.

    Each role that a decision can name is tried in each commune and CDAS on each day of the period. A file holds
    contacts and no absences. --hours reads contacts, absences and calendars from the ledger.

    Exit code: 0; 1 when something is found, or the directory cannot be read; 2 for a bad file or period.
    """
    begin = (first or datetime.now(paris())).date()
    end = last.date() if last is not None else min(begin, date.max - _DAYS_AFTER) + _DAYS_AFTER
    if end < begin:
        msg = f"--to {end} is before --from {begin}."
        raise PeriodReversed(msg, "For example: --from 2026-07-01 --to 2026-08-31")
    if hours:
        if directory is not None:
            msg = "--hours needs the calendars, which a file does not hold."
            raise HoursOfFile(msg, "Leave --directory out: contacts, absences and calendars come from the ledger.")
        raise typer.Exit(1 if show_hours(begin, end, as_json=as_json) else 0)
    if directory is None:
        checked = asyncio.run(read_directory(local_settings(), load_catalogue(), load_territory())).directory
    else:
        checked = read_map(directory, begin)
    found = lint(checked, begin, end)
    show_findings(found, checked, begin, end, as_json=as_json)
    raise typer.Exit(1 if found else 0)


def _read_contacts(file: Path) -> list[dict[str, str]]:
    table = read_table(file)
    if "contact" not in table.columns:
        msg = f"{file} has no column « contact »."
        raise FileUnreadable(msg, "The first line names the columns: those of contact.changed.")
    return table.rows


def _show_receipts(receipts: Sequence[LineReceipt], *, as_json: bool) -> None:
    if as_json:
        for r in receipts:
            print_json(
                {
                    "line": r.line,
                    "contact": r.ref,
                    "status": r.status.value,
                    "label": r.status.label,
                    "reason": r.reason,
                }
            )
        return
    print_table(
        ("ligne", "contact", "résultat", "détail"), ((r.line, r.ref, r.status.label, r.reason) for r in receipts)
    )


def _show_summary(receipts: Sequence[LineReceipt], *, applied: bool, as_json: bool) -> None:
    counts = Counter(receipt.status for receipt in receipts)
    if as_json:
        summary: dict[str, Any] = {status.value.lower(): counts[status] for status in LineStatus}
        print_json({"summary": {"read": len(receipts), **summary}, "applied": applied})
        return
    parts = ", ".join(f"{counts[s]}{NBSP}{plural(s.label, counts[s])}" for s in LineStatus)
    print_line(f"{len(receipts)}{NBSP}{plural('ligne', len(receipts))} {plural('lue', len(receipts))}{NBSP}: {parts}.")
    changes = sum(counts[status] for status in _APPLIED)
    if not applied and changes:
        print_line(
            f"Rien n’a été modifié. Relancez avec --apply pour appliquer {changes}{NBSP}{plural('ligne', changes)}."
        )
    elif applied and changes:
        print_line("Le hub applique désormais ces contacts.")


def _show_one(state: DirectoryState, reference: str, *, as_json: bool) -> None:
    contact = state.directory.get(reference)
    if contact is None:
        msg = f"The directory (revision {state.revision}) has no contact {reference}."
        raise ContactUnknown(msg, "`hub directory show` lists all.")
    data = contact_data(contact)
    if as_json:
        print_json({**data, "directory_revision": state.revision})
        return
    rows: list[tuple[str, object]] = [
        (name, ", ".join(value) if isinstance(value, list) else value) for name, value in data.items()
    ]
    shown = [(name, value) for name, value in rows if value not in (None, "")]
    print_table(("champ", "valeur"), [*shown, ("revision", state.revision)])


def _matches(
    contact: Contact, directory: Directory, service: str | None, role: str | None, commune: str | None, day: date | None
) -> bool:
    if service not in (None, contact.service) or role not in (None, contact.role):
        return False
    if day is not None and not contact.is_valid_on(day):
        return False
    if commune is None:
        return True
    scope = directory.territory.spread(contact.communes, contact.epci)
    return not scope or directory.territory.meet(scope, directory.territory.spread((commune,), ()))


def _validity(contact: Contact) -> str:
    end = contact.valid_to.isoformat() if contact.valid_to else "…"
    return f"{contact.valid_from.isoformat()} → {end}" + (" (refuse les informations)" if contact.opted_out else "")


def _check_symbol(option: str, given: str | None, allowed: Iterable[str]) -> None:
    if given is not None and given not in set(allowed):
        msg = f"{given} is none of the list."
        raise typer.BadParameter(f"{msg} One of: {', '.join(sorted(allowed))}.", param_hint=option)
