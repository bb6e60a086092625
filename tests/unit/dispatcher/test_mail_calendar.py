"""The calendar file of a notice, as a calendar program reads it: with a parser that is not the one that wrote it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus

from connectors.outbound.channel import Content, NoticeContent, SituationContent
from connectors.outbound.mail.calendar_file import calendar_file
from tests.unit.dispatcher.test_mail_rendering import NOTICE, mail_of, parts

LINK = "https://hub.example/notices/notice-fsl"
CORRECTED = replace(NOTICE, status="CORRECTED", version=2, effective_on=date(2025, 1, 1))
WITHDRAWN = replace(CORRECTED, status="WITHDRAWN")


def attached(content: Content, **more: Any) -> list[EmailMessage]:
    """The calendar files of a mail."""
    return [part for part in mail_of(content, **more).iter_attachments() if part.get_content_type() == "text/calendar"]


def opened(content: NoticeContent) -> Calendar:
    """The calendar file of a notice's mail, opened."""
    (part,) = attached(content)
    return IcsCalendarStream.calendar_from_ics(part.get_content())


def entry(content: NoticeContent) -> Event:
    """The only entry of a notice's calendar file."""
    (found,) = opened(content).events
    return found


def test_the_entry_stands_on_the_effective_date_for_the_whole_day() -> None:
    found = entry(NOTICE)
    assert (date(2024, 12, 1), date(2024, 12, 2)) == (found.dtstart, found.end)


def test_the_entry_says_in_french_what_begins_for_whom_and_where_to_read_it() -> None:
    found = entry(NOTICE)
    assert "Prise d’effet\u00a0: Transfert du FSL au Département" == found.summary
    assert (
        "Les demandes sont instruites par le Département.\n\nLes ménages s’adressent à leur CDAS.\n\n"
        f"Lire l’information en ligne\u00a0: {LINK}"
    ) == found.description
    assert LINK == str(found.url)


def test_the_entry_leaves_its_reader_free_on_that_day() -> None:
    assert "TRANSPARENT" == entry(NOTICE).transparency


def test_the_file_is_published_by_the_hub_and_invites_nobody() -> None:
    (part,) = attached(NOTICE)
    assert ("PUBLISH", "prise-d-effet.ics") == (part.get_param("method"), part.get_filename())
    calendar, found = opened(NOTICE), entry(NOTICE)
    assert ("PUBLISH", []) == (calendar.method, found.attendees)
    assert found.organizer is not None
    assert "mailto:hub@hub.example" == str(found.organizer.uri)


def test_a_correction_moves_the_same_entry() -> None:
    first, second = entry(NOTICE), entry(CORRECTED)
    assert first.uid == second.uid
    assert (1, date(2024, 12, 1)) == (first.sequence, first.dtstart)
    assert (2, date(2025, 1, 1)) == (second.sequence, second.dtstart)
    assert {EventStatus.CONFIRMED} == {first.status, second.status}


def test_a_withdrawal_cancels_the_same_entry_and_announces_nothing_any_more() -> None:
    last, withdrawn = entry(CORRECTED), entry(WITHDRAWN)
    assert last.uid == withdrawn.uid
    assert (last.sequence or 0) < (withdrawn.sequence or 0)
    assert EventStatus.CANCELLED == withdrawn.status
    assert "Retrait\u00a0: Transfert du FSL au Département" == withdrawn.summary
    assert "CDAS" not in (withdrawn.description or "")


def test_another_notice_has_another_entry() -> None:
    assert entry(NOTICE).uid != entry(replace(NOTICE, notice="notice-apl")).uid


def test_the_entry_is_as_old_as_the_decision_to_the_same_instant_in_every_mail() -> None:
    assert datetime(2024, 10, 1, 6, 59, tzinfo=UTC) == entry(NOTICE).dtstamp
    winter = replace(NOTICE, decided_at=datetime(2024, 10, 1, 6, 59, tzinfo=timezone(timedelta(hours=1))))
    assert datetime(2024, 10, 1, 5, 59, tzinfo=UTC) == entry(winter).dtstamp
    later = mail_of(NOTICE, sent_at=datetime(2024, 10, 2, 9, 0, tzinfo=UTC))
    assert [part.get_content() for part in attached(NOTICE)] == [
        part.get_content() for part in later.iter_attachments()
    ]


@pytest.mark.parametrize(
    "content", [SituationContent(), replace(NOTICE, effective_on=None)], ids=["situation", "no-effective-date"]
)
def test_where_there_is_no_effective_date_to_show_nothing_is_attached(content: Content) -> None:
    assert "multipart/alternative" == mail_of(content).get_content_type()


@pytest.mark.parametrize("form", ["plain", "html"])
def test_the_mail_tells_of_the_file_where_there_is_a_date_to_note(form: str) -> None:
    words = "ouvrez la pièce jointe"
    assert words in parts(NOTICE)[form]
    for content in (WITHDRAWN, replace(NOTICE, effective_on=None), SituationContent()):
        assert words not in parts(content)[form]


@settings(max_examples=60)
@given(
    title=st.text(max_size=200),
    summary=st.text(max_size=400),
    day=st.dates(),
    notice=st.text('abcXYZ0-/ é@:;,"<>', min_size=1, max_size=40),
)
def test_whatever_a_notice_says_its_file_has_one_entry_on_its_day_in_short_lines(
    title: str, summary: str, day: date, notice: str
) -> None:
    content = replace(NOTICE, title=title, summary=summary, effective_on=day, notice=notice)
    file = calendar_file(content, link=LINK, sender="hub@hub.example", domain="hub.example")
    assert file is not None
    assert max(map(len, file.split(b"\r\n"))) <= 75
    (found,) = IcsCalendarStream.calendar_from_ics(file.decode()).events
    assert day == found.dtstart
    assert found.uid.isascii()
    assert found.uid.isprintable()
