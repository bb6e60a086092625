"""The body of a mail: two alternatives of one text, and a calendar file where there is one (RFC 2046 §5.1)."""

from base64 import encodebytes
from binascii import b2a_qp
from typing import Final

PERSONAL: Final = "\x02"
"""Stands in a text where the recipient's own page is named."""

_MIXED: Final = "=_mixed"  # « =_ » occurs in no quoted-printable text, and in no base64
_ALTERNATIVE: Final = "=_alternative"
_LINK_CHARACTERS: Final = 24  # of a line: 72 at most once quoted


def body(plain: str, html: str, attachment: bytes = b"") -> bytes:
    """The Content-Type header and the parts; `attachment` is a part made by `calendar_part`, or empty.

    PERSONAL stands as it is, for the caller to put `quoted_link` in its place.
    """
    both = b"".join(
        (
            f'Content-Type: multipart/alternative; boundary="{_ALTERNATIVE}"\r\n\r\n'.encode(),
            _text_part("plain", plain),
            _text_part("html", html),
            f"--{_ALTERNATIVE}--\r\n".encode(),
        )
    )
    if not attachment:
        return both
    between = f"--{_MIXED}\r\n".encode()
    head = f'Content-Type: multipart/mixed; boundary="{_MIXED}"\r\n\r\n'.encode()
    return head + between + both + between + attachment + f"--{_MIXED}--\r\n".encode()


def calendar_part(file: bytes, name: str) -> bytes:
    """A calendar file as an attachment to open; the type says PUBLISH as the file does (RFC 6047 §2.4)."""
    head = (
        f'Content-Type: text/calendar; charset="utf-8"; method=PUBLISH; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + encodebytes(file).replace(b"\n", b"\r\n")


def quoted_link(link: str) -> bytes:
    """A link inside quoted-printable text: on lines of its own, joined to what stands around by soft line breaks."""
    return b"=\r\n" + b"".join(
        _quoted(link[start : start + _LINK_CHARACTERS]) + b"=\r\n" for start in range(0, len(link), _LINK_CHARACTERS)
    )


def _text_part(subtype: str, text: str) -> bytes:
    """One alternative, quoted-printable (RFC 2045 §6.7)."""
    head = (
        f"--{_ALTERNATIVE}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = "\r\n".join(text.splitlines())
    around = [_quoted(piece) for piece in lines.split(PERSONAL)]
    return head.encode() + PERSONAL.encode().join(around) + b"\r\n"


def _quoted(text: str) -> bytes:
    """Quoted-printable with CRLF lines; `binascii` would break a text of one line with a bare LF."""
    return b2a_qp(text.encode(), istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
