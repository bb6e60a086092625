"""A digest as a mail: the notices that are due together, the next to take effect first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime
from typing import Final

from connectors.outbound.channel import Digest, Message, NoticeContent
from connectors.outbound.mail.calendar_file import DATES_FILE_NAME, calendar_of
from connectors.outbound.mail.headers import encoded_header
from connectors.outbound.mail.lists import list_id, may_opt_out, unsubscribe_header
from connectors.outbound.mail.mime import body, calendar_part
from connectors.outbound.mail.render import Letterhead, sender_line
from connectors.outbound.mail.threads import message_id
from connectors.outbound.mail.wording import issuer_label, page
from hub.domain.french import date_in_full, without_bad_breaks

_CORRECTED: Final = ("Rectificatif", "Cette version remplace toute version précédente.")
_WITHDRAWN: Final = ("Retrait", "Cette information est retirée\u00a0: ne vous y fiez plus.")
_LATE: Final = ("Hors délai", "Cette information vous parvient le jour de la prise d’effet, ou après.")

_DUTY: Final = (
    "La convention entre la CAF et le Département d’Ille-et-Vilaine prévoit d’informer vos services de ces changements."
)
_CHOICE: Final = "Vous avez demandé à recevoir ces informations."
_BOTH: Final = (
    "La convention entre la CAF et le Département d’Ille-et-Vilaine prévoit d’informer vos services d’une partie de "
    "ces changements ; vous avez demandé à recevoir les autres."
)


@dataclass(frozen=True, slots=True)
class Item:
    """What a digest shows of one notice."""

    title: str
    banner: tuple[str, str] | None
    withdrawn: bool
    summary: str
    published_on: date | None
    effective_on: date | None
    issuer: str
    duty: bool
    link: str
    acknowledge: str | None


def render_digest(digest: Digest, *, to: str, letterhead: Letterhead) -> bytes:
    """The mail as it goes over the wire, as `render` makes that of a single message.

    `X-Hub-Delivery` names each delivery that the mail tells.
    """
    told = sorted(_notices(digest.messages), key=lambda pair: _urgent_first(pair[1]))
    first = digest.messages[0]
    leaving = bool(letterhead.unsubscribe) and may_opt_out(first.service)
    subject = f"Vos informations du {date_in_full(digest.sent_at.date())}"
    dates = calendar_of(
        ((content, message.link) for message, content in told), sender=letterhead.sender, domain=letterhead.domain
    )
    plain, html = page(
        "digest",
        {
            "heading": subject,
            "subject": subject,
            "items": [_item(message, content) for message, content in told],
            "agenda": dates is not None,
            "why": _why(digest.messages),
            "unsubscribe": letterhead.unsubscribe if leaving else "",
        },
        service=first.service,
        role=first.role,
    )
    names = "".join(f"X-Hub-Delivery: {message.delivery}\r\n" for message, _ in told)
    head = (
        f"To: {to}\r\n"
        f"Date: {format_datetime(digest.sent_at)}\r\n"
        f"Message-ID: {message_id(digest.id, letterhead.domain)}\r\n"
        f"{names}"
        f"{unsubscribe_header(letterhead.unsubscribe, first.delivery) if leaving else ''}"
        f"{sender_line(letterhead.sender)}\r\n"
        f"{encoded_header('Subject', subject)}\r\n"
        f"{list_id(letterhead.domain) if leaving else ''}"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Language: fr\r\n"
    )
    attached = b"" if dates is None else calendar_part(dates, DATES_FILE_NAME)
    return head.encode() + body(plain, html, attached)


def _notices(messages: Iterable[Message]) -> Iterator[tuple[Message, NoticeContent]]:
    for message in messages:
        if isinstance(message.content, NoticeContent):  # a situation is never in a digest
            yield message, message.content


def _urgent_first(content: NoticeContent) -> tuple[date, str]:
    return content.effective_on or date.max, content.title


def _item(message: Message, content: NoticeContent) -> Item:
    withdrawn = content.status == "WITHDRAWN"
    late = _LATE if content.not_prior else None
    return Item(
        title=" ".join(content.title.split()),
        banner=_WITHDRAWN if withdrawn else _CORRECTED if content.status == "CORRECTED" else late,
        withdrawn=withdrawn,
        summary=content.summary,
        published_on=content.published_on,
        effective_on=None if withdrawn else content.effective_on,
        issuer=issuer_label(content.issuer),
        duty=message.duty,
        link=message.link,
        acknowledge=message.acknowledge,
    )


def _why(messages: Iterable[Message]) -> str:
    duties = {message.duty for message in messages}
    return without_bad_breaks(_BOTH if len(duties) == 2 else _DUTY if True in duties else _CHOICE)
