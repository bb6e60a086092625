"""What a person chooses: duty keeps coming, choices come and go, and what they would make is said before."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode
from hub.embedded.kafka import EmbeddedKafka
from hub.ledger.subscriptions import subscriptions_of
from tests.integration.gateway.gateway_setup import Gateway, make_gateway, prepare
from tests.integration.gateway.portal_setup import LINK_KEY, Browser, contact, in_ledger, put_contacts

WEEKLY: dict[str, Any] = {"media": ["MAIL", "PORTAL"], "pace": "WEEKLY", "hour": "9", "weekday": "2"}
DUTY = Subscription(Basis.DUTY, frozenset({Medium.MAIL, Medium.PORTAL}), Rhythm(Pace.WEEKLY, 9, 2), kind=Kind.NOTICES)


@pytest.fixture(scope="module")
def gateway(kafka: EmbeddedKafka, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway whose directory has three contacts."""
    prepare(kafka, database)
    put_contacts(database, contact("anne", role="GENERIC_MAILBOX"), contact("ben"), contact("chloe"))
    running = make_gateway(tmp_path_factory.mktemp("gateway"), kafka, database, HUB_LINK_KEYS=LINK_KEY)
    running.start()
    yield running
    running.stop()


def rows(database: str, reference: str) -> tuple[Subscription, ...]:
    async def work(connection: AsyncConnection) -> tuple[Subscription, ...]:
        return (await subscriptions_of(connection, [reference])).get(reference, ())

    return in_ledger(database, work)


def test_duty_is_told_with_its_rule_and_only_its_way_is_chosen(gateway: Gateway, database: str) -> None:
    anne = Browser(gateway).signed_in(database, "anne")
    said = anne.read("/portal/subscriptions")
    assert "Cela ne peut pas être arrêté" in said
    assert "(R27)" in said
    for _ in range(2):
        anne.get("/portal/subscriptions")
        anne.post("/portal/subscriptions/duty", **WEEKLY, act="keep")
        assert "Vos choix sont enregistrés." in anne.words
        assert (DUTY,) == rows(database, "anne")
    anne.post("/portal/subscriptions/duty", pace="AT_ONCE", act="keep")
    assert 422 == anne.page.status_code
    assert 'href="#duty-media"' in anne.page.text
    assert (DUTY,) == rows(database, "anne")


def test_trying_says_what_it_would_have_made_and_keeps_nothing(gateway: Gateway, database: str) -> None:
    ben = Browser(gateway).signed_in(database, "ben")
    for path in ("duty", "choices"):
        ben.get("/portal/subscriptions")
        ben.post(f"/portal/subscriptions/{path}", **WEEKLY, act="try")
        assert "pas encore enregistré" in ben.words
        assert "rien ne vous aurait été envoyé" in ben.words
    assert () == rows(database, "ben")


def test_a_choice_is_added_and_taken_back(gateway: Gateway, database: str) -> None:
    ben = Browser(gateway).signed_in(database, "ben")
    ben.get("/portal/subscriptions")
    ben.post(
        "/portal/subscriptions/choices", codes=["L1", "L2"], benefits="rsa, apl", epci="243500139", media="MAIL",
        pace="AT_ONCE", hour="8", weekday="1", act="keep",
    )  # fmt: skip
    (found,) = rows(database, "ben")
    assert frozenset({NoticeCode.L1, NoticeCode.L2}) == found.codes
    assert (frozenset({"RSA", "APL"}), ("243500139",)) == (found.benefits, found.epci)
    assert Basis.CHOICE is found.basis

    said = ben.page.text.partition('name="choice" value="')[2].partition('"')[0]
    assert "Rennes Métropole" in said
    ben.post("/portal/subscriptions/choices/end", choice="autre")
    assert 404 == ben.page.status_code
    ben.get("/portal/subscriptions")
    ben.post("/portal/subscriptions/choices/end", choice=said)
    assert () == rows(database, "ben")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"media": []}, "choice-media"),
        ({"benefits": "R$A"}, "choice-benefits"),
        ({"epci": "999999999"}, "choice-epci"),
        ({"pace": "DAILY", "hour": "99"}, "choice-hour"),
        ({"codes": ["O2"], "pace": "DAILY"}, "choice-pace"),
    ],
    ids=["no-medium", "no-benefit", "no-place", "no-hour", "cannot-wait"],
)
def test_what_cannot_be_chosen_is_named_beside_its_field(
    gateway: Gateway, database: str, fields: dict[str, Any], field: str
) -> None:
    chloe = Browser(gateway).signed_in(database, "chloe")
    chloe.get("/portal/subscriptions")
    asked: dict[str, Any] = {"media": ["MAIL"], "pace": "AT_ONCE", "hour": "8", "weekday": "1", "act": "keep"}
    chloe.post("/portal/subscriptions/choices", **(asked | fields))
    assert 422 == chloe.page.status_code
    assert f'href="#{field}"' in chloe.page.text
    assert f'id="{field}"' in chloe.page.text
    assert () == rows(database, "chloe")
