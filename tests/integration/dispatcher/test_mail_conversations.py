"""What a contact finds in its mailbox about one notice or one situation, from the real ledger to the mail server."""

from datetime import UTC, datetime, timedelta

from ical.calendar_stream import IcsCalendarStream
from ical.event import EventStatus
from sqlalchemy import update

from hub.embedded.mail import CaughtMail, MailCatcher
from hub.ledger import tables
from tests.integration.dispatcher.dispatcher_ledger import (
    Notice,
    dispatching,
    fresh_ledger,
    put_contacts,
    put_notice,
    settings_for,
    until_states,
)

VERSIONS = (
    Notice("notice-fsl", "published"),
    Notice("notice-fsl", "corrected", version=2, event_type="notice.corrected"),
    Notice("notice-fsl", "withdrawn", version=2, event_type="notice.withdrawn"),
)


async def delivered(
    database: str, catcher: MailCatcher, *notices: Notice, situations: bool = False
) -> list[CaughtMail]:
    """Deliver to one contact, in this order, and give the mails; `situations`: as events about one situation."""
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        for number, notice in enumerate(notices):
            await put_notice(engine, notice)
            decided_at = datetime(2024, 10, 1, 9, 0, tzinfo=UTC) + timedelta(hours=number)
            async with engine.begin() as connection:
                event = tables.event
                await connection.execute(
                    update(event).where(event.c.id == notice.event_id).values(decided_at=decided_at)
                )
        if situations:
            async with engine.begin() as connection:
                await connection.execute(update(tables.delivery).values(notice=None, version=None))
        async with dispatching(settings_for(database, catcher.port, dispatcher_concurrency=1)):
            await until_states(engine, {"ACCEPTED": len(notices)})
    return list(catcher.messages())


async def test_the_versions_of_a_notice_are_one_thread_and_one_calendar_entry(
    database: str, mail_catcher: MailCatcher
) -> None:
    mails = [mail.message() for mail in await delivered(database, mail_catcher, *VERSIONS)]
    entries = [
        IcsCalendarStream.calendar_from_ics(str(part.get_content())).events[0]
        for mail in mails
        for part in mail.iter_attachments()
    ]
    assert 1 == len({str(mail["References"]) for mail in mails})
    assert 3 == len({str(mail["Message-ID"]) for mail in mails})
    assert 1 == len({entry.uid for entry in entries})
    told = sorted((entry.sequence, entry.dtstamp.isoformat(), entry.status) for entry in entries)
    assert [
        (1, "2024-10-01T09:00:00+00:00", EventStatus.CONFIRMED),
        (2, "2024-10-01T10:00:00+00:00", EventStatus.CONFIRMED),
        (3, "2024-10-01T11:00:00+00:00", EventStatus.CANCELLED),
    ] == told


async def test_the_events_of_a_situation_are_one_thread_that_does_not_name_it(
    database: str, mail_catcher: MailCatcher
) -> None:
    events = [
        Notice("situation-7c1f", f"event-{number}", version=number, event_type="benefit_urgency.reported")
        for number in (1, 2)
    ]
    other = Notice("situation-9d2e", "other", event_type="benefit_urgency.reported")
    caught = await delivered(database, mail_catcher, *events, other, situations=True)
    mails = [mail.message() for mail in caught]
    assert [1, 2] == sorted(
        [str(mail["References"]) for mail in mails].count(thread)
        for thread in {str(mail["References"]) for mail in mails}
    )
    for mail in mails:
        assert not any("situation-" in str(value) for value in mail.values())
        assert [] == list(mail.iter_attachments())
