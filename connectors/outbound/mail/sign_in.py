"""The mail that brings a contact person the link to its pages: nothing else, and nothing about anybody."""

from datetime import datetime
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from connectors.outbound.mail.headers import encoded_header
from connectors.outbound.mail.mime import body
from connectors.outbound.mail.render import Letterhead
from connectors.outbound.mail.threads import message_id
from connectors.outbound.mail.wording import PAGES
from connectors.outbound.wording import SENDER_NAME
from hub.domain.calendar.paris import paris
from hub.domain.french import NO_BREAK, without_bad_breaks

SUBJECT: Final = "Votre lien de connexion"


def sign_in_mail(
    *, number: UUID, to: str, link: str, expires_at: datetime, sent_at: datetime, letterhead: Letterhead
) -> bytes:
    """The bytes of the mail, CRLF lines; `to` as SMTP carries it, `number` names the request."""
    until = expires_at.astimezone(paris())
    values = {"link": link, "subject": SUBJECT, "until": f"{until.hour}{NO_BREAK}h{NO_BREAK}{until.minute:02}"}
    plain = without_bad_breaks(PAGES.get_template("sign_in.txt").render(values))
    html = PAGES.get_template("sign_in.html").render(values)
    head = (
        f"To: {to}\r\n"
        f"Date: {format_datetime(sent_at)}\r\n"
        f"Message-ID: {message_id(number, letterhead.domain)}\r\n"
        f"{encoded_header('From', SENDER_NAME)}\r\n <{letterhead.sender}>\r\n"
        f"{encoded_header('Subject', SUBJECT)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Language: fr\r\n"
    )
    return head.encode() + body(plain, html)
