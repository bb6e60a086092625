"""Headers of a mail whose text is not ASCII (RFC 2047)."""

from base64 import b64encode
from functools import lru_cache
from typing import Final

_WORD_BYTES: Final = 45  # 60 characters in base64, 72 with what frames them


@lru_cache(maxsize=512)
def encoded_header(name: str, value: str) -> str:
    """A header as encoded words of at most 75 characters, one on each line (RFC 2047 §2), whole characters in each."""
    words: list[bytes] = [b""]
    for letter in value:
        more = letter.encode()
        if len(words[-1]) + len(more) > _WORD_BYTES:
            words.append(b"")
        words[-1] += more
    return f"{name}: " + "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)
