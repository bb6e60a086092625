"""Whatever happens at once: nothing is lost, nothing leaves once it is taken in charge, nobody is asked twice."""

import os
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.model.machine import LedgerMachine
from tests.integration.model.story import Bench

_FEW: Final = 6
_EXAMPLES: Final = int(os.environ.get("LEDGER_STORIES", str(_FEW)))  # a campaign draws other stories each time


def test_no_order_of_acts_breaks_a_promise(bench: Bench) -> None:
    """Stories of acts and races: the same few in every run of the suite, new ones in a campaign."""
    run_state_machine_as_test(
        type("Machine", (LedgerMachine,), {"bench": bench}),
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=_EXAMPLES == _FEW,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
