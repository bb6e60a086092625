"""The credentials file: what it takes, what it refuses, and that a change comes into force."""

from pathlib import Path

import pytest

from hub.gateway.credentials import Credentials, CredentialsInvalid, digest_of, new_token, read_credentials

CAF = "urn:hub:caf35:si"


def entry(name: str = "si", source: str = CAF, tokens: tuple[str, ...] = ("t",), kinds: str = '["notices"]') -> str:
    digests = ", ".join(f'"{digest_of(token)}"' for token in tokens)
    return f'[[system]]\nname = "{name}"\nsource = "{source}"\ntoken_sha256 = [{digests}]\nkinds = {kinds}\n'


def test_every_token_of_a_system_opens_while_it_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "credentials.toml"
    path.write_text(entry(tokens=("old", "new")))
    credentials = Credentials(path)
    found = [credentials.authenticate(token) for token in (b"old", b"new", b"other", b"")]
    assert ["si", "si", None, None] == [system and system.name for system in found]


def test_a_changed_file_is_in_force_a_second_later(tmp_path: Path) -> None:
    path, now = tmp_path / "credentials.toml", [0.0]
    path.write_text(entry(tokens=("old",)))
    credentials = Credentials(path, lambda: now[0])
    path.write_text(entry(tokens=("new", "newer")))
    assert credentials.authenticate(b"new") is None
    now[0] = 1.1
    assert credentials.authenticate(b"new") is not None
    assert credentials.authenticate(b"old") is None


def test_a_file_that_became_wrong_leaves_the_last_good_one_in_force(tmp_path: Path) -> None:
    path, now = tmp_path / "credentials.toml", [0.0]
    path.write_text(entry())
    credentials = Credentials(path, lambda: now[0])
    path.write_text("[[system]]\nname = ")
    now[0] = 2.0
    assert credentials.authenticate(b"t") is not None


def test_without_a_file_nobody_may_publish() -> None:
    assert Credentials(None).authenticate(b"t") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("nonsense", "not TOML", id="not-toml"),
        pytest.param("[server]\nport = 1\n", "unknown key `server`", id="unknown-table"),
        pytest.param(entry(source="urn:hub:elsewhere:si"), "`source`", id="foreign-source"),
        pytest.param(entry(kinds='["notice"]'), "`kinds`", id="unknown-kind"),
        pytest.param(entry(kinds="[]"), "`kinds`", id="no-kind"),
        pytest.param(entry(tokens=()), "`token_sha256`", id="no-token"),
        pytest.param(entry().replace(digest_of("t"), "abc"), "`token_sha256`", id="not-a-digest"),
        pytest.param(entry() + entry(tokens=("u",)), "two systems are named", id="name-twice"),
        pytest.param(entry() + entry(name="b"), "one token is given twice", id="token-twice"),
        pytest.param(entry() + "admin = true\n", "unknown key `admin`", id="unknown-key"),
    ],
)
def test_a_wrong_file_is_refused_with_its_fault(text: str, named: str) -> None:
    with pytest.raises(CredentialsInvalid, match=named):
        read_credentials(text)


def test_a_refused_file_shows_no_digest() -> None:
    with pytest.raises(CredentialsInvalid) as caught:
        read_credentials(entry(kinds="[]"))
    assert digest_of("t") not in str(caught.value)


def test_tokens_are_never_the_same() -> None:
    assert len({new_token() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [("notice.published", True), ("contact.changed", False), ("heartbeat.sent", False), ("no.such", False)],
)
def test_a_system_publishes_the_kinds_of_its_entry_only(event_type: str, *, expected: bool) -> None:
    assert expected == read_credentials(entry())[0].may_publish(event_type)


def test_a_partner_shares_events_with_the_same_partner_only() -> None:
    (system,) = read_credentials(entry(source="urn:hub:partner:ccas-a:accueil"))
    assert system.shares_institution("urn:hub:partner:ccas-a:other")
    assert not system.shares_institution("urn:hub:partner:ccas-b:accueil")
    assert not system.shares_institution(CAF)
    assert not system.shares_institution("nonsense")
