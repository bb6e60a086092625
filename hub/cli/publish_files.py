"""The files of `hub publish`: events in JSON or JSON Lines, read twice, so that none is sent of a file that is broken.

A file of JSON Lines is never held in memory, however many years it tells; one JSON document is.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final

import msgspec

from hub.errors import HubError

_IN_MEMORY: Final = 8 * 2**20  # bytes of a pipe that are kept without a temporary file


class FileUnreadable(HubError):
    """A file cannot be read as events."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class FromFile:
    """One event as it stands in a file: its JSON text and, where they are texts, its source and id."""

    text: bytes
    source: str | None
    id: str | None


@dataclass(frozen=True, slots=True)
class _Input:
    """A file by its path, or what came through a pipe."""

    name: str
    path: Path
    kept: "SpooledTemporaryFile[bytes] | None"

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        if self.kept is not None:
            self.kept.seek(0)
            yield self.kept
            return
        try:
            with self.path.open("rb") as file:
                yield file
        except OSError as error:
            raise _not_readable(self.name, error) from error


@dataclass(frozen=True, slots=True)
class EventFiles:
    """The events of some files, in their order; each iteration reads them again."""

    inputs: tuple[_Input, ...]

    def __iter__(self) -> Iterator[FromFile]:
        """Read every event. Raises FileUnreadable."""
        for one in self.inputs:
            with one.opened() as file:
                try:
                    yield from map(_event, _texts(file))
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    msg = f"{one.name} is neither JSON nor JSON Lines: {error}."
                    way_out = "A file holds one event, an array of events, or one event a line."
                    raise FileUnreadable(msg, way_out) from None

    def count(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Read everything once: how many events there are. `progress` is told bytes. Raises FileUnreadable."""
        total = 0
        for event in self:
            total += 1
            progress(len(event.text) + 1)
        return total

    @property
    def size(self) -> int:
        """All the files together, in bytes. Raises FileUnreadable."""
        total = 0
        for one in self.inputs:
            with one.opened() as file:
                total += file.seek(0, 2)
        return total


@contextmanager
def event_files(paths: Sequence[Path], standard_input: IO[bytes]) -> Iterator[EventFiles]:
    """The files of a command line; `-` is standard input. What comes through a pipe is kept until the end.

    Raises FileUnreadable.
    """
    inputs = tuple(_input(path, standard_input) for path in paths)
    try:
        yield EventFiles(inputs)
    finally:
        for one in inputs:
            if one.kept is not None:
                one.kept.close()


def _input(path: Path, standard_input: IO[bytes]) -> _Input:
    if str(path) == "-":
        return _Input("standard input", path, _kept(standard_input))
    try:
        with path.open("rb") as file:
            return _Input(str(path), path, None if file.seekable() else _kept(file))
    except OSError as error:
        raise _not_readable(str(path), error) from error


def _kept(pipe: IO[bytes]) -> "SpooledTemporaryFile[bytes]":
    kept: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- closed by event_files
    shutil.copyfileobj(pipe, kept)
    return kept


def _not_readable(name: str, error: OSError) -> FileUnreadable:
    return FileUnreadable(f"{name} cannot be read: {error.strerror}.")


def _texts(file: IO[bytes]) -> Iterator[bytes]:
    """The JSON text of each event: of one document where the first line is not one by itself or is alone."""
    lines = (line for line in file if line.strip())
    first = next(lines, b"")
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except msgspec.DecodeError:
        yield from _document(first + file.read())
        return
    second = next(lines, None)
    if second is None:
        yield from _document(first)
    else:
        yield from (line.strip() for line in chain((first, second), lines))


def _document(content: bytes) -> Iterator[bytes]:
    try:
        text = bytes(msgspec.json.decode(content, type=msgspec.Raw))
    except msgspec.DecodeError:
        lines = [line for line in content.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        yield from lines
        return
    if text.startswith(b"["):
        yield from map(bytes, msgspec.json.decode(text, type=list[msgspec.Raw]))
    else:
        yield text


def _event(text: bytes) -> FromFile:
    text.decode("utf-8")
    event = msgspec.json.decode(text)
    names = [event.get(name) if isinstance(event, dict) else None for name in ("source", "id")]
    source, id_ = (name if isinstance(name, str) else None for name in names)
    return FromFile(text, source, id_)
