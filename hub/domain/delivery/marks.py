"""A set of offsets of one stretch of a partition, in one bit each: 125 kB for a million, whatever the order."""

from collections.abc import Iterator


class Marks:
    """Offsets from `start` (included) to `end` (excluded); any other is neither kept nor found."""

    def __init__(self, start: int, end: int) -> None:
        self._start = start
        self._end = end
        self._bits = bytearray((max(0, end - start) + 7) // 8)

    def add(self, offset: int) -> bool:
        """Mark an offset and say whether it is new; False too outside the stretch."""
        if offset in self or not self._start <= offset < self._end:
            return False
        place, bit = divmod(offset - self._start, 8)
        self._bits[place] |= 1 << bit
        return True

    def discard(self, offset: int) -> None:
        """Unmark an offset."""
        if offset in self:
            place, bit = divmod(offset - self._start, 8)
            self._bits[place] &= ~(1 << bit)

    def __contains__(self, offset: int) -> bool:
        if not self._start <= offset < self._end:
            return False
        place, bit = divmod(offset - self._start, 8)
        return bool(self._bits[place] >> bit & 1)

    def __iter__(self) -> Iterator[int]:
        """The marked offsets, ascending."""
        for place, byte in enumerate(self._bits):
            if byte:
                yield from (self._start + 8 * place + bit for bit in range(8) if byte >> bit & 1)
