"""Rows kept on disk by bucket: written as they come, read back bucket by bucket."""

from array import array
from tempfile import TemporaryFile
from typing import Final

_BUFFERED: Final = 8 * 2**20  # bytes in memory, of all buckets together


class Spill:
    """Appends bytes to buckets of one temporary file, which goes away with it.

    Memory is a few megabytes whatever is added: each bucket's bytes lie in pieces, and eight bytes name a piece.
    """

    def __init__(self, buckets: int) -> None:
        self._file = TemporaryFile(buffering=0)  # noqa: SIM115 -- kept until `close`
        self._buffers = [bytearray() for _ in range(buckets)]
        self._pieces = [array("Q") for _ in range(buckets)]  # offset << 24 | length
        self._buffered = 0
        self._end = 0

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return len(self._buffers)

    def add(self, bucket: int, row: bytes) -> None:
        """Append a row of less than eight megabytes to a bucket."""
        self._buffers[bucket] += row
        self._buffered += len(row)
        if self._buffered >= _BUFFERED:
            self._flush()

    def read(self, bucket: int) -> bytes:
        """Everything that was added to a bucket, in order."""
        parts = []
        for piece in self._pieces[bucket]:
            self._file.seek(piece >> 24)
            parts.append(self._file.read(piece & 0xFFFFFF))
        parts.append(bytes(self._buffers[bucket]))
        return b"".join(parts)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def _flush(self) -> None:
        self._file.seek(self._end)
        for buffer, pieces in zip(self._buffers, self._pieces, strict=True):
            if buffer:
                self._file.write(buffer)
                pieces.append(self._end << 24 | len(buffer))
                self._end += len(buffer)
                buffer.clear()
        self._buffered = 0
