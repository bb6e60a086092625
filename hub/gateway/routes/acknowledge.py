"""GET and POST /acknowledge/…: the recipient's own page behind the signed link of a mail.

The link is all that opens it: no account. The page shows nothing of a situation, and a link that is not ours is
answered alike whatever it names, so that nobody learns which deliveries exist. Programs follow links: GET says at most
that the page was shown; only POST takes in charge.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.gateway.acknowledged import count_changes, count_taking
from hub.gateway.pages import message_page, page
from hub.gateway.wording import holder_shown, place_of
from hub.ledger.acknowledgements import Answer, Asked, Taking, show, take
from hub.wire.links import LinkExpired, LinkForged, Purpose

_Found = TypeVar("_Found")
_PREFIX: Final = "/acknowledge/"
_PATH: Final = _PREFIX + "{link:path}"  # whatever follows: a link that was cut gets its answer too


@get(_PATH, include_in_schema=False)
async def show_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What taking in charge means, who has it if somebody has, and the form while nobody has."""
    now = datetime.now(UTC)
    of = _opened(request, now)
    if not isinstance(of, UUID):
        return of
    catalogue = request.app.state.parts.catalogue
    found = await _asked(request, lambda connection: show(connection, catalogue, of, now))
    if isinstance(found, Response):
        return found
    asked, change = found
    if change is not None:
        count_changes(asked, (change,))
    return _page(asked, "open" if asked.open else "before" if asked.holder else "closed", 200)


@post(_PATH, include_in_schema=False)
async def take_in_charge(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take the delivery in charge, unless somebody has: then say who, and change nothing."""
    now = datetime.now(UTC)
    of = _opened(request, now)
    if not isinstance(of, UUID):
        return of
    catalogue = request.app.state.parts.catalogue
    found = await _asked(request, lambda connection: take(connection, catalogue, of, now))
    if isinstance(found, Response):
        return found
    return _answered(of, found, now)


def _answered(of: UUID, found: Taking, now: datetime) -> Response[bytes]:
    asked = found.asked
    if found.answer is Answer.TAKEN:
        count_taking(of, found, now)
        return _page(asked, "now", 200)
    if asked.holder is None:
        return _page(asked, "closed", 409)
    return _page(asked, "before", 200 if asked.holder.mine else 409)


def _opened(request: Request[Any, Any, Any], now: datetime) -> UUID | Response[bytes]:
    """The delivery of a link of ours, or the page that refuses it."""
    keys = request.app.state.parts.links
    parts = request.scope["path"].removeprefix(_PREFIX).split("/")
    try:
        if keys is None:
            raise LinkForged
        of: UUID = keys.open(Purpose.TAKE_IN_CHARGE, parts, now)
    except LinkForged:
        text = "Ce lien est incomplet ou modifié. Ouvrez-le depuis le courriel reçu, ou recopiez-le en entier."
        return message_page(403, "Lien non reconnu", text)
    except LinkExpired:
        return _expired()
    return of


def _expired() -> Response[bytes]:
    text = (
        "Par sécurité, les liens des courriels ne fonctionnent que pendant quelques jours. "
        "Pour signaler une prise en charge, passez par votre institution."
    )
    return message_page(410, "Ce lien a expiré", text)


async def _asked(
    request: Request[Any, Any, Any], ask: Callable[[AsyncConnection], Awaitable[_Found | None]]
) -> _Found | Response[bytes]:
    """What the ledger answers, in a transaction of its own, or the page that says why it does not."""
    try:
        async with request.app.state.parts.engine.begin() as connection:
            found = await ask(connection)
    except (SQLAlchemyError, OSError, TimeoutError):
        text = "Rien n’a été enregistré. Merci de réessayer dans quelques instants."
        return message_page(503, "Service momentanément indisponible", text)
    return _expired() if found is None else found


def _page(asked: Asked, stage: str, status: int) -> Response[bytes]:
    notice = None if asked.notice is None else f"/notices/{quote(asked.notice, safe='')}"
    return page(
        "acknowledge",
        status,
        stage=stage,
        notice=notice,
        asked_of=place_of(asked.service, asked.role, None),
        holder=None if asked.holder is None else holder_shown(asked.holder),
    )


ROUTES = [show_page, take_in_charge]
