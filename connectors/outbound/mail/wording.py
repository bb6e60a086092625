"""What a mail says, in French: its subject, its plain text and its HTML."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from connectors.outbound.channel import Content, NoticeContent
from connectors.outbound.mail.lists import mail_to
from connectors.outbound.wording import SITUATION, heading
from hub.domain.french import date_in_full, without_bad_breaks
from hub.domain.vocabulary import UNKNOWN, Institution, Role, Service

_SUBJECTS: Final = {"PUBLISHED": "Information préalable", "CORRECTED": "Rectificatif", "WITHDRAWN": "Retrait"}
_REMINDER: Final = "Rappel"
_SITUATION_SUBJECTS: Final = {
    "FIRST": SITUATION,
    "ESCALATION": "Une situation attend toujours une réponse",
    "TAKEN": "Une situation est prise en charge",
}

PAGES = Environment(
    loader=PackageLoader("connectors.outbound.mail", "templates"),
    autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True, default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""The templates of all mails, with their filters."""

PAGES.filters["in_full"] = date_in_full
PAGES.filters["french"] = without_bad_breaks
PAGES.filters["mail_to"] = mail_to


def subject_of(content: Content) -> str:
    """The subject line: what kind of message, and for a notice its title."""
    if not isinstance(content, NoticeContent):
        return _SITUATION_SUBJECTS[content.occasion]
    return heading(_REMINDER if content.reminder else _SUBJECTS[content.status], content.title)


def topic_of(content: Content, thread: UUID) -> str:
    """What all mails of a thread are about, whatever their subjects: of a situation nothing but the thread's number."""
    return f"Information {content.notice}" if isinstance(content, NoticeContent) else f"Situation {thread.hex[:8]}"


def bodies(
    content: Content,
    service: str,
    role: str,
    link: str,
    *,
    acknowledge: str | None = None,
    unsubscribe: str = "",
    duty: bool = True,
) -> tuple[str, str]:
    """Plain text and HTML of a message; `unsubscribe` is the address to write to for no more of them, or empty."""
    template = "notice" if isinstance(content, NoticeContent) else "situation"
    values = {
        "content": content,
        "link": link,
        "acknowledge": acknowledge,
        "unsubscribe": unsubscribe,
        "duty": duty,
        "subject": subject_of(content),
        "issuer": issuer_label(content.issuer) if isinstance(content, NoticeContent) else "",
        "taken_by": _holder(content),
    }
    return page(template, values, service=service, role=role)


def page(template: str, values: Mapping[str, object], *, service: str, role: str) -> tuple[str, str]:
    """Plain text and HTML of a template, for a recipient of this service and role."""
    values = {**values, "service": _label(Service, service), "role": _label(Role, role)}
    plain = without_bad_breaks(PAGES.get_template(f"{template}.txt").render(values))
    return plain, PAGES.get_template(f"{template}.html").render(values)


def issuer_label(issuer: str) -> str:
    """The institution that signs a notice, in French."""
    return _label(Institution, issuer)


def _holder(content: Content) -> str:
    if isinstance(content, NoticeContent) or content.taken_by is None:
        return ""
    service, role = content.taken_by
    return f"{_label(Service, service)} ({_label(Role, role)})"


def _label(words: type[Institution] | type[Service] | type[Role], symbol: str) -> str:
    return symbol if symbol == UNKNOWN or symbol not in words.__members__ else words[symbol].label
