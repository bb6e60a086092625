"""A contact person's morning in a real browser without script: sign-in by mail, taking in charge, an absence."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from hub.domain.calendar.paris import paris
from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, has_heading, publish, query, referral, wait

pytestmark = pytest.mark.needs_tool("chromium")

EVENT = "e2e-portal"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PATHS = [
    "/portal",
    "/portal/items/1",
    "/portal/absences",
    "/portal/indicators",
    "/portal/contacts",
    "/portal/sign-in",
    "/portal/sign-in/asked",
]
PATHS += ["/accessibility", "/privacy", "/portal/items/9999", "/portal/enter/x"]
RECIPIENT = "select c.ref, c.email from delivery d join contact c on c.ref = d.contact where d.event_id = $1"


@dataclass(frozen=True)
class Person:
    """Somebody for whom a situation waits, in a browser without script; signed in."""

    reference: str
    page: Page


def link_in_mail(hub: HubUp, address: str) -> str:
    """The sign-in link in the latest mail to an address."""
    found: list[str] = []

    def look() -> bool:
        for path in sorted(hub.home.mails.glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if str(mail["To"]) == address and (body := mail.get_body(("plain",))) is not None:
                found.extend(re.findall(r"http\S+/portal/enter/\S+", body.get_content()))
        return bool(found)

    wait(look)
    return found[-1]


@pytest.fixture(scope="module")
def person(hub: HubUp, endpoints: Endpoints, browser: Browser) -> Iterator[Person]:
    """Give the recipient of a situation, signed in by mail and keyboard."""
    assert publish(endpoints, referral("S-E2E-PORTAL", EVENT, need="DEPARTMENT_AID")).status_code == 202
    wait(lambda: bool(query(endpoints, RECIPIENT, EVENT)))
    recipient = query(endpoints, RECIPIENT, EVENT)[0]
    context = browser.new_context(java_script_enabled=False, base_url=endpoints.gateway.url)
    page = context.new_page()
    page.goto("/portal")
    page.get_by_label("Adresse de courriel professionnelle").fill(recipient["email"])
    page.keyboard.press("Enter")
    has_heading(page, "Consultez votre messagerie")
    page.goto(link_in_mail(hub, recipient["email"]))
    page.get_by_role("button", name="Ouvrir ma session").press("Enter")
    has_heading(page, "Mes informations et situations")
    yield Person(recipient["ref"], page)
    context.close()


def test_no_page_has_a_fault_that_axe_finds_nor_scrolls_sideways(browser: Browser, person: Person) -> None:
    state = person.page.context.storage_state()
    for width, scheme in ((320, "light"), (1200, "dark")):
        context = browser.new_context(
            storage_state=state,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            base_url=person.page.url.removesuffix("/portal"),
        )
        page = context.new_page()
        for path in PATHS:
            page.goto(path)
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
            assert 0 == found.violations_count, f"{path} {scheme}: {found.generate_report()}"
            assert "fr" == page.locator("html").get_attribute("lang")
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert 0 == overflow, path
        context.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser, person: Person) -> None:
    context = browser.new_context(
        storage_state=person.page.context.storage_state(), base_url=person.page.url.removesuffix("/portal")
    )
    page = context.new_page()
    page.goto("/portal/absences")
    wanted = page.locator("a, button, select, input:not([type=hidden])").count()
    page.keyboard.press("Tab")
    assert "Aller au contenu" == page.evaluate("document.activeElement.textContent")
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    seen = set()
    for _ in range(wanted * 4):  # a date has several fields of its own
        seen.add(page.evaluate("document.activeElement.outerHTML"))
        style = page.evaluate("(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])"
                              "(getComputedStyle(document.activeElement))")  # fmt: skip
        if page.evaluate("document.activeElement !== document.body"):
            assert ["solid", "3px"] == style, page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
    reached = [html for html in seen if not html.startswith("<body")]
    assert wanted == len(reached)
    context.close()


def test_a_situation_is_taken_in_charge_from_home(endpoints: Endpoints, person: Person) -> None:
    page = person.page
    page.goto("/portal")
    page.get_by_role("link", name="S-E2E-PORTAL").click()
    page.get_by_role("button", name="Prendre en charge").press("Enter")
    assert "C’est noté" in page.get_by_role("status").inner_text()
    assert 0 == page.get_by_role("button", name="Prendre en charge").count()
    (row,) = query(
        endpoints, "select state from delivery where event_id = $1 and contact = $2", EVENT, person.reference
    )
    assert "TAKEN_IN_CHARGE" == row["state"]


def test_an_absence_reaches_the_directory_and_its_end_too(endpoints: Endpoints, person: Person) -> None:
    sql = "select first, last from absence where contact = $1"
    page, day = person.page, datetime.now(paris()).date() + timedelta(days=30)
    page.goto("/portal/absences")
    page.get_by_label("Premier jour").fill(day.isoformat())
    page.get_by_label("Dernier jour").fill((day - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Déclarer l’absence").press("Enter")
    page.get_by_role("alert").get_by_role("link", name="Le dernier jour doit venir après").click()
    page.get_by_label("Dernier jour").fill(day.isoformat())
    page.get_by_role("button", name="Déclarer l’absence").press("Enter")
    page.get_by_role("button", name="Déclarer quand même").press("Enter")  # no substitute: that is said first
    assert "L’absence est enregistrée" in page.get_by_role("status").inner_text()
    wait(lambda: [(day, day)] == [(row["first"], row["last"]) for row in query(endpoints, sql, person.reference)])
    page.goto("/portal/absences")
    page.get_by_role("button", name="Supprimer").press("Enter")
    assert "L’absence est supprimée" in page.get_by_role("status").inner_text()
    wait(lambda: [] == query(endpoints, sql, person.reference))


def test_signing_out_leaves_nothing_open(person: Person) -> None:
    page = person.page
    page.goto("/portal")
    page.get_by_role("button", name="Se déconnecter").press("Enter")
    assert "Vous êtes déconnecté" in page.get_by_role("status").inner_text()
    page.goto("/portal/absences")
    has_heading(page, "Ouvrir mes pages")
