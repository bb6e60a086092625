"""The bare side of `hub bench deliver`: the hub's own mail, sent again and again over kept connections.

Arguments: SMTP port, connections, mails, the mail's file, and what the Message-IDs begin with.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvloop
from aiosmtplib import SMTP

SENDER: Final = "hub@hub.example"
RECIPIENT: Final = "bench@contacts.example"
_ID: Final = re.compile(rb"(?im)^(message-id:\s*<)[^@>]+")


async def bare_loop(port: int, connections: int, mails: Iterator[bytes]) -> None:
    """Send every mail, as many at once as there are connections; they are opened before the first leaves."""
    opened = [SMTP(hostname="127.0.0.1", port=port, start_tls=False) for _ in range(connections)]
    await asyncio.gather(*(smtp.connect() for smtp in opened))
    await asyncio.gather(*(_send(smtp, mails) for smtp in opened))


async def _send(smtp: SMTP, mails: Iterator[bytes]) -> None:
    async with smtp:
        for mail in mails:
            await smtp.sendmail(SENDER, [RECIPIENT], mail)


def _mails(like: bytes, count: int, prefix: str) -> Iterator[bytes]:
    return (_ID.sub(rb"\g<1>%s-%d" % (prefix.encode(), number), like, count=1) for number in range(count))


def main(port: str, connections: str, count: str, file: str, prefix: str) -> None:
    """Send and end."""
    uvloop.run(bare_loop(int(port), int(connections), _mails(Path(file).read_bytes(), int(count), prefix)))


if __name__ == "__main__":
    main(*sys.argv[1:6])
