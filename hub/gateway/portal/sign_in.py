"""Sign-in: an address, a mailed link, a button, a session; and out of it again.

Whatever address is typed, the answer is the same, and takes as long. The link opens a page with a button, because
programs follow the links of mails; only the button uses the link up.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from litestar import Request, Response, get, post
from sqlalchemy.exc import SQLAlchemyError

from hub import metrics
from hub.gateway.pages import message_page, page
from hub.gateway.portal.callers import caller_network
from hub.gateway.portal.cookies import comes_from_us, cookie_of, is_proof, new_token, proof_of, token_of
from hub.gateway.portal.forms import FieldFault
from hub.gateway.portal.visits import CHOOSE, SIGN_IN, away_page, form_of, refused_page, see
from hub.gateway.wording import DONE, place_of
from hub.ledger import sessions, sign_ins
from hub.settings import Settings
from hub.wire.links import LinkExpired, LinkForged, LinkKeys, Purpose

log = structlog.get_logger()

_ENTER: Final = "/portal/enter/"
_LONGEST_ADDRESS: Final = 254  # RFC 5321 §4.5.3.1.3, less the brackets


@get(SIGN_IN, include_in_schema=False)
async def show_form(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form that asks for the address."""
    return _form(request, 200, "", ())


@post(SIGN_IN, include_in_schema=False)
async def ask_for_link(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Write the wish down; the dispatcher mails the link if a contact has the address."""
    parts = request.app.state.parts
    form = await form_of(request)
    if isinstance(form, Response):
        return form
    typed = form.one("address")
    address = sign_ins.normalised(typed)
    name, at, host = address.rpartition("@")
    if not (name and at and "." in host) or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        text = "Saisissez une adresse complète, par exemple prenom.nom@institution.fr."
        return _form(request, 422, typed, (FieldFault("address", text),))
    if parts.links is None:
        return _no_keys()
    settings, now = parts.settings, datetime.now(UTC)
    try:
        async with parts.engine.begin() as connection:
            taken = await sign_ins.ask(
                connection,
                uuid4(),
                address=address,
                client=_client(request, settings, parts.links),
                now=now,
                expires_at=now + timedelta(minutes=settings.sign_in_minutes),
                limits=sign_ins.Limits(settings.sign_ins_per_address, settings.sign_ins_per_client),
            )
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()
    metrics.SIGN_INS.labels("asked" if taken else "limited").inc()
    if not taken:
        text = "Trop de liens ont été demandés depuis votre réseau. Merci de réessayer dans une heure."
        return message_page(429, "Trop de demandes", text)
    return see("/portal/sign-in/asked")


@get("/portal/sign-in/asked", include_in_schema=False)
async def show_asked(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The one answer to every address."""
    return page("sign_in_asked", minutes=request.app.state.parts.settings.sign_in_minutes)


@get(_ENTER + "{link:path}", include_in_schema=False)
async def show_button(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The button behind a mailed link; looking at it changes nothing."""
    of = _opened(request)
    if not isinstance(of, UUID):
        return of
    try:
        async with request.app.state.parts.engine.connect() as connection:
            unused = await sign_ins.is_unused(connection, of, datetime.now(UTC))
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()
    return page("enter") if unused else _used_up()


@post(_ENTER + "{link:path}", include_in_schema=False)
async def enter(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Use the link up and open a session; a session that this browser had is ended."""
    if not comes_from_us(request, request.app.state.parts.settings):
        return refused_page()
    of = _opened(request)
    if not isinstance(of, UUID):
        return of
    parts = request.app.state.parts
    settings, now, token = parts.settings, datetime.now(UTC), new_token()
    lifetime = sessions.Lifetime(
        timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes)
    )
    before = token_of(request, settings)
    try:
        async with parts.engine.begin() as connection:
            address = await sign_ins.use(connection, of, now)
            contacts = [] if address is None else await sign_ins.contacts_of(connection, address, now)
            if address is None or not contacts:
                metrics.SIGN_INS.labels("refused").inc()
                return _used_up()
            if before is not None:
                await sessions.close(connection, sessions.hash_of(before))
            await sessions.open_session(connection, sessions.hash_of(token), address, now, lifetime)
            if len(contacts) == 1:
                await sessions.choose(connection, sessions.hash_of(token), contacts[0], now)
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()
    metrics.SIGN_INS.labels("opened").inc()
    log.info("signed_in", contacts=len(contacts))
    answer = see("/portal" if len(contacts) == 1 else CHOOSE)
    answer.set_cookie(cookie_of(settings, token))
    return answer


@get(CHOOSE, include_in_schema=False)
async def show_contacts(request: Request[Any, Any, Any]) -> Response[bytes]:
    """For an address of several contacts: which one to act for."""
    parts = request.app.state.parts
    token = token_of(request, parts.settings)
    if token is None:
        return see(SIGN_IN)
    try:
        async with parts.engine.connect() as connection:
            session = await sessions.session_of(connection, sessions.hash_of(token), datetime.now(UTC))
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()
    if session is None:
        return see(f"{SIGN_IN}?done=over")
    contacts = [
        {"reference": row.ref, "label": row.label, "place": place_of(row.service, row.role, row.cdas)}
        for row in session.contacts
    ]
    chosen = None if session.contact is None else session.contact.ref
    return page("contacts", contacts=contacts, chosen=chosen, proof=proof_of(token))


@post(CHOOSE, include_in_schema=False)
async def choose_contact(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Act for the contact chosen, if the session's address is its own."""
    parts = request.app.state.parts
    token, form = token_of(request, parts.settings), await form_of(request)
    if isinstance(form, Response):
        return form
    if token is None:
        return see(SIGN_IN)
    if not is_proof(form.one("proof"), token):
        return refused_page()
    try:
        async with parts.engine.begin() as connection:
            done = await sessions.choose(connection, sessions.hash_of(token), form.one("contact"), datetime.now(UTC))
    except (SQLAlchemyError, OSError, TimeoutError):
        return away_page()
    return see("/portal" if done else CHOOSE)


@post("/portal/sign-out", include_in_schema=False)
async def sign_out(request: Request[Any, Any, Any]) -> Response[bytes]:
    """End this session, or with `everywhere` all sessions of its address."""
    parts = request.app.state.parts
    token, form = token_of(request, parts.settings), await form_of(request)
    if isinstance(form, Response):
        return form
    everywhere = form.one("everywhere") == "yes"
    if token is not None:
        if not is_proof(form.one("proof"), token):
            return refused_page()
        token_hash = sessions.hash_of(token)
        try:
            async with parts.engine.begin() as connection:
                session = await sessions.session_of(connection, token_hash, datetime.now(UTC))
                await sessions.close(connection, token_hash)
                if everywhere and session is not None:
                    await sessions.close_all(connection, session.address)
        except (SQLAlchemyError, OSError, TimeoutError):
            return away_page()
    answer = see(f"{SIGN_IN}?done={'out-everywhere' if everywhere else 'out'}")
    answer.set_cookie(cookie_of(parts.settings, ""))
    return answer


def _form(request: Request[Any, Any, Any], status: int, typed: str, faults: tuple[FieldFault, ...]) -> Response[bytes]:
    done = DONE.get(request.query_params.get("done", ""))
    return page("sign_in", status, typed=typed, faults=faults, done=done)


def _opened(request: Request[Any, Any, Any]) -> UUID | Response[bytes]:
    """The request that a link of ours answers, or the page that refuses it."""
    keys: LinkKeys | None = request.app.state.parts.links
    try:
        if keys is None:
            raise LinkForged
        return keys.open(Purpose.SIGN_IN, request.scope["path"].removeprefix(_ENTER).split("/"), datetime.now(UTC))
    except LinkForged:
        text = "Ce lien est incomplet ou modifié. Ouvrez-le depuis le courriel reçu, ou recopiez-le en entier."
        return page("link_refused", 403, heading="Lien non reconnu", text=text)
    except LinkExpired:
        return _used_up()


def _used_up() -> Response[bytes]:
    text = "Par sécurité, un lien de connexion ne sert qu’une fois, et pendant peu de temps."
    return page("link_refused", 410, heading="Ce lien ne fonctionne plus", text=text)


def _no_keys() -> Response[bytes]:
    text = "La connexion par courriel n’est pas configurée sur ce service. Adressez-vous à son exploitant."
    return message_page(503, "Connexion indisponible", text)


def _client(request: Request[Any, Any, Any], settings: Settings, keys: LinkKeys) -> str:
    """A keyed digest of the caller's network, so that no address is kept."""
    header = settings.client_address_header
    given = request.headers.getall(header, []) if header else []
    network = caller_network(given, "" if request.client is None else request.client.host)
    return hmac.digest(keys.keys[0], f"hub-client-1\n{network}".encode(), "sha256").hex()[:32]


ROUTES = [show_form, ask_for_link, show_asked, show_button, enter, show_contacts, choose_contact, sign_out]
