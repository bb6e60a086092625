"""Mails about one notice or one situation stand together in the recipient's mail program (RFC 5322 §3.6.4).

Their common parent is a message that was never sent: whichever mail arrives first, or at all, the others find it. Mail
programs build a thread around such a parent, as they do around a mail that was deleted.
"""

from typing import Final
from uuid import UUID, uuid5

_THREADS: Final = UUID("0d5d1f5e-2f3b-5a86-8d57-3c5e0f6b9a41")


def message_id(delivery: UUID, domain: str) -> str:
    """The Message-ID of a delivery, the same at every attempt: a duplicate shows (RFC 5322 §3.6.4)."""
    return f"<{delivery}@{domain}>"


def thread_id(thread: str, recipient: str, domain: str) -> str:
    """The message id that all mails of a thread to a recipient answer.

    It says nothing of the notice or situation, and differs between recipients: their mailboxes cannot be compared.
    """
    return f"<thread-{uuid5(_THREADS, f'{thread} {recipient.lower()}')}@{domain}>"
