"""A feed as a calendar (RFC 5545): the days on which notices take effect, and those on which something is closed."""

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from icalendar import Calendar, Event

from connectors.outbound.calendar_entry import calendar_entry
from connectors.outbound.feeds.content import FeedClosure, FeedContent
from connectors.outbound.wording import printable
from hub.domain.french import without_bad_breaks

MEDIA_TYPE: Final = "text/calendar"  # in UTF-8, as the answer says
_PRODUCT: Final = "-//caf35-cd35-hub//feeds//FR"
_REFRESH: Final = timedelta(hours=1)
_STAMP: Final = datetime(2024, 10, 1, tzinfo=UTC)  # closures are declared without a time of their own


def calendar(content: FeedContent) -> bytes:
    """The calendar, its lines folded at 75 octets, the same bytes for the same content.

    An entry keeps its UID for ever and rises in SEQUENCE; a withdrawn notice stays, struck out (STATUS:CANCELLED).
    """
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    title = without_bad_breaks(content.title)
    found.add("name", title)  # RFC 7986, and what programs read that do not know it
    found.add("x-wr-calname", title)
    found.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT1H")
    for notice in sorted(content.notices, key=lambda one: one.content.notice):
        entry = calendar_entry(notice.content, link=notice.link, domain=content.domain)
        if entry is not None:
            entry.add("last-modified", notice.changed_at.astimezone(UTC))
            found.add_component(entry)
    for closure in sorted(content.closures, key=lambda one: one.reference):
        found.add_component(_closure(closure, content.domain))
    written: bytes = found.to_ical()
    return written


def _closure(closure: FeedClosure, domain: str) -> Event:
    entry = Event()
    entry.add("uid", f"closure-{quote(closure.reference, safe='')}@{domain}")
    entry.add("sequence", closure.revision)
    entry.add("dtstamp", _STAMP)
    entry.add("dtstart", closure.first)
    entry.add("dtend", closure.last + timedelta(days=1))  # the day after the last (RFC 5545 §3.6.1)
    entry.add("summary", without_bad_breaks(printable(closure.sentence)))
    entry.add("status", "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    return entry
