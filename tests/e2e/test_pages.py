"""Every page that a person reads is sound for keyboard and screen reader, in a real Chromium (RGAA, WCAG AA)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from hub.up.endpoints import Endpoints

pytestmark = pytest.mark.needs_tool("chromium")

LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PAGES = {
    "home": "{gateway}/",
    "notice": "{gateway}/notices/N-2024-0024",
    "no such notice": "{gateway}/notices/N-0000-0000",
    "situation": "{gateway}/situations/S-0000-0000",
    "caught mails": "{mails}",
    "caught mail": "{mails}mails/1",
    "the mail itself": "{mails}mails/1/html",
}


@pytest.mark.parametrize("width", [360, 1200], ids=["phone", "desk"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault_that_axe_finds_and_never_scrolls_sideways(
    browser: Browser, endpoints: Endpoints, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(PAGES[name].format(gateway=endpoints.gateway.url, mails=endpoints.mail.web))
    # A mail is shown inside the page of a mail program, which has the landmarks.
    rules = LEVEL_AA if name == "the mail itself" else [*LEVEL_AA, "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
    assert 0 == found.violations_count, found.generate_report()
    assert "fr" == page.locator("html").get_attribute("lang")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert 0 == overflow
    page.close()
