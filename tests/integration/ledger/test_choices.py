"""What contacts chose decides by which media, and when, the deliveries of an event are made."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import event as sql_event
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode
from hub.ledger.subscriptions import replace_subscriptions, subscriptions_of
from hub.ledger.tables import contact, delivery, webhook_endpoint
from tests.integration.ledger.decided_building import NOW, notice, routing, statuses, take

DAILY = Rhythm(Pace.DAILY, 8)
DIGEST = Subscription(Basis.DUTY, frozenset({Medium.MAIL}), DAILY, kind=Kind.NOTICES)
CONTACT = {
    "institution": "CD35",
    "service": "CDAS",
    "role": "GENERIC_MAILBOX",
    "label": "CDAS 1",
    "valid_from": date(2024, 1, 1),
    "opted_out": False,
    "revision": 1,
    "updated_at": NOW,
}
TOMORROW = datetime(2026, 3, 3, 7, tzinfo=UTC)  # eight o'clock in Paris


async def choose(engine: AsyncEngine, contact: str, *rows: Subscription) -> None:
    """Let a contact have these rows."""
    async with engine.begin() as connection:
        await replace_subscriptions(connection, contact, rows, by="contact", now=NOW)


async def made(engine: AsyncEngine) -> list[tuple[str, str, str, str, str, str | None, datetime]]:
    """Every delivery: event, contact, medium, lane, state, digest, when it is due."""
    columns = (delivery.c[name] for name in ("event_id", "contact", "medium", "lane", "state", "digest", "due_at"))
    async with engine.connect() as connection:
        rows = await connection.execute(select(*columns).order_by(delivery.c.event_id, "contact", "medium"))
        return [tuple(row) for row in rows]


async def test_rows_come_back_as_they_were_written_and_the_last_ones_stand(engine: AsyncEngine) -> None:
    rows = (
        DIGEST,
        Subscription(
            Basis.CHOICE,
            frozenset({Medium.FEED, Medium.MAIL}),
            Rhythm(Pace.WEEKLY, 17, 5),
            kind=Kind.NOTICES,
            codes=frozenset({NoticeCode.L1, NoticeCode.L4}),
            benefits=frozenset({"APL"}),
            communes=("35238",),
            epci=("243500139",),
        ),
        Subscription(Basis.CHOICE, frozenset(), codes=frozenset({NoticeCode.O1})),
    )
    await choose(engine, "c1", DIGEST)
    await choose(engine, "c1", *rows)
    await choose(engine, "c2", DIGEST)
    async with engine.connect() as connection:
        assert {"c1": rows, "c2": (DIGEST,)} == await subscriptions_of(connection, ["c1", "c2", "c3"])


async def test_each_recipient_is_reached_as_it_chose(engine: AsyncEngine) -> None:
    await choose(engine, "digest", DIGEST)
    await choose(engine, "portal", Subscription(Basis.DUTY, frozenset({Medium.PORTAL, Medium.FEED})))

    taken = await take(engine, notice("a", routing(["digest", "mail", "portal"])))

    assert 4 == taken.scheduled
    assert [
        ("a", "digest", "MAIL", "digest", "SCHEDULED", "DAILY", TOMORROW),
        ("a", "mail", "MAIL", "standard", "SCHEDULED", None, NOW),
        ("a", "portal", "FEED", "pull", "SCHEDULED", None, NOW),
        ("a", "portal", "PORTAL", "pull", "ACCEPTED", None, NOW),
    ] == await made(engine)
    told = [(status["contact"], status["medium"], status["status"]) for status in await statuses(engine)]
    assert [("portal", "PORTAL", state) for state in ("SCHEDULED", "SENDING", "ACCEPTED")] == [
        status for status in told if status[1] == "PORTAL"
    ]


async def test_a_system_with_an_active_webhook_is_told_beside_the_mail(engine: AsyncEngine) -> None:
    url = "https://cdas.example/hub"
    async with engine.begin() as connection:
        await connection.execute(insert(contact).values(ref="c1", webhook=url, **CONTACT))
        endpoint = {"contact": "c1", "url": url, "created_at": NOW, "state": "ACTIVE"}
        await connection.execute(insert(webhook_endpoint).values(id=UUID(int=1), **endpoint))

    await take(engine, notice("a", routing(["c1", "c2"])))

    assert [("c1", "MAIL"), ("c1", "WEBHOOK"), ("c2", "MAIL")] == [(row[1], row[2]) for row in await made(engine)]


async def test_a_correction_replaces_what_waits_for_the_digest(engine: AsyncEngine) -> None:
    await choose(engine, "c1", DIGEST)
    await take(engine, notice("a", routing(["c1"])))
    await take(engine, notice("b", routing(["c1"]), kind="corrected", version=2))

    assert [("a", "CANCELLED", "digest"), ("b", "SCHEDULED", "digest")] == [
        (row[0], row[4], row[3]) for row in await made(engine)
    ]


async def test_whoever_received_the_first_version_learns_of_the_correction_at_once(engine: AsyncEngine) -> None:
    await choose(engine, "c1", DIGEST)
    await take(engine, notice("a", routing(["c1"])))
    async with engine.begin() as connection:
        await connection.execute(update(delivery).values(state="ACCEPTED", accepted_at=NOW))

    await take(engine, notice("b", routing(["c1"]), kind="corrected", version=2))
    await take(engine, notice("c", kind="withdrawn", version=2))

    assert [("b", "CANCELLED", "standard"), ("c", "SCHEDULED", "standard")] == [
        (row[0], row[4], row[3]) for row in await made(engine)
    ][1:]


async def test_a_withdrawal_follows_the_choices_made_for_its_notice(engine: AsyncEngine) -> None:
    """It carries no code itself: that of the version that it withdraws counts."""
    await choose(engine, "c1", Subscription(Basis.DUTY, frozenset({Medium.PORTAL}), codes=frozenset({NoticeCode.O4})))
    await take(engine, notice("a", routing(["c1"])))

    await take(engine, notice("c", kind="withdrawn", version=1))

    assert [("a", "PORTAL"), ("c", "PORTAL")] == [(row[0], row[2]) for row in await made(engine)]


async def test_the_choices_of_a_thousand_recipients_are_one_statement(engine: AsyncEngine) -> None:
    contacts = [f"contact-{number}" for number in range(1000)]
    for reference in contacts[:20]:
        await choose(engine, reference, DIGEST)
    sent: list[str] = []
    sql_event.listen(engine.sync_engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))

    await take(engine, notice("a", routing(contacts)))

    assert 1 == sum("FROM subscription" in statement for statement in sent)
