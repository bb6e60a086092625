"""One hub that is up with its demo, for every end-to-end test that disturbs nothing; and a browser to look at it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, free_base, wait

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield found
        found.close()
