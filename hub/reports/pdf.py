"""A document as an accessible PDF (PDF/UA-1: tagged, in French, with alternatives), set by Typst.

The template is fixed; the document reaches it as JSON, so no text of a report is ever read as markup. Only the fonts
inside Typst are used: the same document gives the same pages on every machine, and nothing is fetched.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

import typst

from hub.domain.french import without_bad_breaks
from hub.reports.document import Document, Entry, Table
from hub.reports.html import TEMPLATES
from hub.reports.tables import as_read

STANDARD: Final = "ua-1"


def pdf(document: Document, made_at: datetime) -> bytes:
    """The file's bytes; the same ones for the same document and instant."""
    return typst.compile(
        str(TEMPLATES / "report.typ"),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARD,
        timestamp=int(made_at.timestamp()),
        sys_inputs={"document": json.dumps(plain(document), ensure_ascii=False)},
    )


def plain(value: object) -> Any:
    """The document as JSON knows it; each block tells its kind, and every text is French to the space."""
    match value:
        case str():
            return without_bad_breaks(value)
        case Enum():
            return value.value
        case Mapping():
            return {key: plain(one) for key, one in value.items()}
        case tuple() | list():
            return [plain(one) for one in value]
        case Entry(text=text, state=state):
            return {"text": without_bad_breaks(text), "state": state.value}
        case Table():
            shown = as_read(value)
            return {**_fields(shown), "widths": _widths(shown)}
        case bool() | int() | float() | None:
            return value
        case _:
            return _fields(value)


def _fields(value: object) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in getattr(value, "__dataclass_fields__"):  # noqa: B009 -- a dataclass of document.py
        if name != "kind":
            found = getattr(value, name)
            fields[name] = found if name == "svg" else plain(found)
    kind = getattr(value, "kind", None)
    return {"kind": kind, **fields} if kind is not None else fields


_LONGEST_CELL: Final = 34
_MANY: Final = 8
_NAME_BESIDE_MANY: Final = 24


def _widths(table: Table) -> list[int]:
    """What each column wants, in letters: its longest cell, or its heading on three lines; many are all alike."""
    wanted = [
        1
        + max(
            2,
            *(len(one) for one in column.label.split()),
            -(-len(column.label) // 3),
            *(min(len(row[place].text), _LONGEST_CELL) for row in table.rows),
        )
        for place, column in enumerate(table.columns)
    ]
    if len(wanted) <= _MANY:
        return wanted
    pairs = list(zip(wanted, table.columns, strict=True))
    widest = max(width for width, column in pairs if column.numeric)
    return [widest if column.numeric else min(width, _NAME_BESIDE_MANY) for width, column in pairs]
