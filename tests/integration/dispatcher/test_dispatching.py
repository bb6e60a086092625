"""The dispatcher on real PostgreSQL and real SMTP."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from hub.embedded.mail import MailCatcher, MailFault
from hub.ledger import tables
from hub.wire.avro import decode
from tests.integration.dispatcher.dispatcher_ledger import (
    CATALOGUE,
    Notice,
    caught_deliveries,
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


async def test_each_contact_gets_one_mail_and_every_step_is_told(database: str, mail_catcher: MailCatcher) -> None:
    notice = Notice("notice-fsl", "event-1", contacts=30)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 30)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await put_notice(engine, notice)
            await until_states(engine, {"ACCEPTED": 30})
        told = [decode(CATALOGUE, row["value"])[1] for row in await rows(engine, tables.status_outbox)]
        attempts = await rows(engine, tables.delivery_attempt)
    assert Counter(str(notice.delivery(number)) for number in range(30)) == Counter(
        caught_deliveries(mail_catcher.folder)
    )
    assert Counter({"SENDING": 30, "ACCEPTED": 30}) == Counter(datum["status"] for datum in told)
    assert {("accepted", "content 250 2.0.0")} == {(row["result"], row["detail"]) for row in attempts}


async def test_two_dispatchers_share_the_work_without_a_duplicate(database: str, mail_catcher: MailCatcher) -> None:
    settings = settings_for(database, mail_catcher.port)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 300)
        mail_catcher.fail_with(MailFault.HOLD)  # no mail is answered before both are at work
        async with dispatching(settings), dispatching(settings):
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=300))
            await until_dispatchers(engine, 2)
            mail_catcher.fail_with(MailFault.NONE)
            await until_states(engine, {"ACCEPTED": 300})
    caught = caught_deliveries(mail_catcher.folder)
    assert 300 == len(caught) == len(set(caught))


async def test_a_notice_to_many_contacts_does_not_delay_an_urgent_delivery(
    database: str, mail_catcher: MailCatcher
) -> None:
    urgent, before, workers = Notice("notice-closed", "event-2", lane="urgent"), 20, 4
    # Each worker of the standard lane is held with a mail, in the middle of the notice.
    mail_catcher.fail_with(MailFault.HOLD, times=workers, after=before)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 400)
        async with dispatching(settings_for(database, mail_catcher.port, dispatcher_concurrency=workers)):
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=400))
            await mail_catcher.wait_for_hanging(workers)
            await put_notice(engine, urgent)
            await mail_catcher.wait_for(before + 1)
            mail_catcher.fail_with(MailFault.NONE)
            await until_states(engine, {"ACCEPTED": 401})
    caught = caught_deliveries(mail_catcher.folder)
    assert 401 == len(caught) == len(set(caught))
    assert before == caught.index(str(urgent.delivery(0)))


async def test_deliveries_wait_for_a_directory_as_new_as_their_decision(
    database: str, mail_catcher: MailCatcher
) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 0, revision=6)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await put_notice(engine, Notice("notice-fsl", "event-1", directory_revision=7))
            await put_notice(engine, Notice("notice-line", "event-2", lane="urgent", directory_revision=6))
            await until_states(engine, {"SCHEDULED": 1, "FAILED": 1})
            await put_contacts(engine, 1, revision=7)
            await until_states(engine, {"ACCEPTED": 1, "FAILED": 1})
        failed = [row["reason"] for row in await rows(engine, tables.delivery) if row["state"] == "FAILED"]
    assert ["CONTACT_REMOVED"] == failed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"email": None}, "NO_USABLE_CHANNEL"),
        ({"email": "not an address"}, "NO_USABLE_CHANNEL"),
        ({"valid_to": date(2024, 6, 30)}, "CONTACT_REMOVED"),
        ({"opted_out": True}, "CONTACT_OPTED_OUT"),
    ],
    ids=["no-address", "bad-address", "no-longer-valid", "opted-out"],
)
async def test_a_contact_that_cannot_be_reached_is_a_visible_failure(
    database: str, mail_catcher: MailCatcher, change: dict[str, Any], reason: str
) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1, **change)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await put_notice(engine, Notice("notice-fsl", "event-1"))
            await until_states(engine, {"FAILED": 1})
        (delivery,) = await rows(engine, tables.delivery)
    assert reason == delivery["reason"]
    assert delivery["ended_at"] is not None
    assert () == mail_catcher.messages()


async def test_a_withdrawal_is_told_with_the_title_that_it_withdraws(database: str, mail_catcher: MailCatcher) -> None:
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await put_notice(engine, Notice("notice-fsl", "event-1"))
            await until_states(engine, {"ACCEPTED": 1})
            await put_notice(engine, Notice("notice-fsl", "event-2", event_type="notice.withdrawn"))
            await until_states(engine, {"ACCEPTED": 2})
    assert [
        "Information préalable\u00a0: Transfert du FSL au Département",
        "Retrait\u00a0: Transfert du FSL au Département",
    ] == [mail.subject for mail in mail_catcher.messages()]


async def test_a_corrected_notice_whose_mail_was_under_way_is_not_tried_again(
    database: str, mail_catcher: MailCatcher
) -> None:
    mail_catcher.fail_with(MailFault.HANG)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        async with dispatching(settings_for(database, mail_catcher.port)):
            await put_notice(engine, Notice("notice-fsl", "event-1"))
            await mail_catcher.wait_for_hanging()
            async with engine.begin() as connection:
                await connection.execute(update(tables.delivery).values(superseded=True))
            mail_catcher.drop_connections()
            await until_states(engine, {"CANCELLED": 1})
        (delivery,) = await rows(engine, tables.delivery)
        told = [decode(CATALOGUE, row["value"])[1]["status"] for row in await rows(engine, tables.status_outbox)]
    assert "NOTICE_CORRECTED" == delivery["reason"]
    assert ["SENDING", "RETRYING", "CANCELLED"] == told


async def test_a_stopped_dispatcher_finishes_what_is_under_way_and_gives_the_rest_back(
    database: str, mail_catcher: MailCatcher
) -> None:
    settings = settings_for(database, mail_catcher.port, dispatcher_concurrency=2, claim_seconds=600.0)
    mail_catcher.delay_seconds = 0.5
    mail_catcher.fail_with(MailFault.SLOW)
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 50)
        async with dispatching(settings):
            await put_notice(engine, Notice("notice-fsl", "event-1", contacts=50))
            await mail_catcher.wait_for(2)
        after_stop = await states(engine)
        mail_catcher.fail_with(MailFault.NONE)
        async with dispatching(settings):
            await until_states(engine, {"ACCEPTED": 50})
        results = {row["result"] for row in await rows(engine, tables.delivery_attempt)}
    caught = caught_deliveries(mail_catcher.folder)
    assert "SENDING" not in after_stop
    assert 50 == len(caught) == len(set(caught))
    assert {"accepted", "transient"} == results
