"""The rows of a file, one by one: an event for each, or the column that is wrong and why. Pure.

No reason repeats what a cell holds: a receipt travels further than the file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hub.domain.activity.building import build_event, field_faults, row_id
from hub.domain.activity.field import Field, Form, JsonValue, Kind, ValueInvalid
from hub.domain.activity.reading import read_value
from hub.domain.asking.communes import plain
from hub.domain.directory.territory import Territory
from hub.domain.french import without_bad_breaks

REFERENCE: Final = Field(
    "id",
    "référence",
    Kind.REFERENCE,
    "Quelle est sa référence ?",
    "La vôtre, si votre système en donne une à chaque fait ; sans elle, le hub en tire une de la ligne.",
    optional=True,
)
"""The column of files that give each row an id of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line on which it begins, and its cells, or why it cannot be read (`fault`, French)."""

    line: int
    cells: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong: the heading of the column ('' for the row as a whole), and a French sentence."""

    column: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", without_bad_breaks(self.reason))


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row gives: an event with its id, or its faults, never both."""

    line: int
    event: dict[str, Any] | None
    faults: tuple[CellFault, ...] = ()

    @property
    def id(self) -> str:
        """The event's id, '' where there is none."""
        return "" if self.event is None else str(self.event["id"])


class HeadingsInvalid(ValueError):
    """The first line does not name the columns of the form; the message is in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(without_bad_breaks(sentence))


def read_headings(form: Form, headings: Sequence[str]) -> tuple[Field | None, ...]:
    """The field of each column, by its French or its wire name; None for a column without a heading.

    Raises HeadingsInvalid for a heading that is none of the form's, for one that stands twice, and for those missing
    that may not be left empty.
    """
    known = {plain(name): field for field in columns(form) for name in (field.column, field.name)}
    fields = tuple(known.get(plain(heading)) for heading in headings)
    unknown = [h.strip() for h, field in zip(headings, fields, strict=True) if field is None and h.strip()]
    names = [field.column for field in fields if field is not None]
    twice = sorted({name for name in names if names.count(name) > 1})
    lacking = [f.column for f in form.fields if not f.optional and f.column not in names]
    faults = [
        f"{words} : {', '.join(f'« {name} »' for name in found)}"
        for words, found in (
            ("colonnes inconnues", unknown),
            ("colonnes données deux fois", twice),
            ("colonnes manquantes", lacking),
        )
        if found
    ]
    if faults:
        raise HeadingsInvalid(" ; ".join(faults))
    return fields


def columns(form: Form) -> tuple[Field, ...]:
    """The columns that a file of this form may have, in the order of the template."""
    return (*form.fields, REFERENCE)


def read_rows(
    form: Form,
    fields: Sequence[Field | None],
    rows: Iterable[Row],
    source: str,
    batch: str,
    now: datetime,
    territory: Territory,
) -> Iterator[ReadRow]:
    """What each row gives, in their order. `now` bounds the past; `batch` and `source` are part of the ids."""
    ranks: Counter[str] = Counter()
    lines: dict[str, int] = {}
    for row in rows:
        values, faults = _values(form, fields, row, now, territory)
        if faults:
            yield ReadRow(row.line, None, faults)
            continue
        own = values.pop(REFERENCE.name)
        if own is None:
            first = row_id(form, values, source, batch, 1)
            ranks[first] += 1
            id_ = first if ranks[first] == 1 else row_id(form, values, source, batch, ranks[first])
        elif str(own) in lines:
            reason = f"même référence qu’à la ligne {lines[str(own)]}"
            yield ReadRow(row.line, None, (CellFault(REFERENCE.column, reason),))
            continue
        else:
            id_ = str(own)
            lines[id_] = row.line
        yield ReadRow(row.line, build_event(form, values, source, id_))


def _values(
    form: Form, fields: Sequence[Field | None], row: Row, now: datetime, territory: Territory
) -> tuple[dict[str, JsonValue], tuple[CellFault, ...]]:
    if row.fault is not None:
        return {}, (CellFault("", row.fault),)
    faults: list[CellFault] = []
    if any(cell.strip() for cell in row.cells[len(fields) :]):
        faults.append(CellFault("", "la ligne a plus de cellules que la première ligne n’a de colonnes"))
    cells = dict.fromkeys(columns(form), "")
    for field, cell in zip(fields, row.cells, strict=False):
        if field is not None:
            cells[field] = cell
        elif cell.strip():
            faults.append(CellFault("", "une cellule est remplie dans une colonne sans nom"))
    values: dict[str, JsonValue] = {}
    wrong: set[str] = set()
    for field, cell in cells.items():
        try:
            values[field.name] = read_value(field, cell, territory)
        except ValueInvalid as error:
            wrong.add(field.name)
            faults.append(CellFault(field.column, str(error)))
    faults += [CellFault(field.column, reason) for field, reason in field_faults(form, values, now, wrong)]
    return values, tuple(faults)
