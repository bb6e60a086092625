"""From a mail to « C’est noté »: the link of a real mail in a real browser, and what the sender then sees."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, has_heading, notice, publish, query, referral, wait

pytestmark = pytest.mark.needs_tool("chromium")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
ASKED = "select contact from delivery where event_id = $1 and acknowledge_by is not null and occasion = ''"
COUNTED = """
select measure, sum(amount)::int as number from indicator_cell
where measure like 'notice_a%' and dims[1] = $1
group by measure
"""
OF_EVENT = "select id::text, state from delivery where event_id = $1 order by contact"


def link_of(mails: Path, delivery: str) -> str:
    """The recipient's own link in the mail of a delivery."""
    for path in mails.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if str(mail["X-Hub-Delivery"]) == delivery:
            body = mail.get_body(("plain",))
            assert body is not None
            found = re.search(r"^(http\S+/acknowledge/\S+)\s*$", body.get_content(), re.MULTILINE)
            assert found is not None, body.get_content()
            return found[1]
    raise AssertionError(f"no mail of {delivery}")


def delivered(hub: HubUp, endpoints: Endpoints, event: dict[str, Any]) -> str:
    """Publish, wait until every mail has left, and give the link of the first."""
    assert publish(endpoints, event).status_code == 202
    wait(lambda: {"ACCEPTED"} == {row["state"] for row in query(endpoints, OF_EVENT, event["id"])})
    return link_of(hub.home.mails, query(endpoints, OF_EVENT, event["id"])[0]["id"])


def states(endpoints: Endpoints, event: str) -> list[str]:
    return [str(row["state"]) for row in query(endpoints, OF_EVENT, event)]


def acknowledged(endpoints: Endpoints, code: str) -> dict[str, int]:
    """How many acknowledgements the indicators count of notices of a code: asked, and given in time."""
    return {str(row["measure"]): int(row["number"]) for row in query(endpoints, COUNTED, code)}


def told(hub: HubUp, event: str, status: str) -> bool:
    """Whether the sender can read on Kafka that a delivery of its event came to this state."""
    lines = hub.hub("events", "tail", "--topic", "hub.statuses", "--from-beginning", "--no-follow").stdout.splitlines()
    return any(event in line and status in line for line in lines)


def check_page(browser: Browser, url: str, width: int) -> None:
    """No fault that axe finds, and no scrolling sideways."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(url)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert 0 == found.violations_count, found.generate_report()
    assert 0 == page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()


def test_a_situation_is_taken_in_charge_without_script_and_everybody_can_see_it(
    hub: HubUp, endpoints: Endpoints, browser: Browser
) -> None:
    link = delivered(hub, endpoints, referral("S-E2E-TAKE", "e2e-take", need="DEPARTMENT_AID"))
    assert "S-E2E-TAKE" not in link
    for width in (360, 1200):
        check_page(browser, link, width)
    assert ["SHOWN"] == states(endpoints, "e2e-take")

    page = browser.new_page(java_script_enabled=False)
    page.goto(link)
    assert "S-E2E-TAKE" not in page.content()
    page.get_by_role("button", name="Prendre en charge").press("Enter")
    has_heading(page, "C’est noté")
    page.goto(link)
    has_heading(page, "Situation déjà prise en charge")
    assert 0 == page.get_by_role("button").count()
    page.close()
    check_page(browser, link, 360)

    assert ["TAKEN_IN_CHARGE"] == states(endpoints, "e2e-take")
    shown = [line.split("\t")[0] for line in hub.hub("events", "show", "e2e-take").stdout.splitlines()]
    assert {"shown", "taken in charge"} <= set(shown)
    wait(lambda: told(hub, "e2e-take", "TAKEN_IN_CHARGE"))


def test_a_notice_is_confirmed_as_read_and_counts_as_such(hub: HubUp, endpoints: Endpoints, browser: Browser) -> None:
    effective = datetime.now(UTC).date() + timedelta(days=90)
    link = delivered(hub, endpoints, notice("N-E2E-READ", "e2e-read", code="O3", effective_on=effective.isoformat()))
    check_page(browser, link, 360)
    page = browser.new_page(java_script_enabled=False)
    page.goto(link)
    page.get_by_role("button", name="J’ai pris connaissance").click()
    has_heading(page, "C’est noté")
    page.close()
    counted = {state: states(endpoints, "e2e-read").count(state) for state in set(states(endpoints, "e2e-read"))}
    assert 1 == counted["TAKEN_IN_CHARGE"]
    assert {"TAKEN_IN_CHARGE", "ACCEPTED"} == counted.keys()
    asked = len({row["contact"] for row in query(endpoints, ASKED, "e2e-read")})
    expected = {"notice_asked": asked, "notice_acknowledged": 1}
    wait(lambda: expected == acknowledged(endpoints, "O3"), lambda: (expected, acknowledged(endpoints, "O3")))


def test_a_link_that_was_cut_gets_a_page_that_says_so(endpoints: Endpoints, browser: Browser) -> None:
    link = f"{endpoints.gateway.url}/acknowledge/a4acea1a"
    assert 403 == httpx.get(link, trust_env=False, timeout=60).status_code
    check_page(browser, link, 360)
