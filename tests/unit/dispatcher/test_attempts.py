"""What becomes of a delivery, by the answer of its channel; and when it is tried again."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.outbound.channel import Accepted, Message, Permanent, Result, Transient
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.schedule import Schedule
from hub.domain.delivery.states import DeliveryReason
from hub.health import Health
from hub.ledger.claimed import Claim, Delivered, NoticeText, Recipient

NOW = datetime(2024, 10, 1, 7, 0, tzinfo=UTC)
SCHEDULE = Schedule((25.0, 100.0), 86_400.0)


@dataclass
class FakeChannel:
    """A channel that answers as told, or raises."""

    answer: Result | Exception

    async def deliver(self, message: Message) -> Result:
        """Answer."""
        assert message.recipient
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        """Nothing to leave."""


def claim(attempt: int = 1, first_attempt_at: datetime = NOW) -> Claim:
    """A claimed delivery of a notice by mail."""
    return Claim(
        delivery=Delivered(
            id=UUID(int=1),
            event_source="urn:hub:cd35:si-social",
            event_id="event-1",
            subject="notice-1",
            correlationid="notice-1",
            contact="contact-1",
            service="CDAS",
            role="GENERIC_MAILBOX",
            medium="MAIL",
        ),
        lane="standard",
        attempt=attempt,
        first_attempt_at=first_attempt_at,
        event_type="notice.published",
        decided_at=NOW,
        notice="notice-1",
        version=1,
        text=NoticeText(1, "CD35", "Titre", "Résumé", date(2024, 10, 1), date(2024, 12, 1), ()),
        recipient=Recipient("a@b.example", None, opted_out=False),
    )


def attempts(answer: Result | Exception, health: Health | None = None) -> Attempts:
    """Attempts by one fake channel, on a clock that stands."""
    return Attempts(
        {"MAIL": FakeChannel(answer)}, SCHEDULE, "https://hub.example", health or Health("test"), lambda: NOW
    )


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (Accepted("250"), "ACCEPTED", None),
        (Permanent(DeliveryReason.ADDRESS_REFUSED, "550"), "FAILED", "ADDRESS_REFUSED"),
        (Transient(DeliveryReason.TIMED_OUT, "-"), "RETRYING", "TIMED_OUT"),
        (RuntimeError("a fault of ours"), "RETRYING", "HUB_FAULT"),
    ],
    ids=["accepted", "permanent", "transient", "crash"],
)
async def test_an_answer_decides_the_state(answer: Result | Exception, state: str, reason: str | None) -> None:
    outcome = await attempts(answer).make(claim())
    assert (state, reason) == (outcome.state, outcome.reason)


async def test_cancellation_is_no_answer() -> None:
    class Hanging(FakeChannel):
        async def deliver(self, message: Message) -> Result:
            await asyncio.Event().wait()
            return await super().deliver(message)

    hanging = Attempts({"MAIL": Hanging(Accepted(""))}, SCHEDULE, "https://x", Health("test"), lambda: NOW)
    task = asyncio.create_task(hanging.make(claim()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_closed_way_out_takes_the_process_out_of_service_until_something_leaves() -> None:
    health = Health("test")
    await attempts(Transient(DeliveryReason.AUTHENTICATION_REFUSED, "connect 535"), health).make(claim())
    assert not health.ready
    await attempts(Accepted("250"), health).make(claim())
    assert health.ready


async def test_a_system_behind_a_webhook_that_is_away_takes_no_process_out_of_service() -> None:
    health = Health("test")
    away = FakeChannel(Transient(DeliveryReason.UNREACHABLE, "connect OSError"))
    by_webhook = replace(claim(), delivery=replace(claim().delivery, medium="WEBHOOK"))
    found = await Attempts({"WEBHOOK": away}, SCHEDULE, "https://hub.example", health, lambda: NOW).make(by_webhook)
    assert "UNREACHABLE" == found.reason
    assert health.ready


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [(0, ("postponed", 30)), (86_390, ("postponed", 86_400)), (86_400, ("transient", None))],
    ids=["at first", "near the limit", "at the limit"],
)
async def test_what_was_not_tried_comes_back_when_asked_until_its_time_is_over(
    elapsed: int, expected: tuple[str, int | None]
) -> None:
    now = NOW + timedelta(seconds=elapsed)
    answer = Transient(DeliveryReason.TEMPORARILY_REFUSED, "the receiver is spared", 30.0, tried=False)
    found = replace(attempts(answer), clock=lambda: now).outcome(claim(attempt=9), answer)
    due = None if found.due_at is None else (found.due_at - NOW).total_seconds()
    assert expected == (found.result, due)
    assert ("RETRYING" if due else "FAILED") == found.state


@pytest.mark.parametrize(
    ("attempt", "elapsed", "asked", "expected"),
    [
        (1, 0, None, 25),
        (2, 25, None, 125),
        (1, 0, 60.0, 60),
        (3, 125, None, 86_400),
        (1, 86_390, None, 86_400),
        (4, 86_400, None, None),
    ],
    ids=["first", "second", "channel-asks-for-more", "after-the-last-delay", "cut-at-the-limit", "limit-reached"],
)
def test_the_next_attempt_follows_the_schedule(
    attempt: int, elapsed: float, asked: float | None, expected: float | None
) -> None:
    found = SCHEDULE.next_attempt(attempt, first_attempt_at=NOW, now=NOW + timedelta(seconds=elapsed), not_before=asked)
    assert (NOW + timedelta(seconds=expected) if expected is not None else None) == found


@given(
    delays=st.lists(st.floats(0.001, 1e5), max_size=8),
    limit=st.floats(0.001, 1e6),
    slowness=st.floats(0, 100),
)
def test_every_delivery_is_given_up_exactly_once_its_limit_has_passed(
    delays: list[float], limit: float, slowness: float
) -> None:
    schedule = Schedule(delays, limit)
    now, attempt = NOW, 1
    while (due := schedule.next_attempt(attempt, first_attempt_at=NOW, now=now)) is not None:
        assert now <= due <= NOW + timedelta(seconds=limit)
        now, attempt = due + timedelta(seconds=slowness), attempt + 1
    assert attempt <= len(delays) + 2
    assert now >= NOW + timedelta(seconds=limit)
