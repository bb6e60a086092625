"""The limit on rejects: a router that refuses most of what it reads stops, instead of draining a topic into rejects."""

from collections import deque
from collections.abc import Iterable

from hub.errors import HubError


class RejectLimitReached(HubError):
    """Too many of a lane's latest records were refused; the batch that showed it is not committed, nothing is lost."""

    exit_code = 3


class RejectWindow:
    """Whether each of the latest `size` records of a lane was refused. Only a full window can exceed the limit."""

    __slots__ = ("_latest", "_limit", "_refused", "_size")

    def __init__(self, size: int, share: float) -> None:
        self._size = size
        self._limit = size * share
        self._latest: deque[bool] = deque(maxlen=size)
        self._refused = 0

    @property
    def share(self) -> float:
        """Share of refused records in the window, from 0 to 1."""
        return self._refused / len(self._latest) if self._latest else 0.0

    def would_exceed(self, results: Iterable[bool]) -> bool:
        """Whether the limit is exceeded at any point of these further results (True: refused); keeps nothing."""
        latest, refused = deque(self._latest, maxlen=self._size), self._refused
        for result in results:
            refused += result - (latest[0] if len(latest) == self._size else 0)
            latest.append(result)
            if len(latest) == self._size and refused > self._limit:
                return True
        return False

    def add(self, results: Iterable[bool]) -> None:
        """Keep these results."""
        self._latest.extend(results)
        self._refused = sum(self._latest)
