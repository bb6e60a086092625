"""Absences that persons and managers declare on their page: what is published, what is said before, what is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.embedded.kafka import EmbeddedKafka
from hub.ledger import tables
from hub.ledger.sign_ins import today
from hub.wire.avro import decode
from hub.wire.schemas import load_catalogue
from tests.integration.gateway.gateway_setup import Gateway, header, make_gateway, prepare, records_of
from tests.integration.gateway.portal_setup import LINK_KEY, Browser, contact, in_ledger, put_contacts

TODAY = today(datetime.now(UTC))
TOPIC = "cd35.directory"


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose directory has the team of a CDAS, its manager and mailbox, and somebody of another."""
    prepare(kafka, database)
    put_contacts(
        database,
        contact("anne", deputy="ben"),
        contact("ben"),
        contact("chloe"),
        contact("head", role="MANAGER"),
        contact("box", role="GENERIC_MAILBOX"),
        contact("gone", valid_to=date(2024, 1, 1)),
        contact("elsewhere", cdas="CDAS-08"),
        contact("townhall", service="ASIP", role="ACTOR", cdas=None, deputy="townhall-2"),
        contact("townhall-2", service="ASIP", role="ACTOR", cdas=None),
        contact("charity", service="ASIP", role="ACTOR", cdas=None),
    )
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY)
    running.start()
    yield running
    running.stop()


def away(database: str, key: str, reference: str, first: int, last: int, deputy: str | None = None) -> str:
    """Put an absence into the ledger, as the processors do; gives its key."""
    row = {
        "key": f"absence:{reference}:{key}", "contact": reference, "first": TODAY + timedelta(days=first),
        "last": TODAY + timedelta(days=last), "deputy": deputy, "revision": 1,
    }  # fmt: skip

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(tables.absence), row)

    in_ledger(database, work)
    return str(row["key"])


def published(kafka: EmbeddedKafka, reference: str) -> list[tuple[str, dict[str, Any]]]:
    """Source and data of every absence of a contact that was published."""
    catalogue = load_catalogue()
    records = [record for record in records_of(kafka, TOPIC) if record.value and record.key == reference.encode()]
    return [(header(record, "ce_source"), decode(catalogue, record.value)[1]) for record in records]


def deleted(kafka: EmbeddedKafka) -> list[str]:
    return [record.key.decode() for record in records_of(kafka, TOPIC) if record.value is None]


def declare(browser: Browser, **fields: Any) -> str:
    """Fill in the form and send it; what the page then says."""
    if 'name="once"' not in browser.page.text:
        browser.get("/portal/absences")
    once = browser.page.text.partition('name="once" value="')[2].partition('"')[0]
    browser.post("/portal/absences", once=once, **fields)
    return browser.words


def test_an_absence_is_published_once_as_the_institutions_own_event(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    anne = Browser(gateway).signed_in(database, "anne")
    fields: dict[str, Any] = {"first": day(10), "last": day(12), "deputy": "chloe", "once": "the-same-form"}
    for _ in range(2):
        anne.get("/portal/absences")
        anne.post("/portal/absences", **fields)
        assert "L’absence est enregistrée ; elle apparaîtra dans la liste d’ici une minute." in anne.words
    data: dict[str, Any] = {
        "contact": "anne",
        "from": TODAY + timedelta(days=10),
        "to": TODAY + timedelta(days=12),
        "deputy": "chloe",
    }
    assert [("urn:hub:cd35:portail", data)] == published(kafka, "anne")


def test_what_it_would_break_is_said_first_and_it_may_be_declared_all_the_same(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    away(database, "loop", "chloe", 20, 25, "ben")
    ben = Browser(gateway).signed_in(database, "ben")
    fields = {"first": day(21), "last": day(22), "deputy": "chloe"}
    said = declare(ben, **fields)
    assert "ces suppléances se renvoient l’une à l’autre : Démo ben, Démo chloe." in said
    assert "Déclarer quand même" in said
    assert [] == published(kafka, "ben")

    confirmed = ben.page.text.partition('name="confirmed" value="')[2].partition('"')[0]
    assert "se renvoient" in declare(ben, **(fields | {"last": day(23)}), confirmed=confirmed)
    assert [] == published(kafka, "ben")
    confirmed = ben.page.text.partition('name="confirmed" value="')[2].partition('"')[0]
    assert "est enregistrée" in declare(ben, **(fields | {"last": day(23)}), confirmed=confirmed)
    assert 1 == len(published(kafka, "ben"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"deputy": ""}, "Aucun suppléant n’est désigné : ce qui arrivera ira à la boîte générique du service."),
        ({"first": day(41), "last": day(49)}, "Une absence est déjà déclarée du"),
        ({"first": day(41), "last": day(44), "deputy": "ben"}, "deux absences nomment des suppléants différents"),
        (
            {"first": day(61), "last": day(62), "deputy": "box"},
            "aucun suppléant n’est là : Démo box (absent lui aussi)",
        ),
    ],
    ids=["no-substitute", "twice", "overlap", "gap"],
)
def test_each_problem_has_its_sentence(
    gateway: Gateway, database: str, fields: dict[str, str], sentence: str, request: pytest.FixtureRequest
) -> None:
    away(database, f"own-{request.node.name}", "chloe", 40, 45, "head")
    away(database, f"box-{request.node.name}", "box", 60, 65)
    chloe = Browser(gateway).signed_in(database, "chloe")
    assert sentence in declare(chloe, **({"first": day(30), "last": day(31), "deputy": "head"} | fields))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first": ""}, "first"),
        ({"first": "31/12/2026"}, "first"),
        ({"last": day(4)}, "last"),
        ({"first": day(-9), "last": day(-1)}, "last"),
        ({"last": day(5 + 400)}, "last"),
        ({"deputy": "anne"}, "deputy"),
        ({"deputy": "elsewhere"}, "deputy"),
        ({"deputy": "gone"}, "deputy"),
        ({"contact": "ben"}, "contact"),
        ({"contact": "elsewhere"}, "contact"),
    ],
    ids=["no-day", "no-iso-day", "reversed", "past", "too-long", "self", "other-cdas", "gone", "colleague", "stranger"],
)
def test_a_wrong_field_is_named_and_nothing_is_published(
    gateway: Gateway, kafka: EmbeddedKafka, database: str, fields: dict[str, str], field: str
) -> None:
    before = len(records_of(kafka, TOPIC))
    anne = Browser(gateway).signed_in(database, "anne")
    declare(anne, **({"first": day(5), "last": day(6), "deputy": "ben", "confirmed": "x"} | fields))
    assert 422 == anne.page.status_code
    assert f'href="#{field}"' in anne.page.text
    assert before == len(records_of(kafka, TOPIC))


def test_an_absence_without_a_substitute_can_be_declared_too(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    put_contacts(database, contact("dora", cdas="CDAS-09"))
    dora = Browser(gateway).signed_in(database, "dora")
    fields = {"first": day(30), "last": day(31), "deputy": ""}
    assert "Personne ne serait joignable" in declare(dora, **fields)
    confirmed = dora.page.text.partition('name="confirmed" value="')[2].partition('"')[0]
    assert "est enregistrée" in declare(dora, **fields, confirmed=confirmed)
    assert [None] == [data["deputy"] for _, data in published(kafka, "dora")]


def test_a_manager_declares_for_its_team_only(gateway: Gateway, kafka: EmbeddedKafka, database: str) -> None:
    head = Browser(gateway).signed_in(database, "head")
    said = declare(head, contact="box", first=day(80), last=day(81), deputy="anne")
    assert "est enregistrée" in said
    assert 1 == len(published(kafka, "box"))
    declare(head, contact="elsewhere", first=day(80), last=day(81), deputy="")
    assert 422 == head.page.status_code


def test_an_absence_is_ended_by_its_person_or_its_manager_and_nobody_else(
    gateway: Gateway, kafka: EmbeddedKafka, database: str
) -> None:
    key = away(database, "to-end", "anne", -1, 3, "ben")
    ben = Browser(gateway).signed_in(database, "ben")
    assert "Vous remplacez Démo anne" in ben.read("/portal/absences")
    for forged in (key, "anne", "absence:anne:none", ""):
        ben.get("/portal/absences")
        assert 404 == ben.post("/portal/absences/end", key=forged).status_code
    assert key not in deleted(kafka)

    anne, head = Browser(gateway).signed_in(database, "anne"), Browser(gateway).signed_in(database, "head")
    assert "Je suis de retour" in anne.read("/portal/absences")
    anne.post("/portal/absences/end", key=key)
    assert "L’absence est supprimée" in anne.words
    assert [key] == [found for found in deleted(kafka) if found == key]
    other = away(database, "by-head", "chloe", 90, 95)
    head.get("/portal/absences")
    head.post("/portal/absences/end", key=other)
    assert other in deleted(kafka)


def test_actors_of_different_bodies_do_not_see_each_other_nor_name_each_other(gateway: Gateway, database: str) -> None:
    browser = Browser(gateway).signed_in(database, "townhall")
    page = browser.get("/portal/absences").text
    assert "townhall-2" in page
    assert "charity" not in page
    browser.post("/portal/absences", first=day(1), last=day(2), deputy="charity")
    assert "Choisissez un autre contact du même service" in browser.words
    assert "Démo townhall" in Browser(gateway).signed_in(database, "townhall-2").get("/portal/absences").text
