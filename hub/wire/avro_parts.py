"""Small pieces of Avro binary, made without a schema at hand (Avro 1.12, binary encoding)."""

from collections.abc import Callable
from typing import Final

NULL: Final = b"\x00"
"""The first branch of a union whose first branch is null."""
PRESENT: Final = b"\x02"
"""The second branch: the value follows."""

_CACHED_AT_MOST: Final = 1024


def _varint(rest: int) -> bytes:
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_LOW: Final = tuple(bytes((low & 0x7F | 0x80, low >> 7 | 0x80)) for low in range(1 << 14))
"""The two lowest bytes of a number that needs more than two."""
_SMALL: Final = tuple(_varint(rest) for rest in range(1 << 14))
_HIGH: Final[dict[int, bytes]] = {}
"""The bytes above them: neighbouring offsets, and instants of the same eight seconds, share theirs."""


def avro_long(number: int) -> bytes:
    """An int or long in Avro binary: zigzag, then seven bits a byte, lowest first (Avro 1.12, binary encoding)."""
    rest = number << 1 if number >= 0 else (number << 1) ^ -1
    if rest < 1 << 14:
        return _SMALL[rest]
    high = rest >> 14
    found = _HIGH.get(high)
    if found is None:
        if len(_HIGH) >= _CACHED_AT_MOST:
            _HIGH.clear()
        found = _HIGH[high] = _varint(high)
    return _LOW[rest & 0x3FFF] + found


def avro_string(text: str) -> bytes:
    """A string in Avro binary: its length in bytes, then its UTF-8."""
    raw = text.encode()
    return avro_long(len(raw)) + raw


def remembering(make: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """`make` with a bounded memory; for values of which there are few."""
    known: dict[str, bytes] = {}

    def remembered(text: str) -> bytes:
        found = known.get(text)
        if found is None:
            if len(known) >= _CACHED_AT_MOST:
                known.clear()
            found = known[text] = make(text)
        return found

    return remembered
