"""From a message to the bytes of a mail: plain text and accessible HTML, in French, thin.

A notice shows its title, its summary and its dates (it is public or internal text), and brings its effective date as a
calendar file. Anything about a situation shows that something waits, and a link: no kind, no service concerned, no
date of the case; and to those who were asked, once somebody has it, which service and role.
"""

from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache

from connectors.outbound.channel import Content, Message, NoticeContent
from connectors.outbound.mail.calendar_file import FILE_NAME, calendar_file
from connectors.outbound.mail.headers import encoded_header
from connectors.outbound.mail.lists import list_id, may_opt_out, unsubscribe_header
from connectors.outbound.mail.mime import PERSONAL, body, calendar_part, quoted_link
from connectors.outbound.mail.threads import message_id, thread_headers, thread_number
from connectors.outbound.mail.wording import bodies, subject_of, topic_of
from connectors.outbound.wording import SENDER_NAME


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of the hub have in common.

    `sender` is the address in From, `domain` the right-hand side of Message-ID, `unsubscribe` the address that takes
    the requests to receive no more notices; empty: none does.
    """

    sender: str
    domain: str
    unsubscribe: str = ""


def render(message: Message, *, to: str, letterhead: Letterhead) -> bytes:
    """The mail as it goes over the wire: CRLF lines, ASCII only, except in an address that needs SMTPUTF8.

    `to` is the recipient's address as SMTP carries it (`transport_address`, so it needs no quoting). Only a few short
    headers and the recipient's own link differ between the recipients of a notice; everything else is composed once.
    """
    thread = thread_number(message.thread, to)
    own = (
        f"To: {to}\r\n"
        f"Date: {format_datetime(message.sent_at)}\r\n"
        f"Message-ID: {message_id(message.delivery, letterhead.domain)}\r\n"
        f"{thread_headers(thread, topic_of(message.content, thread), letterhead.domain)}"
        f"X-Hub-Delivery: {message.delivery}\r\n"
    )
    if _may_be_left(message.content, message.service, letterhead):
        own += unsubscribe_header(letterhead.unsubscribe, message.delivery)
    personal = message.acknowledge
    asked = personal is not None
    shared = _shared(
        message.content, message.service, message.role, message.link, letterhead, asked=asked, duty=message.duty
    )
    return own.encode() + quoted_link(personal or "").join(shared)


def _may_be_left(content: Content, service: str, letterhead: Letterhead) -> bool:
    return bool(letterhead.unsubscribe) and may_opt_out(service) and isinstance(content, NoticeContent)


@lru_cache(maxsize=256)
def _shared(
    content: Content, service: str, role: str, link: str, letterhead: Letterhead, *, asked: bool, duty: bool
) -> tuple[bytes, ...]:
    """What recipients share, in the parts between which each one's own link stands."""
    # Put together by hand: the email package takes longer over it than everything else that a delivery costs.
    leaving = _may_be_left(content, service, letterhead)
    plain, html = bodies(
        content,
        service,
        role,
        link,
        acknowledge=PERSONAL if asked else None,
        unsubscribe=letterhead.unsubscribe if leaving else "",
        duty=duty,
    )
    head = (
        f"{sender_line(letterhead.sender)}\r\n"
        f"{encoded_header('Subject', subject_of(content))}\r\n"
        f"{list_id(letterhead.domain) if leaving else ''}"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Language: fr\r\n"
    )
    whole = head.encode("ascii") + body(plain, html, _attachment(content, link, letterhead))
    return tuple(whole.split(PERSONAL.encode()))


@lru_cache(maxsize=64)
def _attachment(content: Content, link: str, letterhead: Letterhead) -> bytes:
    if not isinstance(content, NoticeContent):
        return b""
    file = calendar_file(content, link=link, sender=letterhead.sender, domain=letterhead.domain)
    return b"" if file is None else calendar_part(file, FILE_NAME)


@lru_cache(maxsize=4)
def sender_line(sender: str) -> str:
    """The header From, without its line end."""
    return f"{encoded_header('From', SENDER_NAME)}\r\n <{sender}>"
