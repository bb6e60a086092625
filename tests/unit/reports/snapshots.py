"""The reports that were looked at, kept as text; run as a module, it writes them again (look at the PDF then)."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pypdfium2

from hub.reports.content import report
from hub.reports.document import Document
from hub.reports.html import html
from hub.reports.pdf import pdf
from tests.unit.reports.figures_building import MADE_AT, MARCH, YEAR, frame, of

_FOLDER: Final = Path(__file__).parent / "looked_at"


def _year() -> Document:
    return report(of(YEAR), frame(YEAR))


def _month() -> Document:
    return report(of(MARCH), frame(MARCH, frozen=False))


SNAPSHOTS: Final[dict[str, tuple[Path, Callable[[], Document]]]] = {
    "month": (_FOLDER / "month", _month),
    "year": (_FOLDER / "year", _year),
}


def pages_of(file: bytes) -> str:
    """The text of a PDF, page by page."""
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file))
    return "\n\f\n".join("\n".join(line.strip() for line in page.splitlines()) for page in pages) + "\n"


def _write() -> None:
    _FOLDER.mkdir(exist_ok=True)
    for path, document in SNAPSHOTS.values():
        made = document()
        path.with_suffix(".html").write_text(html(made), encoding="utf-8")
        path.with_suffix(".txt").write_text(pages_of(pdf(made, MADE_AT)), encoding="utf-8")


if __name__ == "__main__":
    _write()
