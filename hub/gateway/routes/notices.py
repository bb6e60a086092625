"""GET /notices/{notice}: the page behind the link of a mail.

A C0 notice is public. One that names internal contacts (C1) is for the institutions' own people, and a link in a mail
proves nothing of who follows it: until people can sign in, its page only says that it is reserved.
"""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from hub.domain.calendar.paris import paris
from hub.domain.french import date_in_full, without_bad_breaks
from hub.domain.vocabulary import Institution, NoticeNature
from hub.gateway.pages import message_page, page
from hub.ledger.notice_pages import NoticeVersions, notice_versions

_PUBLIC: Final = "C0"


@get("/notices/{notice:str}", include_in_schema=False)
async def show_notice(request: Request[Any, Any, Any], notice: FromPath[str]) -> Response[bytes]:
    """Every version of a notice, newest first, in French."""
    try:
        async with request.app.state.parts.engine.connect() as connection:
            found = await notice_versions(connection, notice)
    except (SQLAlchemyError, OSError, TimeoutError):
        return message_page(503, "Service momentanément indisponible", "Merci de réessayer dans quelques instants.")
    if found is None:
        text = (
            "Aucune information n’est connue à cette adresse. "
            "Si vous venez de recevoir un mail, réessayez dans un instant."
        )
        return message_page(404, "Information introuvable", text)
    if any(version.confidentiality != _PUBLIC for version in found.versions):
        text = (
            "Cette information nomme des contacts internes : elle est réservée aux professionnels de la CAF et du "
            "Département. Votre institution vous l’a transmise par mail."
        )
        return message_page(403, "Information réservée", without_bad_breaks(text))
    return _page(found)


def _page(found: NoticeVersions) -> Response[bytes]:
    return page(
        "notice",
        versions=[
            _shown(version, newer) for version, newer in zip(found.versions, (None, *found.versions), strict=False)
        ],
        withdrawn=found.withdrawn,
        withdrawn_on=_dated(found.withdrawn_at),
        replaced_by=found.replaced_by,
    )


def _dated(moment: datetime | None) -> dict[str, str] | None:
    """The day of an instant in Paris, for programs and for people."""
    if moment is None:
        return None
    day = moment.astimezone(paris()).date()
    return {"iso": day.isoformat(), "words": date_in_full(day)}


def _shown(row: Row[Any], newer: Row[Any] | None) -> dict[str, Any]:
    """What is shown of a version; `newer` is the one that replaces it."""
    places = len(row.communes) + len(row.epci)
    return {
        "version": row.version,
        "title": without_bad_breaks(row.title),
        "issuer": Institution(row.issuer).label,
        "nature": NoticeNature(row.nature).label,
        "published_on": row.published_on.isoformat(),
        "published": date_in_full(row.published_on),
        "effective_on": row.effective_on.isoformat(),
        "effective": date_in_full(row.effective_on),
        "corrected": _dated(row.told_at) if row.version > 1 else None,
        "replaced": None if newer is None else _dated(newer.told_at),
        "late": "NOT_PRIOR" in row.warnings,
        "territory": "une partie du département" if places else "",
        "paragraphs": [without_bad_breaks(part) for part in row.summary.splitlines() if part.strip()],
    }


ROUTES = [show_notice]
