"""A table is masked alike in every process: who saw it masked in two ways would learn what each of them hides."""

import os
import subprocess
import sys

PROGRAM = """
import sys
from collections import Counter
from random import Random
from tests.unit.reports.figures_building import YEAR, cells, of
found = list(cells().items())
Random(int(sys.argv[1])).shuffle(found)
shown = of(YEAR, Counter(dict(found)))
tables = ((of.key, of.table) for one in shown for of in one.breakdowns)
print([(key, sorted(table.rows.items(), key=str), table.withheld.value) for key, table in tables])
"""


def test_a_year_is_masked_alike_in_whatever_order_a_process_meets_its_cells() -> None:
    seen = set()
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        )
        seen.add(done.stdout)
    assert 1 == len(seen)
    assert "MASKED" in seen.pop()
