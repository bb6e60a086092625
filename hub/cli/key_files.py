"""Files of keys: a private one is written once, for its owner only; nothing of it is printed."""

import json
import os
import sys
from pathlib import Path

from hub.errors import HubError
from hub.wire.jwe import Jwk


class KeyFileError(HubError):
    """A file cannot be read, or will not be written."""

    exit_code = 2


def write_private(path: Path, private: Jwk) -> None:
    """Write a private JWK to a new file with mode 0600. Raises KeyFileError, also where the file is there already."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(json.dumps(private, indent=2) + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}."
        raise KeyFileError(msg, "Name a new file: a key is never written over anything.") from None


def read_text(path: Path) -> str:
    """Read a small text file, or standard input for `-`. Raises KeyFileError."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        msg = f"{path} cannot be read: {reason}."
        raise KeyFileError(msg, "Name a file that you may read.") from None


def wrapped_in(text: str) -> str:
    """The wrapped key in a text: the gateway's whole answer in JSON, or its member `wrapped` alone."""
    try:
        document = json.loads(text)
    except ValueError:
        return text.strip()
    return str(document.get("wrapped", "")) if isinstance(document, dict) else ""
