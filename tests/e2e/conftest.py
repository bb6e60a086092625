"""One hub that is up with its demo, for every end-to-end test that disturbs nothing."""

from collections.abc import Iterator

import pytest

from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, free_base, wait


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubUp]:
    """A hub that is up; its demo notices are published."""
    run = HubUp(tmp_path_factory.mktemp("e2e") / "home", free_base())
    try:
        run.wait_until_up()
        wait(lambda: "demo notices were accepted" in run.output, lambda: run.output)
        yield run
    finally:
        run.end()


@pytest.fixture(scope="package")
def endpoints(hub: HubUp) -> Endpoints:
    """Its addresses."""
    return hub.wait_until_up()
