"""Kafka's jars: only what is locked is ever run."""

import hashlib
from pathlib import Path

import pytest

from hub.embedded.jars import Jar, cache_folder, ensure_jars, read_lock
from hub.errors import StartError

GOOD = b"the jar that was locked"
COORDINATE = "org.example:thing:1.0"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Lock one jar."""
    path = tmp_path / "jars.lock"
    path.write_text(f"# comment\n{COORDINATE} {hashlib.sha256(GOOD).hexdigest()}\n")
    return path


class Repository:
    """Serves one content; counts how often it was asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked = 0

    def fetch(self, jar: Jar, staging: Path) -> Path:
        self.asked += 1
        path = staging / jar.file_name
        path.write_bytes(self.content)
        return path


def test_a_jar_is_downloaded_once_and_found_again_without_network(lock: Path, tmp_path: Path) -> None:
    repository = Repository(GOOD)
    first = ensure_jars(lock, tmp_path / "jars", repository.fetch)
    again = ensure_jars(lock, tmp_path / "jars", repository.fetch)

    assert first == again == [tmp_path / "jars" / "thing-1.0.jar"]
    assert repository.asked == 1


def test_an_altered_jar_is_replaced_by_the_locked_one(lock: Path, tmp_path: Path) -> None:
    repository = Repository(GOOD)
    (jar,) = ensure_jars(lock, tmp_path / "jars", repository.fetch)
    jar.write_bytes(GOOD.upper())
    ensure_jars(lock, tmp_path / "jars", repository.fetch)

    assert jar.read_bytes() == GOOD
    assert repository.asked == 2


def test_a_repository_that_serves_another_file_is_refused_and_nothing_is_kept(lock: Path, tmp_path: Path) -> None:
    repository = Repository(b"something else")

    with pytest.raises(StartError, match=r"org\.example:thing:1\.0 is not the file that was locked"):
        ensure_jars(lock, tmp_path / "jars", repository.fetch)
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_damaged_lock_is_named_with_its_line(tmp_path: Path) -> None:
    lock = tmp_path / "jars.lock"
    lock.write_text("org.example:thing\n")

    with pytest.raises(StartError, match=r"Line 1 of .*jars\.lock"):
        read_lock(lock)


def test_the_shipped_lock_names_each_jar_once_and_no_address() -> None:
    jars = read_lock()

    assert len({jar.file_name for jar in jars}) == len(jars) > 30
    assert not [jar for jar in jars if "/" in jar.coordinate]


def test_the_cache_follows_the_user_s_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "caf35-cd35-hub"
    # A relative path is invalid by the XDG specification and must be ignored.
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "caf35-cd35-hub"


def test_a_full_or_closed_cache_is_said_with_the_way_out(lock: Path, tmp_path: Path) -> None:
    (tmp_path / "jars").write_text("a file where the folder should be")

    with pytest.raises(StartError, match="cannot be kept") as caught:
        ensure_jars(lock, tmp_path / "jars", Repository(GOOD).fetch)
    assert "XDG_CACHE_HOME" in caught.value.way_out
