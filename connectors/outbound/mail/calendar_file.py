"""The effective date of notices as a calendar file: published, not an invitation (RFC 5545; RFC 5546 §3.2.1)."""

from collections.abc import Iterable
from typing import Final

from icalendar import Calendar, vCalAddress

from connectors.outbound.calendar_entry import calendar_entry
from connectors.outbound.channel import NoticeContent
from connectors.outbound.wording import SENDER_NAME

FILE_NAME: Final = "prise-d-effet.ics"
DATES_FILE_NAME: Final = "prises-d-effet.ics"
_PRODUCT: Final = "-//caf35-cd35-hub//notices//FR"


def calendar_file(content: NoticeContent, *, link: str, sender: str, domain: str) -> bytes | None:
    """The file of one all-day entry, the same bytes for the same content; None where no effective date is known."""
    return calendar_of([(content, link)], sender=sender, domain=domain)


def calendar_of(notices: Iterable[tuple[NoticeContent, str]], *, sender: str, domain: str) -> bytes | None:
    """The file of several notices, each with its link; None where no effective date of any is known."""
    found = (calendar_entry(content, link=link, domain=domain) for content, link in notices)
    entries = [entry for entry in found if entry is not None]
    if not entries:
        return None
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        organizer = vCalAddress(f"mailto:{sender}")
        organizer.params["CN"] = SENDER_NAME
        entry.add("organizer", organizer)
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written
