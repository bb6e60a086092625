"""A contact's digest: all that is due of it leaves as one mail, and each delivery gets its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID, uuid5

import structlog

from connectors.outbound.channel import Digest, DigestChannel, Message, Permanent, Result, Transient
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.messages import message_for
from hub.domain.calendar.paris import paris
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import Medium
from hub.ledger.claimed import Claim
from hub.ledger.outcomes import Outcome

log = structlog.get_logger()

Held: TypeAlias = tuple[Claim, ...]
"""Deliveries to one contact that one mail tells; never empty."""

_DIGESTS: Final = UUID("2c3c9c58-9a0e-5b0c-8f4c-51c1f3a7d60b")


@dataclass(frozen=True, slots=True)
class DigestAttempts:
    """Attempts of whole digests, with what the attempts of single deliveries are made with."""

    attempts: Attempts

    async def make(self, held: Held) -> list[Outcome]:
        """Send one mail and say what becomes of each delivery; raises nothing but cancellation."""
        try:
            result = await self._deliver(held)
        except Exception as error:  # noqa: BLE001 -- the outermost loop of an attempt: a fault of ours stops no other
            # The exception's text could hold an address: its type is enough.
            log.error("digest_crashed", deliveries=len(held), error=type(error).__name__)
            result = Transient(DeliveryReason.HUB_FAULT, "see the dispatcher's log")
        return self.outcomes(held, result)

    def outcomes(self, held: Held, result: Result) -> list[Outcome]:
        """The result for each delivery; those that are tried again are so together, at the earliest of their times."""
        found = [self.attempts.outcome(claim, result) for claim in held]
        again = min((outcome.due_at for outcome in found if outcome.due_at is not None), default=None)
        return [outcome if outcome.due_at is None else replace(outcome, due_at=again) for outcome in found]

    async def _deliver(self, held: Held) -> Result:
        channel = self.attempts.channels.get(Medium.MAIL.value)
        if not isinstance(channel, DigestChannel):
            return Permanent(DeliveryReason.NO_USABLE_CHANNEL, "no channel carries digests")
        now = self.attempts.clock()
        messages: list[Message] = []
        for claim in held:
            message = message_for(claim, public_url=self.attempts.public_url, now=now)
            if isinstance(message, Permanent):
                return message  # it is about the contact, hence the same for all
            links = self.attempts.links if claim.duty else None  # of what a contact only asked for, nothing is asked
            messages.append(message if links is None else replace(message, acknowledge=links.of(claim, now)))
        digest = Digest(digest_id(held), messages[0].recipient, tuple(messages), now.astimezone(paris()))
        return await channel.deliver_digest(digest)


def digest_id(held: Sequence[Claim]) -> UUID:
    """The id of a mail: the same at every attempt of the same deliveries, so that a duplicate shows."""
    return uuid5(_DIGESTS, " ".join(sorted(str(claim.delivery.id) for claim in held)))
