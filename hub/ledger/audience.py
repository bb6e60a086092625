"""What the notice matrix asks of a notice event, and the queue of those whose further audience is still to be found.

The queue is written with the event and its deliveries, in their transaction: whatever dies afterwards, the planner
finds what is left to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.paris import paris
from hub.domain.calendar.working_time import OfficeHours
from hub.domain.delivery.digests import AT_ONCE, Rhythm
from hub.domain.notices.deadlines import acknowledge_by
from hub.domain.notices.matrix import ADDED_RULE, MatrixRow
from hub.domain.notices.versions import in_force_on
from hub.domain.rules.parameters import ParameterTable
from hub.ledger.decided import DecidedEvent, Key
from hub.ledger.matrix import matrix_versions
from hub.ledger.notices import WITHDRAWN
from hub.ledger.tables import notice_audience, notice_version


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a notice event: by which version of the matrix, by its row, and counted from when.

    `row` is None for a code that no row has, and where the version that a withdrawal names is not known.
    """

    matrix_version: int
    row: MatrixRow | None
    effective_on: date
    since: datetime
    hours: OfficeHours

    def acknowledge_by(self, service: str) -> datetime | None:
        """When the acknowledgement of a recipient of this service is first missed; None when it is asked for none."""
        return acknowledge_by(self.row, service, self.effective_on, self.since, self.hours)

    def rhythm(self, rules: Sequence[str]) -> Rhythm:
        """When whoever is reached by these rules is told, unless it chose otherwise."""
        return self.row.rhythm if self.row is not None and list(rules) == [ADDED_RULE] else AT_ONCE


def office_hours(parameters: ParameterTable, at: datetime) -> OfficeHours:
    """The usual hours of the services at an instant: a parameter of the two institutions."""
    return OfficeHours(parameters.on(at.astimezone(paris()).date()).service_opening_hours)


def day_of(decided: DecidedEvent) -> date:
    """The calendar date of an event, Europe/Paris: what was in force on that day decides on it."""
    return decided.time.astimezone(paris()).date()


async def asked_of(
    connection: AsyncConnection, events: Sequence[DecidedEvent], now: datetime, parameters: ParameterTable
) -> dict[Key, Asked]:
    """What the matrix asks of each notice event among `events`; a withdrawal is read as the version that it withdraws.

    `now` is when the events were recorded: hours to acknowledge count from it.
    """
    notices = [decided for decided in events if decided.notice is not None]
    if not notices:
        return {}
    versions = await matrix_versions(connection)
    withdrawn = await _withdrawn(connection, [decided for decided in notices if decided.type == WITHDRAWN])
    asked = {}
    for decided in notices:
        matrix = in_force_on(versions, day_of(decided))
        data = withdrawn.get(decided.key, decided.notice or {})
        row = matrix.rows.get(data.get("code", ""))
        asked[decided.key] = Asked(
            matrix.number, row, data.get("effective_on", date.min), now, office_hours(parameters, now)
        )
    return asked


async def _withdrawn(connection: AsyncConnection, events: Sequence[DecidedEvent]) -> dict[Key, Mapping[str, Any]]:
    named = {decided.key: (decided.subject, (decided.notice or {})["version"]) for decided in events}
    if not named:
        return {}
    at = tuple_(notice_version.c.notice, notice_version.c.version)
    rows = await connection.execute(select(notice_version).where(at.in_(sorted(set(named.values())))))
    found = {(row["notice"], row["version"]): dict(row) for row in rows.mappings()}
    return {key: found[version] for key, version in named.items() if version in found}


async def queue_audiences(
    connection: AsyncConnection, events: Sequence[DecidedEvent], asked: Mapping[Key, Asked], now: datetime
) -> None:
    """Have the planner look at each version of a notice among `events`; again changes nothing."""
    rows = [
        {
            "event_source": decided.source,
            "event_id": decided.id,
            "notice": decided.subject,
            "version": decided.notice["version"],
            "directory_revision": decided.directory_revision,
            "matrix_version": asked[decided.key].matrix_version,
            "queued_at": now,
        }
        for decided in events
        if decided.notice is not None and decided.type != WITHDRAWN
    ]
    if rows:
        await connection.execute(insert(notice_audience).on_conflict_do_nothing(), rows)
