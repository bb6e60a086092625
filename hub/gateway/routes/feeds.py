"""GET /feeds/{token}/notices.atom and /calendar.ics: a feed behind its secret address.

The address is all that opens it: programs that read feeds can neither sign in nor answer. Whatever opens nothing (a
token of none, of a revoked feed, of a contact that left) is answered alike. The token stands in the path and nowhere
else: not in the answer, not in a log, not in a metric.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.params import FromPath
from sqlalchemy.exc import SQLAlchemyError

from connectors.outbound.feeds.atom import MEDIA_TYPE as ATOM
from connectors.outbound.feeds.atom import atom
from connectors.outbound.feeds.calendar import MEDIA_TYPE as CALENDAR
from connectors.outbound.feeds.calendar import calendar
from hub import metrics
from hub.domain.calendar.paris import paris
from hub.domain.vocabulary import DeliveryStatus, Medium
from hub.gateway.conditional import PRIVATE, conditional
from hub.gateway.feed_content import Built, build
from hub.ledger.feed_acceptance import accept_fetched
from hub.ledger.feeds import feed_of_token, note_fetch

_PLAIN: Final = "text/plain"
_HEADERS: Final = {"Cache-Control": PRIVATE, "X-Robots-Tag": "noindex, nofollow, noarchive"}
_UNKNOWN: Final = "Ce flux n’existe pas, ou n’existe plus.\n".encode()
_AWAY: Final = "Service momentanément indisponible. Merci de réessayer dans quelques instants.\n".encode()
_SETTLED: Final = timedelta(seconds=2)  # a second of Last-Modified may still see another change


@route(
    ["/feeds/{token:str}/notices.atom", "/feeds/{token:str}/calendar.ics"],
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    include_in_schema=False,
)
async def show_feed(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """The feed as it stands, or 304 where the caller has it already; a GET accepts the deliveries by feed in it."""
    parts, now = request.app.state.parts, datetime.now(UTC)
    form = "atom" if request.scope["path"].endswith(".atom") else "calendar"
    accepted = 0
    try:
        async with parts.engine.begin() as connection:
            feed = await feed_of_token(connection, token, now.astimezone(paris()).date())
            if feed is None:
                metrics.FEED_FETCHES.labels(form, "unknown").inc()
                return Response(_UNKNOWN, status_code=404, media_type=_PLAIN, headers=_HEADERS)
            settings = parts.settings
            built = await build(connection, feed, public_url=settings.public_url, domain=settings.mail_domain, now=now)
            if request.method == HttpMethod.GET:
                # Also where the answer is 304: the caller then holds these very bytes.
                held = built.deliveries if form == "atom" else built.in_calendar
                accepted = await accept_fetched(connection, parts.catalogue, held, now)
                await note_fetch(connection, feed, now)
    except (SQLAlchemyError, OSError, TimeoutError):
        return Response(_AWAY, status_code=503, media_type=_PLAIN, headers=_HEADERS | {"Retry-After": "60"})
    metrics.DELIVERIES.labels(Medium.FEED.value, DeliveryStatus.ACCEPTED.value).inc(accepted)
    answer = _answer(request, built, form, now)
    metrics.FEED_FETCHES.labels(form, "sent" if answer.status_code == 200 else "unchanged").inc()
    return answer


def _answer(request: Request[Any, Any, Any], built: Built, form: str, now: datetime) -> Response[bytes]:
    if form == "calendar":
        # Without Last-Modified: closures come and go without a time of their own.
        return conditional(request, calendar(built.content), CALENDAR, headers=_HEADERS)
    changed = built.content.changed_at
    settled = changed if now - changed > _SETTLED else None
    return conditional(request, atom(built.content), ATOM, last_modified=settled, headers=_HEADERS)


ROUTES = [show_feed]
