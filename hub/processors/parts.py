"""What every processor works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.health import Health
from hub.wire.schemas import Catalogue


@dataclass(frozen=True, slots=True)
class Parts:
    """The ledger, the schemas, the health of the process, and the clock (aware, UTC)."""

    engine: AsyncEngine
    catalogue: Catalogue
    health: Health
    clock: Callable[[], datetime]
