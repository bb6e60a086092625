"""The key that signs the links in a local hub's mails: made once, known to its home only."""

import secrets
from pathlib import Path

from hub.up.systems import write_private


def local_link_key(folder: Path) -> str:
    """The key kept (0600) in `folder`; made when there is none, so that links survive a restart."""
    kept = folder / "link.key"
    if not kept.exists():
        write_private(kept, secrets.token_urlsafe(32).encode())
    return kept.read_text(encoding="ascii")
