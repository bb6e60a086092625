"""What the mutation of the domain changes, and how its page shows what survives."""

from datetime import date
from pathlib import Path

import pytest

from tests.mutation.__main__ import DOMAIN, LEFT_OUT, files_to_mutate
from tests.mutation.mutants import is_sentence, mutants_of, spellings_of
from tests.mutation.reporting import Reason, read_reasons, stale, survivors_of, write_page

SOURCE = """
import re

NAMES = {"not a text to read": "le lien est faible"}
KNOWN = {"on ne sait pas"}
PATTERN = re.compile("un mot")


def read(cell, reasons):
    if cell == "de deux mots":
        reasons.append("une date est attendue, " "ensuite.")
    return "KEY", "OF TWO"
"""


@pytest.fixture
def changes(tmp_path: Path) -> set[str]:
    file = tmp_path / "module.py"
    file.write_text(SOURCE, encoding="utf-8")
    assert 6 == spellings_of(str(file))
    return {mutant.change.partition("  ->  ")[2] for mutant in mutants_of(str(file))}


@pytest.mark.parametrize(
    "change",
    [
        'NAMES = {"XXnot a text to readXX": "le lien est faible"}',
        'KNOWN = {"XXon ne sait pasXX"}',
        'PATTERN = re.compile("XXun motXX")',
        'if cell == "XXde deux motsXX":',
        'return "key", "OF TWO"',
        'return "KEY", "of two"',
        "reasons.append(None)",
    ],
    ids=["a key", "a member", "a pattern", "what is compared", "a symbol", "a code", "a sentence that is missing"],
)
def test_what_code_reads_is_changed(changes: set[str], change: str) -> None:
    assert change in changes


def test_a_sentence_keeps_its_spelling_in_every_piece(changes: set[str]) -> None:
    assert not any("XXensuite.XX" in change or "LE LIEN" in change or "XXune date" in change for change in changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le lien est faible", True),
        ("Délai : deux jours", True),
        ("« oui » ou « non »", True),
        ("URGENCE DEFINIE", False),
        ("oui", False),
        (", ", False),
        ("A-Z", False),
    ],
)
def test_two_words_not_all_in_capitals_are_a_sentence(text: str, *, expected: bool) -> None:
    assert expected is is_sentence(text)


VERDICTS = {
    "hub/domain/calendar/dates.py": {
        "f: return 1  ->  return 2  #1": "killed",
        "f: return len(held) > 1  ->  return len(held) >= 1  #1": "survived",
        "g: return 3  ->  return 4  #1": "untested",
        "g: return 5  ->  return 6  #1": "timed out",
    }
}
REASONS = (
    "# Why not\n\nit is so\n\ncalendar/dates.py f: return len(held) > 1  ->  return len(held) >= 1  #1\n"
    "calendar/dates.py gone  #1\n"
)
FIGURES = "<!-- generated: figures -->\nold\n<!-- end: figures -->"
SURVIVORS = "<!-- generated: survivors -->\n<!-- end: survivors -->"
PAGE = f"Before\n{FIGURES}\nBetween\n{SURVIVORS}\nAfter\n"


def test_the_page_lists_every_survivor_with_its_reason_or_without() -> None:
    reasons = read_reasons(REASONS)
    assert 2 == len(survivors_of(VERDICTS))
    assert ["calendar/dates.py gone  #1"] == stale(VERDICTS, reasons)
    page = write_page(PAGE, VERDICTS, reasons, date(2026, 11, 22))
    assert "| `calendar/dates.py` | 53 | 4 | 1 | 1 | 2 | 50.0% | 0 |" in page
    assert "### Why not\n\n1: it is so.\n\n- `calendar/dates.py`, f: `rn len(held) > 1` → `rn len(held) >= 1`\n" in page
    assert "- `calendar/dates.py`, g: `return 3` → `return 4`" in page.partition("### Without a reason yet")[2]
    assert ["Before", "Between", "After"] == [
        line for line in page.splitlines() if line in ("Before", "Between", "After")
    ]
    assert "old" not in page.splitlines()


def test_a_reason_has_a_title_a_sentence_and_its_mutants() -> None:
    made = read_reasons("# One\nbecause\n\na b: c\n\n# Two\nsince\n\nd e: f\ng h: i\n")
    assert [Reason("One", "because", ("a b: c",)), Reason("Two", "since", ("d e: f", "g h: i"))] == made


def test_a_module_in_a_new_room_is_mutated_without_being_named_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("new_room/module.py", "rules/rule.py", "rules/a_new_text.py", "vocabulary.py", "events.py"):
        (tmp_path / DOMAIN / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / DOMAIN / name).touch()
    monkeypatch.chdir(tmp_path)
    assert files_to_mutate() == [f"{DOMAIN}/{name}" for name in ("events.py", "new_room/module.py", "rules/rule.py")]


def test_what_is_left_out_still_exists() -> None:
    assert all(Path(file).is_file() for file in LEFT_OUT)
