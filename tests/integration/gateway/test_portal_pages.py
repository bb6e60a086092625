"""What waits for a contact person: its own items, open ones first; taking them in charge; nothing of anybody else's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger import tables
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare
from tests.integration.gateway.portal_setup import (
    LINK_KEY,
    Browser,
    contact,
    in_ledger,
    put_contacts,
    put_notice,
    put_urgency,
)

PATHS = ("/portal", "/portal/items/1")
GUARDED = (*PATHS, "/portal/absences", "/portal/subscriptions", "/portal/feeds", "/portal/webhooks", "/portal/nothing")


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose directory has three social workers of one CDAS."""
    prepare(kafka, database)
    put_contacts(database, contact("anne"), contact("ben"), contact("chloe"))
    put_urgency(database, "S-URGENT-1", "anne", "ben")
    put_notice(database, "N-2026-0001", "anne", "ben", title="Le FSL rejoint le Département")
    put_urgency(database, "S-PROTECTED", "chloe", confidentiality="C3")
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY)
    running.start()
    yield running
    running.stop()


def states(database: str, event: str) -> dict[str, str]:
    async def work(connection: AsyncConnection) -> dict[str, str]:
        table = tables.delivery
        found = await connection.execute(select(table.c.contact, table.c.state).where(table.c.event_id == event))
        return {row.contact: row.state for row in found}

    return in_ledger(database, work)


@pytest.mark.parametrize("path", GUARDED)
def test_nobody_sees_a_page_without_a_session(gateway: Gateway, path: str) -> None:
    for cookie in (b"", b"hub-session=" + b"x" * 43, b"hub-session=\xe9", b"hub-session=" + b"x" * 5000):
        answer = httpx.get(gateway.url + path, headers={b"cookie": cookie}, timeout=60)
        assert 303 == answer.status_code
        assert answer.headers["location"].startswith("/portal/sign-in")


def test_home_shows_what_is_open_the_urgent_first_and_what_it_asks(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway).signed_in(database, "anne")
    browser.get("/portal")
    assert "1 situation attend d’être prise en charge, et 1 information est à lire." in browser.words
    assert browser.words.index("Situation urgente S-URGENT-1") < browser.words.index("Le FSL rejoint le Département")
    assert "En vigueur le 1er mai 2026" in browser.words


def test_taking_in_charge_tells_the_others_who_has_it_and_a_second_press_changes_nothing(
    gateway: Gateway, database: str
) -> None:
    put_urgency(database, "S-TAKEN", "anne", "ben")
    anne, ben = Browser(gateway).signed_in(database, "anne"), Browser(gateway).signed_in(database, "ben")
    mine = anne.get("/portal").text.split("S-TAKEN")[0].rpartition('href="')[2].partition('"')[0]
    anne.get(mine)
    assert "S-TAKEN" in anne.words
    anne.post(f"{mine}/take")
    assert "C’est noté" in anne.words
    assert "Prise en charge par : vous" in anne.words
    assert 0 == anne.page.text.count("/take")
    anne.post(f"{mine}/take")
    assert "C’était déjà fait" in anne.words
    assert {"anne": "TAKEN_IN_CHARGE", "ben": "CANCELLED"} == states(database, "S-TAKEN")

    his = ben.get("/portal").text.split("S-TAKEN")[0].rpartition('href="')[2].partition('"')[0]
    ben.get(his)
    assert "Prise en charge par : centre départemental d’action sociale" in ben.words
    ben.post(f"{his}/take")
    assert "C’était déjà fait" in ben.words


def test_a_notice_is_shown_whole_and_confirmed_as_read(gateway: Gateway, database: str) -> None:
    put_notice(database, "N-READ", "ben", title="Fermeture du CDAS")
    ben = Browser(gateway).signed_in(database, "ben")
    mine = ben.get("/portal").text.split("Fermeture du CDAS")[0].rpartition('href="')[2].partition('"')[0]
    ben.get(mine)
    assert "Les demandes passent par les CDAS." in ben.words
    assert "vendredi 1er mai 2026" in ben.words
    ben.post(f"{mine}/take")
    assert "la lecture est confirmée" in ben.words
    assert {"ben": "TAKEN_IN_CHARGE"} == states(database, "N-READ")
    assert "Fermeture du CDAS Lu par vous" in ben.read("/portal")


def test_a_protected_situation_is_shown_without_reference_type_and_purpose(gateway: Gateway, database: str) -> None:
    chloe = Browser(gateway).signed_in(database, "chloe")
    for path in PATHS:
        chloe.get(path)
        assert "Une situation protégée vous attend" in chloe.words
        assert not [word for word in ("S-PROTECTED", "urgence", "réponse") if word in chloe.words]


def test_a_number_leads_to_ones_own_item_and_to_nobody_elses(gateway: Gateway, database: str) -> None:
    chloe = Browser(gateway).signed_in(database, "chloe")
    before = states(database, "S-URGENT-1")
    chloe.get("/portal")
    answers: list[Any] = [chloe.get("/portal/items/2"), chloe.get("/portal/items/0"), chloe.get("/portal/items/999999")]
    answers.append(chloe.get("/portal/nothing/at-all"))
    chloe.get("/portal")
    answers.append(chloe.post("/portal/items/2/take"))
    assert [404] * 5 == [answer.status_code for answer in answers]
    assert before == states(database, "S-URGENT-1")


def test_a_long_history_is_shown_page_by_page(gateway: Gateway, database: str) -> None:
    put_contacts(database, contact("dora"))
    for number in range(22):
        put_notice(database, f"N-OLD-{number:02}", "dora", title=f"Ancienne {number:02}")
    dora = Browser(gateway).signed_in(database, "dora")
    for number in range(1, 23):
        dora.get(f"/portal/items/{number}")
        dora.post(f"/portal/items/{number}/take")
    dora.get("/portal")
    assert "Ancienne 02" in dora.words
    assert "Ancienne 01" not in dora.words
    dora.get("/portal?before=" + dora.page.text.partition("/portal?before=")[2].partition('"')[0])
    assert "Ancienne 01" in dora.words
    assert "Ancienne 02" not in dora.words


def test_a_deadline_is_shown_while_an_answer_is_awaited(gateway: Gateway, database: str) -> None:
    put_contacts(database, contact("emil"))
    put_notice(database, "N-DEADLINE", "emil", title="À confirmer")
    table, by = tables.delivery, datetime(2026, 4, 30, 22, 0, tzinfo=UTC)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(update(table).where(table.c.event_id == "N-DEADLINE").values(acknowledge_by=by))

    in_ledger(database, work)
    emil = Browser(gateway).signed_in(database, "emil")
    assert "À confirmer avant le vendredi 1er mai 2026" in emil.read("/portal")
    emil.get("/portal/items/1")
    assert "Lecture attendue avant le vendredi 1er mai 2026." in emil.words
    emil.post("/portal/items/1/take")
    assert "attendue avant" not in emil.words
