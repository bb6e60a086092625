"""Each recipient's own link in a message: whose it is, and until when it works."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from connectors.outbound.channel import Accepted, Message, Result
from hub.dispatcher.attempt import Attempts
from hub.dispatcher.personal_links import PersonalLinks, personal_links
from hub.health import Health
from hub.ledger.claimed import Claim
from hub.settings import Settings
from hub.wire.links import LinkExpired, LinkKeys, Purpose
from tests.unit.dispatcher.test_attempts import NOW, SCHEDULE, claim

KEY = "a-key-of-the-links-in-these-mails"
PREFIX = "https://hub.example/acknowledge/"
NOTICE = claim()
SITUATION = replace(claim(), notice=None, version=None, text=None, event_type="social_urgency.reported")


def links() -> PersonalLinks:
    found = personal_links(Settings(link_keys=SecretStr(KEY), public_url="https://hub.example/"))
    assert found is not None
    return found


@pytest.mark.parametrize(("of", "days"), [(NOTICE, 14), (SITUATION, 7)], ids=["notice", "situation"])
def test_a_link_works_for_the_time_of_its_kind_from_the_mail_on(of: Claim, days: int) -> None:
    parts = links().of(of, NOW).removeprefix(PREFIX).split("/")
    keys, end = LinkKeys((KEY.encode(),)), NOW + timedelta(days=days)
    assert NOTICE.delivery.id == keys.open(Purpose.TAKE_IN_CHARGE, parts, end - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        keys.open(Purpose.TAKE_IN_CHARGE, parts, end)


@pytest.mark.parametrize("asking", [True, False], ids=["with-keys", "without-keys"])
async def test_a_message_holds_the_link_of_its_delivery_where_there_are_keys(*, asking: bool) -> None:
    carried: list[str | None] = []

    class Noting:
        async def deliver(self, message: Message) -> Result:
            carried.append(message.acknowledge)
            return Accepted("250")

        async def close(self) -> None:
            """Nothing to leave."""

    made = links() if asking else None
    await Attempts({"MAIL": Noting()}, SCHEDULE, "https://hub.example", Health("test"), lambda: NOW, made).make(NOTICE)
    assert [made.of(NOTICE, NOW) if made else None] == carried
