"""`hub directory lint --hours`: the hours of work in which nobody would answer, as ranges, the longest first."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.cli.key_acts import in_ledger
from hub.cli.local import local_settings
from hub.cli.output import print_json, print_line
from hub.data import load_territory
from hub.data.parameter_file import load_parameters
from hub.domain.directory.hours_lint import HourGap
from hub.domain.directory.weekly_report import gap_line
from hub.ledger.directory_gaps import gaps_of
from hub.ledger.directory_view import DirectoryView, DirectoryViews


def show_hours(first: date, last: date, *, as_json: bool) -> bool:
    """Print the gaps of a period; whether there are any."""
    views = DirectoryViews(load_territory())

    async def read(connection: AsyncConnection) -> DirectoryView:
        return await views.read(connection)

    view = in_ledger(read)
    found = gaps_of(view, load_parameters(local_settings().parameters_file), first, last)
    for gap in found:
        if as_json:
            print_json(_data(gap))
        else:
            print_line(gap_line(gap, view.directory))
    if not found and not as_json:
        print_line(f"À chaque heure de travail, chaque service répond, du {first:%d/%m/%Y} au {last:%d/%m/%Y}.")
    return bool(found)


def _data(gap: HourGap) -> dict[str, Any]:
    desk = gap.desk
    return {
        "topic": desk.topic.value,
        "reason": desk.why.value,
        "service": desk.service,
        "role": desk.role,
        "cdas": desk.cdas,
        "communes": list(desk.places),
        "commune_unknown": desk.unplaced,
        "from": gap.begin,
        "to": gap.end,
        "hours": gap.hours,
    }
