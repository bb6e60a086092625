"""« Mes abonnements »: what the convention sends a person, how it goes, what it asked for beside, and what that makes.

What is duty is told and cannot be stopped; only its medium and rhythm are chosen. Every form may be tried before it is
kept: « Voir ce que cela aurait donné » counts the messages of the last month, and changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.data import load_territory
from hub.domain.delivery.digests import HOURS, Pace, Rhythm
from hub.domain.french import NO_BREAK, WEEKDAYS
from hub.domain.subscriptions.faults import choice_faults
from hub.domain.subscriptions.lines import describe, explain, how_duty_goes
from hub.domain.subscriptions.preview import sentence
from hub.domain.subscriptions.rows import CHOOSABLE_CODES, Basis, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode
from hub.gateway.portal.forms import FieldFault, Form
from hub.gateway.portal.visits import Visitor, act, missing_page, see, shown, visit
from hub.ledger.preview import preview_of
from hub.ledger.subscriptions import replace_subscriptions, subscriptions_of
from hub.ledger.webhooks import active_endpoints

_PATH: Final = "/portal/subscriptions"
_USUAL_HOUR: Final = "8"


@get(_PATH, include_in_schema=False)
async def show_subscriptions(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What reaches the person and why, and the two forms."""

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        return await _page(request, connection, visitor, await _rows(connection, visitor))

    return await visit(request, view)


@post(f"{_PATH}/duty", include_in_schema=False)
async def choose_duty(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Choose how the notices of duty come: media and rhythm, never whether."""

    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes]:
        before = await _rows(connection, visitor)
        kept = [row for row in before if not _is_general_duty(row)]
        wanted = Subscription(Basis.DUTY, _media(form), _rhythm(form), kind=Kind.NOTICES)
        return await _tried_or_kept(request, connection, visitor, form, before, [*kept, wanted], "duty")

    return await act(request, deed)


@post(f"{_PATH}/choices", include_in_schema=False)
async def add_choice(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Ask for notices that the convention does not send."""

    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes]:
        before = await _rows(connection, visitor)
        codes = frozenset(NoticeCode(code) for code in form.all("codes") if code in NoticeCode.__members__)
        benefits = frozenset(form.one("benefits").upper().replace(",", " ").split())
        epci = tuple(sorted({code for code in form.all("epci") if code}))
        wanted = Subscription(
            Basis.CHOICE, _media(form), _rhythm(form), kind=Kind.NOTICES, codes=codes, benefits=benefits, epci=epci
        )
        if not wanted.media:
            fault = FieldFault("choice-media", "Choisissez au moins un canal.")
            return await _page(request, connection, visitor, before, form=form, part="choice", faults=(fault,))
        return await _tried_or_kept(request, connection, visitor, form, before, [*before, wanted], "choice")

    return await act(request, deed)


@post(f"{_PATH}/choices/end", include_in_schema=False)
async def end_choice(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take back one of the person's own choices; it is named by what it says, so that no other one is hit."""

    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes]:
        before = await _rows(connection, visitor)
        territory = load_territory()
        kept = [r for r in before if r.basis is not Basis.CHOICE or describe(r, territory) != form.one("choice")]
        if len(kept) == len(before):
            return missing_page()
        await replace_subscriptions(connection, visitor.reference, kept, by=visitor.reference, now=visitor.now)
        return see(f"{_PATH}?done=saved")

    return await act(request, deed)


async def _tried_or_kept(
    request: Request[Any, Any, Any],
    connection: AsyncConnection,
    visitor: Visitor,
    form: Form,
    before: Sequence[Subscription],
    wanted: Sequence[Subscription],
    part: str,
) -> Response[bytes]:
    found = choice_faults(wanted, load_territory())
    if found:
        faults = tuple(FieldFault(f"{part}-{fault.field or 'media'}", fault.code.label) for fault in found)
        return await _page(request, connection, visitor, before, form=form, part=part, faults=faults)
    if form.one("act") == "try":
        made = sentence(await preview_of(connection, visitor.reference, wanted, visitor.now))
        return await _page(request, connection, visitor, before, form=form, part=part, tried=made)
    await replace_subscriptions(connection, visitor.reference, wanted, by=visitor.reference, now=visitor.now)
    return see(f"{_PATH}?done=saved")


async def _rows(connection: AsyncConnection, visitor: Visitor) -> tuple[Subscription, ...]:
    return (await subscriptions_of(connection, [visitor.reference])).get(visitor.reference, ())


def _is_general_duty(row: Subscription) -> bool:
    return row.basis is Basis.DUTY and row.kind is Kind.NOTICES and row.precision == 1


def _media(form: Form) -> frozenset[Medium]:
    return frozenset(Medium(name) for name in form.all("media") if name in Medium.__members__)


def _rhythm(form: Form) -> Rhythm:
    """The rhythm of a form; an hour or weekday that its pace does not use is left out."""
    name = form.one("pace")
    pace = Pace(name) if name in Pace.__members__ else Pace.AT_ONCE
    hour = None if pace is Pace.AT_ONCE else _number(form.one("hour"))
    return Rhythm(pace, hour, _number(form.one("weekday")) if pace is Pace.WEEKLY else None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None


async def _page(
    request: Request[Any, Any, Any],
    connection: AsyncConnection,
    visitor: Visitor,
    rows: Sequence[Subscription],
    *,
    form: Form | None = None,
    part: str = "",
    faults: tuple[FieldFault, ...] = (),
    tried: str = "",
) -> Response[bytes]:
    me, territory = visitor.contact, load_territory()
    duty = next((row for row in rows if _is_general_duty(row)), None)
    shown_duty = duty or Subscription(Basis.DUTY, frozenset({Medium.MAIL, Medium.WEBHOOK}))
    lines = explain(me.service, me.role, rows, territory)
    return shown(
        request,
        visitor,
        "subscriptions",
        422 if faults else 200,
        heading="Mes abonnements",
        current="subscriptions",
        duties=[
            {"sentence": line.sentence, "rules": ", ".join(line.rules)} for line in lines if line.basis is Basis.DUTY
        ],
        how=how_duty_goes(rows, territory),
        choices=[describe(row, territory) for row in rows if row.basis is Basis.CHOICE],
        made=sentence(await preview_of(connection, visitor.reference, rows, visitor.now)),
        tried=tried,
        part=part,
        faults=faults,
        duty=_fields(form) if form is not None and part == "duty" else _fields_of(shown_duty),
        choice=_fields(form) if form is not None and part == "choice" else _fields_of(None),
        media=[
            {"value": medium.value, "label": medium.label.capitalize()}
            for medium in (Medium.MAIL, Medium.PORTAL, Medium.FEED, Medium.WEBHOOK)
            if medium is not Medium.WEBHOOK or await active_endpoints(connection, [visitor.reference])
        ],
        paces=[{"value": pace.value, "label": pace.label.capitalize()} for pace in Pace],
        hours=[{"value": str(hour), "label": f"{hour}{NO_BREAK}h"} for hour in HOURS],
        weekdays=[{"value": str(number), "label": name} for number, name in enumerate(WEEKDAYS, start=1)],
        codes=[{"value": code.value, "label": f"{code.value} – {code.label}"} for code in CHOOSABLE_CODES],
        territories=[
            {"value": code, "label": place.name}
            for code, place in sorted(territory.epci.items(), key=lambda item: item[1].name)
        ],
    )


def _fields(form: Form) -> dict[str, Any]:
    """What was typed, to be shown again."""
    return {
        "media": form.all("media"),
        "pace": form.one("pace") or Pace.AT_ONCE.value,
        "hour": form.one("hour"),
        "weekday": form.one("weekday"),
        "codes": form.all("codes"),
        "benefits": form.one("benefits"),
        "epci": form.one("epci"),
    }


def _fields_of(row: Subscription | None) -> dict[str, Any]:
    """What stands, to be changed; a new choice begins with mail at once."""
    rhythm = Rhythm() if row is None else row.rhythm
    return {
        "media": [Medium.MAIL.value] if row is None else [medium.value for medium in row.media],
        "pace": rhythm.pace.value,
        "hour": _USUAL_HOUR if rhythm.hour is None else str(rhythm.hour),
        "weekday": "1" if rhythm.weekday is None else str(rhythm.weekday),
        "codes": [],
        "benefits": "",
        "epci": "",
    }


ROUTES = [show_subscriptions, choose_duty, add_choice, end_choice]
