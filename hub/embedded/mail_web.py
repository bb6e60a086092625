"""Pages, in French, that show the caught mails to people: a list, newest first, and each mail as HTML and as text."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from hub.domain.french import MONTHS
from hub.embedded.engine import check_port_is_free, free_port
from hub.embedded.mail import CaughtMail, MailCatcher

PAGE_SIZE = 50
_PARIS = ZoneInfo("Europe/Paris")
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class MailWeb:
    """The web pages of a catcher, on 127.0.0.1, in the running loop."""

    def __init__(self, catcher: MailCatcher, port: int | None = None) -> None:
        self._catcher = catcher
        self.port = port or free_port()
        self._runner: web.AppRunner | None = None
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).with_name("mail_pages")), autoescape=True, trim_blocks=True
        )
        self._templates.filters["french"] = french_time

    @property
    def url(self) -> str:
        """Address of the list."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        """Listen. Raises StartError when the port is taken."""
        check_port_is_free(self.port, "The mail pages")
        application = web.Application()
        application.add_routes(
            [
                web.get("/", self._list),
                web.get(r"/mails/{number:\d{1,9}}", self._mail),
                web.get(r"/mails/{number:\d{1,9}}/html", self._html),
                web.get(r"/mails/{number:\d{1,9}}/source", self._source),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Stop listening. Harmless when it does not."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _list(self, request: web.Request) -> web.Response:
        mails = self._catcher.messages()
        pages = max(1, -(-len(mails) // PAGE_SIZE))
        asked = request.query.get("page", "1")
        page = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 10 else 1
        newest_first = mails[::-1][(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return self._page("list.html", mails=newest_first, total=len(mails), page=page, pages=pages)

    async def _mail(self, request: web.Request) -> web.Response:
        mail = self._find(request)
        if mail is None:
            return self._page("absent.html", status=404)
        message = mail.message()
        return self._page(
            "mail.html",
            mail=mail,
            sender=str(message["From"] or mail.sender),
            text=_part(mail, "plain"),
            html=_part(mail, "html") is not None,
        )

    async def _html(self, request: web.Request) -> web.Response:
        mail = self._find(request)
        content = _part(mail, "html") if mail else None
        if content is None:
            return self._page("absent.html", status=404)
        return web.Response(text=content, content_type="text/html", headers=_SECURITY_HEADERS)

    async def _source(self, request: web.Request) -> web.Response:
        mail = self._find(request)
        if mail is None:
            return self._page("absent.html", status=404)
        headers = {**_SECURITY_HEADERS, "Content-Disposition": f'attachment; filename="{mail.path.name}"'}
        return web.Response(body=mail.path.read_bytes(), content_type="message/rfc822", headers=headers)

    def _find(self, request: web.Request) -> CaughtMail | None:
        number = int(request.match_info["number"])
        return next((mail for mail in self._catcher.messages() if mail.number == number and mail.path.exists()), None)

    def _page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        text = self._templates.get_template(template).render(**values)
        return web.Response(text=text, status=status, content_type="text/html", headers=_SECURITY_HEADERS)


def french_time(moment: datetime) -> str:
    """Write an instant as people in Ille-et-Vilaine do: « 1er octobre 2024 à 9 h 05 », Europe/Paris."""
    local = moment.astimezone(_PARIS)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day}\u00a0{MONTHS[local.month - 1]}\u00a0{local.year} à {local.hour}\u00a0h\u00a0{local.minute:02d}"


def _part(mail: CaughtMail, kind: str) -> str | None:
    body = mail.message().get_body(preferencelist=(kind,))
    return None if body is None else str(body.get_content())
