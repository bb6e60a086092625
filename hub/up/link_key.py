"""The keys that a local hub makes for itself, once, and that its home alone knows."""

import secrets
from pathlib import Path

from hub.up.systems import write_private


def local_link_key(folder: Path) -> str:
    """The key of the links in mails, kept (0600) in `folder`, so that links survive a restart."""
    return _kept(folder / "link.key")


def local_webhook_key(folder: Path) -> str:
    """The master key of the webhooks, kept (0600) in `folder`, so that their secrets survive a restart."""
    return _kept(folder / "webhook.key")


def local_calendar_key(folder: Path) -> str:
    """The key that seals the addresses of calendars, kept (0600) in `folder`, so that they open after a restart."""
    return _kept(folder / "calendar.key")


def _kept(kept: Path) -> str:
    if not kept.exists():
        write_private(kept, secrets.token_urlsafe(32).encode())
    return kept.read_text(encoding="ascii")
