"""Mails about one notice or one situation stand together in the recipient's mail program.

Their common parent (RFC 5322 §3.6.4) is a message that was never sent: whichever mail arrives first, or at all, the
others find it. Mail programs build a thread around such a parent, as they do around a mail that was deleted.

Outlook goes by a number or a topic ([MS-OXOMSG] §2.2.1.2 to §2.2.1.5). Without them it takes the mails of one subject
for one thread, and every situation has the same.
"""

from base64 import b64encode
from typing import Final
from uuid import UUID, uuid5

from connectors.outbound.mail.headers import encoded_header

_THREADS: Final = UUID("0d5d1f5e-2f3b-5a86-8d57-3c5e0f6b9a41")
_INDEX_HEAD: Final = bytes.fromhex("01db4383f6ec")  # a reserved byte, and when every thread began: five of a FILETIME


def message_id(delivery: UUID, domain: str) -> str:
    """The Message-ID of a delivery, the same at every attempt: a duplicate shows (RFC 5322 §3.6.4)."""
    return f"<{delivery}@{domain}>"


def thread_number(thread: str, recipient: str) -> UUID:
    """The number of a thread in a recipient's mailbox.

    It says nothing of the notice or situation, and differs between recipients: their mailboxes cannot be compared.
    """
    return uuid5(_THREADS, f"{thread} {recipient.lower()}")


def thread_headers(number: UUID, topic: str, domain: str) -> str:
    """The headers that put a mail into its thread; `topic` is the same for all its mails, and of no other thread."""
    parent = f"<thread-{number}@{domain}>"
    index = b64encode(_INDEX_HEAD + number.bytes).decode()
    return (
        f"In-Reply-To: {parent}\r\nReferences: {parent}\r\n"
        f"{encoded_header('Thread-Topic', topic)}\r\nThread-Index: {index}\r\n"
    )
