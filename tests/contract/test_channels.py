"""What every outbound channel promises, on each implementation; then what the mail channel promises beside."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
import trustme
from ical.calendar_stream import IcsCalendarStream

from connectors.outbound.channel import Accepted, Channel, Message, NoticeContent, Permanent, Result, Transient
from connectors.outbound.mail.channel import MailChannel
from connectors.outbound.mail.render import Letterhead
from connectors.outbound.mail.session import Server
from hub.domain.deliveries import DeliveryReason
from hub.embedded.mail import MailCatcher, MailFault

TIMEOUT = 0.5


def message(**more: object) -> Message:
    """A message about a notice, for one recipient."""
    content = NoticeContent(
        notice="notice-fsl",
        version=1,
        status="PUBLISHED",
        issuer="CD35",
        title="Transfert du FSL au Département",
        summary="Les demandes sont instruites par le Département.",
        published_on=date(2024, 10, 1),
        effective_on=date(2024, 12, 1),
        not_prior=False,
        decided_at=datetime(2024, 10, 1, 8, 59, tzinfo=UTC),
    )
    values: dict[str, object] = {
        "delivery": uuid4(),
        "recipient": "cdas-01@cdas.example",
        "service": "CDAS",
        "role": "GENERIC_MAILBOX",
        "lane": "standard",
        "content": content,
        "link": "https://hub.example/notices/notice-fsl",
        "sent_at": datetime(2024, 10, 1, 9, 0, tzinfo=UTC),
        "thread": "notice notice-fsl",
    }
    return Message(**(values | more))  # type: ignore[arg-type]  # the values above, each of its field's type


class Receiver(Protocol):
    """The other side of a channel, which a test puts into the state that it wants."""

    @property
    def channel(self) -> Channel:
        """The channel under test."""
        ...

    async def is_busy(self) -> None:
        """Refuse for now."""

    async def refuses(self) -> None:
        """Refuse for good."""

    async def is_away(self) -> None:
        """Take no connection."""

    async def hangs(self) -> None:
        """Take a message and never answer."""

    async def drops(self) -> None:
        """Take a message and close without an answer."""

    async def restarts(self) -> None:
        """Close every connection and be there again."""

    def received(self) -> list[UUID]:
        """The deliveries that arrived, in their order."""
        ...


class MailReceiver:
    """A mail server and the mail channel before it."""

    def __init__(self, catcher: MailCatcher) -> None:
        self.catcher = catcher
        self.channel = mail_channel_to(catcher.port)

    async def is_busy(self) -> None:
        self.catcher.reply = "451 4.7.1 Greylisted, mail for cdas-01@cdas.example comes later"
        self.catcher.fail_with(MailFault.REPLY)

    async def refuses(self) -> None:
        self.catcher.reply = "550 5.1.1 cdas-01@cdas.example: no such mailbox"
        self.catcher.fail_with(MailFault.REPLY)

    async def is_away(self) -> None:
        await self.catcher.refuse_connections()

    async def hangs(self) -> None:
        self.catcher.fail_with(MailFault.HANG)

    async def drops(self) -> None:
        self.catcher.fail_with(MailFault.DROP_KEPT)

    async def restarts(self) -> None:
        await self.catcher.refuse_connections()
        await self.catcher.accept_connections()

    def received(self) -> list[UUID]:
        return [UUID(str(mail.message()["X-Hub-Delivery"])) for mail in self.catcher.messages()]


def mail_channel_to(
    port: int, *, tls: ssl.SSLContext | None = None, username: str = "", password: str = "", host: str = "127.0.0.1"
) -> MailChannel:
    """A mail channel that is quick to give up."""
    server = Server(host, port, tls, username, password, TIMEOUT)
    return MailChannel(server, Letterhead("hub@hub.example", "hub.example"), kept=2)


@contextlib.asynccontextmanager
async def mail_receiver(folder: Path) -> AsyncIterator[Receiver]:
    """A mail server that takes everything."""
    async with MailCatcher(folder) as catcher:
        yield MailReceiver(catcher)


@pytest.fixture(params=[pytest.param(mail_receiver, id="mail")])
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


class TestMail:
    """What is particular to SMTP."""

    async def test_uses_one_connection_for_mails_that_follow_each_other(self, tmp_path: Path) -> None:
        async with MailCatcher(tmp_path) as catcher, _counting(catcher.port) as (port, connections):
            channel = mail_channel_to(port)
            for _ in range(5):
                await channel.deliver(message())
            await channel.close()
            assert 5 == len(catcher.messages())
        assert 1 == len(connections)

    async def test_goes_on_with_a_kept_connection_after_a_refused_recipient(self, tmp_path: Path) -> None:
        async with MailCatcher(tmp_path) as catcher:
            channel = mail_channel_to(catcher.port)
            catcher.reply = "550 5.1.1 No such mailbox"
            catcher.fail_with(MailFault.REPLY, times=1)
            results = [await channel.deliver(message()), await channel.deliver(message())]
            await channel.close()
        assert [Permanent, Accepted] == [type(result) for result in results]

    async def test_takes_starttls_and_authentication(self, tmp_path: Path) -> None:
        async with _secured(tmp_path) as (catcher, ca):
            result = await _once(mail_channel_to(catcher.port, tls=ca, username="hub", password="Été 2024"))
        assert Accepted("content 250 2.0.0") == result

    async def test_sends_nothing_without_starttls(self, tmp_path: Path) -> None:
        async with MailCatcher(tmp_path) as catcher:
            result = await _once(mail_channel_to(catcher.port, tls=ssl.create_default_context()))
            assert () == catcher.messages()
        assert Transient(DeliveryReason.ENCRYPTION_FAILED, "connect STARTTLS not offered") == result

    async def test_sends_nothing_to_a_server_whose_certificate_is_not_trusted(self, tmp_path: Path) -> None:
        async with _secured(tmp_path) as (catcher, _):
            result = await _once(mail_channel_to(catcher.port, tls=ssl.create_default_context()))
            assert () == catcher.messages()
        assert isinstance(result, Transient)
        assert DeliveryReason.ENCRYPTION_FAILED == result.reason

    async def test_sends_nothing_to_a_server_with_the_certificate_of_another(self, tmp_path: Path) -> None:
        async with _secured(tmp_path, name="other.example") as (catcher, ca):
            result = await _once(mail_channel_to(catcher.port, tls=ca))
        assert isinstance(result, Transient)
        assert DeliveryReason.ENCRYPTION_FAILED == result.reason

    @pytest.mark.parametrize("password", ["wrong", ""], ids=["wrong", "empty"])
    async def test_says_that_a_password_is_refused_and_may_be_mended(self, tmp_path: Path, password: str) -> None:
        async with _secured(tmp_path) as (catcher, ca):
            result = await _once(mail_channel_to(catcher.port, tls=ca, username="hub", password=password))
        assert Transient(DeliveryReason.AUTHENTICATION_REFUSED, "connect 535 5.7.8") == result

    async def test_says_that_a_server_wants_authentication_where_none_is_set(self, tmp_path: Path) -> None:
        async with _secured(tmp_path) as (catcher, ca):
            result = await _once(mail_channel_to(catcher.port, tls=ca))
        assert Transient(DeliveryReason.AUTHENTICATION_REFUSED, "sender 530 5.7.0") == result

    async def test_carries_text_and_addresses_outside_ascii(self, tmp_path: Path) -> None:
        async with MailCatcher(tmp_path) as catcher:
            channel = mail_channel_to(catcher.port)
            sent = message(recipient="accueil.éloïse@cdas-forêt.example")
            assert isinstance(await channel.deliver(sent), Accepted)
            await channel.close()
            (caught,) = catcher.messages()
        assert ("accueil.éloïse@xn--cdas-fort-s4a.example",) == caught.recipients
        assert "Information préalable\u00a0: Transfert du FSL au Département" == caught.subject

    async def test_carries_the_calendar_file_of_a_notice_whole(self, tmp_path: Path) -> None:
        async with MailCatcher(tmp_path) as catcher:
            channel = mail_channel_to(catcher.port)
            sent = [message(), message(service="CAF_REFERENTS", role="REFERENT", recipient="referent@caf.example")]
            for each in sent:
                await channel.deliver(each)
            await channel.close()
            files = [
                str(part.get_content()) for mail in catcher.messages() for part in mail.message().iter_attachments()
            ]
        assert 2 == len(files)
        assert 1 == len(set(files))
        (entry,) = IcsCalendarStream.calendar_from_ics(files[0]).events
        assert date(2024, 12, 1) == entry.dtstart

    @pytest.mark.parametrize(
        "address",
        ["", "nobody", "a b@cdas.example", "a@b@cdas.example", "a@cdas..example", "a@cdas.example>\r\nRCPT TO:<b@x"],
        ids=["empty", "no-host", "space", "two-ats", "empty-label", "injection"],
    )
    async def test_refuses_an_address_that_smtp_cannot_carry(self, tmp_path: Path, address: str) -> None:
        async with MailCatcher(tmp_path) as catcher:
            result = await _once(mail_channel_to(catcher.port), message(recipient=address))
            assert () == catcher.messages()
        assert isinstance(result, Permanent)
        assert DeliveryReason.NO_USABLE_CHANNEL == result.reason

    @pytest.mark.parametrize(
        ("replies", "expected"),
        [
            ([b""], Transient(DeliveryReason.TIMED_OUT, "connect no answer in time")),
            ([b"554 5.3.2 Closed\r\n"], Transient(DeliveryReason.TEMPORARILY_REFUSED, "connect 554 5.3.2")),
            ([b"421 4.3.2 Later\r\n"], Transient(DeliveryReason.TEMPORARILY_REFUSED, "connect 421 4.3.2")),
            ([b"nonsense\r\n"], Transient(DeliveryReason.TEMPORARILY_REFUSED, "connect -1")),
            ([b"220 x\r\n", b"250 x\r\n", b""], Transient(DeliveryReason.TIMED_OUT, "sender no answer in time")),
            ([b"220 x\r\n", b"250 x\r\n"], Transient(DeliveryReason.CONNECTION_LOST, "sender connection lost")),
            (
                [b"220 x\r\n", b"250 x\r\n", b"553 5.1.8 No\r\n"],
                Permanent(DeliveryReason.SENDER_REFUSED, "sender 553 5.1.8"),
            ),
            (
                [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"452 4.2.2 Full\r\n"],
                Transient(DeliveryReason.TEMPORARILY_REFUSED, "recipient 452 4.2.2"),
            ),
            (
                [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"what?\r\n"],
                Transient(DeliveryReason.PROTOCOL_ERROR, "data unreadable reply (-1)"),
            ),
            (
                [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n", b"554 5.7.1 Spam\r\n"],
                Permanent(DeliveryReason.MESSAGE_REFUSED, "content 554 5.7.1"),
            ),
            (
                [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n", b"451 4.3.0 Oops\r\n"],
                Transient(DeliveryReason.TEMPORARILY_REFUSED, "content 451 4.3.0"),
            ),
        ],
        ids=[
            "silent-at-connect",
            "closed-for-good",
            "closed-for-now",
            "no-greeting",
            "silent-at-sender",
            "gone-at-sender",
            "sender-refused",
            "mailbox-full",
            "nonsense-at-data",
            "content-refused",
            "content-postponed",
        ],
    )
    async def test_says_at_which_step_it_failed_and_whether_to_try_again(
        self, replies: list[bytes], expected: Result
    ) -> None:
        async with _scripted(replies) as port:
            assert expected == await _once(mail_channel_to(port))


async def _once(channel: MailChannel, sent: Message | None = None) -> Result:
    result = await channel.deliver(sent or message())
    await channel.close()
    return result


@contextlib.asynccontextmanager
async def _secured(folder: Path, name: str = "127.0.0.1") -> AsyncIterator[tuple[MailCatcher, ssl.SSLContext]]:
    """A mail server with STARTTLS and authentication, and a client context that trusts its authority."""
    authority = trustme.CA()
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    async with MailCatcher(folder / "mails", tls=server_side, credentials=("hub", "Été 2024")) as catcher:
        yield catcher, client_side


@contextlib.asynccontextmanager
async def _scripted(replies: list[bytes]) -> AsyncIterator[int]:
    """A server that greets and answers each line with the next reply, stays silent at b"", and leaves at the end."""
    silent = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_content = False
        for number, reply in enumerate(replies):
            if number:
                await (reader.readuntil(b"\r\n.\r\n") if in_content else reader.readline())
            if not reply:
                await silent.wait()
            writer.write(reply)
            await writer.drain()
            in_content = reply.startswith(b"354")
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        silent.set()
        server.close()


@contextlib.asynccontextmanager
async def _counting(port: int) -> AsyncIterator[tuple[int, list[int]]]:
    """A relay in front of a port: its own port, and one entry for each connection that it took."""
    taken: list[int] = []

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(65536):
            writer.write(part)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(len(taken))
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, behind_writer), copy(behind_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        server.close()
