"""One attempt of one delivery: from the claim to its outcome, whatever happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from connectors.outbound.channel import Accepted, Channel, Content, Permanent, Result, SituationContent, Transient
from hub.dispatcher.messages import message_for
from hub.dispatcher.personal_links import PersonalLinks
from hub.dispatcher.schedule import Schedule
from hub.domain.delivery.states import DeliveryReason
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.health import Health
from hub.ledger.claimed import Claim
from hub.ledger.outcomes import AttemptResult, Outcome

log = structlog.get_logger()

# Reasons that say nothing about one message: the way out itself is closed, and an operator should know.
_CHANNEL_DOWN: Final = frozenset(
    {DeliveryReason.UNREACHABLE, DeliveryReason.ENCRYPTION_FAILED, DeliveryReason.AUTHENTICATION_REFUSED}
)

# Media whose every message leaves by the same server. A system behind a webhook that is away is nobody else's trouble.
_ONE_WAY_OUT: Final = frozenset({Medium.MAIL.value})


@dataclass(frozen=True, slots=True)
class Attempts:
    """What attempts need: the channel of each medium, the schedule, the address of the portal, a clock.

    `links` makes each recipient's own link; None: messages carry none.
    """

    channels: Mapping[str, Channel]
    schedule: Schedule
    public_url: str
    health: Health
    clock: Callable[[], datetime]
    links: PersonalLinks | None = None

    async def make(self, claim: Claim) -> Outcome:
        """Make the attempt and say what becomes of the delivery; raises nothing but cancellation."""
        try:
            result = await self._deliver(claim)
        except Exception as error:  # noqa: BLE001 -- the outermost loop of an attempt: a fault of ours on one stops no other
            # The exception's text could hold an address: its type is enough.
            error_type = type(error).__name__
            log.error("attempt_crashed", delivery=str(claim.delivery.id), attempt=claim.attempt, error=error_type)
            result = Transient(DeliveryReason.HUB_FAULT, "see the dispatcher's log")
        return self.outcome(claim, result)

    def outcome(self, claim: Claim, result: Result) -> Outcome:
        """What a result means for the delivery: accepted, failed, or to be tried again on schedule."""
        match result:
            case Accepted(detail):
                return Outcome(claim, "accepted", DeliveryStatus.ACCEPTED, None, detail)
            case Permanent(reason, detail):
                return Outcome(claim, "permanent", DeliveryStatus.FAILED, reason, detail)
            case Transient(reason, detail):
                due_at = self._again(claim, result)
                if due_at is not None:
                    ended: AttemptResult = "transient" if result.tried else "postponed"
                    return Outcome(claim, ended, DeliveryStatus.RETRYING, reason, detail, due_at)
                exhausted = f"{reason.value}: {detail}"
                return Outcome(claim, "transient", DeliveryStatus.FAILED, DeliveryReason.RETRIES_EXHAUSTED, exhausted)

    def _again(self, claim: Claim, result: Transient) -> datetime | None:
        now, first = self.clock(), claim.first_attempt_at
        if not result.tried:
            return self.schedule.postponed(result.retry_after or 0.0, first_attempt_at=first, now=now)
        return self.schedule.next_attempt(claim.attempt, first_attempt_at=first, now=now, not_before=result.retry_after)

    def postponed(self, claim: Claim) -> Outcome:
        """A delivery that was claimed and not begun when the dispatcher had to stop: due at once, for any other."""
        return Outcome(
            claim,
            "transient",
            DeliveryStatus.RETRYING,
            DeliveryReason.DISPATCHER_STOPPED,
            "claimed and not begun: nothing has left",
            self.clock(),
        )

    async def _deliver(self, claim: Claim) -> Result:
        medium = claim.delivery.medium
        channel = self.channels.get(medium)
        if channel is None:
            return Permanent(DeliveryReason.NO_USABLE_CHANNEL, f"no channel carries {medium}")
        now = self.clock()
        message = message_for(claim, public_url=self.public_url, now=now)
        if isinstance(message, Permanent):
            return message
        if self.links is not None and claim.duty and not _is_told(message.content):
            message = replace(message, acknowledge=self.links.of(claim, now))
        result = await channel.deliver(message)
        if medium not in _ONE_WAY_OUT:
            return result
        if isinstance(result, Transient) and result.reason in _CHANNEL_DOWN:
            self.health.missing(medium.lower(), f"{result.reason.value}: {result.detail}")
        else:
            self.health.there(medium.lower())
        return result


def _is_told(content: Content) -> bool:
    """Whether a message only tells that somebody has the situation: it asks its reader for nothing."""
    return isinstance(content, SituationContent) and content.occasion == "TAKEN"
