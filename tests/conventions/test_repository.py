"""What must never be in a file of the project."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK_LINE = re.compile(r"(#.*|[A-Za-z0-9._-]+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|\s*)")


def tracked() -> list[Path]:
    """Every file that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_a_lock_holds_versions_and_hashes_and_nothing_else(lock: Path) -> None:
    odd = [line for line in lock.read_text(encoding="utf-8").splitlines() if not LOCK_LINE.fullmatch(line)]
    assert [] == odd


def test_kafka_jars_are_locked_by_coordinate_and_hash() -> None:
    lines = (ROOT / "deploy" / "kafka" / "jars.lock").read_text(encoding="utf-8").splitlines()
    odd = [
        line
        for line in lines
        if line
        and not line.startswith("#")
        and not re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+(:[\w.-]+)? [0-9a-f]{64}", line)
    ]
    assert lines
    assert [] == odd


def test_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = [
        b"py" + b"pi.org",
        b"python" + b"hosted.org",
        b"repo.maven" + b".apache",
        b"repo1." + b"maven",
        b"registry.npm" + b"js",
    ]
    found = [
        f"{path.relative_to(ROOT)}: {host.decode()}"
        for path in tracked()
        if path.suffix != ".whl"
        for host in hosts
        if host in path.read_bytes()
    ]
    assert [] == found


def test_no_file_names_the_folder_it_was_written_in() -> None:
    here = str(ROOT).encode()
    assert [] == [
        str(path.relative_to(ROOT)) for path in tracked() if path.suffix != ".whl" and here in path.read_bytes()
    ]
