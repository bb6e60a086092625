"""Mails the links to the contact persons' pages: at once, apart from the deliveries, and again while they are valid."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.channel import Accepted, Permanent, Result
from connectors.outbound.mail.addresses import transport_address
from connectors.outbound.mail.channel import MailChannel
from connectors.outbound.mail.sign_in import sign_in_mail
from hub import metrics
from hub.dispatcher.patience import patiently
from hub.dispatcher.wakeup import hear
from hub.health import Health
from hub.ledger.sign_ins import FAILED, SENT, UNKNOWN, DueMail, claim, clean, postpone, settle
from hub.ledger.tables import SIGN_INS_CHANNEL
from hub.settings import Settings
from hub.wire.links import LinkKeys, Purpose, link_keys

log = structlog.get_logger()

_TURN_SECONDS: Final = 5.0  # between two looks when nothing is heard
_STALL_SECONDS: Final = 120.0
_LEASE: Final = timedelta(seconds=60)
_AT_ONCE: Final = 8
_WAITS: Final = (5, 15, 45, 120)  # seconds before a mail is tried again; then the last one until its link expires


async def send_sign_ins(
    settings: Settings, *, engine: AsyncEngine, mail: MailChannel, health: Health, clock: Callable[[], datetime]
) -> None:
    """Send what is due until cancelled. Without keys nothing is signed, and nothing is sent."""
    keys = link_keys(settings)
    if keys is None:
        return
    sender = _Sender(settings.public_url.rstrip("/"), keys, engine, mail, health, clock)
    woken = asyncio.Event()
    url = settings.database_url.get_secret_value()
    ear = asyncio.create_task(hear(url, SIGN_INS_CHANNEL, lambda _: woken.set(), woken.set))
    progress = health.loop("sign-ins", _STALL_SECONDS)
    try:
        while True:
            woken.clear()
            await sender.turn(progress)
            try:
                async with asyncio.timeout(_TURN_SECONDS):
                    await woken.wait()
            except TimeoutError:
                continue
    finally:
        ear.cancel()
        await asyncio.gather(ear, return_exceptions=True)
        health.forget("sign-ins")


class _Sender:
    """Sends due mails; the same for every turn."""

    def __init__(
        self,
        public_url: str,
        keys: LinkKeys,
        engine: AsyncEngine,
        mail: MailChannel,
        health: Health,
        clock: Callable[[], datetime],
    ) -> None:
        self._public_url = public_url
        self._keys = keys
        self._engine = engine
        self._mail = mail
        self._health = health
        self._clock = clock

    async def turn(self, progress: Callable[[], None]) -> None:
        """Send everything that is due, and forget what is old."""

        async def take() -> list[DueMail]:
            async with self._engine.begin() as connection:
                await clean(connection, self._clock())
                return await claim(connection, self._clock(), lease=_LEASE, limit=_AT_ONCE)

        while due := await patiently(take, self._health, progress):
            await asyncio.gather(*(self._one(mail, progress) for mail in due))

    async def _one(self, due: DueMail, progress: Callable[[], None]) -> None:
        result = await self._sent(due) if due.known else None
        if result is None or isinstance(result, Accepted | Permanent):
            became = UNKNOWN if result is None else SENT if isinstance(result, Accepted) else FAILED
        else:
            became = "postponed"
        if result is not None and not isinstance(result, Accepted):
            log.warning("sign_in_mail_not_sent", reason=result.reason.value, result=became, attempt=due.attempt)
        metrics.SIGN_IN_MAILS.labels(became).inc()

        async def note() -> None:
            async with self._engine.begin() as connection:
                if became == "postponed":
                    wait = _WAITS[min(due.attempt, len(_WAITS)) - 1]
                    await postpone(connection, due.id, self._clock() + timedelta(seconds=wait))
                else:
                    await settle(connection, due.id, became)

        await patiently(note, self._health, progress)

    async def _sent(self, due: DueMail) -> Result | None:
        recipient = transport_address(due.address)
        if recipient is None:
            return None
        link = f"{self._public_url}/portal/enter/{self._keys.sign(Purpose.SIGN_IN, due.id, due.expires_at)}"
        content = sign_in_mail(
            number=due.id,
            to=recipient,
            link=link,
            expires_at=due.expires_at,
            sent_at=self._clock(),
            letterhead=self._mail.letterhead,
        )
        return await self._mail.send(recipient, content)
