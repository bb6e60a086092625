"""Which mails stand together in a mail program: those that answer the same message, sent or not (RFC 5322 §3.6.4)."""

from base64 import b64decode
from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest

from connectors.outbound.channel import SituationContent
from tests.unit.dispatcher.test_mail_rendering import DELIVERY, NOTICE, mail_of

OF_NOTICE: dict[str, Any] = {"content": NOTICE, "thread": "notice notice-fsl"}
OF_SITUATION: dict[str, Any] = {"content": SituationContent(), "thread": "situation 7c1f"}


def threads(mails: list[EmailMessage]) -> list[set[str]]:
    """The mails grouped as a mail program does by the first message that they refer to; their Message-IDs.

    Outlook's ways, by number and by topic, must give the same groups.
    """
    groups: dict[str, set[str]] = {}
    of_outlook: set[tuple[str, bytes, str]] = set()
    for mail in mails:
        first = str(mail["References"]).split()[0]
        groups.setdefault(first, {first}).add(str(mail["Message-ID"]))
        of_outlook.add((first, b64decode(str(mail["Thread-Index"])), str(mail["Thread-Topic"])))
    assert len(groups) == len(of_outlook) == len({number for _, number, _ in of_outlook})
    return list(groups.values())


def test_a_correction_and_a_withdrawal_stand_in_the_thread_of_their_notice() -> None:
    contents = [NOTICE, replace(NOTICE, status="CORRECTED", version=2), replace(NOTICE, status="WITHDRAWN", version=2)]
    mails = [mail_of(content, delivery=uuid4()) for content in contents]
    (thread,) = threads(mails)
    assert 4 == len(thread)  # the three, and the one that was never sent


def test_all_mails_of_a_situation_stand_in_one_thread() -> None:
    assert 1 == len(threads([mail_of(**OF_SITUATION, delivery=uuid4()) for _ in range(3)]))


@pytest.mark.parametrize(
    "other",
    [
        OF_NOTICE | {"thread": "notice notice-apl"},
        OF_NOTICE | {"recipient": "cdas-02@cdas.example"},
        OF_SITUATION | {"thread": "situation notice-fsl"},
    ],
    ids=["other-notice", "other-recipient", "situation-of-the-same-name"],
)
def test_what_is_about_something_else_or_for_somebody_else_stands_apart(other: dict[str, Any]) -> None:
    assert 2 == len(threads([mail_of(**OF_NOTICE), mail_of(**other, delivery=uuid4())]))


def test_an_address_written_with_capitals_is_the_same_mailbox() -> None:
    mails = [mail_of(**OF_NOTICE), mail_of(**OF_NOTICE, delivery=uuid4(), recipient="CDAS-01@cdas.example")]
    assert 1 == len(threads(mails))


def test_a_mail_that_is_sent_again_is_the_same_message_in_the_same_thread() -> None:
    first, again = mail_of(**OF_NOTICE), mail_of(**OF_NOTICE)
    assert f"<{DELIVERY}@hub.example>" == str(first["Message-ID"])
    for name in ("Message-ID", "In-Reply-To", "References", "Thread-Topic", "Thread-Index"):
        assert str(first[name]) == str(again[name])


@pytest.mark.parametrize("what", [OF_NOTICE, OF_SITUATION], ids=["notice", "situation"])
def test_the_thread_answers_one_message_which_is_named_by_nothing_but_a_number(what: dict[str, Any]) -> None:
    mail = mail_of(**what)
    assert str(mail["In-Reply-To"]) == str(mail["References"])
    name, _, domain = str(mail["References"]).removeprefix("<thread-").removesuffix(">").partition("@")
    assert (5, "hub.example") == (UUID(name).version, domain)


def test_outlook_finds_a_number_of_the_form_that_it_reads() -> None:
    index = b64decode(str(mail_of(**OF_NOTICE)["Thread-Index"]))
    assert (22, 1, 5) == (len(index), index[0], UUID(bytes=index[6:]).version)
    assert str(UUID(bytes=index[6:])) in str(mail_of(**OF_NOTICE)["References"])


def test_two_situations_have_one_subject_and_two_topics_that_do_not_name_them() -> None:
    mails = [mail_of(**OF_SITUATION), mail_of(**OF_SITUATION | {"thread": "situation 9d2e"})]
    assert ["Une situation vous attend"] * 2 == [str(mail["Subject"]) for mail in mails]
    topics = [str(mail["Thread-Topic"]) for mail in mails]
    assert 2 == len(set(topics))
    assert not any(reference in topic for reference in ("7c1f", "9d2e") for topic in topics)


def test_the_topic_of_a_notice_outlives_a_new_title() -> None:
    mails = [mail_of(NOTICE), mail_of(replace(NOTICE, title="Le FSL change de mains"))]
    assert ["Information notice-fsl"] * 2 == [str(mail["Thread-Topic"]) for mail in mails]
