"""A document as one HTML file: no script, nothing from elsewhere, sound for keyboard and screen reader."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.domain.french import without_bad_breaks
from hub.reports.document import Document
from hub.reports.tables import as_read

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"


def html(document: Document) -> str:
    """The file's text; everything but the charts, which this package drew itself, is escaped."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return _environment().get_template("report.html.jinja").render(document=document, style=style.strip())


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    found.filters["french"] = without_bad_breaks
    found.filters["as_read"] = as_read
    return found
