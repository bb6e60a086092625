"""Mails the administrators of both institutions, each Monday, what the directory leaves without an answer.

The letter also says how many texts of field feedback wait for a moderator, never what they say.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID, uuid5

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Accepted, Permanent, Result
from connectors.outbound.mail.addresses import transport_address
from connectors.outbound.mail.channel import MailChannel
from connectors.outbound.mail.weekly_letter import weekly_letter
from hub import metrics
from hub.data import load_territory
from hub.dispatcher.patience import patiently
from hub.domain.calendar.paris import paris
from hub.domain.delivery.escalation import administrators_of
from hub.domain.directory.hours_lint import HourGap, Why
from hub.domain.directory.lint import DAYS_AHEAD, lint
from hub.domain.directory.weekly_report import Report, Section, weekly_report
from hub.domain.rules.parameters import ParameterTable
from hub.health import Health
from hub.ledger.directory_gaps import gaps_of
from hub.ledger.directory_view import DirectoryView, DirectoryViews
from hub.ledger.feedback import EVERY_MONTH, waiting_feedback
from hub.ledger.letters import claim_letters, letter_sent
from hub.ledger.tables import contact

log = structlog.get_logger()

_TURN_SECONDS: Final = 30.0
_STALL_SECONDS: Final = 300.0
_LOOK_AGAIN: Final = timedelta(minutes=10)  # the whole directory over 60 days: not for every line of an import
_LEASE: Final = timedelta(minutes=15)  # then another process tries those that were not sent
_DAYS_AFTER: Final = timedelta(days=DAYS_AHEAD - 1)
_HOUR: Final = time(7, 0)  # on Monday, Europe/Paris
_TO_READ: Final = (
    "Ces textes ne sont montrés à personne avant d’avoir été relus : "
    "« hub indicators feedback list --state waiting » les donne."
)
_LETTERS: Final = UUID("5b1b7d0e-2d0c-5e0f-8f51-6f0d9a35cd35")


@dataclass(slots=True)
class _Looked:
    """What the last look at the directory found, and when it was."""

    revision: int
    day: date
    at: datetime
    gaps: list[HourGap]


@dataclass(slots=True)
class WeeklyLetter:
    """Everything that sending the letter needs; `administrators` holds references, empty for the usual ones."""

    engine: AsyncEngine
    mail: MailChannel
    health: Health
    clock: Callable[[], datetime]
    parameters: ParameterTable
    administrators: tuple[str, ...]
    _looked: _Looked | None = None

    async def run(self) -> None:
        """Look now and again whether there is something to send, until cancelled."""
        progress = self.health.loop("weekly-letter", _STALL_SECONDS)
        views = DirectoryViews(load_territory())
        while True:
            await patiently(lambda: self.turn(views), self.health, progress)
            await asyncio.sleep(_TURN_SECONDS)

    async def turn(self, views: DirectoryViews) -> None:
        """Show the metric, and send this week's letter to those who have not got it."""
        now = self.clock()
        async with self.engine.connect() as connection:
            view = await views.read(connection)
        if not view.revision:
            return  # nothing was ever said of the directory
        today = now.astimezone(paris()).date()
        gaps = await self._look(view, today, now)
        monday = today - timedelta(days=today.weekday())
        if now < datetime.combine(monday, _HOUR, paris()):
            return
        contacts = administrators_of(view.directory, self.administrators, today)
        year, number, _ = monday.isocalendar()
        week = f"{year}-W{number:02}"
        async with self.engine.begin() as connection:
            claimed = await claim_letters(connection, week, contacts, now=now, until=now + _LEASE)
            known = select(contact.c.ref, contact.c.email).where(contact.c.ref.in_(claimed))
            addresses = {row.ref: row.email for row in await connection.execute(known)}
            waiting = await waiting_feedback(connection, *EVERY_MONTH)
        if not claimed:
            return
        report = await asyncio.to_thread(_report, view, gaps, today, waiting)
        for reference in claimed:
            await self._send(reference, addresses.get(reference), week, monday, report)

    async def _look(self, view: DirectoryView, today: date, now: datetime) -> list[HourGap]:
        looked = self._looked
        fresh = looked is not None and (looked.revision == view.revision or now - looked.at < _LOOK_AGAIN)
        if looked is None or looked.day != today or not fresh:
            gaps = await asyncio.to_thread(gaps_of, view, self.parameters, today, today + _DAYS_AFTER)
            looked = _Looked(view.revision, today, now, gaps)
            self._looked = looked
            _show(looked.gaps)
        return looked.gaps

    async def _send(self, reference: str, address: str | None, week: str, monday: date, report: Report) -> None:
        recipient = transport_address(address or "")
        result: Result | None = None
        if recipient is not None:
            content = weekly_letter(
                number=uuid5(_LETTERS, f"{week}:{reference}"),
                to=recipient,
                monday=monday,
                report=report,
                sent_at=self.clock().astimezone(paris()),
                letterhead=self.mail.letterhead,
            )
            result = await self.mail.send(recipient, content)
        if result is None or isinstance(result, Accepted | Permanent):
            async with self.engine.begin() as connection:
                await letter_sent(connection, week, reference, self.clock())
        if not isinstance(result, Accepted):
            reason = "NO_ADDRESS" if result is None else result.reason.value
            log.warning("weekly_letter_not_sent", contact=reference, week=week, reason=reason)


def _report(view: DirectoryView, gaps: list[HourGap], today: date, waiting: int) -> Report:
    last = today + _DAYS_AFTER
    report = weekly_report(view.directory, lint(view.directory, today, last), gaps, today, last)
    if not waiting:
        return report
    section = Section(f"Retours du terrain à relire ({waiting})", (_TO_READ,))
    return replace(report, sections=(*report.sections, section))


def _show(gaps: list[HourGap]) -> None:
    hours = Counter[Why]()
    for gap in gaps:
        hours[gap.desk.why] += gap.hours  # type: ignore[assignment]  # hours, not a count
    for why in Why:
        metrics.UNANSWERED_HOURS.labels(why.value).set(hours[why])
