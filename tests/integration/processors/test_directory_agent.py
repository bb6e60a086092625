"""The directory agent: the ledger's contacts follow hub.directory, and their position says how far."""

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.settings import Settings
from hub.wire.avro import encode
from hub.wire.topics import DIRECTORY
from tests.integration.processors.processors_process import (
    CATALOGUE,
    Processors,
    contact_value,
    publish_contacts,
    records,
    router,
    rows,
    until,
)


async def _emails(ledger: AsyncEngine) -> dict[str, str | None]:
    return {row.ref: row.email for row in await rows(ledger, "select ref, email from contact")}


async def _until_position(ledger: AsyncEngine, settings: Settings) -> None:
    """Wait until the ledger has applied the last record of the topic."""
    last = (await records(settings, DIRECTORY))[-1].offset + 1

    async def reached() -> bool:
        return any(row.revision >= last for row in await rows(ledger, "select revision from directory_position"))

    await until(reached)


async def test_contacts_are_written_changed_and_removed_as_the_directory_says(
    settings: Settings, ledger: AsyncEngine
) -> None:
    async with router(settings) as producer:
        await publish_contacts(producer, {"a": "a@cdas.example", "b": "b@cdas.example", "c": None})
        with Processors(settings):
            await _until_position(ledger, settings)
            assert {"a": "a@cdas.example", "b": "b@cdas.example", "c": None} == await _emails(ledger)
            await publish_contacts(producer, {"a": "new@cdas.example"}, removed=["b"])
            await _until_position(ledger, settings)
        assert {"a": "new@cdas.example", "c": None} == await _emails(ledger)


async def test_an_aborted_change_of_the_directory_is_never_seen(settings: Settings, ledger: AsyncEngine) -> None:
    async with router(settings) as producer:
        with Processors(settings):
            await producer.begin_transaction()
            await producer.send_and_wait(DIRECTORY, key=b"ghost", value=contact_value("ghost", "g@cdas.example"))
            await producer.abort_transaction()
            await publish_contacts(producer, {"after-ghost": None})
            await _until_position(ledger, settings)
        assert "ghost" not in await _emails(ledger)


async def test_absences_and_calendars_follow_the_directory_and_change_no_contact(
    settings: Settings, ledger: AsyncEngine
) -> None:
    async def kept() -> list[str]:
        found = await rows(ledger, "select key from absence union all select key from calendar_entry order by key")
        return [row.key for row in found]

    absence = {"contact": "a", "from": date(2026, 5, 4), "to": date(2026, 5, 8), "deputy": None}
    closure: dict[str, Any] = {
        "calendar": "calendar-1", "scope": "CDAS", "cdas": "CDAS-01", "site": None, "kind": "CLOSURE",
        "from": date(2026, 5, 15), "to": date(2026, 5, 15), "hours": [], "reason": None,
    }  # fmt: skip
    before = await _emails(ledger)
    async with router(settings) as producer:
        async with producer.transaction():
            for key, type_, data in (
                (b"absence-1", "absence.declared", absence),
                (b"calendar-1", "calendar.changed", closure),
            ):
                await producer.send(DIRECTORY, key=key, value=encode(CATALOGUE.latest(type_), data))
        with Processors(settings):
            await _until_position(ledger, settings)
            assert ["absence-1", "calendar-1"] == await kept()
            async with producer.transaction():
                await producer.send(DIRECTORY, key=b"absence-1", value=None)
            await _until_position(ledger, settings)
        assert ["calendar-1"] == await kept()
        assert before == await _emails(ledger)


async def test_a_ledger_that_lost_its_contacts_reads_the_directory_from_its_beginning(
    settings: Settings, ledger: AsyncEngine
) -> None:
    async with router(settings) as producer:
        await publish_contacts(producer, {"kept": "kept@cdas.example"})
    with Processors(settings):
        await _until_position(ledger, settings)
    before = await _emails(ledger)
    async with ledger.begin() as connection:
        await connection.execute(text("truncate contact, directory_position"))
    with Processors(settings):
        await _until_position(ledger, settings)
        assert before == await _emails(ledger)


async def test_a_record_of_the_directory_that_nobody_can_read_ends_the_process_and_changes_nothing(
    settings: Settings, ledger: AsyncEngine
) -> None:
    before = await _emails(ledger)
    async with router(settings) as producer:
        with Processors(settings) as processors:
            await until(lambda: _ready(processors))
            async with producer.transaction():
                await producer.send(DIRECTORY, key=b"broken", value=b"nonsense")
            assert 70 == await asyncio.to_thread(processors.wait)
    assert before == await _emails(ledger)


async def _ready(processors: Processors) -> bool:
    return bool((await asyncio.to_thread(processors.health)).get("ready"))
