"""What the mail channel promises beside what every channel does."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import trustme
from ical.calendar_stream import IcsCalendarStream

from connectors.outbound.channel import Accepted, Message, Permanent, Result, Transient
from connectors.outbound.mail.channel import MailChannel
from hub.domain.delivery.states import DeliveryReason
from hub.embedded.mail import MailCatcher, MailFault
from tests.contract.channel_receivers import IMPATIENCE, PATIENCE, mail_channel_to, message


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
            seconds = IMPATIENCE if b"" in replies else PATIENCE
            assert expected == await _once(mail_channel_to(port, seconds=seconds))


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
