"""The report of the indicators is sound for keyboard and screen reader, in a real Chromium (RGAA, WCAG AA)."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from hub.reports.html import html
from tests.unit.reports.snapshots import SNAPSHOTS

pytestmark = pytest.mark.needs_tool("chromium")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.mark.parametrize(("name", "width"), [("month", 360), ("year", 1200)], ids=["month-phone", "year-desk"])
def test_a_report_has_no_fault_that_axe_finds_and_never_scrolls_sideways(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    _, document = SNAPSHOTS[name]
    file = tmp_path / "report.html"
    file.write_text(html(document()), encoding="utf-8")
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert 0 == found.violations_count, found.generate_report()
    assert 0 == page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert [file.as_uri()] == asked
    page.close()
