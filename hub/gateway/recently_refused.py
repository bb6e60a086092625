"""Tells a refusal that a sender repeats from a new one, and keeps nothing of either (R57).

A sender whose answer was lost sends again within minutes. What is remembered so long is a keyed hash in the memory of
this process; the key is made when it starts and written nowhere, so that a hash says nothing to anybody, and goes with
the process. It is in no file, no table, no log.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final

SECONDS: Final = 900.0
"""For how long a refusal is known again: the time in which senders repeat what had no answer."""

MOST: Final = 10_000
"""Refusals remembered at once; the oldest are forgotten first."""


class RecentlyRefused:
    """What was refused in the last quarter of an hour. `clock` gives seconds; `key`: 32 random bytes for this alone."""

    def __init__(self, clock: Callable[[], float], key: bytes, most: int = MOST) -> None:
        self._clock, self._key, self._most = clock, key, most
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def new(self, system: str, names: Iterable[tuple[object, object]]) -> int:
        """How many of the events (source, id) that a system sent were not refused before; one without an id always is.

        What another system sends under the same names is not the same: none can keep another's from being counted.
        """
        return sum(self._is_new(system, source, id_) for source, id_ in names)

    def _is_new(self, system: str, source: object, id_: object) -> bool:
        now = self._clock()
        while self._seen and next(iter(self._seen.values())) <= now - SECONDS:
            self._seen.popitem(last=False)
        if not isinstance(source, str) or not isinstance(id_, str):
            return True
        names = json.dumps([system, source, id_]).encode()
        tag = blake2b(names, key=self._key, digest_size=16).digest()
        if tag in self._seen:
            return False
        self._seen[tag] = now
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return True
