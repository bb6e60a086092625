"""A notice as an entry of a calendar: the same in the file of a mail and in a feed (RFC 5545).

A calendar knows the entry again by its UID: a correction moves it, a withdrawal strikes it out.
"""

from datetime import UTC
from urllib.parse import quote

from icalendar import Event

from connectors.outbound.channel import NoticeContent
from connectors.outbound.wording import WITHDRAWN, heading, printable
from hub.domain.french import without_bad_breaks


def calendar_uid(notice: str, domain: str) -> str:
    """The UID of a notice's entry, the same for all its versions and all its readers (RFC 5545 §3.8.4.7)."""
    return f"notice-{quote(notice, safe='')}@{domain}"


def calendar_entry(content: NoticeContent, *, link: str, domain: str) -> Event | None:
    """The entry of one whole day, the same for the same content; None where no effective date is known.

    The day is a calendar date without time zone: that of Europe/Paris wherever the reader is. It leaves the reader free
    that day. SEQUENCE is the version, and one more for a withdrawal, which bears the version that it withdraws.
    """
    if content.effective_on is None:
        return None
    withdrawn = content.status == "WITHDRAWN"
    entry = Event()
    entry.add("uid", calendar_uid(content.notice, domain))
    entry.add("sequence", content.version + withdrawn)
    entry.add("dtstamp", content.decided_at.astimezone(UTC))
    entry.add("dtstart", content.effective_on)
    entry.add("summary", printable(heading("Retrait" if withdrawn else "Prise d’effet", content.title)))
    entry.add("description", _description(content, link))
    entry.add("status", "CANCELLED" if withdrawn else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    entry.add("url", link)
    return entry


def _description(content: NoticeContent, link: str) -> str:
    if content.status == "WITHDRAWN":
        paragraphs = [WITHDRAWN]
    else:
        paragraphs = [printable(line) for line in content.summary.splitlines() if line.strip()]
    return without_bad_breaks("\n\n".join([*paragraphs, f"Lire l’information en ligne : {link}"]))
