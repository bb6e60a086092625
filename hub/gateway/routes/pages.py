"""GET / and the style sheet."""

from litestar import Response, get

from hub.gateway.pages import page, stylesheet


@get("/", include_in_schema=False)
async def home() -> Response[bytes]:
    """What this service is, and where its description, schemas and state are."""
    return page("home")


@get("/assets/page.css", include_in_schema=False)
async def style() -> Response[bytes]:
    """The style sheet of the pages."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


ROUTES = [home, style]
