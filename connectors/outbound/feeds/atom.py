"""A feed in Atom (RFC 4287): the newest change first, ids that never change (tag URIs, RFC 4151).

The feed names no address of its own: it is secret, and readers pass feeds on.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.outbound.feeds.content import FeedContent, FeedNotice, FeedSituation
from connectors.outbound.wording import SENDER_NAME, SITUATION, WITHDRAWN, heading, printable
from hub.domain.french import date_in_full, without_bad_breaks
from hub.domain.vocabulary import Institution

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_SINCE: Final = "2024-10-01"  # a day on which the domain was the hub's, as RFC 4151 asks; part of every id for ever
_KINDS: Final = {"PUBLISHED": "Information préalable", "CORRECTED": "Rectificatif", "WITHDRAWN": "Retrait"}
_LATE: Final = "Hors délai : cette information a été publiée le jour de son entrée en vigueur ou après."
_WAITING: Final = "Elle se consulte dans le logiciel de votre institution."


def atom(content: FeedContent) -> bytes:
    """The feed as an XML document in UTF-8, the same bytes for the same content."""
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "fr"})
    _text(feed, "id", _tag(content, f"feeds/{content.feed}"))
    _text(feed, "title", content.title)
    _text(feed, "updated", _time(content.changed_at))
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "hreflang": "fr", "href": content.home})
    _author(feed, SENDER_NAME)
    entries = [(notice.changed_at, _notice(content, notice)) for notice in content.notices]
    entries += [(situation.since, _situation(content, situation)) for situation in content.situations]
    for _, entry in sorted(entries, key=lambda pair: pair[0], reverse=True):
        feed.append(entry)
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _notice(content: FeedContent, notice: FeedNotice) -> Element:
    shown = notice.content
    entry = Element("entry")
    _text(entry, "id", _tag(content, f"notices/{quote(shown.notice, safe='')}"))
    _text(entry, "title", heading(_KINDS[shown.status], shown.title))
    _text(entry, "published", _time(notice.first_at))
    _text(entry, "updated", _time(notice.changed_at))
    known = shown.issuer in Institution.__members__
    _author(entry, Institution[shown.issuer].label if known else SENDER_NAME)
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "hreflang": "fr", "href": notice.link})
    SubElement(entry, "category", {"term": notice.code})
    SubElement(entry, "category", {"term": shown.status, "label": _KINDS[shown.status]})
    _text(entry, "summary", _summary(notice))
    return entry


def _summary(notice: FeedNotice) -> str:
    shown = notice.content
    if shown.status == "WITHDRAWN":
        return WITHDRAWN
    paragraphs = [line for line in shown.summary.splitlines() if line.strip()]
    if shown.effective_on is not None:
        paragraphs.insert(0, f"En vigueur le {date_in_full(shown.effective_on)}.")
    if shown.not_prior:
        paragraphs.insert(0, _LATE)
    return "\n\n".join(printable(paragraph) for paragraph in paragraphs)


def _situation(content: FeedContent, situation: FeedSituation) -> Element:
    entry = Element("entry")
    _text(entry, "id", _tag(content, f"feeds/{content.feed}/{situation.number}"))
    _text(entry, "title", SITUATION)
    _text(entry, "published", _time(situation.since))
    _text(entry, "updated", _time(situation.since))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "hreflang": "fr", "href": content.home})
    _text(entry, "summary", _WAITING)
    return entry


def _author(parent: Element, name: str) -> None:
    _text(SubElement(parent, "author"), "name", name)


def _text(parent: Element, name: str, text: str) -> None:
    lines = (printable(line) for line in without_bad_breaks(text).splitlines())
    SubElement(parent, name).text = "\n".join(lines)


def _tag(content: FeedContent, specific: str) -> str:
    return f"tag:{content.domain},{_SINCE}:{specific}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
