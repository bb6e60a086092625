"""What contact persons change in the directory: published as events of their institution, as its own systems do.

Nothing is written to the ledger from here. The router checks these events as any others; the processors bring them to
the ledger a moment later, and a page waits for that moment a little, so that a person sees what it did.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.domain.directory.absence import Absence
from hub.domain.events import parse_source
from hub.domain.vocabulary import Institution
from hub.gateway.acceptance import Acceptor
from hub.gateway.checks import check_event
from hub.gateway.credentials import System
from hub.gateway.publisher import Publisher
from hub.ledger.colleagues import is_declared
from hub.wire.cloudevents import EventReader

SOURCES: Final = {
    Institution.CAF: "urn:hub:caf35:portail",
    Institution.CD35: "urn:hub:cd35:portail",
    Institution.PARTNER: "urn:hub:partner:asip:portail",
}
"""Under which source the pages publish for the contacts of each institution."""

_NAMESPACE: Final = UUID("0c5e8a52-4e0b-5b1c-8f0e-35c0de35ad20")
_TYPE: Final = "absence.declared"
_TAKES_SECONDS: Final = 5.0  # longest wait for Kafka
_SEEN_SECONDS: Final = 2.0  # longest wait for the ledger
_LOOK_SECONDS: Final = 0.1


class DirectoryEvents:
    """Publishes on behalf of contacts. Every method raises BrokerUnavailable or LedgerUnavailable: nothing was done."""

    def __init__(self, reader: EventReader, acceptor: Acceptor, publisher: Publisher, engine: AsyncEngine) -> None:
        self._reader = reader
        self._acceptor = acceptor
        self._publisher = publisher
        self._engine = engine

    async def declare(self, absence: Absence, institution: Institution, once: str, now: datetime) -> bool:
        """Declare an absence; whether the ledger shows it already. Raises Refusal for what the contract forbids.

        `once` names the form that was sent: sent twice, it declares once.
        """
        source = SOURCES[institution]
        data = {
            "contact": absence.contact,
            "from": absence.first.isoformat(),
            "to": absence.last.isoformat(),
            "deputy": absence.deputy,
        }
        id_ = f"portail-{uuid5(_NAMESPACE, f'{once} {data}')}"
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": id_,
            "source": source,
            "type": _TYPE,
            "time": now.isoformat(),
            "subject": absence.contact,
            "data": data,
        }
        candidate = check_event(event, System("portail", source, frozenset({"directory"}), ()), self._reader)
        # A repeat has another time, and so another body: a conflict with itself, which changes nothing.
        await self._acceptor.accept([candidate], time.monotonic() + _TAKES_SECONDS)
        return await self._seen(f"absence:{absence.contact}:{id_}", lambda found: found)

    async def withdraw(self, key: str, institution: Institution) -> bool:
        """Delete the absence of this key; whether the ledger has forgotten it already."""
        topic = f"{parse_source(SOURCES[institution]).topic_prefix}.directory"
        await self._publisher.publish([(topic, key.encode(), None, [])], time.monotonic() + _TAKES_SECONDS)
        return await self._seen(key, lambda found: not found)

    async def _seen(self, key: str, wanted: Callable[[bool], bool]) -> bool:
        give_up = time.monotonic() + _SEEN_SECONDS
        try:
            while time.monotonic() < give_up:
                async with self._engine.connect() as connection:
                    if wanted(await is_declared(connection, key)):
                        return True
                await asyncio.sleep(_LOOK_SECONDS)
        except (SQLAlchemyError, OSError, TimeoutError):
            return False  # what was published stands, whatever can be seen of it
        return False
