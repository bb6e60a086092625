"""The weekly letter to the administrators: what the directory leaves without an answer, in plain French."""

from datetime import date, datetime
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from connectors.outbound.mail.headers import encoded_header
from connectors.outbound.mail.mime import body
from connectors.outbound.mail.render import Letterhead
from connectors.outbound.mail.threads import message_id
from connectors.outbound.mail.wording import PAGES
from connectors.outbound.wording import SENDER_NAME
from hub.domain.directory.weekly_report import Report
from hub.domain.french import MONTHS, day_of_month, without_bad_breaks

_CLOSING: Final = (
    "Pour y remédier : corriger l’annuaire, déclarer un suppléant, ou compléter le calendrier du service. "
    "La commande « hub directory lint » donne la liste entière, jour par jour."
)


def weekly_letter(
    *,
    number: UUID,
    to: str,
    monday: date,
    report: Report,
    sent_at: datetime,
    letterhead: Letterhead,
) -> bytes:
    """The bytes of the mail, CRLF lines; `to` as SMTP carries it, `number` names this letter to this recipient."""
    week = f"semaine du {day_of_month(monday)} {MONTHS[monday.month - 1]} {monday.year}"
    subject = without_bad_breaks(f"État de l’annuaire : {week}")
    values = {"subject": subject, "opening": report.opening, "sections": report.sections, "closing": _CLOSING}
    plain = without_bad_breaks(PAGES.get_template("weekly_letter.txt").render(values))
    html = PAGES.get_template("weekly_letter.html").render(values)
    head = (
        f"To: {to}\r\n"
        f"Date: {format_datetime(sent_at)}\r\n"
        f"Message-ID: {message_id(number, letterhead.domain)}\r\n"
        f"{encoded_header('From', SENDER_NAME)}\r\n <{letterhead.sender}>\r\n"
        f"{encoded_header('Subject', subject)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Language: fr\r\n"
    )
    return head.encode() + body(plain, html)
