"""The bare side of `hub bench deliver`: the hub's mail, composed for each recipient, sent over kept connections.

Arguments: `composed` or `prebuilt`, SMTP port, connections, mails, the file of a mail of the hub, and what the
Message-IDs begin with. *Composed* is the same job without a book: each recipient has its own address, link and
Message-ID in a message of the standard library with the hub's text, HTML and calendar file. *Prebuilt* sends one mail's
bytes again and again, as a measure of the way out alone.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime
from pathlib import Path
from typing import Final, Self

import uvloop
from aiosmtplib import SMTP

SENDER: Final = "hub@hub.example"
_ID: Final = re.compile(rb"(?im)^(message-id:\s*<)[^@>]+")
_LINK: Final = re.compile(r"https?://[^\s\"<>]+/acknowledge/[^\s\"<>]+")
_PLACE: Final = "{personal-link}"


@dataclass(frozen=True, slots=True)
class Texts:
    """What the recipients of a mail of the hub share; _PLACE stands where each one's own link does."""

    subject: str
    link: str
    plain: str
    html: str
    calendar: bytes

    @classmethod
    def of(cls, mail: bytes) -> Self:
        """Read a mail of the hub. Raises ValueError for one that carries no link of its recipient's own."""
        message = message_from_bytes(mail, policy=policy.SMTP)
        plain, html = (_text(message, subtype) for subtype in ("plain", "html"))
        found = _LINK.search(plain)
        if found is None:
            problem = "The mail names no page of the recipient's own."
            raise ValueError(problem)
        link = found.group()
        files = [bytes(part.get_payload(decode=True)) for part in message.iter_attachments()]
        place = (plain.replace(link, _PLACE), html.replace(link, _PLACE))
        return cls(message["Subject"], link, *place, files[0] if files else b"")

    def for_recipient(self, number: int, prefix: str) -> EmailMessage:
        """One recipient's message."""
        link = f"{self.link[: -len(str(number))]}{number}"
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = f"Hub <{SENDER}>"
        message["To"] = _recipient(number)
        message["Date"] = localtime()
        message["Message-ID"] = f"<{prefix}-{number}@hub.example>"
        message["Subject"] = self.subject
        message.set_content(self.plain.replace(_PLACE, link))
        message.add_alternative(self.html.replace(_PLACE, link), subtype="html")
        if self.calendar:
            message.add_attachment(self.calendar, maintype="text", subtype="calendar", filename="prise-d-effet.ics")
        return message


def _text(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return "" if part is None else str(part.get_content())


def _recipient(number: int) -> str:
    return f"bench-actor-{number:04d}@contacts.example"


async def bare_loop(port: int, connections: int, numbers: Iterator[int], mail: bytes, prefix: str, kind: str) -> None:
    """Send every mail, as many at once as there are connections; they are opened before the first leaves."""
    opened = [SMTP(hostname="127.0.0.1", port=port, start_tls=False) for _ in range(connections)]
    await asyncio.gather(*(smtp.connect() for smtp in opened))
    if kind == "composed":
        texts = Texts.of(mail)
        await asyncio.gather(*(_compose_and_send(smtp, numbers, texts, prefix) for smtp in opened))
    else:
        await asyncio.gather(*(_send(smtp, numbers, mail, prefix) for smtp in opened))


async def _compose_and_send(smtp: SMTP, numbers: Iterator[int], texts: Texts, prefix: str) -> None:
    async with smtp:
        for number in numbers:
            await smtp.send_message(texts.for_recipient(number, prefix))


async def _send(smtp: SMTP, numbers: Iterator[int], mail: bytes, prefix: str) -> None:
    async with smtp:
        for number in numbers:
            own = _ID.sub(rb"\g<1>%s-%d" % (prefix.encode(), number), mail, count=1)
            await smtp.sendmail(SENDER, [_recipient(number)], own)


def main(kind: str, port: str, connections: str, count: str, file: str, prefix: str) -> None:
    """Send and end."""
    uvloop.run(bare_loop(int(port), int(connections), iter(range(int(count))), Path(file).read_bytes(), prefix, kind))


if __name__ == "__main__":
    main(*sys.argv[1:7])
