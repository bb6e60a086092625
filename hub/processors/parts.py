"""What every processor works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.data import load_parameters
from hub.domain.rules.parameters import ParameterTable
from hub.health import Health
from hub.processors.right_of_way import RightOfWay
from hub.wire.schemas import Catalogue


@dataclass(frozen=True, slots=True)
class Parts:
    """The ledger, the schemas, health, the clock (aware, UTC), the institutions' parameters, and who goes first."""

    engine: AsyncEngine
    catalogue: Catalogue
    health: Health
    clock: Callable[[], datetime]
    parameters: ParameterTable = field(default_factory=load_parameters)
    right_of_way: RightOfWay = field(default_factory=RightOfWay)
