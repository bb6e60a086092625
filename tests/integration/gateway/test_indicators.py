"""The indicators over HTTP: as JSON for systems and sessions of the two institutions, as a page for their people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger.indicators.counting import count_facts, hold_lock, take_waiting
from hub.ledger.indicators.facts import add_facts
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare
from tests.integration.gateway.portal_setup import LINK_KEY, Browser, contact, in_ledger, put_contacts
from tests.integration.indicators.shown_facts import messages

MARCH = "/indicators?period=2026-03&indicator=V1.2"


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose ledger has counted a month, and whose directory has somebody of each institution."""
    prepare(kafka, database)
    put_contacts(
        database,
        contact("anne"),
        contact("carl", institution="CAF", service="CAF_SOCIAL_WORK", cdas=None),
        contact("tom", institution="PARTNER", service="ASIP", role="ACTOR", cdas=None, actor_kind="TOWN_HALL"),
    )
    facts = [
        *messages("2026-03", "CDAS-01", 3),
        *messages("2026-03", "CDAS-02", 9),
        *messages("2026-03", "CDAS-03", 40),
    ]

    async def count(connection: AsyncConnection) -> None:
        await connection.execute(text("truncate indicator_fact, indicator_cell, indicator_period restart identity"))
        await add_facts(connection, facts)
        await hold_lock(connection)
        await count_facts(connection, await take_waiting(connection), datetime.now(UTC))

    in_ledger(database, count)
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY)
    running.start()
    yield running
    running.stop()


def by_cdas(answer: httpx.Response) -> dict[str, Any]:
    (indicator,) = answer.json()["indicators"]
    (table,) = [one for one in indicator["breakdowns"] if one["key"] == "by_cdas"]
    return {row["symbols"][0]: row["number"] if row["state"] == "GIVEN" else row["state"] for row in table["rows"]}


@pytest.mark.parametrize("system", ["caf", "cd35"])
def test_a_system_of_either_institution_reads_the_masked_figures(gateway: Gateway, system: str) -> None:
    answer = gateway.get(MARCH, system)
    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert {"CDAS-01": "MASKED", "CDAS-02": "MASKED", "CDAS-03": 40} == by_cdas(answer)
    assert ("mars 2026", True, None) == tuple(answer.json()[name] for name in ("label", "detailed", "frozen"))
    figure = answer.json()["indicators"][0]["figures"][0]
    assert ("messages", "COUNT", 52, "52") == tuple(figure[name] for name in ("key", "kind", "value", "text"))


def test_who_has_the_same_figures_already_is_told_so(gateway: Gateway) -> None:
    first = gateway.get(MARCH, "caf")
    again = httpx.get(
        gateway.url + MARCH, headers={**first.request.headers, "if-none-match": first.headers["etag"]}, timeout=60
    )
    assert (304, b"") == (again.status_code, again.content)


def test_a_session_of_the_pages_reads_them_too_and_nobody_else_does(gateway: Gateway, database: str) -> None:
    carl, tom = Browser(gateway).signed_in(database, "carl"), Browser(gateway).signed_in(database, "tom")
    assert {"CDAS-01": "MASKED", "CDAS-02": "MASKED", "CDAS-03": 40} == by_cdas(carl.get(MARCH))
    refused = {
        "a partner's session": tom.get(MARCH),
        "a partner's system": gateway.get(MARCH, "partner"),
        "nobody": gateway.get(MARCH),
        "a session that is over": httpx.get(
            gateway.url + MARCH, headers={"cookie": "hub-session=" + "x" * 43}, timeout=60
        ),
    }
    assert {
        "a partner's session": (403, "INDICATORS_FORBIDDEN"),
        "a partner's system": (403, "INDICATORS_FORBIDDEN"),
        "nobody": (401, "NOT_AUTHENTICATED"),
        "a session that is over": (401, "NOT_AUTHENTICATED"),
    } == {who: (answer.status_code, answer.json()["code"]) for who, answer in refused.items()}


@pytest.mark.parametrize(
    "query", ["period=2026-13", "period=hier", "period=2026-02..2026-01", "indicator=V9", "by=cdas", "period=%00"]
)
def test_what_names_no_period_or_no_indicator_is_refused(gateway: Gateway, query: str) -> None:
    answer = gateway.get(f"/indicators?{query}", "caf")
    assert (400, "REQUEST_INVALID") == (answer.status_code, answer.json()["code"])


def test_without_a_period_the_reference_year_to_date_is_answered(gateway: Gateway) -> None:
    answer = gateway.get("/indicators", "cd35").json()
    assert (13, True) == (len(answer["indicators"]), answer["detailed"])
    assert answer["first"].endswith("-01")


def test_the_page_shows_a_period_masked_and_says_what_was_not_provided(gateway: Gateway, database: str) -> None:
    anne = Browser(gateway).signed_in(database, "anne")
    words = anne.read("/portal/indicators?period=2026-03")
    assert "mars 2026" in words
    assert "Chiffres provisoires" in words
    assert "Messages reçus 52" in words
    assert "CDAS-01 masqué CDAS-02 masqué CDAS-03 40 Total 52" in words
    assert "Interpellations non fourni" in words
    assert '<a href="/portal/indicators" aria-current="page">' in anne.page.text


def test_the_page_is_for_the_people_of_the_two_institutions(gateway: Gateway, database: str) -> None:
    tom = Browser(gateway).signed_in(database, "tom")
    assert 403 == tom.get("/portal/indicators").status_code
    assert "/portal/indicators" not in tom.get("/portal").text
    answer = httpx.get(gateway.url + "/portal/indicators", timeout=60)
    assert (303, True) == (answer.status_code, answer.headers["location"].startswith("/portal/sign-in"))


def test_a_period_that_cannot_be_read_is_said_on_a_page(gateway: Gateway, database: str) -> None:
    anne = Browser(gateway).signed_in(database, "anne")
    assert 400 == anne.get("/portal/indicators?period=2026-99").status_code
    assert "Période illisible" in anne.words
