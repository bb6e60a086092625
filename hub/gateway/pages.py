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


def refusal_page(status: int, instance: str) -> Response[bytes]:
    """The page of what no view answered: an address, a method or a fault of the hub; `instance` finds it in the log."""
    if status == 404:
        return message_page(404, "Page introuvable", "Rien n’est connu à cette adresse.")
    if status == 405:
        text = "Cette adresse ne s’ouvre pas directement. Revenez à la page précédente et utilisez son bouton."
        return message_page(405, "Page introuvable", text)
    if status < 500:
        return message_page(status, "Demande illisible", "L’adresse ou le formulaire n’a pas la forme attendue.")
    text = (
        "Une erreur s’est produite, et elle vient du service, pas de vous. Réessayez dans quelques instants. "
        f"Si elle se répète, donnez cette référence à votre institution\u00a0: {instance.rpartition(':')[2]}"
    )
    return message_page(status, "Le service a rencontré une erreur", text)
