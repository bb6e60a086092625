"""GET /situations/{situation}: the page behind the link of a mail about a person's situation.

A link proves nothing of who follows it, and which situations exist is itself confidential: the page says the same for
every reference, and looks nothing up. Taking a situation in charge needs people to be recognised first.
"""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from hub.gateway.pages import message_page

_TEXT = (
    "Le service auquel vous appartenez est proposé pour une situation. Rien de cette situation n’est affiché ici : "
    "elle se consulte dans le logiciel de votre institution, sous la référence qui termine l’adresse de cette page. "
    "L’orientation est une proposition : un professionnel la confirme."
)


@get("/situations/{situation:str}", include_in_schema=False)
async def show_situation(situation: FromPath[str]) -> Response[Any]:  # noqa: ARG001 -- deliberately not looked at
    """The same page for every reference, in French."""
    return message_page(200, "Une situation vous attend", _TEXT)


ROUTES = [show_situation]
