"""Each mark has one bit of its own (see test_reconciliation for what a set of them promises)."""

import pytest

from hub.domain.delivery.marks import Marks

START = 1000


@pytest.mark.parametrize("taken", range(START, START + 17))
def test_taking_one_mark_away_leaves_every_other(taken: int) -> None:
    marks = Marks(START, START + 17)
    for offset in range(START, START + 17):
        assert marks.add(offset)
    marks.discard(taken)
    assert [offset for offset in range(START, START + 17) if offset != taken] == list(marks)
    assert marks.add(taken)


@pytest.mark.parametrize(("size", "bytes_held"), [(0, 0), (1, 1), (8, 1), (9, 2), (-3, 0)])
def test_a_stretch_takes_one_bit_for_each_offset(size: int, bytes_held: int) -> None:
    assert bytes_held == len(Marks(START, START + size)._bits)


def test_the_first_offset_of_a_stretch_is_in_it_and_the_one_after_its_end_is_not() -> None:
    marks = Marks(START, START + 8)
    added = [marks.add(offset) for offset in (START - 1, START, START + 7, START + 8)]
    assert [False, True, True, False] == added
    assert [START, START + 7] == list(marks)
    assert [False, True] == [offset in marks for offset in (START - 1, START)]
