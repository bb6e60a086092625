"""From a message to the bytes of a mail: plain text and accessible HTML, in French, thin.

A notice shows its title, its summary and its dates (it is public or internal text). Anything about a situation shows
that something waits, and a link: no kind, no service concerned, no date of the case.
"""

from base64 import b64encode
from binascii import b2a_qp
from email.utils import format_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from connectors.outbound.channel import Content, Message, NoticeContent
from hub.domain.french import date_in_full, without_bad_breaks
from hub.domain.vocabulary import UNKNOWN, Institution, Role, Service

SENDER_NAME: Final = "Hub CAF – Département d’Ille-et-Vilaine"
_SUBJECTS: Final = {"PUBLISHED": "Information préalable", "CORRECTED": "Rectificatif", "WITHDRAWN": "Retrait"}
_SITUATION_SUBJECT: Final = "Une situation vous attend"
_LONGEST_TITLE: Final = 150
_BOUNDARY: Final = "=_alternative"  # « =_ » occurs in no quoted-printable text
_CRLF: Final = "\r\n"
_WORD_BYTES: Final = 45  # 60 characters in base64, 72 with what frames them
_PERSONAL: Final = "\x02"  # where a body names the recipient's own page
_LINK_CHARACTERS: Final = 24  # of a line: 72 at most once quoted

_pages = Environment(
    loader=PackageLoader("connectors.outbound.mail", "templates"),
    autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True, default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["in_full"] = date_in_full
_pages.filters["french"] = without_bad_breaks


def message_id(delivery: UUID, domain: str) -> str:
    """The Message-ID of a delivery, the same at every attempt: a duplicate shows (RFC 5322 §3.6.4)."""
    return f"<{delivery}@{domain}>"


def subject_of(content: Content) -> str:
    """The subject line: what kind of message, and for a notice its title on one line, cut to a readable length."""
    if not isinstance(content, NoticeContent):
        return _SITUATION_SUBJECT
    title = " ".join(content.title.split())
    if len(title) > _LONGEST_TITLE:
        title = title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return without_bad_breaks(f"{_SUBJECTS[content.status]} : {title}")


def bodies(content: Content, service: str, role: str, link: str, acknowledge: str | None = None) -> tuple[str, str]:
    """Plain text and HTML of a message."""
    template = "notice" if isinstance(content, NoticeContent) else "situation"
    values = {
        "content": content,
        "link": link,
        "acknowledge": acknowledge,
        "subject": subject_of(content),
        "issuer": _label(Institution, content.issuer) if isinstance(content, NoticeContent) else "",
        "service": _label(Service, service),
        "role": _label(Role, role),
    }
    plain = without_bad_breaks(_pages.get_template(f"{template}.txt").render(values))
    return plain, _pages.get_template(f"{template}.html").render(values)


def render(message: Message, *, to: str, sender: str, domain: str) -> bytes:
    """The mail as it goes over the wire: CRLF lines, ASCII only, except in an address that needs SMTPUTF8.

    `to` is the recipient's address as SMTP carries it (`transport_address`, so it needs no quoting), `sender` the
    address in From, `domain` the right-hand side of Message-ID. Only a few short headers differ between the recipients
    of a notice; everything else is composed once.
    """
    own = (
        f"To: {to}\r\n"
        f"Date: {format_datetime(message.sent_at)}\r\n"
        f"Message-ID: {message_id(message.delivery, domain)}\r\n"
        f"X-Hub-Delivery: {message.delivery}\r\n"
    )
    personal = message.acknowledge
    asked = personal is not None
    shared = _shared(message.content, message.service, message.role, message.link, sender, domain, asked=asked)
    return own.encode() + _quoted_link(personal or "").join(shared)


@lru_cache(maxsize=256)
def _shared(
    content: Content, service: str, role: str, link: str, sender: str, domain: str, *, asked: bool
) -> tuple[bytes, ...]:
    """What recipients share, in the parts between which each one's own link stands."""
    # Put together by hand: the email package takes longer over it than everything else that a delivery costs.
    plain, html = bodies(content, service, role, link, _PERSONAL if asked else None)
    references = ""
    if isinstance(content, NoticeContent):
        references = f"References: <notice-{quote(content.notice, safe='')}@{domain}>\r\n"
    head = (
        f"{_sender_line(sender)}\r\n"
        f"{_encoded('Subject', subject_of(content))}\r\n"
        f"{references}"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n'
        "Content-Language: fr\r\n\r\n"
    )
    parts = (_part("plain", plain), _part("html", html))
    whole = head.encode("ascii") + b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
    return tuple(whole.split(_PERSONAL.encode()))


@lru_cache(maxsize=4)
def _sender_line(sender: str) -> str:
    return f"{_encoded('From', SENDER_NAME)}\r\n <{sender}>"


def _encoded(name: str, value: str) -> str:
    """A header as encoded words of at most 75 characters, one on each line (RFC 2047 §2), whole characters in each."""
    words: list[bytes] = [b""]
    for letter in value:
        more = letter.encode()
        if len(words[-1]) + len(more) > _WORD_BYTES:
            words.append(b"")
        words[-1] += more
    return f"{name}: " + f"{_CRLF} ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def _part(subtype: str, text: str) -> bytes:
    """One alternative, quoted-printable (RFC 2045 §6.7)."""
    head = (
        f"--{_BOUNDARY}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = _CRLF.join(text.splitlines())
    around = [_quoted(piece) for piece in lines.split(_PERSONAL)]
    return head.encode() + _PERSONAL.encode().join(around) + b"\r\n"


def _quoted(text: str) -> bytes:
    """Quoted-printable with CRLF lines; `binascii` would break a text of one line with a bare LF."""
    return b2a_qp(text.encode(), istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _quoted_link(link: str) -> bytes:
    """A link inside quoted-printable text: on lines of its own, joined to what stands around by soft line breaks."""
    return b"=\r\n" + b"".join(
        _quoted(link[start : start + _LINK_CHARACTERS]) + b"=\r\n" for start in range(0, len(link), _LINK_CHARACTERS)
    )


def _label(words: type[Institution] | type[Service] | type[Role], symbol: str) -> str:
    return symbol if symbol == UNKNOWN or symbol not in words.__members__ else words[symbol].label
