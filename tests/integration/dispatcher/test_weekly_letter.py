"""The weekly letter: once a week to each administrator, whatever runs and stops, and only what it may say."""

import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.mail.channel import mail_channel
from hub.data import load_territory
from hub.data.parameter_file import load_parameters
from hub.dispatcher.weekly_letter import WeeklyLetter
from hub.domain.activity.feedback import Feedback
from hub.embedded.mail import MailCatcher
from hub.health import Health
from hub.ledger.directory_view import DirectoryViews
from hub.ledger.feedback import add_feedback
from tests.integration.dispatcher.dispatcher_ledger import fresh_ledger, put_contacts, settings_for

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=ZoneInfo("Europe/Paris"))
WEEK = timedelta(weeks=1)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    async with fresh_ledger(database) as found:
        await put_contacts(found, 3)
        yield found


async def _turn(engine: AsyncEngine, catcher: MailCatcher, now: datetime, port: int | None = None) -> None:
    mail = mail_channel(settings_for("postgresql://hub:hub@127.0.0.1:5432/unused", port or catcher.port), kept=1)
    letter = WeeklyLetter(
        engine=engine,
        mail=mail,
        health=Health("dispatcher"),
        clock=lambda: now,
        parameters=load_parameters(),
        administrators=("contact-0", "contact-2"),
    )
    try:
        await letter.turn(DirectoryViews(load_territory()))
    finally:
        await mail.close()


def _caught(catcher: MailCatcher) -> list[EmailMessage]:
    files = sorted(catcher.folder.rglob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


async def test_each_administrator_gets_one_letter_a_week_however_often_it_is_looked(
    engine: AsyncEngine, mail_catcher: MailCatcher
) -> None:
    await _turn(engine, mail_catcher, MONDAY - WEEK)
    assert [] == _caught(mail_catcher), "the week in which a ledger begins has no letter"
    await _turn(engine, mail_catcher, MONDAY - timedelta(seconds=1))
    assert [] == _caught(mail_catcher), "not before seven"
    for minutes in (0, 5, 60, 24 * 60):
        await _turn(engine, mail_catcher, MONDAY + timedelta(minutes=minutes))
    expected = ["contact-0@cdas.example", "contact-2@cdas.example"]
    assert expected == sorted(mail["To"] for mail in _caught(mail_catcher))
    await _turn(engine, mail_catcher, MONDAY + WEEK)
    assert 4 == len(_caught(mail_catcher))


async def test_a_letter_that_could_not_leave_is_tried_again_after_its_lease(
    engine: AsyncEngine, mail_catcher: MailCatcher
) -> None:
    await _turn(engine, mail_catcher, MONDAY - WEEK)
    await _turn(engine, mail_catcher, MONDAY, port=9)  # nobody listens there
    await _turn(engine, mail_catcher, MONDAY + timedelta(minutes=5))
    assert [] == _caught(mail_catcher)
    await _turn(engine, mail_catcher, MONDAY + timedelta(minutes=15))
    assert 2 == len(_caught(mail_catcher))


async def test_the_letter_says_in_french_what_is_wrong_and_names_nobody(
    engine: AsyncEngine, mail_catcher: MailCatcher
) -> None:
    await _turn(engine, mail_catcher, MONDAY - WEEK)
    await _turn(engine, mail_catcher, MONDAY)
    mail = _caught(mail_catcher)[0]
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    text = plain.get_content()
    assert "État de l’annuaire\u00a0: semaine du 23\u00a0novembre 2026" == mail["Subject"]
    assert "Heures de travail sans personne" in text
    assert "du lundi 23/11 à 9\u00a0h" in text
    assert "personne n’est joignable" in html.get_content().lower()
    assert "CDAS 1" not in text, "labels may hold names"
    assert 0 < (REGISTRY.get_sample_value("hub_directory_unanswered_hours", {"reason": "NOBODY"}) or 0)


async def test_the_letter_counts_texts_of_the_field_that_wait_and_repeats_none(
    engine: AsyncEngine, mail_catcher: MailCatcher
) -> None:
    said = Feedback("urn:hub:cd35:si", "f-1", MONDAY, "2026-11", "CDAP", "SUCCESS", 4, "Canari", "OTHER", 2026, None)
    silent = replace(said, id="f-2", text=None)
    async with engine.begin() as connection:
        await add_feedback(connection, [said, silent])
    await _turn(engine, mail_catcher, MONDAY - WEEK)
    await _turn(engine, mail_catcher, MONDAY)
    told = [part.get_content() for part in _caught(mail_catcher)[0].walk() if part.get_content_maintype() == "text"]
    assert [True, True] == ["Retours du terrain à relire (1)" in text for text in told]
    assert [] == [text for text in told if "Canari" in text]
