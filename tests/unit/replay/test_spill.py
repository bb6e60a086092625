"""Rows on disk by bucket."""

from random import Random

from hub.replay.spill import Spill


def test_each_bucket_gives_back_its_rows_in_order_whatever_was_written_between() -> None:
    random = Random(6)
    spill = Spill(7)
    expected = [b""] * 7
    try:
        for number in range(4_000):  # some twenty megabytes: more than is kept in memory
            bucket = random.randrange(6)
            row = b"%d " % number * random.randrange(2_000)
            spill.add(bucket, row)
            expected[bucket] += row
        assert 7 == spill.buckets
        assert expected == [spill.read(bucket) for bucket in range(7)]
        assert expected[0] == spill.read(0)
        assert b"" == spill.read(6)
        spill.add(6, b"late")
        assert b"late" == spill.read(6)
    finally:
        spill.close()
