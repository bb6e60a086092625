"""The facts of a replay on disk, by thread: added as they are read, given back thread by thread, each event once.

Memory holds one bucket, the facts that correct another one, and nothing else that grows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Final, NamedTuple

import msgspec

from hub.domain.indicators.corrections import replaced
from hub.domain.indicators.facts import Fact, Key
from hub.replay.spill import Spill

_IN_A_BUCKET: Final = 4_000  # facts, more or less: some ten megabytes
_MOST_BUCKETS: Final = 4_096
_LEAST_BUCKETS: Final = 16
_ROW: Final = Struct("<IQHHqq")  # length, hash of the key, topic, partition, offset and timestamp of the record
_CLAIM: Final = Struct("<QQ")  # hash of the key; hash of thread and correction
_64_BITS: Final = (1 << 64) - 1

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Fact)


class Seen(NamedTuple):
    """Where a record lies that holds a fact: topic (by number), partition, offset, and Kafka's timestamp in ms."""

    topic: int
    partition: int
    offset: int
    timestamp: int


class GatheredFact(NamedTuple):
    """A fact, and the record that holds it."""

    fact: Fact
    seen: Seen


class Gathered:
    """Facts by thread. Of one (`source`, `id`) the first stands, as in the ledger: by offset, then by timestamp."""

    def __init__(self, buckets: int) -> None:
        self._rows = Spill(buckets)
        self._claims = Spill(buckets)
        self._corrections: list[GatheredFact] = []
        self._winners: dict[int, dict[Key, GatheredFact]] = {}
        self.facts = 0

    @property
    def buckets(self) -> int:
        """How many buckets there are: `threads` gives one after the other."""
        return self._rows.buckets

    def bucket_of(self, thread: str) -> int:
        """The bucket in which all facts of a thread are."""
        return bucket_of(thread, self._rows.buckets)

    def add(self, fact: Fact, seen: Seen) -> None:
        """Add a fact, which may be known already."""
        key = hash((fact.source, fact.id)) & _64_BITS
        written = _ENCODER.encode(fact)
        self._rows.add(self.bucket_of(fact.thread), _ROW.pack(len(written), key, *seen) + written)
        claim = hash((fact.thread, fact.corrects)) & _64_BITS
        self._claims.add(key % self._claims.buckets, _CLAIM.pack(key, claim))
        if fact.corrects is not None:
            self._corrections.append(GatheredFact(fact, seen))
        self.facts += 1

    def settle(self) -> None:
        """Find the events that were read with two threads or two corrections: which one stands. Once, after adding."""
        contested = set()
        for bucket in range(self._claims.buckets):
            known: dict[int, int] = {}
            for key, claim in _CLAIM.iter_unpack(self._claims.read(bucket)):
                if known.setdefault(key, claim) != claim:
                    contested.add(key)
        if not contested:
            return
        winners: dict[int, dict[Key, GatheredFact]] = {key: {} for key in contested}
        for bucket in range(self._rows.buckets):
            for key, one in self._bucket(bucket, contested):
                _keep_first(winners[key], one)
        self._winners = winners

    def gone(self) -> frozenset[Key]:
        """The keys that corrections take out of every count."""
        first: dict[Key, GatheredFact] = {}
        for one in self._corrections:
            if self._stands(hash(one.fact.key) & _64_BITS, one):
                _keep_first(first, one)
        return replaced(one.fact for one in first.values())

    def bucket(self, number: int) -> dict[Key, GatheredFact]:
        """The facts of a bucket, each event once; corrected ones too."""
        first: dict[Key, GatheredFact] = {}
        for key, one in self._bucket(number):
            if self._stands(key, one):
                _keep_first(first, one)
        return first

    def _bucket(self, number: int, only: "set[int] | None" = None) -> Iterator[tuple[int, GatheredFact]]:
        content = memoryview(self._rows.read(number))
        start, end = 0, len(content)
        while start < end:
            length, key, *seen = _ROW.unpack_from(content, start)
            start += _ROW.size
            if only is None or key in only:
                yield key, GatheredFact(_DECODER.decode(content[start : start + length]), Seen(*seen))
            start += length

    def _stands(self, key: int, one: GatheredFact) -> bool:
        winners = self._winners.get(key)
        return winners is None or winners[one.fact.key].seen == one.seen

    def close(self) -> None:
        """Remove the files."""
        self._rows.close()
        self._claims.close()


def buckets_for(facts: int) -> int:
    """How many buckets for about so many facts."""
    return min(_MOST_BUCKETS, max(_LEAST_BUCKETS, facts // _IN_A_BUCKET))


def bucket_of(thread: str, buckets: int) -> int:
    """The bucket of a thread, which is a digest in hexadecimal."""
    return int(thread[:8], 16) % buckets


def by_thread(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts of each thread."""
    threads: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        threads[fact.thread].append(fact)
    return threads


def _keep_first(first: dict[Key, GatheredFact], one: GatheredFact) -> None:
    known = first.setdefault(one.fact.key, one)
    if known is not one and _before(one.seen, known.seen):
        first[one.fact.key] = one


def _before(one: Seen, other: Seen) -> bool:
    """In a partition the offset tells; between two, the timestamps are all there is."""
    if one[:2] == other[:2]:
        return one.offset < other.offset
    return (one.timestamp, *one[:3]) < (other.timestamp, *other[:3])
