"""« Mes absences »: declared, listed and ended by the person, or by the manager for its service; never with a reason.

What an absence would break is said before it is declared, and it may be declared all the same: it is a fact.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import structlog
from litestar import Request, Response, get, post
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.directory.absence import Absence
from hub.domain.directory.absence_check import LONGEST, outlook, replacing
from hub.domain.directory.contacts import Contact, Directory
from hub.domain.vocabulary import Institution, Role
from hub.errors import HubError
from hub.gateway.pages import message_page
from hub.gateway.portal.absence_words import name_of, period, warnings
from hub.gateway.portal.directory_events import DirectoryEvents
from hub.gateway.portal.forms import FieldFault, Form
from hub.gateway.portal.visits import Visitor, act, missing_page, see, shown, visit
from hub.gateway.problems import Refusal
from hub.gateway.wording import label_of, short_date
from hub.ledger.colleagues import Team, can_stand_in, manages, team_of
from hub.ledger.sign_ins import today

log = structlog.get_logger()

_PATH: Final = "/portal/absences"
_LONGEST_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class _Declared:
    """An absence that may be published, and the form that said it."""

    absence: Absence
    institution: Institution
    once: str
    now: datetime


@dataclass(frozen=True, slots=True)
class _Ended:
    """An absence that may be deleted."""

    key: str
    institution: Institution


@get(_PATH, include_in_schema=False)
async def show_absences(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The absences of the person, or of its team for a manager, whom it stands in for, and the form."""

    async def view(connection: AsyncConnection, visitor: Visitor) -> Response[bytes]:
        return _page(request, visitor, await team_of(connection, visitor.contact, visitor.now), Form({}), (), ())

    return await visit(request, view)


@post(_PATH, include_in_schema=False)
async def declare(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Declare an absence, once what it would break was shown."""

    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes] | _Declared:
        team = await team_of(connection, visitor.contact, visitor.now)
        planned, faults = _read(visitor, team, form)
        if planned is None:
            return _page(request, visitor, team, form, faults, ())
        directory = team.directory()
        found = tuple(warnings(directory, planned, outlook(directory, planned)))
        if found and form.one("confirmed") != _confirmation(planned):
            return _page(request, visitor, team, form, (), found, _confirmation(planned))
        contact = directory.get(planned.contact)
        institution = Institution(visitor.contact.institution if contact is None else contact.institution)
        return _Declared(planned, institution, form.one("once")[:_LONGEST_ONCE], visitor.now)

    found = await act(request, deed)
    if isinstance(found, Response):
        return found
    events: DirectoryEvents = request.app.state.parts.directory_events
    try:
        seen = await events.declare(found.absence, found.institution, found.once, found.now)
    except (HubError, Refusal, SQLAlchemyError, OSError, TimeoutError) as error:
        return _not_done(error)
    return see(f"{_PATH}?done={'declared' if seen else 'declared-soon'}")


@post(f"{_PATH}/end", include_in_schema=False)
async def end(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Delete an absence: it was cancelled, or whoever was away is back."""

    async def deed(connection: AsyncConnection, visitor: Visitor, form: Form) -> Response[bytes] | _Ended:
        team = await team_of(connection, visitor.contact, visitor.now)
        known = {one.contact: one for one in team.contacts}
        away = dict(team.absences).get(form.one("key"))
        contact = None if away is None else known.get(away.contact)
        if contact is None or not manages(visitor.contact, contact):
            return missing_page()
        return _Ended(form.one("key"), Institution(contact.institution))

    found = await act(request, deed)
    if isinstance(found, Response):
        return found
    events: DirectoryEvents = request.app.state.parts.directory_events
    try:
        seen = await events.withdraw(found.key, found.institution)
    except (HubError, SQLAlchemyError, OSError, TimeoutError) as error:
        return _not_done(error)
    return see(f"{_PATH}?done={'ended' if seen else 'ended-soon'}")


def _not_done(error: BaseException) -> Response[bytes]:
    log.warning("absence_not_published", error=type(error).__name__)
    text = "L’annuaire ne peut pas être mis à jour pour le moment. Merci de réessayer dans quelques instants."
    return message_page(503, "Service momentanément indisponible", text)


def _read(visitor: Visitor, team: Team, form: Form) -> tuple[Absence | None, tuple[FieldFault, ...]]:
    """The absence that the form describes, or what is wrong with its fields."""
    faults = []
    day = today(visitor.now)
    known = {one.contact: one for one in team.contacts}
    contact = known.get(form.one("contact") or visitor.reference)
    if contact is None or not manages(visitor.contact, contact):
        faults.append(FieldFault("contact", "Choisissez une personne de votre service."))
    first, last = _date(form.one("first")), _date(form.one("last"))
    if first is None:
        faults.append(FieldFault("first", "Indiquez le premier jour de l’absence."))
    if last is None:
        faults.append(FieldFault("last", "Indiquez le dernier jour de l’absence."))
    elif first is not None and last < first:
        faults.append(FieldFault("last", "Le dernier jour doit venir après le premier, ou être le même."))
    elif last < day:
        faults.append(FieldFault("last", "Cette absence est déjà passée : indiquez un dernier jour à venir."))
    elif first is not None and last - first > LONGEST:
        text = "Une absence dure un an au plus. Au-delà, votre institution met l’annuaire à jour."
        faults.append(FieldFault("last", text))
    deputy = form.one("deputy") or None
    if deputy is not None and (contact is None or deputy not in {one.contact for one in _deputies(team, contact, day)}):
        faults.append(FieldFault("deputy", "Choisissez un autre contact du même service."))
    if faults or contact is None or first is None or last is None:
        return None, tuple(faults)
    return Absence(contact.contact, first, last, deputy), ()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _deputies(team: Team, contact: Contact, day: date) -> list[Contact]:
    return [one for one in team.contacts if one.contact != contact.contact and can_stand_in(one, day)]


def _confirmation(planned: Absence) -> str:
    return f"{planned.contact} {planned.first} {planned.last} {planned.deputy or '-'}"


def _page(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    team: Team,
    form: Form,
    faults: tuple[FieldFault, ...],
    found: tuple[str, ...],
    confirmed: str = "",
) -> Response[bytes]:
    day, directory = today(visitor.now), team.directory()
    manager = visitor.contact.role == Role.MANAGER
    mine = [
        _row(directory, key, away, day) for key, away in team.absences if manager or away.contact == visitor.reference
    ]
    me = directory.get(visitor.reference)
    return shown(
        request,
        visitor,
        "absences",
        422 if faults else 200,
        heading="Mes absences" if not manager else "Absences de mon service",
        current="absences",
        manager=manager,
        team=[_choice(one) for one in team.contacts] if manager else [],
        deputies=[_choice(one) for one in team.contacts if can_stand_in(one, day) and (manager or one != me)],
        usual=name_of(directory, me.deputy) if me is not None and me.deputy else "",
        absences=mine,
        standing_in=[
            {"name": name_of(directory, away.contact), "period": period(away.first, away.last)}
            for away in sorted(replacing(directory, visitor.reference), key=lambda a: (a.first, a.contact))
        ],
        chosen=form.one("contact") or visitor.reference,
        first=form.one("first"),
        last=form.one("last"),
        deputy=form.one("deputy"),
        once=form.one("once")[:_LONGEST_ONCE] or str(uuid4()),
        today=day.isoformat(),
        faults=faults,
        warnings=found,
        confirmed=confirmed,
    )


def _choice(one: Contact) -> dict[str, str]:
    role = label_of(Role, one.role)
    return {"reference": one.contact, "label": one.label if role in one.label else f"{one.label} – {role}"}


def _row(directory: Directory, key: str, away: Absence, day: date) -> dict[str, Any]:
    contact = directory.get(away.contact)
    found = None if contact is None else directory.stand_in(contact, max(day, away.first))
    instead = None if found is None else found.reference
    return {
        "key": key,
        "name": name_of(directory, away.contact),
        "first": short_date(away.first),
        "last": short_date(away.last),
        "period": period(away.first, away.last),
        "instead": name_of(directory, instead) if instead else "la boîte générique du service",
        "now": away.covers(day),
    }


ROUTES = [show_absences, declare, end]
