"""Find whom the notice matrix adds to a notice (R28), and make their deliveries: one notice, one transaction.

A notice is planned once the ledger's directory is as new as its decision. The row of its version is locked first: a
correction or a withdrawal that is taken in at the same moment either finds the deliveries made here, and stops them, or
is seen here, and none are made.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_parameters, load_territory
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import CONTACT_FIELDS, Contact, Directory
from hub.domain.notices.matrix import ADDED_RULE, MatrixRow, notice_given, scope_of
from hub.domain.rules.parameters import ParameterTable
from hub.domain.vocabulary import Labelled, Outcome
from hub.ledger.audience import Asked, day_of, office_hours
from hub.ledger.contacts import directory_revision
from hub.ledger.decided import EVENT_COLUMNS, DecidedEvent, Key
from hub.ledger.giving_way import GiveWay, next_turn
from hub.ledger.matrix import matrix_versions
from hub.ledger.schedule import Recipient, Recipients, make_deliveries
from hub.ledger.tables import absence, contact, delivery, event, notice_audience, notice_version
from hub.wire.schemas import Catalogue

DIRECTORY_TOPIC: Final = "hub.directory"

Choose = Callable[[AsyncConnection, DecidedEvent, Collection[str]], Awaitable[Recipients]]
"""Further recipients of a notice, beside those who have a delivery of it already."""


class AudienceOutcome(Labelled):
    """What became of the search for a notice's further audience."""

    PLANNED = "PLANNED", "destinataires ajoutés selon l’écrit de référence"
    NOT_NOTIFIED = "NOT_NOTIFIED", "information sans envoi"
    OVERTAKEN = "OVERTAKEN", "version corrigée ou retirée avant l’envoi"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice event whose further audience is to be found; `revision`: of the ledger's directory."""

    key: Key
    revision: int
    notice: str
    version: int
    matrix_version: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """What was done for one notice event. `code` is the notice's; `short`: published with less notice than asked."""

    key: Key
    outcome: AudienceOutcome
    code: str
    added: int
    short: bool


class LedgerDirectory:
    """The directory as the ledger has it, read again when it changed; answers as the router's own does."""

    def __init__(self) -> None:
        self._known: tuple[int, Directory] | None = None

    async def at_present(self, connection: AsyncConnection, revision: int) -> Directory:
        """The directory at `revision` or, where it changes at this moment, newer."""
        if self._known is None or self._known[0] != revision:
            directory = Directory(load_territory())
            for row in (await connection.execute(select(contact))).mappings():
                directory.apply(_contact(dict(row)))
            for row in (await connection.execute(select(absence))).mappings():
                directory.declare(row["key"], Absence(row["contact"], row["first"], row["last"], row["deputy"]))
            self._known = revision, directory
        return self._known[1]


async def next_waiting(connection: AsyncConnection, leave: Collection[Key] = ()) -> Waiting | None:
    """The notice that has waited longest, locked until the transaction ends; None where there is none to plan.

    Those of `leave`, those that somebody else plans now, and those whose decision is newer than the ledger's directory
    are passed over.
    """
    revision = await directory_revision(connection, DIRECTORY_TOPIC)
    key = tuple_(notice_audience.c.event_source, notice_audience.c.event_id)
    query = (
        select(notice_audience)
        .where(
            notice_audience.c.planned_at.is_(None),
            notice_audience.c.directory_revision <= revision,
            key.not_in(sorted(leave)),
        )
        .order_by(notice_audience.c.queued_at, notice_audience.c.event_source, notice_audience.c.event_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    known = {part.name: row[part.name] for part in fields(Waiting) if part.name not in {"key", "revision"}}
    return Waiting((row["event_source"], row["event_id"]), revision, **known)


async def plan(
    connection: AsyncConnection,
    catalogue: Catalogue,
    directory: LedgerDirectory,
    waiting: Waiting,
    now: datetime,
    choosers: Sequence[Choose] = (),
    parameters: ParameterTable | None = None,
    give_way: GiveWay = next_turn,
) -> Planned:
    """Make the deliveries of a waiting notice's further audience, and note what was found.

    `parameters` of the two institutions; None: the shipped ones. `give_way` is called between the steps of what takes
    long.
    """
    decided, status = await _event(connection, waiting)
    data = decided.notice or {}
    matrix = {version.number: version for version in await matrix_versions(connection)}[waiting.matrix_version]
    row = matrix.rows.get(data["code"])
    given = notice_given(data["published_on"], data["effective_on"])
    found: dict[str, int] = {}
    added = 0
    outcome = AudienceOutcome.PLANNED
    if status != "PUBLISHED":
        outcome = AudienceOutcome.OVERTAKEN
    elif decided.decision is None or decided.decision["outcome"] != Outcome.ROUTED:
        outcome = AudienceOutcome.NOT_NOTIFIED
    else:
        already = set(await connection.scalars(_deliveries_of(decided)))
        further = _further(row, decided, await directory.at_present(connection, waiting.revision), found)
        recipients = {reference: one for reference, one in further.items() if reference not in already}
        for choose in choosers:
            chosen = await choose(connection, decided, already | set(recipients))
            recipients |= {reference: one for reference, one in chosen.items() if reference not in recipients}
        hours = office_hours(parameters or load_parameters(), waiting.queued_at)
        asked = Asked(matrix.number, row, data["effective_on"], waiting.queued_at, hours)
        added = await make_deliveries(
            connection, catalogue, [(decided, recipients)], {decided.key: asked}, now, give_way
        )
    asked_days = None if row is None else row.notice_days
    await connection.execute(
        update(notice_audience)
        .where(notice_audience.c.event_source == decided.source, notice_audience.c.event_id == decided.id)
        .values(
            planned_at=now, outcome=outcome.value, notice_days=asked_days, days_given=given, found=found, added=added
        )
    )
    short = asked_days is not None and given < asked_days
    return Planned(decided.key, outcome, data["code"], added, short)


async def waiting_audiences(connection: AsyncConnection) -> int:
    """How many notices wait for their further audience."""
    query = select(func.count()).select_from(notice_audience).where(notice_audience.c.planned_at.is_(None))
    return await connection.scalar(query) or 0


async def _event(connection: AsyncConnection, waiting: Waiting) -> tuple[DecidedEvent, str]:
    """The event with its notice, and the status of its version, which stays so until the transaction ends."""
    of_version = select(notice_version).where(
        notice_version.c.notice == waiting.notice, notice_version.c.version == waiting.version
    )
    version = (await connection.execute(of_version.with_for_update())).mappings().one()
    of_event = select(event).where(tuple_(event.c.source, event.c.id) == waiting.key)
    row = (await connection.execute(of_event)).mappings().one()
    known = {name: row[name] for name in EVENT_COLUMNS}
    return DecidedEvent(**known, notice=dict(version)), version["status"]


def _deliveries_of(decided: DecidedEvent) -> Any:
    return select(delivery.c.contact).where(
        delivery.c.event_source == decided.source, delivery.c.event_id == decided.id
    )


def _further(row: MatrixRow | None, decided: DecidedEvent, directory: Directory, found: dict[str, int]) -> Recipients:
    """The contacts of the audiences that the row adds; `found` is told how many each has."""
    data = decided.notice or {}
    further: Recipients = {}
    for addition in () if row is None else row.adds:
        scope = scope_of(addition, data["communes"], data["epci"], directory.territory)
        references: tuple[str, ...] = ()
        if scope is not None:
            references = directory.resolve(addition.service, addition.role, day_of(decided), *scope)
        found[str(addition)] = len(references)
        for reference in references:
            further.setdefault(reference, Recipient(addition.service.value, addition.role.value, None, [ADDED_RULE]))
    return further


def _contact(row: Mapping[str, Any]) -> Contact:
    known = {name: row[name] for name in CONTACT_FIELDS if name != "contact"}
    return Contact(**known | {"contact": row["ref"], "communes": tuple(row["communes"]), "epci": tuple(row["epci"])})
