"""What nobody answered: people get a page in French, systems a problem document."""

import httpx
import pytest
from litestar import get

from hub.gateway.app import build_app
from hub.settings import Settings


@get(["/portal/broken-page", "/broken-address"], include_in_schema=False)
async def broken() -> None:
    """Fail as a fault of ours would."""
    message = "dupont@example.org"
    raise RuntimeError(message)


async def ask(path: str, method: str = "GET") -> httpx.Response:
    """Ask the gateway's application, of which no part is connected."""
    transport = httpx.ASGITransport(app=build_app(Settings(), [broken]), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("path", "method", "status", "heading"),
    [
        ("/portal/broken-page", "GET", 500, "Le service a rencontré une erreur"),
        ("/portal/absences/end", "GET", 405, "Page introuvable"),
        ("/privacy", "DELETE", 405, "Page introuvable"),
        ("/notices/a/b", "GET", 404, "Page introuvable"),
        ("/portal/absences?done=%00", "GET", 400, "Demande illisible"),
    ],
    ids=["fault of ours", "form opened as a page", "method that no page takes", "no such page", "unreadable"],
)
async def test_people_are_told_of_every_fault_by_a_page(path: str, method: str, status: int, heading: str) -> None:
    answer = await ask(path, method)
    assert (status, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert f"<h1>{heading}</h1>" in answer.text


async def test_the_page_of_a_fault_names_its_reference_and_not_what_was_sent() -> None:
    answer = await ask("/portal/broken-page")
    assert "référence à votre institution\u00a0: " in answer.text
    assert "dupont" not in answer.text


async def test_systems_are_told_of_a_fault_by_a_problem_document() -> None:
    answer = await ask("/broken-address")
    assert (500, "INTERNAL") == (answer.status_code, answer.json()["code"])
