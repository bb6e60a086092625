"""Prove from hub.heartbeat that a reader of the hub's topics misses nothing; only the standard library.

Feed it what your consumer reads: the record's key (the replica) and `sequence`, in the order of the partition.
"""

from collections.abc import Iterable, Iterator


def judge(beats: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    """What is not the next number of its replica: (replica, "restarted" | "missing" | "repeated", number).

    "missing" names the first number that is not there: records were lost between the hub and this reader.
    "restarted" is a replica that began again from 0; "repeated" one whose acknowledgement came too late.
    """
    last: dict[str, int] = {}
    for replica, number in beats:
        before = last.get(replica)
        last[replica] = number
        if before is None or number == before + 1:
            continue
        if number == 0 and before > 0:
            yield replica, "restarted", 0
        elif number == before:
            yield replica, "repeated", number
        else:
            yield replica, "missing", before + 1
