"""The gateway's few pages for people, in French: rendered here, without scripts and without anything from elsewhere."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from hub.domain.french import without_bad_breaks

HTML: Final = "text/html"
_HERE: Final = Path(__file__).resolve().parent
_TEMPLATES: Final = _HERE / "templates"
_PORTAL: Final = _HERE / "portal" / "templates"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader([_TEMPLATES, _PORTAL]),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    found.filters["french"] = without_bad_breaks
    return found


@cache
def stylesheet() -> bytes:
    """The style sheet of every page."""
    return (_TEMPLATES / "page.css").read_bytes()


def page(template: str, status: int = 200, /, **content: Any) -> Response[bytes]:
    """A page of the gateway; everything in `content` is escaped."""
    text = _environment().get_template(f"{template}.html.jinja").render(content)
    return Response(text.encode(), status_code=status, media_type=HTML)


def message_page(status: int, heading: str, text: str) -> Response[bytes]:
    """A page that only says something."""
    return page("message", status, heading=heading, text=text)
