"""The inbox API: whose inboxes a system sees, paging, gaps, taking in charge, and answers that are not sent twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.states import delivery_id
from hub.ledger import tables
from hub.ledger.engine import ledger_engine
from hub.ledger.numbers import add_deliveries
from hub.ledger.sessions import hash_of
from hub.settings import Settings
from tests.integration.gateway.gateway_setup import TOKENS, Gateway
from tests.integration.ledger.decided_building import CD35, notice, routing, take

T = TypeVar("T")
CONTACTS = {
    "cdas-07-box": ("CD35", "CDAS", "CDAS-07"),
    "cdas-08-box": ("CD35", "CDAS", "CDAS-08"),
    "cd35-referent": ("CD35", "CD35_SOCIAL_LIFE_REFERENTS", None),
    "caf-work": ("CAF", "CAF_SOCIAL_WORK", None),
    "ccas-demo": ("PARTNER", "ASIP", None),
    "ccas-other": ("PARTNER", "ASIP", None),
}


def in_ledger(database: str, act: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = ledger_engine(Settings(database_url=database))
        try:
            return await act(engine)
        finally:
            await engine.dispose()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def hub(gateway: Gateway, database: str) -> Gateway:
    """Give a gateway whose directory holds contacts of both institutions and of partners."""
    rows = [
        {
            "ref": ref, "institution": institution, "service": service, "role": "GENERIC_MAILBOX", "cdas": cdas,
            "label": ref, "valid_from": date(2024, 1, 1), "opted_out": False, "revision": 1,
            "updated_at": datetime.now(UTC),
        }
        for ref, (institution, service, cdas) in CONTACTS.items()
    ]  # fmt: skip

    async def put(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(tables.contact), rows)

    in_ledger(database, put)
    return gateway


def tell(database: str, event_id: str, *contacts: str, media: tuple[str, ...] = ("MAIL",)) -> None:
    """Have contacts told of a notice that is named after its event, by other media beside the mail where asked."""

    async def act(engine: AsyncEngine) -> None:
        await take(engine, notice(event_id, routing(contacts), reference=f"N-{event_id}"), at=datetime.now(UTC))
        async with engine.begin() as connection:
            of = select(tables.delivery).where(tables.delivery.c.event_id == event_id)
            mails = [dict(row) for row in (await connection.execute(of)).mappings()]
            further = [
                mail | {"id": delivery_id(CD35, event_id, mail["contact"], medium), "medium": medium}
                for medium in media
                if medium != "MAIL"
                for mail in mails
            ]
            await add_deliveries(connection, further)
            arrived = update(tables.delivery).where(tables.delivery.c.event_id == event_id)
            await connection.execute(arrived.values(state="ACCEPTED", accepted_at=datetime.now(UTC)))

    in_ledger(database, act)


def ask(hub: Gateway, path: str, system: str = "cd35", status: int = 200) -> dict[str, Any]:
    answer = hub.get(path, system)
    assert (status, answer.headers["cache-control"]) == (answer.status_code, "private, no-cache"), answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def take_it(hub: Gateway, contact: str, number: int, system: str = "cd35") -> httpx.Response:
    headers = {"authorization": f"Bearer {TOKENS[system]}"}
    return httpx.post(f"{hub.url}/inbox/{contact}/items/{number}/taken-in-charge", headers=headers, timeout=60)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        pytest.param("cd35", ["cd35-referent", "cdas-07-box"], id="a CDAS and a contact by name"),
        pytest.param("caf", ["caf-work"], id="a service of the other institution is not theirs"),
        pytest.param("partner", ["ccas-demo"], id="a partner only by name"),
        pytest.param("limited", [], id="a system that acts for nobody"),
    ],
)
def test_a_system_sees_the_inboxes_that_its_credentials_name_inside_its_institution(
    hub: Gateway, system: str, expected: list[str]
) -> None:
    assert expected == [one["contact"] for one in ask(hub, "/inbox", system)["inboxes"]]


@pytest.mark.parametrize(
    "path",
    ["/inbox/cdas-08-box/items", "/inbox/nobody/items", "/inbox/cdas-08-box/items/1", "/inbox/cdas-07-box/items/0"],
)
def test_an_inbox_of_others_is_answered_as_one_that_does_not_exist(hub: Gateway, database: str, path: str) -> None:
    tell(database, f"others{path.replace('/', '-')}", "cdas-08-box")
    assert (404, "NOT_FOUND") == refused(hub.get(path, "cd35"))
    assert (404, "NOT_FOUND") == refused(take_it(hub, "cdas-08-box", 1))
    assert (401, "NOT_AUTHENTICATED") == refused(hub.get(path))


def test_a_walk_through_the_pages_meets_every_item_once(hub: Gateway, database: str) -> None:
    begin = ask(hub, "/inbox/cd35-referent/items")["last"]
    for number in range(5):
        tell(database, f"page-{number}", "cd35-referent")
    path: str | None = f"/inbox/cd35-referent/items?after={begin}&limit=2&state=OPEN&state=TAKEN"
    found = []
    while path is not None:
        page = ask(hub, path)
        found += [(item["number"], item["event_id"]) for item in page["items"]]
        path = page["next"]
    assert [(begin + 1 + number, f"page-{number}") for number in range(5)] == found
    newest = ask(hub, "/inbox/cd35-referent/items?order=newest&limit=2")
    assert ["page-4", "page-3"] == [item["event_id"] for item in newest["items"]]
    assert ["page-2", "page-1"] == [item["event_id"] for item in ask(hub, newest["next"])["items"]]


def test_a_receiver_that_finds_a_gap_fetches_what_is_missing(hub: Gateway, database: str) -> None:
    for number in range(6):
        tell(database, f"gap-{number}", "caf-work", media=("MAIL", "WEBHOOK"))
    received = {1: "gap-0", 2: "gap-1", 5: "gap-4"}  # by webhook; its server was away in between
    script = Path(__file__).parents[3] / "docs" / "examples" / "missing.py"
    fetched = subprocess.run(
        [sys.executable, str(script), hub.url, "caf-work", *map(str, received)],
        env={"HUB_TOKEN": TOKENS["caf"]}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ["gap-2", "gap-3", "gap-5"] == [json.loads(line)["event_id"] for line in fetched.stdout.splitlines()]


def test_an_item_is_shown_by_reading_it_and_taken_by_a_post(hub: Gateway, database: str) -> None:
    tell(database, "shown", "cdas-07-box", media=("MAIL", "PORTAL"))
    number = ask(hub, "/inbox/cdas-07-box/items")["last"]
    path = f"/inbox/cdas-07-box/items/{number}"
    listed = ask(hub, f"/inbox/cdas-07-box/items?after={number - 1}")["items"][0]
    assert {"MAIL": "ACCEPTED", "PORTAL": "ACCEPTED"} == {d["medium"]: d["state"] for d in listed["deliveries"]}
    read = ask(hub, path)
    assert {"MAIL": "ACCEPTED", "PORTAL": "SHOWN"} == {d["medium"]: d["state"] for d in read["deliveries"]}
    assert (None, "OPEN", "à prendre en charge") == (read["holder"], read["state"], read["label"])

    first, again = take_it(hub, "cdas-07-box", number), take_it(hub, "cdas-07-box", number)
    assert (200, "TAKEN", True) == (first.status_code, first.json()["state"], first.json()["holder"]["mine"])
    assert (200, first.json()["taken_at"]) == (again.status_code, again.json()["taken_at"])
    assert "TAKEN" == ask(hub, path)["state"]


def test_what_was_withdrawn_from_its_recipient_is_closed(hub: Gateway, database: str) -> None:
    tell(database, "closed", "cdas-07-box")

    async def redirect(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            of = update(tables.delivery).where(tables.delivery.c.event_id == "closed")
            await connection.execute(of.values(state="REDIRECTED"))

    in_ledger(database, redirect)
    number = ask(hub, "/inbox/cdas-07-box/items")["last"]
    assert (409, "ITEM_CLOSED") == refused(take_it(hub, "cdas-07-box", number))


def test_what_a_caller_has_already_is_not_sent_again(hub: Gateway, database: str) -> None:
    tell(database, "etag-1", "cdas-07-box")
    headers = {"authorization": f"Bearer {TOKENS['cd35']}"}
    url = f"{hub.url}/inbox/cdas-07-box/items"
    tag = httpx.get(url, headers=headers, timeout=60).headers["etag"]
    same = httpx.get(url, headers=headers | {"if-none-match": f'"else", W/{tag}'}, timeout=60)
    assert (304, b"", tag) == (same.status_code, same.content, same.headers["etag"])
    tell(database, "etag-2", "cdas-07-box")
    assert 200 == httpx.get(url, headers=headers | {"if-none-match": tag}, timeout=60).status_code


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "after=-1",
        "state=GONE",
        "first=1",
        "after=99999999999999999999",
        "notice=%00",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "since=0001-01-01T00:00:00%2B14:00",
        "since=9999-12-31T23:59:59-14:00",
    ],
)
def test_a_question_that_cannot_be_read_is_refused(hub: Gateway, query: str) -> None:
    assert (400, "REQUEST_INVALID") == refused(hub.get(f"/inbox/cdas-07-box/items?{query}", "cd35"))


def test_a_large_number_is_no_item(hub: Gateway) -> None:
    assert (404, "NOT_FOUND") == refused(hub.get(f"/inbox/cdas-07-box/items/{10**30}", "cd35"))


def test_a_signed_in_contact_uses_its_own_inbox_and_no_other(hub: Gateway, database: str) -> None:
    tell(database, "session", "cdas-08-box", "cdas-07-box")
    now = datetime.now(UTC)
    session = {
        "token_hash": hash_of("the-token"), "address": "box@cdas.example", "contact": "cdas-08-box", "opened_at": now,
        "idle_until": now + timedelta(hours=1), "expires_at": now + timedelta(hours=1),
    }  # fmt: skip

    async def sign_in(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            of = update(tables.contact).where(tables.contact.c.ref == "cdas-08-box")
            await connection.execute(of.values(email="box@cdas.example"))
            await connection.execute(insert(tables.portal_session).values(session))

    in_ledger(database, sign_in)
    with httpx.Client(base_url=hub.url, cookies={"hub-session": "the-token"}, timeout=60) as browser:
        assert ["cdas-08-box"] == [one["contact"] for one in browser.get("/inbox").json()["inboxes"]]
        number = browser.get("/inbox/cdas-08-box/items").json()["last"]
        assert (404, "NOT_FOUND") == refused(browser.get("/inbox/cdas-07-box/items"))
        path = f"/inbox/cdas-08-box/items/{number}/taken-in-charge"
        elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        assert (401, "NOT_AUTHENTICATED") == refused(browser.post(path, headers=elsewhere))
        assert "OPEN" == browser.get(f"/inbox/cdas-08-box/items/{number}").json()["state"]
        assert "TAKEN" == browser.post(path, headers={"origin": hub.url}).json()["state"]
    assert (401, "NOT_AUTHENTICATED") == refused(
        httpx.get(f"{hub.url}/inbox", cookies={"hub-session": "another"}, timeout=60)
    )
