"""What happens to mails that wait while their recipient answers, on real PostgreSQL and real SMTP."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from hub.embedded.mail import MailCatcher, MailFault
from hub.ledger.acknowledgements import Answer, take
from hub.wire.links import LinkKeys, Purpose
from tests.integration.dispatcher.dispatcher_ledger import (
    CATALOGUE,
    Clock,
    Notice,
    caught_deliveries,
    dispatching,
    fresh_ledger,
    put_contacts,
    put_notice,
    settings_for,
    until_states,
)

KEY = "a-key-of-the-links-in-these-mails"


async def test_what_was_answered_while_it_waited_for_another_try_is_not_sent_again(
    database: str, mail_catcher: MailCatcher
) -> None:
    answered, other = Notice("notice-fsl", "event-1"), Notice("notice-line", "event-2")
    clock = Clock(datetime.now(UTC) + timedelta(minutes=1))
    mail_catcher.fail_with(MailFault.DROP_KEPT)  # the mail arrives, and the dispatcher cannot know
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 1)
        async with dispatching(settings_for(database, mail_catcher.port), clock):
            await put_notice(engine, answered)
            await until_states(engine, {"RETRYING": 1})
            async with engine.begin() as connection:
                taking = await take(connection, CATALOGUE, answered.delivery(0), clock())
            assert taking is not None
            assert Answer.TAKEN is taking.answer
            mail_catcher.fail_with(MailFault.NONE)
            clock.move(3600)
            await put_notice(engine, other)
            await until_states(engine, {"TAKEN_IN_CHARGE": 1, "ACCEPTED": 1})
    assert [str(answered.delivery(0)), str(other.delivery(0))] == caught_deliveries(mail_catcher.folder)


async def test_each_mail_holds_a_link_that_opens_its_own_delivery(database: str, mail_catcher: MailCatcher) -> None:
    notice = Notice("notice-fsl", "event-1", contacts=3)
    settings = settings_for(database, mail_catcher.port, link_keys=SecretStr(KEY), public_url="https://hub.example")
    async with fresh_ledger(database) as engine:
        await put_contacts(engine, 3)
        async with dispatching(settings):
            await put_notice(engine, notice)
            await until_states(engine, {"ACCEPTED": 3})
    keys = LinkKeys((KEY.encode(),))
    opened = []
    for mail in mail_catcher.messages():
        body = mail.message().get_body(("plain",))
        assert body is not None
        (link,) = [word for word in body.get_content().split() if "/acknowledge/" in word]
        opened.append(keys.open(Purpose.TAKE_IN_CHARGE, link.split("/")[4:], datetime.now(UTC)))
    assert sorted(notice.delivery(number) for number in range(3)) == sorted(opened)
