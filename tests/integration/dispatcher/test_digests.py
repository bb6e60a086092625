"""Digests on real PostgreSQL and real SMTP: one mail for each contact at its hour, whatever happens."""

import asyncio
import signal
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Medium
from hub.embedded.mail import CaughtMail, MailCatcher, MailFault
from hub.ledger import tables
from hub.ledger.claimed import Claim
from hub.ledger.digest_claims import claim_digests
from hub.ledger.subscriptions import replace_subscriptions
from hub.wire.avro import decode
from tests.integration.dispatcher.dispatcher_ledger import (
    CATALOGUE,
    Clock,
    Notice,
    dispatching,
    fresh_ledger,
    put_contacts,
    put_notice,
    rows,
    settings_for,
    states,
    until_dispatchers,
    until_states,
)
from tests.integration.dispatcher.test_crashes import _start_process
from tests.integration.ledger import decided_building

EIGHT = datetime(2024, 10, 8, 6, 0, tzinfo=UTC)  # in Paris
KEYS = "k" * 32


def named(mail: CaughtMail) -> list[str]:
    """The deliveries that a mail names."""
    return [str(name) for name in mail.message().get_all("X-Hub-Delivery", [])]


async def put_digests(engine: AsyncEngine, notices: int, contacts: int, due_at: datetime = EIGHT) -> list[Notice]:
    """Let notices wait for the digest of each contact."""
    put = [
        Notice(
            f"notice-{number}",
            f"event-{number}",
            contacts=contacts,
            lane="digest",
            digest="DAILY",
            due_at=due_at,
            title=f"Information numéro {number}",
            effective_on=date(2024, 12, 1) - timedelta(days=number),
        )
        for number in range(notices)
    ]
    for notice in put:
        await put_notice(engine, notice)
    return put


async def test_all_that_is_due_of_a_contact_leaves_as_one_mail_at_its_hour(
    database: str, mail_catcher: MailCatcher
) -> None:
    clock = Clock(EIGHT - timedelta(seconds=1))
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 2)
        notices = await put_digests(engine, 3, 2)
        async with dispatching(settings_for(database, mail_catcher.port, link_keys=KEYS), clock) as dispatcher:
            await asyncio.sleep(0.5)
            assert {"SCHEDULED": 6} == await states(engine)
            clock.move(1)
            dispatcher.wake("digest")
            await until_states(engine, {"ACCEPTED": 6})
        told = [decode(CATALOGUE, row["value"])[1] for row in await rows(engine, tables.status_outbox)]
        attempts = await rows(engine, tables.delivery_attempt)
    first, second = mail_catcher.messages()
    assert {"contact-0@cdas.example", "contact-1@cdas.example"} == {*first.recipients, *second.recipients}
    assert {"Vos informations du mardi 8\u00a0octobre 2024"} == {first.subject, second.subject}
    number = 0 if "contact-0@cdas.example" in first.recipients else 1
    # The next to take effect first.
    assert [str(notice.delivery(number)) for notice in reversed(notices)] == named(first)
    text = first.message().get_body(("plain",))
    assert text is not None
    assert 3 == text.get_content().count("/acknowledge/")
    assert Counter({"SENDING": 6, "ACCEPTED": 6}) == Counter(datum["status"] for datum in told)
    assert [("accepted", 1)] * 6 == [(row["result"], row["attempt"]) for row in attempts]


async def test_nothing_is_asked_of_whoever_only_asked_to_know(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        chosen, _ = await put_digests(engine, 2, 1)
        async with engine.begin() as connection:
            row = tables.delivery.c.id == chosen.delivery(0)
            await connection.execute(update(tables.delivery).where(row).values(duty=False))
        async with dispatching(settings_for(database, mail_catcher.port, link_keys=KEYS)):
            await until_states(engine, {"ACCEPTED": 2})
    (mail,) = mail_catcher.messages()
    text = mail.message().get_body(("plain",))
    assert text is not None
    shown = text.get_content()
    assert (1, 1) == (shown.count("/acknowledge/"), shown.count("Vous avez demandé à la recevoir."))
    assert "vous avez demandé à recevoir les autres" in shown


async def test_two_dispatchers_never_split_a_digest(database: str, mail_catcher: MailCatcher) -> None:
    settings = settings_for(database, mail_catcher.port, digest_concurrency=4)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 60)
        notices = await put_digests(engine, 4, 60)
        mail_catcher.fail_with(MailFault.HOLD)  # no mail is answered before both are at work
        async with dispatching(settings), dispatching(settings):
            await until_dispatchers(engine, 2)
            mail_catcher.fail_with(MailFault.NONE)
            await until_states(engine, {"ACCEPTED": 240})
    mails = mail_catcher.messages()
    assert {frozenset(str(notice.delivery(number)) for notice in notices) for number in range(60)} == {
        frozenset(named(mail)) for mail in mails
    }
    assert 60 == len(mails)


async def test_a_contact_whose_digest_is_being_claimed_is_passed_over_whole(database: str) -> None:
    async def claim(connection: AsyncConnection) -> list[tuple[Claim, ...]]:
        until = EIGHT + timedelta(seconds=60)
        return await claim_digests(connection, CATALOGUE, limit=5, dispatcher="d", now=EIGHT, until=until)

    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        await put_digests(engine, 1, 1)
        async with engine.begin() as first, engine.begin() as second:
            assert [1] == [len(held) for held in await claim(first)]
            await put_notice(engine, Notice("notice-late", "event-late", lane="digest", digest="DAILY", due_at=EIGHT))
            assert [] == await claim(second)
        async with engine.begin() as third:
            assert [1] == [len(held) for held in await claim(third)]


async def test_a_digest_that_failed_is_tried_again_whole_with_what_became_due_meanwhile(
    database: str, mail_catcher: MailCatcher
) -> None:
    mail_catcher.fail_with(MailFault.REPLY, times=2)
    clock = Clock(EIGHT)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        first = await put_digests(engine, 2, 1)
        async with dispatching(settings_for(database, mail_catcher.port), clock) as dispatcher:
            await until_states(engine, {"RETRYING": 2})
            assert {EIGHT + timedelta(seconds=25)} == {row["due_at"] for row in await rows(engine, tables.delivery)}
            later = EIGHT + timedelta(seconds=25)
            late = Notice("notice-late", "event-late", lane="digest", digest="DAILY", due_at=later)
            await put_notice(engine, late)
            clock.move(25)
            dispatcher.wake("digest")
            await until_states(engine, {"RETRYING": 3})
            # The one that failed once asks for the earlier of the two times, and takes the others with it.
            assert {EIGHT + timedelta(seconds=50)} == {row["due_at"] for row in await rows(engine, tables.delivery)}
            clock.move(25)
            dispatcher.wake("digest")
            await until_states(engine, {"ACCEPTED": 3})
    (mail,) = mail_catcher.messages()
    assert {str(notice.delivery(0)) for notice in [*first, late]} == set(named(mail))


async def test_a_duplicate_of_a_digest_shows_as_one(database: str, mail_catcher: MailCatcher) -> None:
    mail_catcher.fail_with(MailFault.DROP_KEPT, times=1)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        await put_digests(engine, 2, 1)
        async with dispatching(settings_for(database, mail_catcher.port, retry_schedule="0.1")):
            await until_states(engine, {"ACCEPTED": 2})
        attempts = await rows(engine, tables.delivery_attempt)
    first, second = mail_catcher.messages()
    assert first.message_id == second.message_id
    assert Counter({("transient", "UNCONFIRMED"): 2, ("accepted", None): 2}) == Counter(
        (row["result"], row["reason"]) for row in attempts
    )


async def test_an_actor_that_opted_out_meanwhile_gets_no_digest(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1, service="ASIP", role="ACTOR", opted_out=True)
        await put_digests(engine, 2, 1)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await until_states(engine, {"FAILED": 2})
        assert {"CONTACT_OPTED_OUT"} == {row["reason"] for row in await rows(engine, tables.delivery)}
    assert () == mail_catcher.messages()


async def test_a_correction_before_the_hour_leaves_in_place_of_what_it_corrects(
    database: str, mail_catcher: MailCatcher
) -> None:
    take, notice, routing = decided_building.take, decided_building.notice, decided_building.routing
    published = decided_building.NOW
    daily = Subscription(Basis.DUTY, frozenset({Medium.MAIL}), Rhythm(Pace.DAILY, 8))
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1, revision=7)
        async with engine.begin() as connection:
            await replace_subscriptions(connection, "contact-0", [daily], by="contact-0", now=published)
        to = routing(["contact-0"])
        await take(engine, notice("a", to), notice("n", to, reference="N-2", title="Une autre"))
        await take(engine, notice("w", to, reference="N-3", title="Retirée"))
        await take(engine, notice("b", to, kind="corrected", version=2, title="La bonne"))
        await take(engine, notice("v", kind="withdrawn", reference="N-3"))
        async with dispatching(settings_for(database, mail_catcher.port), Clock(published + timedelta(days=1))):
            await until_states(engine, {"ACCEPTED": 2, "CANCELLED": 2})
    (mail,) = mail_catcher.messages()
    text = mail.message().get_body(("plain",))
    assert text is not None
    shown = text.get_content()
    assert [True, True, False, False] == [
        title in shown for title in ("La bonne", "Une autre", "Retirée", "Le FSL rejoint le Département")
    ]


async def test_a_delivery_overtaken_while_its_digest_is_under_way_is_not_tried_again(
    database: str, mail_catcher: MailCatcher
) -> None:
    mail_catcher.fail_with(MailFault.HANG, times=1)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        corrected, other = await put_digests(engine, 2, 1)
        async with dispatching(settings_for(database, mail_catcher.port, retry_schedule="0.1")):
            await mail_catcher.wait_for_hanging()
            async with engine.begin() as connection:
                overtaken = tables.delivery.c.id == corrected.delivery(0)
                await connection.execute(update(tables.delivery).where(overtaken).values(superseded=True))
            mail_catcher.drop_connections()
            await until_states(engine, {"CANCELLED": 1, "ACCEPTED": 1})
    (mail,) = mail_catcher.messages()
    assert [str(other.delivery(0))] == named(mail)


async def test_a_killed_dispatcher_loses_no_digest_and_its_duplicates_are_explained(
    database: str, mail_catcher: MailCatcher
) -> None:
    contacts = 80
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, contacts)
        notices = await put_digests(engine, 2, contacts)
        mail_catcher.fail_with(MailFault.HANG_KEPT, times=1, after=contacts // 4)
        process = await _start_process(database, mail_catcher.port)
        await mail_catcher.wait_for_hanging()
        process.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == await process.wait()
        process = await _start_process(database, mail_catcher.port)
        await until_states(engine, {"ACCEPTED": 2 * contacts})
        process.send_signal(signal.SIGTERM)
        assert 0 == await process.wait()
        attempts = await rows(engine, tables.delivery_attempt)
    caught = Counter(name for mail in mail_catcher.messages() for name in named(mail))
    abandoned = {str(row["delivery"]) for row in attempts if row["result"] == "abandoned"}
    assert {str(notice.delivery(index)) for notice in notices for index in range(contacts)} == set(caught)
    twice = {delivery for delivery, mails in caught.items() if mails > 1}
    assert twice, "the mail that was under way at the kill did not leave again"
    assert twice <= abandoned
    assert all(row["result"] is not None for row in attempts)
