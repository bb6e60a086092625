"""What the disk does meanwhile: how long it takes to keep a small write, which no ledger on it can beat."""

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final

_BYTES: Final = b"\0" * 8192  # a page of PostgreSQL
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class KeptWrites:
    """How long each write of 8 KiB took until the disk had it, in ms."""

    took: list[float] = field(default_factory=list)

    def as_data(self) -> dict[str, float]:
        """The figures as plain data; empty when nothing was written."""
        if len(self.took) < 2:
            return {}
        p99 = quantiles(self.took, n=100, method="inclusive")[98]
        return {"p50": round(median(self.took), 2), "p99": round(p99, 1), "longest": round(max(self.took), 1)}


@contextlib.contextmanager
def watched_disk(folder: Path, kept: KeptWrites) -> Iterator[None]:
    """Write a page beside whatever runs, twenty times a second, and add to `kept` how long the disk took."""
    done = threading.Event()
    watching = threading.Thread(target=_watch, args=(folder / "disk-probe", kept, done), name="disk-probe", daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def _watch(path: Path, kept: KeptWrites, done: threading.Event) -> None:
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        while not done.wait(_PAUSE_SECONDS):
            begun = perf_counter()
            os.pwrite(file, _BYTES, 0)
            os.fdatasync(file)
            kept.took.append(1000 * (perf_counter() - begun))
    finally:
        os.close(file)
