"""`python -m tests.mutation [FILE …]`: mutate hub/domain, run its tests on every mutant, write what survives.

Without files: everything but the texts (see docs/mutation-testing.md). `--survivors` takes up the mutants that survived
the last run, and those that are new; `--tests FILE …` runs no other tests, for a quick look; `--every N` takes a
sample, one mutant of N; `--processes N` works on N at a time; `--list` prints the last report again; `--page` writes
docs/mutation-testing.md from it.
"""

import argparse
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reporting import PAGE, REASONS, read_reasons, stale, survivors_of, write_page
from tests.mutation.running import KILLED, SURVIVED, TESTS, TIMED_OUT, UNTESTED, judge

REPORT = Path("build/mutation.json")
DOMAIN = Path("hub/domain")
LEFT_OUT = ("hub/domain/vocabulary.py", "hub/domain/routing/situation_vocabulary.py")
RULES = "hub/domain/rules"
RULES_WITH_CODE = ("catalogue", "parameter_kinds", "parameters", "rule")  # all else there is the rules' texts

Verdicts = dict[str, dict[str, str]]


def main() -> int:
    """Judge, remember, report; exit code 0 when at least 95 % of the mutants are killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    verdicts: Verdicts = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    if given.page:
        return _write_page(verdicts)
    if not given.list:
        files = given.files or files_to_mutate()
        mutants = [mutant for file in files for mutant in mutants_of(file)]
        names = _names(mutants)
        if given.survivors:
            for file in files:
                known = {names[mutant] for mutant in mutants if mutant.file == file}
                verdicts[file] = {name: told for name, told in verdicts.get(file, {}).items() if name in known}
            mutants = [m for m in mutants if verdicts[m.file].get(names[m]) not in (KILLED, TIMED_OUT)]
        else:
            verdicts |= {file: {} for file in files}
        _judge(mutants[:: given.every], names, given, verdicts)
    return _report(verdicts)


def files_to_mutate() -> list[str]:
    """Every module of the domain, whatever room it stands in, but those that hold texts and closed lists only."""
    found = (path.as_posix() for path in sorted(DOMAIN.rglob("*.py")))
    return [file for file in found if file not in LEFT_OUT and not _is_rule_text(file)]


def _is_rule_text(file: str) -> bool:
    folder, _, name = file.rpartition("/")
    return folder == RULES and name.removesuffix(".py") not in RULES_WITH_CODE


def _names(mutants: list[Mutant]) -> dict[Mutant, str]:
    """A name for each mutant that stays when lines above it move: its change, and its number among equal ones."""
    seen: Counter[tuple[str, str]] = Counter()
    names = {}
    for mutant in mutants:
        text = f"{mutant.function or 'module'}: {mutant.change}"
        seen[mutant.file, text] += 1
        names[mutant] = f"{text}  #{seen[mutant.file, text]}"
    return names


def _judge(mutants: list[Mutant], names: dict[Mutant, str], given: argparse.Namespace, verdicts: Verdicts) -> None:
    judged = 0

    def told(mutant: Mutant, verdict: str) -> None:
        nonlocal judged
        judged += 1
        verdicts.setdefault(mutant.file, {})[names[mutant]] = verdict
        if judged % 100 == 0 or judged == len(mutants):
            _keep(verdicts)
            print(f"{judged} of {len(mutants)}", flush=True)  # noqa: T201  a command's output

    judge(mutants, sorted({mutant.file for mutant in mutants}), given.processes, told, given.tests)
    _keep(verdicts)


def _keep(verdicts: Verdicts) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(verdicts, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_page(verdicts: Verdicts) -> int:
    """Exit code 0 when every survivor has a reason, and every reason a survivor."""
    reasons = read_reasons(REASONS.read_text(encoding="utf-8"))
    page = write_page(PAGE.read_text(encoding="utf-8"), verdicts, reasons, datetime.now(UTC).date())
    PAGE.write_text(page, encoding="utf-8")
    explained = {name for reason in reasons for name in reason.survivors}
    unexplained = [name for name in survivors_of(verdicts) if name not in explained]
    gone = stale(verdicts, reasons)
    for title, names in (("without a reason", unexplained), ("not among the survivors any more", gone)):
        for name in names:
            print(f"{title}: {name}")  # noqa: T201
    return 1 if unexplained or gone else 0


def _report(verdicts: Verdicts) -> int:
    total: Counter[str] = Counter()
    kinds = (KILLED, TIMED_OUT, SURVIVED, UNTESTED)
    print(f"{'file':44}{'mutants':>9}" + "".join(f"{kind:>11}" for kind in kinds))  # noqa: T201
    for file, held in sorted(verdicts.items()):
        count = Counter(held.values())
        total += count
        print(f"{file:44}{len(held):>9}" + "".join(f"{count[kind]:>11}" for kind in kinds))  # noqa: T201
    number = total.total()
    print(f"{'all':44}{number:>9}" + "".join(f"{total[kind]:>11}" for kind in kinds))  # noqa: T201
    for file, held in sorted(verdicts.items()):
        for name, verdict in held.items():
            if verdict in (SURVIVED, UNTESTED):
                print(f"{verdict:9} {file} {name}")  # noqa: T201
    killed = total[KILLED] + total[TIMED_OUT]
    print(f"{killed / number:.1%} killed" if number else "nothing to kill")  # noqa: T201
    return 0 if killed >= 0.95 * number else 1


if __name__ == "__main__":
    raise SystemExit(main())
