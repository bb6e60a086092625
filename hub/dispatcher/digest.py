"""The digest lane: all that is due of a contact leaves as one mail, and each delivery gets its outcome."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.outbound.channel import Digest, DigestChannel, Message, Permanent, Result, Transient
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.messages import message_for
from hub.dispatcher.work import Unit
from hub.domain.deliveries import DeliveryReason
from hub.domain.paris import paris
from hub.domain.vocabulary import Medium
from hub.ledger.digest_claims import claim_digests
from hub.ledger.outcomes import Outcome
from hub.wire.schemas import Catalogue

log = structlog.get_logger()

_DIGESTS: Final = UUID("2c3c9c58-9a0e-5b0c-8f4c-51c1f3a7d60b")


@dataclass(frozen=True, slots=True)
class Digests:
    """Whatever is due of one contact is one mail; implements `hub.dispatcher.work.Work`."""

    attempts: Attempts

    async def claim(
        self,
        connection: AsyncConnection,
        catalogue: Catalogue,
        *,
        limit: int,
        dispatcher: str,
        now: datetime,
        until: datetime,
    ) -> list[Unit]:
        """Claim what is due of at most `limit` contacts."""
        return await claim_digests(
            connection, catalogue, limit=limit, dispatcher=dispatcher, now=now, until=until
        )

    async def make(self, unit: Unit) -> list[Outcome]:
        """Send one mail."""
        try:
            result = await self._deliver(unit)
        except Exception as error:  # noqa: BLE001 -- the outermost loop of an attempt: a fault of ours stops no other
            log.error("digest_crashed", deliveries=len(unit), error=type(error).__name__)
            result = Transient(DeliveryReason.HUB_FAULT, "see the dispatcher's log")
        return self.outcomes(unit, result)

    def outcomes(self, unit: Unit, result: Result) -> list[Outcome]:
        """The result for each delivery; those that are tried again are so together, at the earliest of their times."""
        found = [self.attempts.outcome(claim, result) for claim in unit]
        again = min((outcome.due_at for outcome in found if outcome.due_at is not None), default=None)
        return [outcome if outcome.due_at is None else replace(outcome, due_at=again) for outcome in found]

    def postponed(self, unit: Unit) -> list[Outcome]:
        """Due again at once."""
        return [self.attempts.postponed(claim) for claim in unit]

    async def _deliver(self, unit: Unit) -> Result:
        channel = self.attempts.channels.get(Medium.MAIL.value)
        if not isinstance(channel, DigestChannel):
            return Permanent(DeliveryReason.NO_USABLE_CHANNEL, "no channel carries digests")
        now = self.attempts.clock()
        messages: list[Message] = []
        for claim in unit:
            message = message_for(claim, public_url=self.attempts.public_url, now=now)
            if isinstance(message, Permanent):
                return message  # of the contact, hence the same for all
            links = self.attempts.links
            messages.append(message if links is None else replace(message, acknowledge=links.of(claim, now)))
        return await channel.deliver_digest(
            Digest(_id(unit), messages[0].recipient, tuple(messages), now.astimezone(paris()))
        )


def _id(unit: Unit) -> UUID:
    """The same at every attempt of the same deliveries: a duplicate shows."""
    return uuid5(_DIGESTS, " ".join(sorted(str(claim.delivery.id) for claim in unit)))
