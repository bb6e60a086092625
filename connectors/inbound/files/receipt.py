"""The receipt of an import: what became of every line, as a person of the institutions reads it."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.vocabulary import Labelled

HEADINGS: Final = ("ligne", "état", "identifiant", "colonne", "motif")
_BYTE_ORDER_MARK: Final = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


class LineState(Labelled):
    """What became of one line."""

    ACCEPTED = "ACCEPTED", "acceptée"
    CHECKED = "CHECKED", "correcte"
    REFUSED = "REFUSED", "refusée"
    UNANSWERED = "UNANSWERED", "sans réponse"


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """What became of one line: the event's id where there is one, and each column that is wrong with its reason."""

    line: int
    state: LineState
    id: str = ""
    faults: tuple[tuple[str, str], ...] = ()

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The receipt as rows of a table: one for each fault, one where there is none."""
        for column, reason in self.faults or (("", ""),):
            yield str(self.line), self.state.label, self.id, column, reason

    def as_json(self) -> dict[str, Any]:
        """The receipt as plain data."""
        faults = [{"column": column, "reason": reason} for column, reason in self.faults]
        return {"line": self.line, "state": self.state.value, "id": self.id or None, "faults": faults}


def receipt_file(receipts: Iterable[LineReceipt]) -> bytes:
    """The receipts as a CSV file with semicolons, in UTF-8 with its byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for receipt in receipts:
        writer.writerows(receipt.rows())
    return (_BYTE_ORDER_MARK + out.getvalue()).encode()
