"""« Mes informations et situations »: what is open first, then what was done; one item, and taking it in charge.

Items are numbered in each contact's own inbox, so that an address names nobody else's. Nothing is shown of a person: a
situation is its opaque reference, and one at level C3 not even that.
"""

from datetime import date, datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.inbox import ItemState
from hub.domain.french import date_in_full, without_bad_breaks
from hub.domain.vocabulary import Confidentiality, Institution, Kind, NoticeNature, Purpose
from hub.gateway.acknowledged import count_changes, count_taking
from hub.gateway.portal.forms import Form
from hub.gateway.portal.visits import Visitor, act, missing_page, see, shown, visit
from hub.gateway.wording import TYPES, days_away, deadline_of, holder_shown, label_of, moment_of, short_date
from hub.ledger.acknowledgements import Answer, holder_of, show, take
from hub.ledger.inbox import Item, Wanted, item, items
from hub.ledger.notice_pages import notice_versions
from hub.ledger.sign_ins import today

_OPEN_AT_MOST: Final = 200
_PAGE: Final = 20
_DONE: Final = (ItemState.TAKEN, ItemState.TAKEN_BY_ANOTHER, ItemState.OUTDATED, ItemState.CLOSED)


@get("/portal", include_in_schema=False)
async def show_home(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Everything that waits for the contact, the urgent first; then the latest of what was done, page by page."""
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        me, day = visitor.reference, today(visitor.now)
        waiting = Wanted(states=(ItemState.OPEN,))
        found = await items(connection, me, 0, _OPEN_AT_MOST, newest_first=True, wanted=waiting)
        done = await items(connection, me, 0, _PAGE + 1, before=before, newest_first=True, wanted=Wanted(states=_DONE))
        rows = [await _row(connection, one, day) for one in done[:_PAGE]]
        older = done[_PAGE - 1].number if len(done) > _PAGE else None
        situations = [one for one in found if one.kind != Kind.NOTICES]
        notices = [one for one in found if one.kind == Kind.NOTICES]
        return shown(
            request,
            visitor,
            "home_signed_in",
            heading="Mes informations et situations",
            current="home",
            situations=[await _row(connection, one, day) for one in sorted(situations, key=_urgent_then_oldest)],
            notices=[await _row(connection, one, day) for one in sorted(notices, key=lambda one: _soonest(one, day))],
            finished=rows,
            older=older,
            first_page=before is None,
        )

    return await visit(request, view)


@get("/portal/items/{number:int}", include_in_schema=False)
async def show_item(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[bytes]:
    """One item of the contact's own inbox; looking at it notes that it was shown."""

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        found = await item(connection, visitor.reference, number)
        if found is None:
            return missing_page()
        seen = await show(connection, request.app.state.parts.catalogue, found.delivery, visitor.now)
        if seen is not None and seen[1] is not None:
            count_changes(seen[0], (seen[1],))
        row = await _row(connection, found, today(visitor.now))
        content: dict[str, Any] = {"versions": []}
        if found.notice is not None:
            content["versions"] = await _versions(connection, found.notice.notice)
        return shown(request, visitor, "item", heading=row["title"], current="home", item=row, **content)

    return await visit(request, view)


@post("/portal/items/{number:int}/take", include_in_schema=False)
async def take_item(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[bytes]:
    """Take an item of the contact's own inbox in charge, unless somebody has."""

    async def deed(connection: AsyncConnection, visitor: Visitor, _: Form) -> Response[bytes]:
        found = await item(connection, visitor.reference, number)
        if found is None:
            return missing_page()
        taking = await take(connection, request.app.state.parts.catalogue, found.delivery, visitor.now)
        if taking is None:
            return missing_page()
        if taking.answer is Answer.TAKEN:
            count_taking(found.delivery, taking, visitor.now)
            done = "taken" if found.notice is None else "read"
        else:
            done = "before" if taking.answer is Answer.ALREADY else "closed"
        return see(f"/portal/items/{number}?done={done}")

    return await act(request, deed)


async def _row(connection: AsyncConnection, one: Item, day: date) -> dict[str, Any]:
    """What a template shows of an item."""
    holder = None
    if one.state in {ItemState.TAKEN, ItemState.TAKEN_BY_ANOTHER}:
        holder = await holder_of(connection, one.delivery)
    hidden = one.confidentiality == Confidentiality.C3
    row: dict[str, Any] = {
        "number": one.number,
        "state": one.state.value,
        "label": one.state.label,
        "open": one.state is ItemState.OPEN,
        "urgent": one.lane == "urgent",
        "notice": one.notice is not None,
        "type": TYPES.get(one.type or "", "Situation protégée" if hidden else "Situation"),
        "title": _title(one),
        "reference": None if hidden else one.subject,
        "purposes": [] if hidden else [label_of(Purpose, purpose) for purpose in one.purposes],
        "since": moment_of(one.since),
        "since_at": one.since.isoformat(timespec="minutes"),
        "holder": None if holder is None else holder_shown(holder),
        "mine": one.state is ItemState.TAKEN,
        "amends": one.type in {"notice.corrected", "notice.withdrawn"},
        "answer_by": None if one.acknowledge_by is None else deadline_of(one.acknowledge_by),
        "late": False,
        "effective": "",
    }
    if one.notice is not None:
        row |= {
            "effective": short_date(one.notice.effective_on),
            "effective_on": one.notice.effective_on.isoformat(),
            "distance": days_away(one.notice.effective_on, day),
            "late": one.notice.not_prior,
            "issuer": label_of(Institution, one.notice.issuer),
        }
    return row


def _title(one: Item) -> str:
    if one.notice is not None:
        return without_bad_breaks(one.notice.title)
    return TYPES.get(one.type or "", "Une situation protégée vous attend")


async def _versions(connection: AsyncConnection, notice: str) -> list[dict[str, Any]]:
    found = await notice_versions(connection, notice)
    return (
        []
        if found is None
        else [
            {
                "version": row.version,
                "title": without_bad_breaks(row.title),
                "issuer": label_of(Institution, row.issuer),
                "nature": label_of(NoticeNature, row.nature),
                "published_on": row.published_on.isoformat(),
                "published": date_in_full(row.published_on),
                "effective_on": row.effective_on.isoformat(),
                "effective": date_in_full(row.effective_on),
                "territory": "une partie du département" if row.communes or row.epci else "",
                "paragraphs": [without_bad_breaks(part) for part in row.summary.splitlines() if part.strip()],
            }
            for row in found.versions
        ]
    )


def _urgent_then_oldest(one: Item) -> tuple[bool, datetime]:
    return one.lane != "urgent", one.since


def _soonest(one: Item, day: date) -> tuple[bool, int]:
    """What is still to come, the soonest first; then what is in force, the latest first."""
    distance = (one.notice.effective_on - day).days if one.notice is not None else 0
    return distance < 0, abs(distance)


@get("/portal/{rest:path}", include_in_schema=False)
async def show_nothing(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Any other address of the pages: said on a page, as everything else here."""

    async def view(_: AsyncConnection, __: Visitor) -> Response[bytes]:
        return missing_page()

    return await visit(request, view)


ROUTES = [show_home, show_item, take_item, show_nothing]
