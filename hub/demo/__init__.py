"""The demo data of `hub up`: an invented directory, and five notices taken from real cases.

Every address is below `.example`, every phone number in a range reserved for fiction, and no contact is a person.
Communes and EPCI are real. The territories of the 22 CDAS and the sectors of the 23 CAF social workers are invented,
because annexes 6 and 5 are not public; so is the split of Rennes, whose three IRIS codes only have the right shape.
"""

import csv
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def demo_directory_rows() -> list[dict[str, str]]:
    """The rows of `directory.csv`: 22 CDAS, services of the CAF, referents of both, ASIP actors of every commune."""
    return list(csv.DictReader(_text("directory.csv").splitlines()))


def demo_notices() -> list[Mapping[str, Any]]:
    """The demo notices as CloudEvents in JSON, by date of publication."""
    return [json.loads(line) for line in _text("notices.jsonl").split("\n") if line]


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
