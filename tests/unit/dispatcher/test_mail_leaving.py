"""Who is shown a way out of the mails: ASIP actors, where a mailbox takes their requests (RFC 2369, RFC 2919)."""

from urllib.parse import unquote

import pytest

from connectors.outbound.channel import Content, SituationContent
from connectors.outbound.mail.channel import mail_channel
from connectors.outbound.mail.render import Letterhead
from hub.domain.vocabulary import Role, Service
from hub.errors import SettingsError
from hub.settings import Settings
from tests.unit.dispatcher.test_mail_rendering import DELIVERY, NOTICE, mail_of, parts

WITH_MAILBOX = Letterhead("hub@hub.example", "hub.example", "desinscription@hub.example")
DUTY = [service for service in Service if service is not Service.ASIP]
WORDS = "ne plus recevoir"


def test_an_actor_may_leave_by_a_mail_that_names_the_delivery() -> None:
    mail = mail_of(NOTICE, service=Service.ASIP, role=Role.ACTOR, letterhead=WITH_MAILBOX)
    expected = f"<mailto:desinscription@hub.example?subject=Désinscription {DELIVERY}>"
    assert expected == unquote(str(mail["List-Unsubscribe"]))
    assert "Informations préalables <informations-prealables.hub.example>" == str(mail["List-Id"])


def test_one_press_is_not_promised() -> None:
    assert mail_of(NOTICE, service=Service.ASIP, letterhead=WITH_MAILBOX)["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("form", ["plain", "html"])
def test_an_actor_reads_where_to_write(form: str) -> None:
    text = parts(NOTICE, service=Service.ASIP, letterhead=WITH_MAILBOX)[form]
    assert WORDS in text
    assert "desinscription@hub.example" in text


@pytest.mark.parametrize(
    ("service", "letterhead", "content"),
    [
        *[pytest.param(service, WITH_MAILBOX, NOTICE, id=service.value.lower()) for service in DUTY],
        pytest.param(Service.ASIP, Letterhead("hub@hub.example", "hub.example"), NOTICE, id="no-mailbox"),
        pytest.param(Service.ASIP, WITH_MAILBOX, SituationContent(), id="situation"),
    ],
)
def test_nobody_else_is_shown_a_way_out(service: Service, letterhead: Letterhead, content: Content) -> None:
    mail = mail_of(content, service=service, letterhead=letterhead)
    assert [] == [name for name in mail if name.startswith("List-")]
    for text in parts(content, service=service, letterhead=letterhead).values():
        assert WORDS not in text


def test_a_mailbox_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="HUB_MAIL_UNSUBSCRIBE"):
        mail_channel(Settings(mail_unsubscribe="desinscription"), kept=1)
