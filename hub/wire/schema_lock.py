"""`published.lock`: what was published never changes, keeps its id, and new versions are appended."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hub.wire.schemas import LOCK_NAME, LockLine, read_lock


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: a stable code, the file (relative to the schemas folder) and a sentence."""

    code: str
    where: str
    detail: str


def lock_findings(root: Path, lines: tuple[LockLine, ...]) -> Iterator[Finding]:
    """Compare the lock with the files: every published file there and unchanged, every file published, ids rising."""
    yield from _line_findings(lines)
    for line in lines:
        path = root / line.type / f"{line.version}.avsc"
        if not path.exists():
            yield Finding("PUBLISHED_FILE_MISSING", _file(line), "The lock names a file that is not there.")
        elif _sha256(path) != line.sha256:
            detail = "The file is not what was published; a change is a new version."
            yield Finding("PUBLISHED_FILE_CHANGED", _file(line), detail)
    for path in unpublished_files(root, lines):
        where = path.relative_to(root).as_posix()
        yield Finding("FILE_NOT_IN_LOCK", where, "The version is not published: run `hub schemas lock`.")


def unpublished_files(root: Path, lines: tuple[LockLine, ...]) -> list[Path]:
    """List the schema files that the lock does not name, by type, then version."""
    published = {(line.type, f"{line.version}.avsc") for line in lines}
    files = [path for path in root.glob("*/*.avsc") if (path.parent.name, path.name) not in published]
    return sorted(files, key=lambda path: (path.parent.name, len(path.name), path.name))


def append_new_versions(root: Path) -> list[LockLine]:
    """Publish every schema file that the lock does not name, each under the next free id; return the lines appended.

    Files whose name is no version number are left out: `hub schemas check` names them. Lines that are there stay as
    they are, so a published version that changed is still found.
    """
    lines = read_lock(root)
    next_id = max((line.id for line in lines), default=0) + 1
    files = [path for path in unpublished_files(root, lines) if path.stem.isdecimal()]
    added = [
        LockLine(number, path.parent.name, int(path.stem), _sha256(path)) for number, path in enumerate(files, next_id)
    ]
    if added:
        content = "".join(f"{line}\n" for line in (*lines, *added))
        (root / LOCK_NAME).write_text(content, encoding="utf-8", newline="\n")
    return added


def _line_findings(lines: tuple[LockLine, ...]) -> Iterator[Finding]:
    for where, count in Counter(_file(line) for line in lines).items():
        if count > 1:
            yield Finding("LOCK_LINE_TWICE", where, "The version stands twice in the lock.")
    for before, line in pairwise((LockLine(0, "", 0, ""), *lines)):
        if line.id <= before.id or line.id >= 2**31:
            detail = f"Id {line.id} does not rise: an id is never used again, and the lock is only appended to."
            yield Finding("LOCK_ID_REUSED", _file(line), detail)
    for type_ in sorted({line.type for line in lines}):
        versions = sorted({line.version for line in lines if line.type == type_})
        if versions != list(range(1, len(versions) + 1)):
            yield Finding("VERSION_GAP", type_, "The versions of a type are 1, 2, 3 and so on, without a gap.")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file(line: LockLine) -> str:
    return f"{line.type}/{line.version}.avsc"
