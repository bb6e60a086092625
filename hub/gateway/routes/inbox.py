"""/inbox: the inboxes of contacts, for the systems that act for them: list, read one item, take it in charge.

A signed-in contact may use its own, by the session of its browser. A contact that the caller may not act for is
answered as one that does not exist.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.openapi.spec import Operation
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.inbox import ItemState
from hub.domain.vocabulary import DeliveryStatus, Institution, Kind, Medium
from hub.gateway.acknowledged import count_changes, count_taking
from hub.gateway.callers import Caller, caller_of, ledger_of
from hub.gateway.conditional import conditional
from hub.gateway.credentials import System
from hub.gateway.inbox_answers import InboxesAnswer, ItemAnswer, ItemsAnswer, inbox_answer, item_answer
from hub.gateway.openapi import problem_responses
from hub.gateway.problems import refusal
from hub.ledger.acknowledgements import holder_of, show, take
from hub.ledger.inbox import LARGEST_PAGE, Item, Wanted, item, items, last_numbers
from hub.ledger.inbox_holders import Holders, holds, inboxes
from hub.ledger.numbers import INBOX
from hub.ledger.sessions import contact_of

_SECURED: Final[list[dict[str, list[str]]]] = [{"token": []}]
_HIGHEST: Final = 2**53 - 1  # what every JSON reader takes as a whole number (RFC 8259 §6)
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # beyond, an offset may lead out of the years that there are
_JSON: Final = "application/json"
_UNKNOWN: Final = "No inbox that the caller may act for is known under this contact, or it has no such item."


@dataclass
class InboxOperation(Operation):
    """The refusals of every address, beside the answer that the signature says."""

    def __post_init__(self) -> None:
        """Add what the handler's signature does not say."""
        self.responses = {**(self.responses or {}), **problem_responses(400, 401, 404, 409, 429, 503)}


@get("/inbox", operation_class=InboxOperation, security=_SECURED, tags=["inbox"])
async def list_inboxes(
    request: Request[Any, Any, Any],
    after: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)] = 100,
) -> Response[InboxesAnswer]:
    """List the inboxes that the caller may act for, and how far each counts."""
    caller = caller_of(request)
    async with ledger_of(request) as connection:
        found = await inboxes(connection, await _whose(connection, caller), after=after, limit=limit)
    following = _next("/inbox", after=found[-1].contact, limit=limit) if len(found) == limit else None
    return _answer(request, InboxesAnswer([inbox_answer(one) for one in found], following))


@get("/inbox/{contact:str}/items", operation_class=InboxOperation, security=_SECURED, tags=["inbox"])
async def list_items(
    request: Request[Any, Any, Any],
    contact: FromPath[str],
    after: Annotated[int, QueryParameter(ge=0, le=_HIGHEST, description="Only items with a higher number.")] = 0,
    before: Annotated[
        int | None, QueryParameter(ge=1, le=_HIGHEST, description="Only items with a lower number.")
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)] = 100,
    order: Literal["oldest", "newest"] = "oldest",
    states: Annotated[
        list[ItemState] | None, QueryParameter(name="state", description="Only in this state; may be repeated.")
    ] = None,
    kinds: Annotated[
        list[Kind] | None, QueryParameter(name="kind", description="Only of this kind; may be repeated.")
    ] = None,
    since: Annotated[datetime | None, QueryParameter(description="Only those that came then or later.")] = None,
    notice: Annotated[str | None, QueryParameter(description="Only about this notice.")] = None,
    medium: Annotated[Medium | None, QueryParameter(description="Only those sent by this medium.")] = None,
    first: Annotated[
        int | None, QueryParameter(ge=1, le=_HIGHEST, description="With `medium`: from this number on.")
    ] = None,
    last: Annotated[
        int | None, QueryParameter(ge=1, le=_HIGHEST, description="With `medium`: up to this number.")
    ] = None,
) -> Response[ItemsAnswer]:
    """List the items of an inbox, page by page, oldest first unless asked otherwise.

    Numbers have no holes, and a higher one never appears before a lower one: whoever has read up to a number has missed
    nothing. `medium` with `first` and `last` gives what was sent by that medium under these numbers: what a receiver
    asks for when it finds a gap. Reading a list marks nothing as shown.
    """
    if medium is None and (first is not None or last is not None):
        raise refusal("REQUEST_INVALID", "`first` and `last` are numbers of a medium: name it with `medium`.")
    if since is not None and (since.tzinfo is None or not _FIRST_YEAR <= since.year <= _LAST_YEAR):
        raise refusal("REQUEST_INVALID", "`since` is a moment with its offset (RFC 3339).")
    caller = caller_of(request)
    numbers = None if medium is None else (first or 1, last or _HIGHEST)
    wanted = Wanted(states or (), [one.value for one in kinds or ()], since, notice, medium, numbers)
    async with ledger_of(request) as connection:
        await _check(connection, caller, contact)
        ends = await last_numbers(connection, contact)
        newest_first = order == "newest"
        found = await items(connection, contact, after, limit, before=before, newest_first=newest_first, wanted=wanted)
    following = None
    if len(found) == limit:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name not in {"after", "before"}]
        edge = {"before": found[-1].number} if newest_first else {"after": found[-1].number}
        if newest_first and after:
            edge["after"] = after
        if not newest_first and before is not None:
            edge["before"] = before
        following = _next(f"/inbox/{contact}/items", asked, **edge)
    return _answer(request, ItemsAnswer(contact, ends.get(INBOX, 0), [item_answer(one) for one in found], following))


@get("/inbox/{contact:str}/items/{number:int}", operation_class=InboxOperation, security=_SECURED, tags=["inbox"])
async def show_item(
    request: Request[Any, Any, Any], contact: FromPath[str], number: FromPath[int]
) -> Response[ItemAnswer]:
    """Show one item, and who has taken it in charge. What was sent to the inbox itself (PORTAL) is shown by this."""
    caller, catalogue = caller_of(request), request.app.state.parts.catalogue
    counted = []
    async with ledger_of(request) as connection:
        await _check(connection, caller, contact)
        found = await _item(connection, contact, number)
        for one in found.deliveries:
            if (one.medium, one.state) == (Medium.PORTAL.value, DeliveryStatus.ACCEPTED.value):
                shown = await show(connection, catalogue, one.delivery, datetime.now(UTC))
                if shown is not None and shown[1] is not None:
                    counted.append((shown[0], shown[1]))
        if counted:
            found = await _item(connection, contact, number)
        holder = await holder_of(connection, found.delivery)
    for asked, change in counted:
        count_changes(asked, (change,))
    return _answer(request, item_answer(found, holder))


@post(
    "/inbox/{contact:str}/items/{number:int}/taken-in-charge",
    operation_class=InboxOperation,
    security=_SECURED,
    status_code=200,
    tags=["inbox"],
)
async def take_item(
    request: Request[Any, Any, Any], contact: FromPath[str], number: FromPath[int]
) -> Response[ItemAnswer]:
    """Say that the contact takes the item in charge (for a notice: has read it); the same again changes nothing.

    409 where another recipient has it (`holder` says which service, and since when), or where nothing is left to take.
    """
    caller, catalogue, now = caller_of(request, changes=True), request.app.state.parts.catalogue, datetime.now(UTC)
    async with ledger_of(request) as connection:
        await _check(connection, caller, contact)
        of = (await _item(connection, contact, number)).delivery
        taking = await take(connection, catalogue, of, now)
        found = await _item(connection, contact, number)
    if taking is None:
        raise refusal("NOT_FOUND", _UNKNOWN)
    count_taking(of, taking, now)
    holder = taking.asked.holder
    if holder is not None and holder.mine:
        return Response(item_answer(found, holder))
    if holder is None:
        raise refusal("ITEM_CLOSED", "It was cancelled, redirected or concluded; its `state` says which.")
    refused = refusal("TAKEN_BY_ANOTHER", "Nothing was changed; `holder` says which service has it.")
    refused.members["holder"] = {
        "service": holder.service, "role": holder.role, "cdas": holder.cdas, "at": holder.at.isoformat(),
    }  # fmt: skip
    raise refused


async def _whose(connection: AsyncConnection, caller: Caller) -> Holders:
    """The contacts that the caller may act for. Raises Refusal for a session that is over."""
    if caller.system is not None:
        return _holders(caller.system)
    assert caller.session is not None  # noqa: S101 -- one of the two is there
    contact = await contact_of(connection, caller.session, datetime.now(UTC))
    if contact is None:
        detail = "The session is over, or acts for no contact yet: sign in on the pages of the hub."
        raise refusal("NOT_AUTHENTICATED", detail, WWW_Authenticate='Bearer realm="hub"')
    return Holders(None, [contact], [])


def _holders(system: System) -> Holders:
    """The contacts for whom a system may act; a partner's only by name: the directory does not say whose they are."""
    institution = system.institution.institution
    contacts = [one.contact for one in system.inboxes if one.contact is not None]
    services = [(one.service, one.cdas) for one in system.inboxes if one.service is not None]
    return Holders(institution.value, contacts, [] if institution is Institution.PARTNER else services)


async def _check(connection: AsyncConnection, caller: Caller, contact: str) -> None:
    if not await holds(connection, await _whose(connection, caller), contact):
        raise refusal("NOT_FOUND", _UNKNOWN)


async def _item(connection: AsyncConnection, contact: str, number: int) -> Item:
    found = await item(connection, contact, number)
    if found is None:
        raise refusal("NOT_FOUND", _UNKNOWN)
    return found


def _answer(request: Request[Any, Any, Any], found: Any) -> Response[Any]:
    return conditional(request, msgspec.json.encode(found), _JSON)


def _next(path: str, asked: list[tuple[str, str]] | None = None, **more: object) -> str:
    return f"{path}?{urlencode([*(asked or []), *more.items()])}"


ROUTES = [list_inboxes, list_items, show_item, take_item]
