"""Signed links: who makes one, what it opens, and until when."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hub.settings import Settings
from hub.wire.links import LinkExpired, LinkForged, LinkKeys, Purpose, link_keys

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DELIVERY = UUID("a4acea1a-08e3-5f58-90c2-15bc20009461")
OLD, NEW = b"o" * 32, b"n" * 32
KEYS = LinkKeys((NEW,))
TAKE = Purpose.TAKE_IN_CHARGE


def parts(keys: LinkKeys = KEYS, expires: datetime = NOW + timedelta(days=7)) -> list[str]:
    return keys.sign(TAKE, DELIVERY, expires).split("/")


@given(delivery=st.uuids(), seconds=st.integers(1, 10**9), key=st.binary(min_size=32, max_size=64))
def test_a_link_opens_its_delivery_until_it_expires(delivery: UUID, seconds: int, key: bytes) -> None:
    keys, expires = LinkKeys((key,)), NOW + timedelta(seconds=seconds)
    link = keys.sign(TAKE, delivery, expires).split("/")
    assert delivery == keys.open(TAKE, link, expires - timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        keys.open(TAKE, link, expires)


@settings(max_examples=300)
@given(data=st.data())
def test_a_link_with_one_other_character_anywhere_opens_nothing(data: st.DataObject) -> None:
    link = "/".join(parts())
    place = data.draw(st.integers(0, len(link) - 1))
    other = data.draw(st.characters().filter(lambda letter: letter != link[place]))
    with pytest.raises(LinkForged):
        KEYS.open(TAKE, (link[:place] + other + link[place + 1 :]).split("/"), NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda d, e, s: (d.upper(), e, s),
        lambda d, e, s: (d.replace("-", ""), e, s),
        lambda d, e, s: (d, "0" + e, s),
        lambda d, e, s: (d, e, s + "="),
        lambda d, e, s: (d, e, s[:0]),
        lambda d, e, s: (d, f"{e}/{s}"),
        lambda d, e, s: (d, e, s, ""),
        lambda d, e, s: (d, e + "\n", s),
    ],
    ids=["upper-case", "without-dashes", "leading-zero", "padded", "unsigned", "two-parts", "four-parts", "line-end"],
)
def test_a_link_written_in_another_way_opens_nothing(change: object) -> None:
    assert callable(change)
    with pytest.raises(LinkForged):
        KEYS.open(TAKE, change(*parts()), NOW)


def test_a_link_for_something_else_opens_nothing() -> None:
    _, until, _ = parts()
    signed = f"hub-link-1\nsomething-else\n{DELIVERY}\n{until}".encode()
    signature = urlsafe_b64encode(hmac.digest(NEW, signed, "sha256")).rstrip(b"=").decode()
    with pytest.raises(LinkForged):
        KEYS.open(TAKE, (str(DELIVERY), until, signature), NOW)


def test_after_a_rotation_old_links_open_and_new_ones_are_signed_with_the_new_key() -> None:
    rotated = LinkKeys((NEW, OLD))
    assert DELIVERY == rotated.open(TAKE, parts(LinkKeys((OLD,))), NOW)
    assert parts(KEYS) == parts(rotated)
    with pytest.raises(LinkForged):
        KEYS.open(TAKE, parts(LinkKeys((OLD,))), NOW)


def test_a_link_holds_the_delivery_the_expiry_and_a_signature_only() -> None:
    delivery, until, signature = parts()
    assert (str(DELIVERY), str(int((NOW + timedelta(days=7)).timestamp()))) == (delivery, until)
    assert 43 == len(signature)


def test_the_keys_of_the_settings_are_separated_by_commas_and_shown_nowhere() -> None:
    found = Settings(link_keys=SecretStr(f"{NEW.decode()}, {OLD.decode()}"))
    assert LinkKeys((NEW, OLD)) == link_keys(found)
    assert not any(key.decode() in repr((found, link_keys(found))) for key in (NEW, OLD))


def test_without_a_key_there_are_no_links() -> None:
    assert link_keys(Settings()) is None


@pytest.mark.parametrize("keys", ["short", "n" * 32 + ",", "n" * 32 + ",short", "," + "n" * 32, " " * 40])
def test_a_key_that_could_be_guessed_is_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(ValidationError, match="at least 32 characters") as refused:
        Settings(link_keys=SecretStr(keys))
    assert "short" not in str(refused.value)
