"""The link to the recipient's own page: whole in both forms of the mail, each recipient's own, and only where asked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.outbound.channel import Content, SituationContent
from tests.unit.dispatcher.test_mail_rendering import NOTICE, mail_of, parts

CONTENTS = pytest.mark.parametrize("content", [NOTICE, SituationContent()], ids=["notice", "situation"])
LINK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:"


@CONTENTS
@pytest.mark.parametrize(("form", "around"), [("plain", "\r\n{}\r\n"), ("html", 'href="{}"')], ids=["plain", "html"])
@settings(max_examples=40)
@given(end=st.text(LINK_CHARACTERS, min_size=1, max_size=200))
def test_the_link_stands_whole_in_both_forms_whatever_its_length(
    content: Content, form: str, around: str, end: str
) -> None:
    link = f"https://hub.example/{end}"
    assert 1 == parts(content, link)[form].count(around.format(link))


@CONTENTS
def test_no_line_of_the_body_is_longer_than_quoted_printable_allows(content: Content) -> None:
    for part in mail_of(content, "https://hub.example/" + "a" * 150).iter_parts():
        body = part.as_bytes().split(b"\n\n", 1)[1]
        assert max(map(len, body.split(b"\n"))) <= 76


@CONTENTS
def test_two_recipients_of_one_content_get_each_their_own_link_only(content: Content) -> None:
    for form in ("plain", "html"):
        texts = [parts(content, f"https://hub.example/{one}")[form] for one in ("one", "two")]
        assert [(True, False), (False, True)] == [("example/one" in text, "example/two" in text) for text in texts]


@CONTENTS
def test_a_mail_that_asks_nobody_has_no_such_link_and_no_such_words(content: Content) -> None:
    for text in parts(content).values():
        assert not any(words in text for words in ("réservé", "Prendre en charge", "pris connaissance"))


def test_what_a_notice_says_cannot_break_the_lines_of_the_mail() -> None:
    hostile = replace(NOTICE, summary="\x02" + "é" * 400 + "\x02")
    assert "é" * 400 in parts(hostile)["plain"]
