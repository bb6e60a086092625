"""Sign-in links on their way: mailed at once to a contact's address, never to anybody else, and tried again."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.outbound.mail.channel import mail_channel
from hub.dispatcher.sign_ins import send_sign_ins
from hub.embedded.engine import free_port
from hub.embedded.mail import MailCatcher
from hub.health import Health
from hub.ledger import tables
from hub.ledger.sign_ins import Limits, ask, claim
from hub.settings import Settings
from hub.wire.links import Purpose, link_keys
from tests.integration.dispatcher.dispatcher_ledger import Clock, fresh_ledger, settings_for

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINE = "anne.demo@departement-demo.example"
KEY = "the-key-of-the-links-in-the-mails"


def settings(database: str, port: int) -> Settings:
    return settings_for(database, port, link_keys=KEY, public_url="https://hub.example")


async def put_contact(engine: AsyncEngine, **changes: Any) -> None:
    row = {
        "ref": "anne", "institution": "CD35", "service": "CDAS", "role": "MANAGER", "cdas": "CDAS-07", "communes": [],
        "epci": [], "label": "Anne", "email": MINE.title(), "valid_from": date(2023, 1, 1), "opted_out": False,
        "revision": 1, "updated_at": NOW,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(tables.contact), row | changes)


async def put_request(engine: AsyncEngine, address: str, at: datetime = NOW) -> UUID:
    id_ = uuid4()
    async with engine.begin() as connection:
        expires, limits = at + timedelta(minutes=20), Limits(5, 60)
        await ask(connection, id_, address=address, client="c", now=at, expires_at=expires, limits=limits)
    return id_


@contextlib.asynccontextmanager
async def sending(found: Settings, engine: AsyncEngine, clock: Clock) -> AsyncIterator[None]:
    """Send what is due meanwhile."""
    mail = mail_channel(found, kept=1)
    task = asyncio.create_task(send_sign_ins(found, engine=engine, mail=mail, health=Health("test"), clock=clock))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await mail.close()


async def until(engine: AsyncEngine, id_: UUID, **expected: object) -> None:
    """Wait until the request stands as expected."""
    query = select(tables.portal_sign_in).where(tables.portal_sign_in.c.id == id_)
    async with asyncio.timeout(180):
        while True:
            async with engine.connect() as connection:
                row = (await connection.execute(query)).mappings().one()
            if expected.items() <= row.items():
                return
            await asyncio.sleep(0.02)


async def test_a_contact_gets_one_link_that_works_and_a_stranger_gets_nothing(database: str, tmp_path: Path) -> None:
    async with fresh_ledger(database) as engine, MailCatcher(tmp_path / "mails") as catcher:
        await put_contact(engine)
        found = settings(database, catcher.port)
        async with sending(found, engine, Clock(NOW)):
            stranger = await put_request(engine, "nobody@elsewhere.example")
            mine = await put_request(engine, MINE)
            await until(engine, stranger, result="unknown")
            await until(engine, mine, result="sent")
        (caught,) = catcher.messages()
    assert (MINE,) == tuple(caught.recipients)
    mail = caught.message()
    assert "Votre lien de connexion" == mail["Subject"]
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    texts = [body.get_content() for body in bodies if body is not None]
    assert 2 == len(texts)
    keys = link_keys(found)
    assert keys is not None
    for text in texts:
        links = re.findall(r"https://hub\.example/portal/enter/([^\s\"]+)", text)
        assert [mine] == [keys.open(Purpose.SIGN_IN, link.split("/"), NOW) for link in links]
        assert "jusqu’à 9\u00a0h\u00a020" in text
        assert "Anne" not in text


async def test_a_mail_server_that_is_away_delays_a_link_and_loses_none(database: str, tmp_path: Path) -> None:
    port, clock = free_port(), Clock(NOW)
    async with fresh_ledger(database) as engine:
        await put_contact(engine)
        async with sending(settings(database, port), engine, clock):
            mine = await put_request(engine, MINE)
            await until(engine, mine, attempt=1, result=None, due_at=NOW + timedelta(seconds=5))
            async with MailCatcher(tmp_path / "mails", port=port) as catcher:
                clock.move(5)
                await put_request(engine, "nobody@elsewhere.example", clock())
                await until(engine, mine, attempt=2, result="sent")
                assert 1 == len(list(catcher.messages()))


async def test_a_link_that_expired_before_its_mail_could_leave_is_given_up(database: str) -> None:
    async with fresh_ledger(database) as engine:
        await put_contact(engine)
        mine = await put_request(engine, MINE)
        async with engine.begin() as connection:
            later = NOW + timedelta(minutes=20)
            assert [] == await claim(connection, later, lease=timedelta(minutes=1), limit=8)
        await until(engine, mine, result="failed")


async def test_a_mail_that_one_dispatcher_holds_is_sent_by_no_other_until_its_lease_ends(database: str) -> None:
    async with fresh_ledger(database) as engine:
        await put_contact(engine)
        await put_request(engine, MINE)
        lease = timedelta(minutes=1)
        counts = []
        for at in (NOW, NOW, NOW + lease):
            async with engine.begin() as connection:
                counts.append(len(await claim(connection, at, lease=lease, limit=8)))
        assert [1, 0, 1] == counts


async def test_contacts_that_are_not_valid_get_no_link(database: str) -> None:
    async with fresh_ledger(database) as engine:
        await put_contact(engine, valid_to=date(2026, 3, 1))
        await put_request(engine, MINE)
        async with engine.begin() as connection:
            (due,) = await claim(connection, NOW, lease=timedelta(minutes=1), limit=8)
        assert not due.known
