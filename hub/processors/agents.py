"""The Faust agents of the hub's topics, each a steady loop over batches.

hub.decisions has two: an urgency must not wait until a notice to a thousand recipients is in the ledger.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.processors.app import HubApp
from hub.processors.directory import take_directory
from hub.processors.intake import take_decisions, take_urgencies
from hub.processors.parts import Parts
from hub.processors.rejects import take_rejects
from hub.processors.steady import Steady
from hub.wire.decisions import URGENT
from hub.wire.topics import DECISIONS, DIRECTORY, REJECTS

BATCH: Final = 500
"""Most records of one batch."""

_WITHIN: Final = 0.01  # seconds that a batch is waited for

Take = Callable[[Parts, Sequence[Any]], Awaitable[None]]


def is_urgent(event: Any) -> bool:
    """Whether the router marked a record of hub.decisions as an urgency's."""
    return URGENT in (event.message.headers or ())


@dataclass(frozen=True, slots=True)
class Agent:
    """What an agent reads, what it does with a batch, and which records it leaves to another agent of the topic."""

    topic: str
    take: Take
    leaves: Callable[[Any], bool] = lambda _: False


AGENTS: Final = {
    "urgencies": Agent(DECISIONS, take_urgencies, lambda event: not is_urgent(event)),
    "intake": Agent(DECISIONS, take_decisions, is_urgent),
    "directory": Agent(DIRECTORY, take_directory),
    "rejects": Agent(REJECTS, take_rejects),
}


def add_agents(app: HubApp, parts: Parts, steady: Steady) -> None:
    """Register every agent with the application; records arrive as bytes, one batch at a time.

    Where two read one topic, a record counts as handled when both are done with it.
    """
    for name, agent in AGENTS.items():
        _add(app, parts, steady, name, agent)


def _add(app: HubApp, parts: Parts, steady: Steady, name: str, does: Agent) -> None:
    async def work(events: Sequence[Any]) -> None:
        await does.take(parts, events)

    async def agent(stream: Any) -> None:
        async for batch in stream.take_events(BATCH, within=_WITHIN):
            events = [event for event in batch if not does.leaves(event)]
            if events:
                await steady.take(name, events, work)

    source = app.topic(does.topic, key_type=bytes, value_type=bytes, internal=False)
    app.agent(source, name=name, concurrency=1)(agent)
