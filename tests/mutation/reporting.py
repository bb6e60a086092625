"""The figures and the survivors in docs/mutation-testing.md, from the last report and the reasons that are known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from tests.mutation.mutants import mutants_of, spellings_of
from tests.mutation.running import KILLED, SURVIVED, TIMED_OUT, UNTESTED

PAGE = Path("docs/mutation-testing.md")
REASONS = Path("tests/mutation/reasons.txt")
WITHOUT = "Without a reason yet"

_ROOM = "hub/domain/"
_AROUND = 14  # characters of the line that are shown on both sides of what changes
_LONGEST = 90

Verdicts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some mutants survive: a title, a sentence, and the mutants, each as `file name`."""

    title: str
    why: str
    survivors: tuple[str, ...]


def read_reasons(text: str) -> list[Reason]:
    """Read the reasons: a line `# title`, a line with the sentence, then a line for each mutant."""
    blocks = ([line.strip() for line in block.splitlines() if line.strip()] for block in f"\n{text}".split("\n# "))
    return [Reason(title, why, tuple(survivors)) for title, why, *survivors in filter(None, blocks)]


def survivors_of(verdicts: Verdicts) -> list[str]:
    """The mutants that no test killed, each as `file name`, in the order of the report's files."""
    return [
        f"{file.removeprefix(_ROOM)} {name}"
        for file, held in sorted(verdicts.items())
        for name, verdict in held.items()
        if verdict in (SURVIVED, UNTESTED)
    ]


def stale(verdicts: Verdicts, reasons: Iterable[Reason]) -> list[str]:
    """What the reasons speak of and the report does not: killed meanwhile, or gone with its line."""
    alive = set(survivors_of(verdicts))
    return [name for reason in reasons for name in reason.survivors if name not in alive]


def write_page(text: str, verdicts: Verdicts, reasons: list[Reason], today: date) -> str:
    """The page with its two generated parts made anew, all else as it was."""
    parts = {
        "figures": [f"Measured on {today:%-d %B %Y}.", "", *_figures(verdicts)],
        "survivors": _survivors(verdicts, reasons),
    }
    for name, lines in parts.items():
        first, last = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        before, _, rest = text.partition(first)
        text = "\n".join([before + first, "", *lines, "", last + rest.partition(last)[2]])
    return text


def _figures(verdicts: Verdicts) -> list[str]:
    head = [
        "file of `hub/domain`",
        "mutants",
        "judged",
        "killed",
        "timed out",
        "survived",
        "killed of those judged",
        "spellings",
    ]
    rows, total, spellings, mutants = [], Counter[str](), 0, 0
    for file, held in sorted(verdicts.items()):
        made, left_out, count = len(set(mutants_of(file))), spellings_of(file), Counter(held.values())
        if made:
            rows.append(_row(f"`{file.removeprefix(_ROOM)}`", made, count, left_out))
        total, spellings, mutants = total + count, spellings + left_out, mutants + made
    return [_cells(head), "|---|" + "---:|" * (len(head) - 1), *rows, _row("all", mutants, total, spellings)]


def _row(name: str, made: int, count: Counter[str], left_out: int) -> str:
    survived = count[SURVIVED] + count[UNTESTED]
    share = f"{1 - survived / count.total():.1%}" if count.total() else "not judged yet"
    numbers = (made, count.total(), count[KILLED], count[TIMED_OUT], survived)
    return _cells([name, *map(str, numbers), share, str(left_out)])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _survivors(verdicts: Verdicts, reasons: list[Reason]) -> list[str]:
    alive = survivors_of(verdicts)
    explained = set(chain.from_iterable(reason.survivors for reason in reasons))
    without = Reason(WITHOUT, "neither killed nor proven harmless", tuple(n for n in alive if n not in explained))
    lines: list[str] = []
    for reason in (*reasons, without):
        held = [name for name in alive if name in set(reason.survivors)]
        if held:
            lines += [f"### {reason.title}", "", f"{len(held)}: {reason.why}.", "", *map(_shown, held), ""]
    return lines[:-1]


def _shown(survivor: str) -> str:
    file, _, name = survivor.partition(" ")
    function, _, change = name.rpartition("  #")[0].partition(": ")
    old, _, new = change.partition("  ->  ")
    return f"- `{file}`, {function}: {_code(*_parts(old, new))}"


def _code(old: str, new: str) -> str:
    return " → ".join(f"`` {text.strip()} ``" if "`" in text else f"`{text.strip()}`" for text in (old, new))


def _parts(old: str, new: str) -> tuple[str, str]:
    """The two lines without what they have in common, but for a little on both sides."""
    before = _common(old, new)
    after = _common(old[before:][::-1], new[before:][::-1])
    start = max(0, before - _AROUND)
    ends = (min(len(text), len(text) - after + _AROUND) for text in (old, new))
    cut = (text[start:end] for text, end in zip((old, new), ends, strict=True))
    was, becomes = (text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …" for text in cut)
    return was or "(nothing)", becomes or "(nothing)"


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
