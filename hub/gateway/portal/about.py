"""The two public statements: accessibility (RGAA) and personal data."""

from typing import Any

from litestar import Request, Response, get

from hub.gateway.pages import page


@get("/accessibility", include_in_schema=False)
async def accessibility() -> Response[bytes]:
    """How accessible the pages are, how that was found, and whom to tell of a fault (law of 2005, art. 47)."""
    return page("accessibility")


@get("/privacy", include_in_schema=False)
async def privacy(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What is kept of the people who use the pages, why and for how long (GDPR, art. 13)."""
    settings = request.app.state.parts.settings
    return page(
        "privacy",
        sign_in_minutes=settings.sign_in_minutes,
        session_hours=settings.session_hours,
        idle_minutes=settings.session_idle_minutes,
    )


ROUTES = [accessibility, privacy]
