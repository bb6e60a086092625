"""What every outbound channel promises, on each implementation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.outbound.channel import Accepted, Permanent, Transient
from hub.domain.delivery.states import DeliveryReason
from tests.contract.channel_receivers import Receiver, mail_receiver, message, webhook_receiver


@pytest.fixture(params=[pytest.param(mail_receiver, id="mail"), pytest.param(webhook_receiver, id="webhook")])
async def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Receiver]:
    """Each channel before a receiver that takes everything."""
    async with request.param(tmp_path / "received") as ready:
        yield ready
        await ready.channel.close()


class TestEveryChannel:
    """The promises of the port."""

    async def test_says_accepted_for_what_arrived(self, receiver: Receiver) -> None:
        sent = message()
        assert isinstance(await receiver.channel.deliver(sent), Accepted)
        assert [sent.delivery] == receiver.received()

    async def test_delivers_several_at_once_each_once(self, receiver: Receiver) -> None:
        sent = [message() for _ in range(20)]
        results = await asyncio.gather(*(receiver.channel.deliver(each) for each in sent))
        assert {Accepted} == {type(result) for result in results}
        assert {each.delivery for each in sent} == set(receiver.received())
        assert 20 == len(receiver.received())

    async def test_says_transient_for_a_receiver_that_is_busy(self, receiver: Receiver) -> None:
        await receiver.is_busy()
        result = await receiver.channel.deliver(message())
        assert isinstance(result, Transient)
        assert DeliveryReason.TEMPORARILY_REFUSED == result.reason

    async def test_says_permanent_for_a_refusal(self, receiver: Receiver) -> None:
        await receiver.refuses()
        result = await receiver.channel.deliver(message())
        assert isinstance(result, Permanent)
        assert DeliveryReason.ADDRESS_REFUSED == result.reason

    async def test_says_transient_for_a_receiver_that_is_away(self, receiver: Receiver) -> None:
        await receiver.is_away()
        result = await receiver.channel.deliver(message())
        assert isinstance(result, Transient)
        assert DeliveryReason.UNREACHABLE == result.reason

    async def test_says_that_a_message_without_answer_may_have_been_accepted(self, receiver: Receiver) -> None:
        await receiver.hangs()
        result = await receiver.channel.deliver(message())
        assert isinstance(result, Transient)
        assert DeliveryReason.UNCONFIRMED == result.reason

    async def test_says_that_a_message_cut_off_after_its_end_may_have_been_accepted(self, receiver: Receiver) -> None:
        await receiver.drops()
        result = await receiver.channel.deliver(message())
        assert isinstance(result, Transient)
        assert DeliveryReason.UNCONFIRMED == result.reason
        assert 1 == len(receiver.received())

    async def test_neither_loses_nor_repeats_after_the_receiver_restarted(self, receiver: Receiver) -> None:
        first, second = message(), message()
        assert isinstance(await receiver.channel.deliver(first), Accepted)
        await receiver.restarts()
        assert isinstance(await receiver.channel.deliver(second), Accepted)
        assert [first.delivery, second.delivery] == receiver.received()

    @pytest.mark.parametrize("trouble", ["is_busy", "refuses", "is_away", "hangs", "drops"])
    async def test_keeps_addresses_out_of_what_it_says(self, receiver: Receiver, trouble: str) -> None:
        await getattr(receiver, trouble)()
        assert "cdas-01" not in str(await receiver.channel.deliver(message()))
