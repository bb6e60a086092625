"""The page of a notice keeps every version, and says when each was corrected, replaced or withdrawn."""

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.gateway.routes.notices import _page
from hub.ledger.notice_pages import notice_versions
from tests.integration.ledger.decided_building import NOW, notice, take


async def words(engine: AsyncEngine) -> str:
    """What the page of the notice says, without its markup."""
    async with engine.connect() as connection:
        found = await notice_versions(connection, "N-2026-0001")
    assert found is not None
    text = re.sub(r"<[^>]+>", " ", bytes(_page(found).content).decode())
    return " ".join(text.replace("\u00a0", " ").split())


async def test_a_notice_that_was_never_changed_has_one_version_and_no_other_date(engine: AsyncEngine) -> None:
    await take(engine, notice("a"))
    text = await words(engine)
    assert "Publiée le dimanche 1er mars 2026" in text
    assert not re.search("Rectifiée|Remplacée|retirée|Versions précédentes", text)


async def test_an_older_version_stays_readable_and_says_when_it_was_replaced(engine: AsyncEngine) -> None:
    await take(engine, notice("a", title="Premier titre"))
    await take(engine, replace(notice("b", kind="corrected", version=2, title="Second"), time=NOW + timedelta(days=1)))
    newest, older = (await words(engine)).split("Versions précédentes")
    assert "Rectificatif : version 2" in newest
    assert "Rectifiée le mardi 3 mars 2026" in newest
    assert "Remplacée" not in newest
    assert "Version 1 : Premier titre" in older
    assert "Remplacée le mardi 3 mars 2026" in older
    assert "Rectifiée" not in older


async def test_a_withdrawn_notice_says_since_when_and_stays_readable(engine: AsyncEngine) -> None:
    await take(engine, notice("a", title="Premier titre"))
    await take(engine, replace(notice("w", kind="withdrawn"), time=NOW + timedelta(days=2)))
    text = await words(engine)
    assert "Information retirée le mercredi 4 mars 2026 . Elle n’est plus en vigueur." in text
    assert "Premier titre" in text
