"""The Faust agents: one per topic of the hub, each a steady loop over batches."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from hub.processors.app import HubApp
from hub.processors.directory import take_directory
from hub.processors.intake import take_decisions
from hub.processors.parts import Parts
from hub.processors.rejects import take_rejects
from hub.processors.steady import Steady
from hub.wire.topics import DECISIONS, DIRECTORY, REJECTS

BATCH: Final = 500
"""Most records of one batch."""

_WITHIN: Final = 0.01  # seconds that a batch is waited for

Take = Callable[[Parts, Sequence[Any]], Awaitable[None]]

AGENTS: Final[dict[str, tuple[str, Take]]] = {
    "intake": (DECISIONS, take_decisions),
    "directory": (DIRECTORY, take_directory),
    "rejects": (REJECTS, take_rejects),
}
"""Agent → the topic that it reads, and what it does with a batch."""


def add_agents(app: HubApp, parts: Parts, steady: Steady) -> None:
    """Register every agent with the application; records arrive as bytes, one batch at a time."""
    for name, (topic, take) in AGENTS.items():
        _add(app, parts, steady, name, topic, take)


def _add(app: HubApp, parts: Parts, steady: Steady, name: str, topic: str, take: Take) -> None:
    async def work(events: Sequence[Any]) -> None:
        await take(parts, events)

    async def agent(stream: Any) -> None:
        async for events in stream.take_events(BATCH, within=_WITHIN):
            await steady.take(name, events, work)

    source = app.topic(topic, key_type=bytes, value_type=bytes, internal=False)
    app.agent(source, name=name, concurrency=1)(agent)
