"""`hub absences calendars add|list|check|remove`: the calendars from which absences are read."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from hub.cli import absence_acts as acts
from hub.cli.key_acts import in_ledger
from hub.cli.output import AsJson, print_json, print_line, print_table
from hub.domain.directory.absence_calendar import CalendarReads
from hub.errors import HubError
from hub.ledger.absence_calendars import AbsenceCalendar, list_calendars, remove_calendar

app = typer.Typer(help="Absences that are read from calendars.", no_args_is_help=True)
calendars = typer.Typer(
    help="Add, list, check and remove the secret iCalendar addresses of contacts.", no_args_is_help=True
)
app.add_typer(calendars, name="calendars")

Id = Annotated[str, typer.Argument(metavar="ID", help="Id from the list.")]
By = Annotated[str | None, typer.Option(help="Who acts, for the audit; without it, the user of this machine.")]
Reads = Annotated[
    CalendarReads,
    typer.Option(
        help="MARKED: events marked as out of office, or of a category of absence. ALL_DAY: every event of a whole "
        "day, in a calendar that serves for nothing else.",
        case_sensitive=False,
    ),
]


class AbsencesUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@calendars.command("add")
def add(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Reference of the contact.")],
    *,
    reads: Reads = CalendarReads.MARKED,
    unchecked: Annotated[bool, typer.Option(help="Add it although it cannot be read from here now.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Add the calendar of a contact; its address is asked for, or read from standard input, and never shown again.

    Exit code: 0; 1 when it cannot be read, the contact is unknown, or has a calendar already.
    """
    address = acts.asked_address()
    if not unchecked:
        acts.read_now(address, reads)
    of = acts.add(contact, address, reads, acts.who(by))
    if as_json:
        print_json({"id": of, "contact": contact, "reads": reads.value})
    else:
        print_line(of, contact, reads.value)


@calendars.command("list")
def list_command(
    *,
    removed: Annotated[bool, typer.Option("--removed", help="Also those that were removed, and by whom.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the calendars by contact: id, contact, what is read, standing, fault, last read, absences, unreadable."""
    now = datetime.now(UTC)
    rows = in_ledger(lambda connection: list_calendars(connection, removed=removed))
    if as_json:
        for row in rows:
            print_json(_json(row, now))
        return
    columns = ("id", "contact", "reads", "standing", "fault", "read at", "absences", "unreadable events")
    print_table(columns, [_cells(row, now) for row in rows])


@calendars.command("check")
def check(identifier: Id, *, as_json: AsJson = False) -> None:
    """Read one calendar now, declare nothing, and print the days that it means: first and last, a line each.

    Exit code: 0; 1 when it cannot be read.
    """
    calendar = acts.calendar_of(_id(identifier))
    reading = acts.read_now(acts.address_of(calendar), calendar.reads)
    if as_json:
        days = [{"first": days.first, "last": days.last} for days in reading.days]
        print_json({"id": calendar.id, "contact": calendar.contact, "days": days, "unreadable": reading.unreadable})
        return
    print_table(("first", "last"), [(days.first, days.last) for days in reading.days])
    if reading.unreadable:
        acts.say(f"{reading.unreadable} event(s) could not be read, and were left out.")


@calendars.command("remove")
def remove(identifier: Id, *, by: By = None, as_json: AsJson = False) -> None:
    """Forget the address of a calendar at once; the connectors withdraw what it declared within seconds."""
    of, who = _id(identifier), acts.who(by)
    changed = in_ledger(lambda connection: remove_calendar(connection, of, who, datetime.now(UTC)))
    if as_json:
        print_json({"id": of, "state": "removed", "changed": changed})
    else:
        print_line(of, "removed" if changed else "removed already")


def _json(row: AbsenceCalendar, now: datetime) -> dict[str, object]:
    """Everything that is known of a calendar, except what leads to it."""
    return {
        "id": row.id,
        "contact": row.contact,
        "reads": row.reads.value,
        "standing": _standing(row, now),
        "fault": None if row.fault is None else row.fault.value,
        "read_at": row.read_at,
        "failures": row.failures,
        "absences": len(row.declared),
        "unreadable": row.unreadable,
        "added_by": row.added_by,
        "added_at": row.added_at,
        "removed_by": row.removed_by,
        "removed_at": row.removed_at,
    }


def _cells(row: AbsenceCalendar, now: datetime) -> tuple[object, ...]:
    fault = "-" if row.fault is None else row.fault.value
    at = "-" if row.read_at is None else row.read_at.astimezone().isoformat(timespec="seconds")
    return row.id, row.contact, row.reads.value, _standing(row, now), fault, at, len(row.declared), row.unreadable


def _standing(row: AbsenceCalendar, now: datetime) -> str:
    return "REMOVED" if row.removed_at is not None else row.standing(now).value


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        msg = f"{text} is no id of a calendar."
        raise AbsencesUsage(msg, "`hub absences calendars list` shows the ids.") from None
