"""What a mail says and how it is written, without any server."""

import email
import email.policy
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from connectors.outbound.channel import Content, Message, NoticeContent, SituationContent
from connectors.outbound.mail.render import Letterhead, render
from hub.domain.french import date_in_full, without_bad_breaks

DELIVERY = UUID("11111111-2222-5333-8444-555555555555")
NOTICE = NoticeContent(
    notice="notice-fsl",
    version=1,
    status="PUBLISHED",
    issuer="CD35",
    title="Transfert du FSL au Département",
    summary="Les demandes sont instruites par le Département.\nLes ménages s’adressent à leur CDAS.",
    published_on=date(2024, 10, 1),
    effective_on=date(2024, 12, 1),
    not_prior=False,
    decided_at=datetime(2024, 10, 1, 8, 59, tzinfo=timezone(timedelta(hours=2))),
)
LETTERHEAD = Letterhead("hub@hub.example", "hub.example")


def mail_of(
    content: Content, acknowledge: str | None = None, *, letterhead: Letterhead = LETTERHEAD, **more: Any
) -> EmailMessage:
    """The mail of a content, as a mail client reads it; `more` are other fields of its message."""
    values: dict[str, Any] = {
        "delivery": DELIVERY,
        "recipient": "cdas-01@cdas.example",
        "service": "CDAS",
        "role": "GENERIC_MAILBOX",
        "lane": "standard",
        "content": content,
        "link": "https://hub.example/notices/notice-fsl",
        "sent_at": datetime(2024, 10, 1, 9, 0, tzinfo=timezone(timedelta(hours=2))),
        "thread": "notice notice-fsl",
        "acknowledge": acknowledge,
    }
    message = Message(**(values | more))
    raw = render(message, to=message.recipient, letterhead=letterhead)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not [defect for part in mail.walk() for defect in part.defects]
    return mail


def parts(content: Content, acknowledge: str | None = None, **more: Any) -> dict[str, str]:
    """The plain and the HTML text of a mail."""
    found = {}
    for form in ("plain", "html"):
        part = mail_of(content, acknowledge, **more).get_body((form,))
        assert isinstance(part, EmailMessage)
        found[form] = part.get_content()
    return found


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 1), "dimanche 1er\u00a0décembre 2024"),
        (date(2024, 10, 2), "mercredi 2\u00a0octobre 2024"),
        (date(2025, 8, 31), "dimanche 31\u00a0août 2025"),
    ],
    ids=["first-of-month", "ordinary", "accent"],
)
def test_dates_are_written_out_in_french(day: date, expected: str) -> None:
    assert expected == date_in_full(day)


def test_spaces_before_double_punctuation_do_not_break() -> None:
    assert "Qui\u00a0? «\u00a0Nous\u00a0»\u00a0: oui\u00a0!" == without_bad_breaks("Qui ? « Nous » : oui !")


@pytest.mark.parametrize("form", ["plain", "html"])
def test_a_notice_shows_title_summary_date_reason_and_link(form: str) -> None:
    text = parts(NOTICE)[form]
    for expected in (
        "Transfert du FSL au Département",
        "Les ménages s’adressent à leur CDAS.",
        "dimanche 1er\u00a0décembre 2024",
        "centre départemental d’action sociale (boîte générique)",
        "https://hub.example/notices/notice-fsl",
    ):
        assert expected in text


@pytest.mark.parametrize("form", ["plain", "html"])
def test_a_situation_shows_that_it_waits_and_a_link_only(form: str) -> None:
    text = parts(SituationContent())[form]
    assert "Une situation vous attend" in text
    assert "https://hub.example/" in text
    assert not any(word in text.lower() for word in ("urgen", "prestation", "enfant", "logement"))


@pytest.mark.parametrize(
    ("content", "subject", "words"),
    [
        (NOTICE, "Information préalable", None),
        (replace(NOTICE, status="CORRECTED"), "Rectificatif", "Cette version remplace"),
        (replace(NOTICE, status="WITHDRAWN"), "Retrait", "Cette information est retirée"),
        (replace(NOTICE, not_prior=True), "Information préalable", "le jour de la prise d’effet, ou après"),
    ],
    ids=["published", "corrected", "withdrawn", "not-prior"],
)
def test_subject_and_banner_say_what_kind_of_message_it_is(
    content: NoticeContent, subject: str, words: str | None
) -> None:
    banners = ("Cette version remplace", "Cette information est retirée", "le jour de la prise d’effet, ou après")
    assert f"{subject}\u00a0: Transfert du FSL au Département" == str(mail_of(content)["Subject"])
    for text in parts(content).values():
        assert [words] * bool(words) == [banner for banner in banners if banner in text]


def test_headers_name_the_delivery_and_that_no_answer_is_read() -> None:
    mail = mail_of(NOTICE)
    assert f"<{DELIVERY}@hub.example>" == str(mail["Message-ID"])
    assert ("auto-generated", "fr") == (str(mail["Auto-Submitted"]), str(mail["Content-Language"]))
    assert str(DELIVERY) == str(mail["X-Hub-Delivery"])
    assert "Tue, 01 Oct 2024 09:00:00 +0200" == str(mail["Date"])


def test_a_title_cannot_add_a_header_nor_markup() -> None:
    hostile = replace(NOTICE, title="Titre\r\nBcc: x@y.example <script>alert(1)</script>")
    assert mail_of(hostile)["Bcc"] is None
    assert "<script" not in parts(hostile)["html"]


def test_a_long_title_is_cut_at_a_word() -> None:
    subject = str(mail_of(replace(NOTICE, title="mot " * 100))["Subject"])
    assert subject.endswith("mot…")
    assert len(subject) < 190


@pytest.mark.parametrize("content", [NOTICE, SituationContent()], ids=["notice", "situation"])
def test_the_html_is_french_titled_and_loads_nothing(content: Content) -> None:
    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)))

    Reader().feed(parts(content)["html"])
    tags = [tag for tag, _ in seen]
    assert ("html", {"lang": "fr", "dir": "ltr"}) in seen
    assert 1 == tags.count("h1") == tags.count("title")
    assert {"presentation"} == {attributes.get("role") for tag, attributes in seen if tag == "table"}
    assert not {"img", "link", "script", "iframe"} & set(tags)
    assert not any("src" in attributes for _, attributes in seen)
