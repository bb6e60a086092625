"""`hub record` on a terminal of its own: receipts as a table, and a conversation that is left by Ctrl-C."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

QUERY = "social_worker_query.received"
HUB = [sys.executable, "-c", "from hub.cli import main; main()", "record", QUERY]
SYSTEM = ["--source", "urn:hub:caf35:si", "--token", "hub_t", "--url", "http://127.0.0.1:9"]
GOOD, BAD = "12/03/2026;mairie;conseil", "30/02/2026;mairie;bavardage"

Terminal = Callable[..., tuple[int, str]]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    def run(*arguments: str, typed: str = "", after: str = "") -> tuple[int, str]:
        """Exit code, and what the terminal shows without colours; `typed` is typed once `after` is shown."""
        ours, theirs = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        environment |= {"HUB_HOME": str(tmp_path), "COLUMNS": "120", "TERM": "xterm"}
        running = subprocess.Popen(
            [*HUB, *arguments, *SYSTEM],
            cwd=tmp_path,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: _own_terminal(theirs),  # noqa: PLW1509 -- one thread here: Ctrl-C needs a terminal
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            shown += part
            if typed and after in shown.decode(errors="ignore"):
                os.write(ours, typed.encode())
                typed = ""
        os.close(ours)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
        return running.wait(60), text.replace("\u00a0", " ").replace("\u202f", " ")

    return run


def _own_terminal(descriptor: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def rows(shown: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in shown.splitlines() if line.strip()]


def test_a_short_file_is_shown_line_by_line_with_each_fault_once(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(f"date et heure;origine;nature\n{GOOD}\n{BAD}\n", encoding="utf-8")
    code, shown = terminal("--csv", "f.csv", "--dry-run")
    headings, good, first, second, *_, told = rows(shown)
    assert 1 == code
    assert ["ligne", "état", "identifiant", "colonne", "motif"] == headings
    assert ["2", "correcte"] == good[:2]
    assert good[2].startswith("row-")
    assert ["3", "refusée", "nature"] == first[:3]
    assert "date et heure" in " ".join(" ".join(row) for row in (first, second, *rows(shown)))
    assert ["2 lignes lues : 1 correcte, 1 refusée."] == told


def test_of_a_long_file_only_what_was_refused_is_shown_and_the_rest_is_counted(
    terminal: Terminal, tmp_path: Path
) -> None:
    lines = [GOOD if number % 2 else BAD for number in range(2200)]
    (tmp_path / "f.csv").write_text("\n".join(["date et heure;origine;nature", *lines]), encoding="utf-8")
    _, shown = terminal("--csv", "f.csv", "--dry-run")
    assert 50 == sum(1 for row in rows(shown) if row[1:2] == ["refusée"])
    assert "row-" not in shown
    assert "Et 1 050 autres ; --receipt FICHIER les donne toutes." in shown
    assert "2 200 lignes lues : 1 100 correctes, 1 100 refusées." in shown


def test_ctrl_c_leaves_the_conversation_and_says_that_nothing_was_published(terminal: Terminal) -> None:
    code, shown = terminal(typed="\x03", after="Quel jour")
    assert 130 == code
    assert "Arrêt. Rien n’a été publié." in shown
    assert "Traceback" not in shown
