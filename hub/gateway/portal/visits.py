"""Who visits a page: every view is given its visitor, or is not called.

A view reads and writes inside one transaction, for the visitor's own contact only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from litestar import Request, Response
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.vocabulary import Institution
from hub.gateway.pages import HTML, message_page, page
from hub.gateway.portal.cookies import comes_from_us, cookie_of, is_proof, proof_of, token_of
from hub.gateway.portal.forms import Form, FormUnreadable, read_form
from hub.gateway.wording import DONE, place_of
from hub.ledger.sessions import Session, hash_of, session_of, touch

SIGN_IN: Final = "/portal/sign-in"
CHOOSE: Final = "/portal/contacts"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person: the contact it acts for, its session, and the proof that its forms carry."""

    contact: Row[Any]
    session: Session
    proof: str
    now: datetime

    @property
    def reference(self) -> str:
        """Reference of the contact."""
        return str(self.contact.ref)

    @property
    def sees_figures(self) -> bool:
        """Whether the contact is of an institution of the convention, which the indicators are for."""
        return str(self.contact.institution) != Institution.PARTNER.value


View = Callable[[AsyncConnection, Visitor], Awaitable[_Found]]
Act = Callable[[AsyncConnection, Visitor, Form], Awaitable[_Found]]


async def visit(request: Request[Any, Any, Any], view: View[_Found]) -> _Found | Response[bytes]:
    """What the view gives its visitor; else the way to sign in, or the page that says why not."""
    token = token_of(request, request.app.state.parts.settings)
    return await _with_visitor(request, token, view)


async def act(request: Request[Any, Any, Any], deed: Act[_Found]) -> _Found | Response[bytes]:
    """What the deed comes to, for a form that was sent from a page of this very session; else why not."""
    settings = request.app.state.parts.settings
    token = token_of(request, settings)
    form = await form_of(request)
    if isinstance(form, Response):
        return form
    if token is not None and not is_proof(form.one("proof"), token):
        return refused_page()
    return await _with_visitor(request, token, lambda connection, visitor: deed(connection, visitor, form))


async def form_of(request: Request[Any, Any, Any]) -> Form | Response[bytes]:
    """The form of a POST from a page of ours, or the page that refuses it."""
    if not comes_from_us(request, request.app.state.parts.settings):
        return refused_page()
    try:
        return await read_form(request)
    except FormUnreadable:
        text = "Ce qui a été envoyé n’est pas un formulaire de ces pages. Rien n’a été enregistré."
        return message_page(400, "Formulaire illisible", text)


async def _with_visitor(
    request: Request[Any, Any, Any], token: str | None, view: View[_Found]
) -> _Found | Response[bytes]:
    parts = request.app.state.parts
    now = datetime.now(UTC)
    if token is None:
        return see(SIGN_IN)
    token_hash = hash_of(token)
    try:
        async with parts.engine.begin() as connection:
            session = await session_of(connection, token_hash, now)
            if session is None:
                gone = see(f"{SIGN_IN}?done=over")
                gone.set_cookie(cookie_of(parts.settings, ""))
                return gone
            if session.contact is None:
                return see(CHOOSE)
            await touch(connection, token_hash, now, timedelta(minutes=parts.settings.session_idle_minutes))
            return await view(connection, Visitor(session.contact, session, proof_of(token), now))
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()


def see(path: str) -> Response[bytes]:
    """« See there » (303): a page that was asked for again sends nothing twice."""
    return Response(b"", status_code=303, media_type=HTML, headers={"Location": path})


def shown(
    request: Request[Any, Any, Any], visitor: Visitor, template: str, status: int = 200, /, **content: Any
) -> Response[bytes]:
    """A page of a signed-in person; `done` in the address names what was just done, from a closed list."""
    return page(
        template,
        status,
        who=visitor.contact.label,
        place=place_of(visitor.contact.service, visitor.contact.role, visitor.contact.cdas),
        several=len(visitor.session.contacts) > 1,
        proof=visitor.proof,
        figures=visitor.sees_figures,
        done=DONE.get(request.query_params.get("done", "")),
        **content,
    )


def refused_page() -> Response[bytes]:
    """Say that a form was not sent from our own page."""
    text = (
        "Cette demande ne vient pas d’une page ouverte dans votre session. Rien n’a été enregistré. "
        "Revenez à la page d’accueil et recommencez."
    )
    return message_page(403, "Demande refusée", text)


def away_page() -> Response[bytes]:
    """Say that nothing was done because the ledger is away."""
    text = "Rien n’a été enregistré. Merci de réessayer dans quelques instants."
    return message_page(503, "Service momentanément indisponible", text)


def missing_page() -> Response[bytes]:
    """The same answer for what does not exist and for what is somebody else's."""
    return message_page(404, "Page introuvable", "Rien n’est connu à cette adresse, ou cela ne vous est pas adressé.")
