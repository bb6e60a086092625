"""What became due wakes the lanes that can carry it, and no other: a look costs a transaction."""

from datetime import UTC, datetime

import pytest

from hub.dispatcher.dispatcher import Dispatcher
from hub.health import Health
from hub.ledger.engine import ledger_engine
from hub.settings import Settings
from hub.wire.schemas import load_catalogue


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    """A dispatcher that is never run: nothing connects."""
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    return Dispatcher(
        settings,
        engine=ledger_engine(settings),
        catalogue=load_catalogue(),
        channels={},
        health=Health("dispatcher"),
        clock=lambda: datetime(2024, 10, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        pytest.param("urgent/MAIL", [("urgent", True, False)], id="a_mail"),
        pytest.param("urgent/WEBHOOK", [("urgent", False, True)], id="a_call_of_a_webhook"),
        pytest.param("standard", [("standard", True, False), ("standard", False, True)], id="a_lane_of_any_medium"),
        pytest.param("digest/MAIL", [("digest", True, False)], id="a_digest"),
        pytest.param("urgently", [], id="no_lane"),
    ],
)
def test_what_became_due_wakes_the_lanes_that_carry_it(
    dispatcher: Dispatcher, due: str, expected: list[tuple[str, bool, bool]]
) -> None:
    found = [(lane.name, lane.carries("MAIL"), lane.carries("WEBHOOK")) for lane in dispatcher.called(due)]
    assert expected == found
