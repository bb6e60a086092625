"""What the webhook channel promises beside what every channel does."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from connectors.outbound.channel import Accepted, Permanent, Result, SituationContent, Transient
from connectors.outbound.webhook.channel import WebhookChannel
from connectors.outbound.webhook.sender import Sender
from hub.domain.delivery.states import DeliveryReason
from hub.domain.delivery.webhooks import EndpointState
from hub.ledger.webhooks import Endpoint, Key
from tests.contract.channel_receivers import message
from tests.contract.webhook_system import (
    MADE_AT,
    NAME,
    Fault,
    FixedEndpoints,
    WebhookSystem,
    endpoint_at,
    is_signed,
    key_of,
    masters,
    sender_to,
    webhook_channel_to,
)

SENT_AT = datetime(2024, 10, 1, 9, 0, tzinfo=UTC)
LATER = DeliveryReason.TEMPORARILY_REFUSED


@pytest.fixture
async def system() -> AsyncIterator[WebhookSystem]:
    """A system without TLS that takes everything."""
    async with WebhookSystem() as ready:
        yield ready


async def _once(channel: WebhookChannel, **more: object) -> Result:
    try:
        return await channel.deliver(message(**more))
    finally:
        await channel.close()


def _channel(endpoint: Endpoint, sender: Sender | None = None) -> WebhookChannel:
    return WebhookChannel(sender or sender_to(), FixedEndpoints(endpoint), most=4)


class TestWhatArrives:
    """The message as its receiver sees it."""

    async def test_is_signed_with_the_shared_secret_and_with_the_key_pair(self, system: WebhookSystem) -> None:
        assert isinstance(await _once(webhook_channel_to(system)), Accepted)
        (call,) = system.calls
        key = key_of(endpoint_at(system.url))
        assert is_signed(call, secret=key.secret)
        assert is_signed(call, public=key.public)
        assert not is_signed(call, secret=key_of(endpoint_at(system.url), 2).secret)
        assert not is_signed(call, public=key_of(endpoint_at(system.url), 2).public)

    async def test_names_the_delivery_and_says_when_it_left(self, system: WebhookSystem) -> None:
        sent = message()
        channel = webhook_channel_to(system)
        await channel.deliver(sent)
        await channel.close()
        headers = system.calls[0].headers
        assert (str(sent.delivery), "1727773200") == (headers["webhook-id"], headers["webhook-timestamp"])
        assert "POST /hub?system=1 HTTP/1.1" == system.calls[0].line

    async def test_is_thin(self, system: WebhookSystem) -> None:
        sent = message(event_source="urn:hub:cd35:x", event_id="e-1", number=7, decided_at=SENT_AT)
        channel = webhook_channel_to(system)
        await channel.deliver(sent)
        await channel.close()
        assert {
            "type": "notice.published",
            "timestamp": "2024-10-01T09:00:00.000Z",
            "data": {
                "delivery": str(sent.delivery),
                "number": 7,
                "contact": "cdas-01@cdas.example",
                "service": "CDAS",
                "role": "GENERIC_MAILBOX",
                "event": {"source": "urn:hub:cd35:x", "id": "e-1"},
                "href": "https://hub.example/notices/notice-fsl",
                "notice": "notice-fsl",
                "version": 1,
                "reminder": False,
            },
        } == system.calls[0].data

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (SituationContent(), "situation.waiting"),
            (SituationContent("ESCALATION"), "situation.escalated"),
            (SituationContent("TAKEN", ("CDAS", "MANAGER")), "situation.taken"),
        ],
        ids=["first", "in turn", "taken by another"],
    )
    async def test_says_nothing_of_a_situation_but_whether_it_waits(
        self, system: WebhookSystem, content: SituationContent, expected: str
    ) -> None:
        await _once(webhook_channel_to(system), content=content)
        data = system.calls[0].data
        assert expected == data["type"]
        assert {"delivery", "number", "contact", "service", "role", "event", "href"} == set(data["data"])

    async def test_is_the_same_at_every_attempt_but_for_when_it_left(self, system: WebhookSystem) -> None:
        sent = message()
        channel = webhook_channel_to(system)
        for _ in range(2):
            await channel.deliver(sent)
        await channel.close()
        assert 1 == len({(call.body, call.headers["webhook-id"]) for call in system.calls})

    async def test_carries_the_signatures_of_both_keys_while_they_change_over(self, system: WebhookSystem) -> None:
        name, until = masters().newest, SENT_AT + timedelta(days=1)
        changing = endpoint_at(system.url, keys=[Key(1, name, MADE_AT, until), Key(2, name, MADE_AT, None)])
        await _once(_channel(changing))
        await _once(_channel(changing), sent_at=until)
        during, after = system.calls
        old, new = key_of(changing, 1), key_of(changing, 2)
        assert [True, True] == [is_signed(during, secret=key.secret, public=key.public) for key in (old, new)]
        assert [False, True] == [is_signed(after, secret=key.secret, public=key.public) for key in (old, new)]

    async def test_goes_over_tls_to_the_name_at_the_address_that_was_checked(self) -> None:
        async with _secured() as (system, ca):
            sender = sender_to(f"{NAME}:{system.port}", tls=ca, resolves=["127.0.0.1"])
            assert isinstance(await _once(_channel(endpoint_at(system.url), sender)), Accepted)
        assert f"{NAME}:{system.port}" == system.calls[0].headers["host"]


class TestAnswers:
    """What a system answers, and what the hub makes of it."""

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (200, Accepted("answer 200")),
            (202, Accepted("answer 202")),
            (302, Transient(LATER, "answer 302: redirects are not followed")),
            (308, Permanent(DeliveryReason.ADDRESS_REFUSED, "answer 308: redirects are not followed")),
            (400, Permanent(DeliveryReason.MESSAGE_REFUSED, "answer 400")),
            (401, Permanent(DeliveryReason.MESSAGE_REFUSED, "answer 401")),
            (404, Permanent(DeliveryReason.ADDRESS_REFUSED, "answer 404")),
            (408, Transient(LATER, "answer 408")),
            (425, Transient(LATER, "answer 425")),
            (429, Transient(LATER, "answer 429")),
            (500, Transient(LATER, "answer 500")),
            (503, Transient(LATER, "answer 503")),
        ],
    )
    async def test_each_status_has_its_meaning(self, system: WebhookSystem, status: int, expected: Result) -> None:
        system.answers(status)
        assert expected == await _once(webhook_channel_to(system))

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("120", 120.0),
            ("Tue, 01 Oct 2024 09:05:00 GMT", 300.0),
            ("Tue, 01 Oct 2024 08:00:00 GMT", 0.0),
            ("86400", 3600.0),
            ("soon", None),
            ("-5", None),
        ],
        ids=["seconds", "date", "past", "too long", "words", "negative"],
    )
    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_system_says_when_to_come_back(
        self, system: WebhookSystem, status: int, asked: str, expected: float | None
    ) -> None:
        system.answers(status, f"Retry-After: {asked}")
        assert Transient(LATER, f"answer {status}", expected) == await _once(webhook_channel_to(system))

    @pytest.mark.parametrize(("status", "ended"), [(410, 1), (404, 0)])
    async def test_an_address_that_is_gone_gets_nothing_more(
        self, system: WebhookSystem, status: int, ended: int
    ) -> None:
        system.answers(status)
        endpoints = FixedEndpoints(endpoint_at(system.url))
        result = await _once(WebhookChannel(sender_to(), endpoints, most=4))
        assert isinstance(result, Permanent)
        assert ended == len(endpoints.ended)

    async def test_a_redirect_is_not_followed(self, system: WebhookSystem) -> None:
        async with WebhookSystem() as private:
            system.answers(307, f"Location: {private.url}")
            await _once(webhook_channel_to(system))
            assert [] == private.calls


class TestFaults:
    """Systems that do not answer as they should."""

    @pytest.mark.parametrize(
        ("fault", "seconds"), [(Fault.HANG, 0.5), (Fault.DRIP_HEAD, 0.5), (Fault.NONSENSE, 20), (Fault.DROP, 20)]
    )
    async def test_without_an_answer_in_time_nobody_knows(
        self, system: WebhookSystem, fault: Fault, seconds: float
    ) -> None:
        system.fault = fault
        result = await _once(webhook_channel_to(system, seconds=seconds))
        assert isinstance(result, Transient)
        assert DeliveryReason.UNCONFIRMED == result.reason

    @pytest.mark.parametrize("fault", [Fault.DRIP_BODY, Fault.FLOOD])
    async def test_the_status_is_enough_and_the_body_is_not_waited_for(
        self, system: WebhookSystem, fault: Fault
    ) -> None:
        system.fault = fault
        async with asyncio.timeout(120):
            assert Accepted("answer 200") == await _once(webhook_channel_to(system))
        assert system.flooded < 50_000_000

    async def test_a_certificate_of_another_authority_gets_nothing(self) -> None:
        async with _secured() as (system, _):
            sender = sender_to(f"{NAME}:{system.port}", resolves=["127.0.0.1"])
            result = await _once(_channel(endpoint_at(system.url), sender))
            assert [] == system.calls
        assert isinstance(result, Transient)
        assert DeliveryReason.ENCRYPTION_FAILED == result.reason
        assert "certificate" in result.detail

    async def test_a_certificate_of_another_host_gets_nothing(self) -> None:
        async with _secured("other.caf.test") as (system, ca):
            sender = sender_to(f"{NAME}:{system.port}", tls=ca, resolves=["127.0.0.1"])
            result = await _once(_channel(endpoint_at(system.url), sender))
            assert [] == system.calls
        assert isinstance(result, Transient)
        assert DeliveryReason.ENCRYPTION_FAILED == result.reason
        assert NAME not in result.detail

    async def test_a_system_that_speaks_no_tls_gets_nothing(self, system: WebhookSystem) -> None:
        sender = sender_to(f"{NAME}:{system.port}", resolves=["127.0.0.1"])
        result = await _once(_channel(endpoint_at(f"https://{NAME}:{system.port}/"), sender))
        assert isinstance(result, Transient)
        assert DeliveryReason.ENCRYPTION_FAILED == result.reason
        assert [] == system.calls

    async def test_one_that_hangs_keeps_few_calls_busy_and_the_others_are_not_tried(
        self, system: WebhookSystem
    ) -> None:
        system.fault = Fault.HANG
        channel = webhook_channel_to(system, most=2, seconds=1.0)
        results = await asyncio.gather(*(channel.deliver(message()) for _ in range(10)))
        await channel.close()
        assert 2 == system.peak
        waits = [each.retry_after or 0 for each in results if isinstance(each, Transient) and not each.tried]
        assert 8 == len(waits)
        assert sorted(set(waits)) == sorted(waits), "each comes back at a time of its own"

    async def test_one_that_was_not_reached_three_times_is_spared_and_others_are_not(
        self, system: WebhookSystem
    ) -> None:
        async with WebhookSystem() as other:
            away, there = endpoint_at(other.url, contact="away"), endpoint_at(system.url, contact="there")
            await other.stop()
            channel = WebhookChannel(sender_to(), FixedEndpoints(away, there), most=2)
            results = [await channel.deliver(message(recipient="away")) for _ in range(4)]
            assert isinstance(await channel.deliver(message(recipient="there")), Accepted)
            await channel.close()
        assert [True, True, True, False] == [isinstance(each, Transient) and each.tried for each in results]


class TestAddresses:
    """Where nothing is sent."""

    @pytest.mark.parametrize(
        "resolved",
        [
            ["127.0.0.1"],
            ["10.1.2.3"],
            ["169.254.169.254"],
            ["100.64.0.1"],
            ["::1"],
            ["fe80::1%eth0"],
            ["fd00::1"],
            ["::ffff:127.0.0.1"],
            ["64:ff9b::7f00:1"],
            ["2002:7f00:1::"],
            ["0.0.0.0"],
            ["224.0.0.1"],
            ["93.184.216.34", "127.0.0.1"],
        ],
        ids=" ".join,
    )
    async def test_a_name_that_leads_inside_is_not_called(self, resolved: list[str]) -> None:
        result = await _once(
            _channel(endpoint_at("https://rebound.test/hub"), sender_to("one.test", resolves=resolved))
        )
        assert Permanent(DeliveryReason.NO_USABLE_CHANNEL, "connect private address not allowed") == result

    async def test_a_name_is_asked_for_once_and_what_it_becomes_later_changes_nothing(self) -> None:
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        asked: list[str] = []

        async def resolve(host: str, _: int) -> list[str]:
            asked.append(host)
            return next(answers)

        async with _secured() as (system, ca):
            sender = sender_to(f"{NAME}:{system.port}", tls=ca, resolve=resolve)
            assert isinstance(await _once(_channel(endpoint_at(system.url), sender)), Accepted)
        assert [NAME] == asked

    async def test_an_allowed_network_is_called_over_tls(self) -> None:
        sender = sender_to("127.0.0.0/8", resolves=["127.0.0.1"], seconds=2.0)
        result = await _once(_channel(endpoint_at("https://inside.test:8443/hub"), sender))
        assert isinstance(result, Transient)
        assert DeliveryReason.UNREACHABLE == result.reason

    async def test_a_name_without_an_address_may_get_one(self) -> None:
        result = await _once(_channel(endpoint_at("https://nowhere.test/"), sender_to("one.test", resolves=[])))
        assert isinstance(result, Transient)
        assert DeliveryReason.UNREACHABLE == result.reason

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            (EndpointState.PENDING, Transient(LATER, "the webhook waits for its handshake")),
            (EndpointState.DISABLED, Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the webhook is out of service")),
        ],
        ids=["pending", "disabled"],
    )
    async def test_an_address_that_is_not_in_service_gets_nothing(
        self, system: WebhookSystem, state: EndpointState, expected: Result
    ) -> None:
        assert expected == await _once(_channel(endpoint_at(system.url, state=state)))
        assert [] == system.calls

    async def test_a_contact_without_a_webhook_is_reached_by_none(self, system: WebhookSystem) -> None:
        result = await _once(webhook_channel_to(system), recipient="somebody-else")
        assert Permanent(DeliveryReason.NO_USABLE_CHANNEL, "the contact has no webhook") == result

    async def test_nothing_leaves_unsigned(self, system: WebhookSystem) -> None:
        lost = endpoint_at(system.url, keys=[Key(1, "another-master", MADE_AT, None)])
        keyless = endpoint_at(system.url, keys=[])
        for endpoint in (lost, keyless):
            result = await _once(_channel(endpoint))
            assert isinstance(result, Transient)
            assert DeliveryReason.HUB_FAULT == result.reason
        assert [] == system.calls


@contextlib.asynccontextmanager
async def _secured(name: str = NAME) -> AsyncIterator[tuple[WebhookSystem, ssl.SSLContext]]:
    """A system with TLS, and a client context that trusts its authority."""
    authority = trustme.CA()
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    async with WebhookSystem(tls=server_side) as system:
        yield system, client_side
