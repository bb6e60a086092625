"""The mail catcher: real SMTP, mails kept as files, faults on demand, pages for people."""

import asyncio
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest
import trustme

from hub.embedded.mail import MailCatcher, MailFault
from hub.embedded.mail_web import MailWeb, french_time
from hub.errors import StartError


def _mail(subject: str = "Fermeture d’un CDAS") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "hub@hub.example"
    mail["To"] = "accueil@cdas.example"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@hub.example>"
    mail.set_content("Le CDAS est fermé.\n.une ligne qui commence par un point\n")
    mail.add_alternative("<html lang='fr'><body><script>alert(1)</script><p>Fermé.</p></body></html>", subtype="html")
    return mail


async def _send(catcher: MailCatcher, mail: EmailMessage | None = None, seconds: float = 5) -> None:
    await aiosmtplib.send(mail or _mail(), hostname="127.0.0.1", port=catcher.port, start_tls=False, timeout=seconds)


async def test_a_mail_is_kept_whole_with_its_envelope(mail_catcher: MailCatcher) -> None:
    await _send(mail_catcher)
    (caught,) = mail_catcher.messages()

    assert caught.sender == "hub@hub.example"
    assert caught.recipients == ("accueil@cdas.example",)
    assert caught.subject == "Fermeture d’un CDAS"
    text = caught.message().get_body(("plain",))
    assert text is not None
    assert ".une ligne qui commence par un point" in text.get_content()


async def test_mails_of_an_earlier_run_are_found_again_and_numbers_go_on(tmp_path: Path) -> None:
    async with MailCatcher(tmp_path) as first:
        await _send(first, _mail("un"))
    async with MailCatcher(tmp_path) as second:
        await _send(second, _mail("deux"))

        assert [(mail.number, mail.subject) for mail in second.messages()] == [(1, "un"), (2, "deux")]


async def test_a_refusal_is_answered_with_its_code_as_often_as_told(mail_catcher: MailCatcher) -> None:
    mail_catcher.reply = "550 5.1.1 Unknown"
    mail_catcher.fail_with(MailFault.REPLY, times=1)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await _send(mail_catcher)
    await _send(mail_catcher)

    assert refused.value.recipients[0].code == 550
    assert len(mail_catcher.messages()) == 1


async def test_a_hanging_server_takes_the_data_and_never_answers(mail_catcher: MailCatcher) -> None:
    mail_catcher.fail_with(MailFault.HANG)

    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await _send(mail_catcher, seconds=1)
    assert mail_catcher.messages() == ()


async def test_a_server_that_hangs_with_the_mail_has_kept_it_and_others_pass_before_and_after(
    mail_catcher: MailCatcher,
) -> None:
    mail_catcher.fail_with(MailFault.HANG_KEPT, times=1, after=1)
    await _send(mail_catcher, _mail("avant"))
    hanging = asyncio.create_task(_send(mail_catcher, _mail("pendant"), seconds=600))
    await mail_catcher.wait_for_hanging()
    await _send(mail_catcher, _mail("après"))
    await mail_catcher.refuse_connections()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await hanging

    assert ["avant", "pendant", "après"] == [mail.subject for mail in mail_catcher.messages()]
    mail_catcher.fail_with(MailFault.HANG)
    with pytest.raises(TimeoutError, match="0 mails of 1 met it"):
        await mail_catcher.wait_for_hanging(seconds=0)


async def test_a_mail_that_is_held_is_answered_once_the_server_is_told_to_be_well(mail_catcher: MailCatcher) -> None:
    mail_catcher.fail_with(MailFault.HOLD)
    held = [asyncio.create_task(_send(mail_catcher, seconds=600)) for _ in range(2)]
    await mail_catcher.wait_for_hanging(2)
    assert () == mail_catcher.messages()
    mail_catcher.fail_with(MailFault.NONE)
    await asyncio.gather(*held)

    assert 2 == len(mail_catcher.messages())


@pytest.mark.parametrize(("fault", "kept"), [(MailFault.DROP_KEPT, 1), (MailFault.DROP_LOST, 0)])
async def test_a_dropped_connection_leaves_the_sender_in_doubt(
    mail_catcher: MailCatcher, fault: MailFault, kept: int
) -> None:
    mail_catcher.fail_with(fault)

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await _send(mail_catcher)
    assert len(mail_catcher.messages()) == kept


async def test_a_closed_port_refuses_connections_until_it_is_opened(mail_catcher: MailCatcher) -> None:
    await mail_catcher.refuse_connections()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await _send(mail_catcher)
    await mail_catcher.accept_connections()
    await _send(mail_catcher)

    assert len(mail_catcher.messages()) == 1


async def test_with_tls_and_credentials_nothing_else_passes(tmp_path: Path) -> None:
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    async with MailCatcher(tmp_path, tls=server_side, credentials=("hub", "secret")) as catcher:
        with pytest.raises(aiosmtplib.SMTPException):
            await _send(catcher)
        for password, kept in (("wrong", 0), ("secret", 1)):
            sending = aiosmtplib.send(
                _mail(),
                hostname="127.0.0.1",
                port=catcher.port,
                start_tls=True,
                tls_context=client_side,
                username="hub",
                password=password,
            )
            if password == "wrong":
                with pytest.raises(aiosmtplib.SMTPAuthenticationError):
                    await sending
            else:
                await sending
            assert len(catcher.messages()) == kept


async def test_a_taken_port_is_said(mail_catcher: MailCatcher, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="mail catcher cannot listen"):
        await MailCatcher(tmp_path / "other", mail_catcher.port).start()


async def test_the_list_shows_the_newest_first_page_by_page(mail_catcher: MailCatcher) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mail_catcher.port, start_tls=False) as client:
        for number in range(1, 121):
            await client.send_message(_mail(f"avis-{number:03d}"))
    pages = MailWeb(mail_catcher)
    await pages.start()
    async with httpx.AsyncClient(base_url=pages.url, trust_env=False, timeout=60) as browser:
        first, last, beyond = [(await browser.get(f"/?page={page}")).text for page in (1, 3, 9999)]
    await pages.stop()

    assert "avis-120" in first
    assert "avis-070" not in first
    assert "120 messages" in first
    assert "avis-001" in last
    assert beyond == last


async def test_a_mail_is_shown_without_running_what_it_holds(mail_catcher: MailCatcher) -> None:
    await _send(mail_catcher, _mail("<b>objet</b>"))
    pages = MailWeb(mail_catcher)
    await pages.start()
    async with httpx.AsyncClient(base_url=pages.url, trust_env=False, timeout=60) as browser:
        page, html, absent = [await browser.get(path) for path in ("/mails/1", "/mails/1/html", "/mails/2")]
    await pages.stop()

    assert "&lt;b&gt;objet&lt;/b&gt;" in page.text
    assert "Le CDAS est fermé." in page.text
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert absent.status_code == 404


def test_a_time_is_written_as_people_in_rennes_write_it() -> None:
    assert french_time(datetime(2024, 10, 1, 7, 5, tzinfo=UTC)) == "1er\u00a0octobre\u00a02024 à 9\u00a0h\u00a005"


async def test_waiting_for_mails_that_do_not_come_says_how_many_came(mail_catcher: MailCatcher) -> None:
    with pytest.raises(TimeoutError, match="0 mails of 1"):
        await mail_catcher.wait_for(1, seconds=0.1)
    waiting = asyncio.create_task(mail_catcher.wait_for(1))
    await _send(mail_catcher)

    assert len(await waiting) == 1
