"""« Mes flux »: secret addresses for a feed reader and a calendar; made, replaced and ended by the contact itself.

An address is shown once, on the page that made it: the ledger keeps its digest only.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.gateway.portal.forms import Form
from hub.gateway.portal.visits import Visitor, act, missing_page, see, shown, visit
from hub.gateway.wording import moment_of
from hub.ledger.feeds import (
    MOST_PER_CONTACT,
    Feed,
    FeedOf,
    FeedRefused,
    FeedUnknown,
    create_feed,
    list_feeds,
    new_token,
    revoke_feed,
    rotate_feed,
)

_PATH: Final = "/portal/feeds"


@get(_PATH, include_in_schema=False)
async def show_feeds(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The contact's feeds in force, without their addresses."""

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        return await _page(request, connection, visitor)

    return await visit(request, view)


@post(_PATH, include_in_schema=False)
async def make_feed(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Make a feed, and show its two addresses this once."""

    async def deed(connection: AsyncConnection, visitor: Visitor, _: Form) -> Response[bytes]:
        token = new_token()
        try:
            of, who = FeedOf(contact=visitor.reference), visitor.reference
            await create_feed(connection, uuid4(), token, of, who=who, now=visitor.now)
        except FeedRefused:
            return see(f"{_PATH}?done=feeds-full")
        return await _page(request, connection, visitor, token)

    return await act(request, deed)


@post(f"{_PATH}/rotate", include_in_schema=False)
async def replace_address(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give one of the contact's feeds other addresses, shown this once; the old ones open nothing any more."""
    token = new_token()

    async def change(connection: AsyncConnection, visitor: Visitor, of: UUID) -> Response[bytes]:
        await rotate_feed(connection, of, token, visitor.now, contact=visitor.reference)
        return await _page(request, connection, visitor, token)

    return await _changed(request, change)


@post(f"{_PATH}/revoke", include_in_schema=False)
async def end_feed(request: Request[Any, Any, Any]) -> Response[bytes]:
    """End one of the contact's feeds for ever."""

    async def change(connection: AsyncConnection, visitor: Visitor, of: UUID) -> Response[bytes]:
        await revoke_feed(connection, of, visitor.now, contact=visitor.reference)
        return see(f"{_PATH}?done=feed-ended")

    return await _changed(request, change)


async def _changed(
    request: Request[Any, Any, Any], change: Callable[[AsyncConnection, Visitor, UUID], Awaitable[Response[bytes]]]
) -> Response[bytes]:
    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes]:
        try:
            return await change(connection, visitor, UUID(form.one("feed")))
        except (ValueError, FeedUnknown):
            return missing_page()

    return await act(request, deed)


async def _page(
    request: Request[Any, Any, Any], connection: AsyncConnection, visitor: Visitor, token: str | None = None
) -> Response[bytes]:
    found = await list_feeds(connection, contact=visitor.reference, revoked=False)
    base = f"{request.app.state.parts.settings.public_url.rstrip('/')}/feeds/{token}"
    return shown(
        request,
        visitor,
        "feeds",
        heading="Mes flux",
        current="feeds",
        feeds=[_row(number, feed) for number, feed in enumerate(found, start=1)],
        full=len(found) >= MOST_PER_CONTACT,
        made=None if token is None else {"atom": f"{base}/notices.atom", "calendar": f"{base}/calendar.ics"},
    )


def _row(number: int, feed: Feed) -> dict[str, object]:
    return {
        "id": str(feed.id),
        "number": number,
        "made": moment_of(feed.rotated_at or feed.created_at),
        "fetched": None if feed.fetched_at is None else moment_of(feed.fetched_at),
    }


ROUTES = [show_feeds, make_feed, replace_address, end_feed]
