"""Signing in to the contact persons' pages: who gets a link, what it opens, and what nobody learns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger import tables
from hub.wire.links import LinkKeys, Purpose
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare
from tests.integration.gateway.portal_setup import LINK_KEY, Browser, contact, in_ledger, put_contacts

KEYS = LinkKeys((LINK_KEY.encode(),))
SHARED = "partage@departement-demo.example"


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose directory has contacts, two of which share an address."""
    prepare(kafka, database)
    put_contacts(
        database,
        contact("alone"),
        contact("first", email=SHARED, label="Premier"),
        contact("second", email=SHARED.upper(), label="Second"),
        contact("other"),
        contact("leaving"),
    )
    running = make_gateway(
        tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY, HUB_SIGN_INS_PER_CLIENT="30",
        HUB_CLIENT_ADDRESS_HEADER="x-real-ip",
    )  # fmt: skip
    running.start()
    yield running
    running.stop()


def asked(database: str, address: str) -> list[dict[str, Any]]:
    async def work(connection: AsyncConnection) -> list[dict[str, Any]]:
        table = tables.portal_sign_in
        found = await connection.execute(select(table).where(table.c.address == address))
        return [dict(row) for row in found.mappings()]

    return in_ledger(database, work)


def link(database: str, address: str, **lasts: float) -> str:
    """The link that the dispatcher mails for a request; the request is put in the ledger."""
    id_, now = uuid4(), datetime.now(UTC)
    expires = now + timedelta(**(lasts or {"minutes": 20}))
    row = {"id": id_, "address": address, "client": "c", "asked_at": now, "expires_at": expires, "due_at": now}

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(tables.portal_sign_in), row | {"result": "sent"})

    in_ledger(database, work)
    return signed(id_, expires)


def signed(id_: UUID, expires: datetime, keys: LinkKeys = KEYS, purpose: Purpose = Purpose.SIGN_IN) -> str:
    return f"/portal/enter/{keys.sign(purpose, id_, expires)}"


def ask(gateway: Gateway, address: str, client: str = "192.0.2.1") -> httpx.Response:
    headers = {"origin": gateway.url, "x-real-ip": client}
    return httpx.post(
        f"{gateway.url}/portal/sign-in",
        data={"address": address},
        headers=headers,
        follow_redirects=True,
        timeout=60,
    )


def test_every_address_gets_the_same_answer_and_leaves_the_same_row(gateway: Gateway, database: str) -> None:
    known, unknown = ask(gateway, " Alone@Departement-Demo.example "), ask(gateway, "nobody@elsewhere.example")
    assert (200, 200) == (known.status_code, unknown.status_code)
    assert (known.text, known.url) == (unknown.text, unknown.url)
    rows = [*asked(database, "alone@departement-demo.example"), *asked(database, "nobody@elsewhere.example")]
    assert [(None, None, 0)] * 2 == [(row["result"], row["used_at"], row["attempt"]) for row in rows]
    assert not [row for row in rows if "192.0.2.1" in str(row)]


@pytest.mark.parametrize(
    "typed", ["", "nobody", "@departement.example", "nobody@", "nobody@localhost", "a" * 300 + "@a.fr"]
)
def test_what_is_no_address_is_said_beside_the_field_and_in_the_summary(gateway: Gateway, typed: str) -> None:
    answer = ask(gateway, typed)
    assert 422 == answer.status_code
    assert 'href="#address"' in answer.text
    assert 'aria-describedby="address-hint address-fault" aria-invalid="true"' in answer.text


def test_an_address_gets_five_mails_an_hour_and_the_sixth_asks_in_vain_without_knowing(
    gateway: Gateway, database: str
) -> None:
    answers = [ask(gateway, "other@departement-demo.example", "192.0.2.2") for _ in range(6)]
    assert 1 == len({(answer.status_code, answer.text) for answer in answers})
    results = [row["result"] for row in asked(database, "other@departement-demo.example")]
    assert {None: 5, "failed": 1} == {result: results.count(result) for result in results}


def test_one_network_address_cannot_ask_for_ever(gateway: Gateway) -> None:
    answers = [ask(gateway, f"address-{n}@elsewhere.example", "192.0.2.3").status_code for n in range(31)]
    assert [200] * 30 + [429] == answers
    assert 200 == ask(gateway, "address-31@elsewhere.example", "192.0.2.4").status_code


@pytest.mark.parametrize(
    "client", ["198.51.100.{n}, 192.0.2.5", "2001:db8:1:2:{n}::1"], ids=["what a caller wrote itself", "IPv6 addresses"]
)
def test_a_caller_does_not_become_many_by_its_headers_or_its_own_addresses(gateway: Gateway, client: str) -> None:
    answers = [ask(gateway, f"many-{n}@elsewhere.example", client.format(n=n)).status_code for n in range(31)]
    assert [200] * 30 + [429] == answers


def test_whoever_goes_on_asking_for_an_address_does_not_keep_it_shut(gateway: Gateway, database: str) -> None:
    address = "besieged@departement-demo.example"
    for _ in range(8):
        ask(gateway, address, "192.0.2.6")
    table = tables.portal_sign_in

    async def work(connection: AsyncConnection) -> None:
        early = select(table.c.id).where(table.c.address == address).order_by(table.c.asked_at).limit(5)
        before = datetime.now(UTC) - timedelta(hours=1)
        await connection.execute(update(table).where(table.c.id.in_(early)).values(asked_at=before))

    in_ledger(database, work)
    ask(gateway, address, "192.0.2.7")
    assert [None] == [row["result"] for row in sorted(asked(database, address), key=lambda row: row["asked_at"])[-1:]]


def test_looking_at_a_link_changes_nothing_and_its_button_opens_one_session(gateway: Gateway, database: str) -> None:
    mine = link(database, "alone@departement-demo.example")
    browser = Browser(gateway)
    for _ in range(2):
        assert "Ouvrir ma session" in browser.read(mine)
    assert not browser.client.cookies
    browser.post(mine)
    assert "/portal" == browser.path
    assert "Rien ne vous attend" in browser.words
    assert "Démo alone" in browser.page.text

    second = Browser(gateway)
    for answer in (second.get(mine), second.post(mine)):
        assert 410 == answer.status_code
        assert "Ce lien ne fonctionne plus" in second.words
    assert not second.client.cookies


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_only_its_digest_is_kept(
    gateway: Gateway, database: str
) -> None:
    answer = httpx.post(gateway.url + link(database, "alone@departement-demo.example"), timeout=60)
    header = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(header.split("; "))
    assert not [word for word in ("Max-Age", "Expires", "Domain") if word.lower() in header.lower()]
    token = answer.cookies["hub-session"]
    assert len(token) >= 43

    async def work(connection: AsyncConnection) -> list[Any]:
        return [*await connection.execute(select(tables.portal_session))]

    assert token not in str(in_ledger(database, work))
    assert token not in gateway.log


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_forged_or_made_for_something_else_opens_nothing(
    gateway: Gateway, database: str, method: str
) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=20)
    id_ = UUID(link(database, "alone@departement-demo.example").split("/")[3])
    forger = LinkKeys((b"k" * 32,))
    paths = [
        signed(id_, expires, forger),
        signed(id_, expires, purpose=Purpose.TAKE_IN_CHARGE),
        signed(id_, expires)[:-1],
        "/portal/enter/x",
    ]
    answers = [httpx.request(method, gateway.url + path, timeout=60) for path in paths]
    assert {403} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    elsewhere = signed(id_, expires).replace("/portal/enter/", "/acknowledge/")
    assert 403 == httpx.request(method, gateway.url + elsewhere, timeout=60).status_code


def test_an_expired_link_says_so_and_offers_another(gateway: Gateway, database: str) -> None:
    old = link(database, "alone@departement-demo.example", seconds=-1)
    answers = [httpx.get(gateway.url + old, timeout=60), httpx.post(gateway.url + old, timeout=60)]
    assert [410, 410] == [answer.status_code for answer in answers]
    assert 'href="/portal/sign-in"' in answers[0].text


def test_an_address_of_several_contacts_asks_for_whom_and_for_nobody_else(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway)
    browser.post(link(database, SHARED))
    assert "/portal/contacts" == browser.path
    assert "/portal/contacts" == browser.arrive("/portal")
    assert "Premier" in browser.words
    assert "Second" in browser.words
    browser.post("/portal/contacts", contact="alone")
    assert "/portal/contacts" == browser.path
    browser.post("/portal/contacts", contact="second")
    assert "/portal" == browser.path
    assert "<strong>Second</strong>" in browser.page.text
    assert "Changer de contact" in browser.page.text


def test_signing_out_ends_the_session_and_everywhere_ends_all_of_the_address(gateway: Gateway, database: str) -> None:
    browsers = [Browser(gateway) for _ in range(3)]
    tokens = []
    for browser in browsers:
        browser.post(link(database, "alone@departement-demo.example"))
        tokens.append(browser.client.cookies["hub-session"])

    def works(token: str) -> bool:
        answer = httpx.get(f"{gateway.url}/portal", cookies={"hub-session": token}, timeout=60)
        return answer.status_code == 200

    browsers[0].post("/portal/sign-out")
    assert "Vous êtes déconnecté" in browsers[0].words
    assert [False, True, True] == [works(token) for token in tokens]
    browsers[1].post("/portal/sign-out", everywhere="yes")
    assert [False, False, False] == [works(token) for token in tokens]


@pytest.mark.parametrize("over", ["idle_until", "expires_at"])
def test_a_session_ends_when_it_is_idle_or_old(gateway: Gateway, database: str, over: str) -> None:
    browser = Browser(gateway).signed_in(database, "other")
    assert "/portal" == browser.arrive("/portal")
    table = tables.portal_session

    async def work(connection: AsyncConnection) -> None:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(update(table).where(table.c.address.like("other@%")).values({over: past}))

    in_ledger(database, work)
    browser.get("/portal")
    assert "/portal/sign-in" == browser.path
    assert "Votre session est terminée" in browser.words


def test_a_session_ends_when_the_directory_takes_the_address_from_its_contact(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway).signed_in(database, "leaving")
    assert "/portal" == browser.arrive("/portal")
    table = tables.contact

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(update(table).where(table.c.ref == "leaving").values(email="new@elsewhere.example"))

    in_ledger(database, work)
    assert "/portal/sign-in" == browser.arrive("/portal")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
    ids=["other-origin", "hidden-origin", "cross-site"],
)
def test_no_form_is_taken_from_another_site(gateway: Gateway, database: str, headers: dict[str, str]) -> None:
    browser = Browser(gateway).signed_in(database, "alone")
    paths = ["/portal/sign-in", "/portal/sign-out", "/portal/contacts", "/portal/items/1/take"]
    paths.append(link(database, "alone@departement-demo.example"))
    for path in paths:
        browser.get("/portal")
        assert 403 == browser.post(path, headers, address="alone@departement-demo.example").status_code
    assert "/portal" == browser.arrive("/portal")


def test_a_form_without_the_proof_of_its_session_is_refused(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway).signed_in(database, "alone")
    for path in ("/portal/sign-out", "/portal/contacts", "/portal/items/1/take"):
        for proof in ("", "0" * 64, "é"):
            assert 403 == browser.post(path, proof=proof).status_code
    assert "/portal" == browser.arrive("/portal")


def test_over_https_the_cookie_is_bound_to_the_host(kafka: EmbeddedKafka, database: str, tmp_path: Path) -> None:
    secure = make_gateway(
        tmp_path, kafka, database, HUB_LINK_KEYS=LINK_KEY, HUB_PUBLIC_URL="https://hub.example"
    )  # fmt: skip
    secure.start()
    try:
        headers = {"origin": "https://hub.example", "host": "hub.example"}
        answer = httpx.post(secure.url + link(database, "alone@departement-demo.example"), headers=headers, timeout=60)
    finally:
        secure.stop()
    header = answer.headers["set-cookie"]
    assert header.startswith("__Host-hub-session=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(header.split("; "))
    assert "max-age=31536000" == answer.headers["strict-transport-security"]


def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway).signed_in(database, "alone")
    for path in ("/portal", "/portal/sign-in", "/portal/contacts", "/accessibility", "/privacy"):
        answer = browser.get(path)
        assert 200 == answer.status_code
        assert "no-store" == answer.headers["cache-control"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "same-origin" == answer.headers["cross-origin-opener-policy"]
        assert "same-origin" == answer.headers["cross-origin-resource-policy"]
        assert "strict-transport-security" not in answer.headers  # it would mean nothing over http
        assert ["same-origin" if path.startswith("/portal") else "no-referrer"] == answer.headers.get_list(
            "referrer-policy"
        )
        assert not [word for word in ("<script", "<style", ' style="', "http://", "https://") if word in answer.text]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"address=" + b"a" * 1_000_000, "application/x-www-form-urlencoded"),
        (b"a=1&" * 100_000, "application/x-www-form-urlencoded"),
        (b"a&" * 15_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
    ],
    ids=["a megabyte", "100 000 fields", "many fields in few bytes", "no UTF-8", "JSON", "multipart"],
)
def test_what_no_page_of_ours_sends_is_refused_unread(gateway: Gateway, body: bytes, kind: str) -> None:
    headers = {"origin": gateway.url, "content-type": kind}
    answer = httpx.post(f"{gateway.url}/portal/sign-in", content=body, headers=headers, timeout=60)
    assert 400 == answer.status_code
    assert "Formulaire illisible" in answer.text


def test_links_and_cookies_stand_in_no_log(gateway: Gateway, database: str) -> None:
    mine = link(database, "alone@departement-demo.example")
    browser = Browser(gateway)
    browser.get(mine)
    browser.post(mine)
    browser.get("/portal?done=x")
    assert "signed_in" in gateway.log
    secrets = [mine.rpartition("/")[2], browser.client.cookies["hub-session"], "alone@", "127.0.0.1:0", "192.0.2."]
    assert not [secret for secret in secrets if secret in gateway.log]
