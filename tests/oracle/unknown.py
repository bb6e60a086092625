"""Contract §3 on UNKNOWN, read a second time: a symbol that this reader lacks could stand for any that it knows.

The decision depends on it when the listed symbols do not all give one answer; then a human qualifies, UNKNOWN_SYMBOL.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import product
from random import Random
from typing import Any

from tests.oracle.answer import Reading
from tests.oracle.cases import mixed_cases
from tests.oracle.events import FIELDS, HANDOVER, JOINT_INTERVENTION, Case
from tests.oracle.space import ANSWERS, CATEGORIES, CHANGES, CHILD_PROTECTIONS, KINDS, PROFESSIONALS, SCHEMES

Path = tuple[str | int, ...]
Read = Callable[[dict[str, Any], datetime | None], dict[str, Any]]

SEED = 36
EVENTS = 250
COMPARED = ("outcome", "rejections", "missing", "suggestions", "warnings", "instruction", "keyword")

LISTS: dict[Path, Sequence[str]] = {
    ("emitter", "institution"): ("CAF", "CD35", "PARTNER"),
    ("emitter", "service"): (
        "CDAS_RECEPTION",
        "CDAS_SOCIAL_WORKER",
        "CAF_RECEPTION",
        "CAF_BENEFITS",
        "CAF_SOCIAL_WORK",
        "CCAS",
        "TOWN_HALL",
        "FRANCE_SERVICES",
        "ASSOCIATION",
        "OTHER",
    ),
    ("reception_level",): ("FIRST", "SECOND"),
    ("need",): ("BENEFIT", "DEPARTMENT_AID", "SOCIAL_SUPPORT"),
    ("household", "caf_beneficiary"): ANSWERS,
    ("household", "scheme"): SCHEMES,
    ("household", "dependent_child"): ANSWERS,
    ("life_event", "kind"): KINDS,
    ("child_protection",): CHILD_PROTECTIONS,
    ("benefit", "change"): CHANGES,
    ("category",): CATEGORIES,
    ("directed_to",): ("CAF_BENEFITS", "CAF_SOCIAL_WORK", "CDAS", "EXTERNAL_REFERENT"),
    ("direction",): ("CDAS_TO_CAF", "CAF_TO_CDAS"),
    ("link",): ("STRONG", "WEAK", "NONE"),
    ("other_professional",): PROFESSIONALS,
    ("communication", "mode"): ("WRITTEN", "ORAL"),
    ("family_informed",): ("YES", "NOT_IN_CHILD_INTEREST"),
}
REASONS = {
    HANDOVER: ("WEAK_LINK", "LASTING_DIFFICULTIES", "OTHER"),
    JOINT_INTERVENTION: ("COMPLEMENTARY_SKILLS", "COMPLEXITY"),
}
ENTRY_LISTS = {"by": ("CAF", "CD35", "OTHER"), "status": ("OPEN", "CLOSED")}


def enums_of(event: dict[str, Any]) -> dict[Path, Sequence[str]]:
    """Where the event holds a symbol of a closed list, and that list."""
    data = event["data"]
    lists = {**LISTS, ("reason",): REASONS.get(event["type"], ())}
    found = {path: known for path, known in lists.items() if path[0] in FIELDS[event["type"]] and _holds(data, path)}
    for index, _ in enumerate(data.get("support") or []):
        found |= {("support", index, name): known for name, known in ENTRY_LISTS.items()}
    return found


def _holds(data: dict[str, Any], path: Path) -> bool:
    held: Any = data
    for name in path:
        held = held.get(name) if held is not None else None
    return held is not None


def with_symbol(data: dict[str, Any], paths: Sequence[Path], symbols: Sequence[str]) -> dict[str, Any]:
    """The same data with other symbols at these places."""
    changed = deepcopy(data)
    for path, symbol in zip(paths, symbols, strict=True):
        held: Any = changed
        for name in path[:-1]:
            held = held[name]
        held[path[-1]] = symbol
    return changed


def expected_unknown(case: Case, paths: Sequence[Path], read: Read) -> dict[str, Any]:
    """The answer, without flags and rules, when the symbols at `paths` are unknown."""
    lists = enums_of(case.event)
    answers: list[dict[str, Any]] = []
    for symbols in product(*(lists[path] for path in paths)):
        event = case.event | {"data": with_symbol(case.event["data"], paths, symbols)}
        answers.append(bare(read(event, case.as_of)))
    if all(each == answers[0] for each in answers):
        return answers[0]
    human = Reading()
    human.ask_a_human("UNKNOWN_SYMBOL")
    return bare(human.as_dict())


def bare(read: dict[str, Any]) -> dict[str, Any]:
    """What a person would see of an answer: no flags, no rules."""
    return {name: read[name] for name in COMPARED} | {"routings": set(read["routings"])}


def unknown_cases() -> Iterator[tuple[Case, tuple[Path, ...]]]:
    """Seeded mixtures, each symbol unknown in turn, and two of them together."""
    random = Random(SEED)
    for case in mixed_cases(EVENTS, SEED):
        paths = list(enums_of(case.event))
        for path in paths:
            yield case, (path,)
        yield case, tuple(random.sample(paths, 2))
