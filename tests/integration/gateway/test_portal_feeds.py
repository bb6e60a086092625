"""A person's feeds and webhook: addresses shown once, changed and ended by their owner only."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger.webhooks import follow_directory
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare
from tests.integration.gateway.portal_setup import LINK_KEY, Browser, contact, in_ledger, put_contacts, put_notice


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose directory has a contact with a system and two without."""
    prepare(kafka, database)
    put_contacts(
        database, contact("anne"), contact("ben"), contact("system", webhook="https://system.departement-demo.example/")
    )
    put_notice(database, "N-FEED", "anne", title="Fermeture du CDAS")
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY)
    running.start()
    yield running
    running.stop()


def addresses(browser: Browser) -> list[str]:
    return re.findall(r"<code>(http[^<]+)</code>", browser.page.text)


def feed_of(browser: Browser) -> str:
    found = re.search(r'name="feed" value="([^"]+)"', browser.page.text)
    assert found is not None
    return found[1]


def test_a_feeds_address_is_shown_once_and_opens_until_it_is_changed_or_ended(gateway: Gateway, database: str) -> None:
    anne = Browser(gateway).signed_in(database, "anne")
    assert "Vous n’avez pas encore de flux." in anne.read("/portal/feeds")
    anne.post("/portal/feeds")
    atom, calendar = addresses(anne)
    assert "Fermeture du CDAS" in httpx.get(atom, timeout=60).text
    assert 200 == httpx.get(calendar, timeout=60).status_code
    anne.get("/portal/feeds")
    assert [] == addresses(anne)
    assert "Flux 1" in anne.words

    anne.post("/portal/feeds/rotate", feed=feed_of(anne))
    newer = addresses(anne)[0]
    assert (404, 200) == (httpx.get(atom, timeout=60).status_code, httpx.get(newer, timeout=60).status_code)
    anne.post("/portal/feeds/revoke", feed=feed_of(anne))
    assert "Le flux est supprimé" in anne.words
    assert 404 == httpx.get(newer, timeout=60).status_code


def test_nobody_changes_or_ends_the_feed_of_somebody_else(gateway: Gateway, database: str) -> None:
    anne, ben = Browser(gateway).signed_in(database, "anne"), Browser(gateway).signed_in(database, "ben")
    anne.get("/portal/feeds")
    anne.post("/portal/feeds")
    atom, feed = addresses(anne)[0], feed_of(anne)
    for path in ("/portal/feeds/rotate", "/portal/feeds/revoke"):
        for forged in (feed, str(uuid4()), "x", ""):
            ben.get("/portal/feeds")
            assert 404 == ben.post(path, feed=forged).status_code
    assert 200 == httpx.get(atom, timeout=60).status_code


def test_feeds_have_a_limit_that_is_said(gateway: Gateway, database: str) -> None:
    ben = Browser(gateway).signed_in(database, "ben")
    ben.get("/portal/feeds")
    for _ in range(10):
        ben.post("/portal/feeds")
    assert "Créer un flux" not in ben.words
    ben.post("/portal/feeds")
    assert "Vous avez déjà le plus grand nombre de flux possible." in ben.words


def test_a_webhook_is_shown_as_it_stands_and_its_absence_too(gateway: Gateway, database: str) -> None:
    async def follow(connection: AsyncConnection) -> None:
        await follow_directory(connection, datetime.now(UTC))

    in_ledger(database, follow)
    system, ben = Browser(gateway).signed_in(database, "system"), Browser(gateway).signed_in(database, "ben")
    said = system.read("/portal/webhooks")
    assert "https://system.departement-demo.example/" in said
    assert "à vérifier" in said
    assert "Aucun webhook n’est déclaré" in ben.read("/portal/webhooks")
