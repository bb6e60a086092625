"""The dispatcher: its lanes, recorder, housekeeper, listener and escalation clock, ending together."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Channel
from connectors.outbound.webhook.sender import Sender
from hub.data import load_territory
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.digest import DigestAttempts
from hub.dispatcher.digest_lane import DigestLane
from hub.dispatcher.escalation import EscalationClock
from hub.dispatcher.escalation_auditor import EscalationAuditor
from hub.dispatcher.handshakes import Handshakes
from hub.dispatcher.housekeeping import Housekeeping
from hub.dispatcher.lane import Lane
from hub.dispatcher.measures import Measures
from hub.dispatcher.pace import Pace
from hub.dispatcher.personal_links import personal_links
from hub.dispatcher.recorder import Recorder
from hub.dispatcher.schedule import schedule_of
from hub.dispatcher.wakeup import hear_deliveries
from hub.domain.rules.parameters import NO_ROWS
from hub.domain.vocabulary import Medium
from hub.health import Health
from hub.ledger.escalations import EscalationPolicy
from hub.settings import Settings
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

NO_POLICY: Final = EscalationPolicy(NO_ROWS)
"""Every parameter at its default; the referents of both institutions as administrators."""


class Dispatcher:
    """Delivers what the ledger holds due, until told to stop.

    Any number of dispatchers may share one ledger. A name is unique to one life of one process, so that a lease is
    never taken for that of an earlier life. With a `sender`, it also makes the handshakes of webhooks.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: AsyncEngine,
        catalogue: Catalogue,
        channels: Mapping[str, Channel],
        health: Health,
        clock: Callable[[], datetime],
        sender: Sender | None = None,
        policy: EscalationPolicy = NO_POLICY,
    ) -> None:
        self.name = f"{settings.dispatcher_instance}-{uuid4().hex[:8]}"
        self._url = settings.database_url.get_secret_value()
        lease = timedelta(seconds=settings.claim_seconds)
        self._recorder = Recorder(engine, catalogue, health, dispatcher=self.name, clock=clock)
        self._links = personal_links(settings)
        attempts = Attempts(channels, schedule_of(settings), settings.public_url, health, clock, self._links)
        single = tuple(
            Lane(
                name,
                concurrency=concurrency,
                engine=engine,
                catalogue=catalogue,
                attempts=attempts,
                recorder=self._recorder,
                health=health,
                dispatcher=self.name,
                lease=lease,
                clock=clock,
                medium=medium,
                pace=pace,
            )
            for name, medium, concurrency, pace in (
                ("urgent", None, settings.urgent_concurrency, None),
                ("standard", None, settings.dispatcher_concurrency, Pace(settings.mails_per_second)),
                ("urgent", Medium.WEBHOOK, settings.webhook_concurrency, None),
                ("standard", Medium.WEBHOOK, settings.webhook_concurrency, None),
            )
        )
        digests = DigestLane(
            concurrency=settings.digest_concurrency,
            engine=engine,
            catalogue=catalogue,
            attempts=DigestAttempts(attempts),
            recorder=self._recorder,
            health=health,
            dispatcher=self.name,
            lease=lease,
            clock=clock,
        )
        self.lanes: tuple[Lane | DigestLane, ...] = (*single, digests)
        self._handshakes = None if sender is None else Handshakes(sender, engine=engine, health=health, clock=clock)
        self._measures = Measures(engine=engine, health=health, clock=clock)
        self._housekeeping = Housekeeping(
            self.lanes,
            engine=engine,
            catalogue=catalogue,
            health=health,
            dispatcher=self.name,
            lease=lease,
            clock=clock,
        )
        territory = load_territory()
        self.escalation = EscalationClock(
            engine,
            catalogue,
            health,
            policy=policy,
            territory=territory,
            clock=clock,
            tick_seconds=settings.escalation_tick_seconds,
        )
        self._auditor = EscalationAuditor(engine, health, policy=policy, territory=territory, clock=clock)

    def wake(self, due: str) -> None:
        """Look for due deliveries now, of the lanes that `called` names."""
        for lane in self.called(due):
            lane.wake()

    def called(self, due: str) -> list[Lane | DigestLane]:
        """The lanes that PostgreSQL calls: those of a name, or of `name/medium` the one that carries the medium."""
        name, _, medium = due.partition("/")
        return [lane for lane in self.lanes if lane.name == name and (not medium or lane.carries(medium))]

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then end what is under way and give the rest back.

        Whatever ends by itself ends all of it, with its exception.
        """
        log.info("dispatching", dispatcher=self.name)
        if self._links is None:
            log.warning("no_link_keys", effect="mails ask nobody to take in charge; HUB_LINK_KEYS gives the keys")
        lanes = [asyncio.create_task(lane.run(stop)) for lane in self.lanes]
        parts = [
            asyncio.create_task(self._recorder.run()),
            asyncio.create_task(self._housekeeping.run()),
            asyncio.create_task(self._measures.run()),
            asyncio.create_task(self.escalation.run()),
            asyncio.create_task(self._auditor.run()),
            asyncio.create_task(hear_deliveries(self._url, self.wake)),
        ]
        if self._handshakes is not None:
            parts.append(asyncio.create_task(self._handshakes.run()))
        try:
            await _until_all_or_first_fault(lanes, parts)
        finally:
            # The recorder goes last: the lanes' ends are still to be written.
            for task in (*lanes, *reversed(parts)):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def _until_all_or_first_fault(awaited: list[asyncio.Task[None]], beside: list[asyncio.Task[None]]) -> None:
    pending = set(awaited)
    while pending:
        done, _ = await asyncio.wait({*pending, *beside}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        pending -= done
