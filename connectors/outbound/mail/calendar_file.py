"""The effective date of a notice as a calendar file: published, not an invitation (RFC 5545; RFC 5546 §3.2.1).

A calendar knows the entry again by its UID: a correction moves it, a withdrawal strikes it out.
"""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date
from typing import Final
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress

from connectors.outbound.channel import NoticeContent
from connectors.outbound.mail.wording import SENDER_NAME, heading
from hub.domain.french import without_bad_breaks

FILE_NAME: Final = "prise-d-effet.ics"
DATES_FILE_NAME: Final = "prises-d-effet.ics"
_PRODUCT: Final = "-//caf35-cd35-hub//notices//FR"


def calendar_uid(notice: str, domain: str) -> str:
    """The UID of a notice's entry, the same for all its versions and all its readers (RFC 5545 §3.8.4.7)."""
    return f"notice-{quote(notice, safe='')}@{domain}"


def calendar_file(content: NoticeContent, *, link: str, sender: str, domain: str) -> bytes | None:
    """The file of one all-day entry, the same bytes for the same content; None where no effective date is known.

    The day is a calendar date without time zone: that of Europe/Paris wherever the reader is. It leaves the reader free
    that day. SEQUENCE is the version, and one more for a withdrawal, which bears the version that it withdraws.
    """
    return calendar_of([(content, link)], sender=sender, domain=domain)


def calendar_of(notices: Iterable[tuple[NoticeContent, str]], *, sender: str, domain: str) -> bytes | None:
    """The file of several notices, each with its link; None where no effective date of any is known."""
    entries = [
        _entry(content, content.effective_on, link, sender=sender, domain=domain)
        for content, link in notices
        if content.effective_on is not None
    ]
    if not entries:
        return None
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written


def _entry(content: NoticeContent, day: date, link: str, *, sender: str, domain: str) -> Event:
    withdrawn = content.status == "WITHDRAWN"
    entry = Event()
    entry.add("uid", calendar_uid(content.notice, domain))
    entry.add("sequence", content.version + withdrawn)
    entry.add("dtstamp", content.decided_at.astimezone(UTC))
    entry.add("dtstart", day)
    entry.add("summary", _printable(heading("Retrait" if withdrawn else "Prise d’effet", content.title)))
    entry.add("description", _description(content, link))
    entry.add("status", "CANCELLED" if withdrawn else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    entry.add("url", link)
    organizer = vCalAddress(f"mailto:{sender}")
    organizer.params["CN"] = SENDER_NAME
    entry.add("organizer", organizer)
    return entry


def _description(content: NoticeContent, link: str) -> str:
    if content.status == "WITHDRAWN":
        paragraphs = ["Cette information est retirée : ne vous y fiez plus."]
    else:
        paragraphs = [_printable(line) for line in content.summary.splitlines() if line.strip()]
    return without_bad_breaks("\n\n".join([*paragraphs, f"Lire l’information en ligne : {link}"]))


def _printable(text: str) -> str:
    """The text without control characters, which no calendar file may hold (RFC 5545 §3.3.11)."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cc").strip()
