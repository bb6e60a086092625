"""The demo of `hub up`: contacts come in as `hub directory import` does it, notices through the public gateway."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from hub.data import load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.calendar.paris import paris
from hub.domain.directory.contact_import import LineStatus, plan_import
from hub.errors import HubError
from hub.settings import Settings
from hub.up.endpoints import Endpoints
from hub.wire.directory_publish import publish_contacts, wait_until_applied
from hub.wire.directory_topic import read_directory
from hub.wire.schemas import load_catalogue

Tell = Callable[[str], None]
_ACCEPTED = 202
_GATEWAY_SECONDS = 10.0
_TRIES = 5


class DemoRefused(HubError):
    """The gateway did not take a demo notice."""


async def load_demo_directory(settings: Settings, tell: Tell) -> None:
    """Bring in the demo contacts that the directory lacks; those that somebody changed stay so. Raises HubError."""
    catalogue = load_catalogue()
    state = await read_directory(settings, catalogue, load_territory())
    now = datetime.now(paris())
    receipts = plan_import(demo_directory_rows(), state.directory, now.date())
    contacts = [line.contact for line in receipts if line.status is LineStatus.ADDED and line.contact is not None]
    if not contacts:
        tell(f"The directory is there already: {len(state.directory)} contacts.")
        return
    tell(f"Loading the demo directory: {len(contacts)} contacts of the CDAS, both institutions and the ASIP.")
    await publish_contacts(settings, catalogue, contacts, state.revision, now)
    await wait_until_applied(settings, catalogue, state, contacts, lambda _done, _all: None)
    tell(f"The router applies {len(state.directory)} contacts.")


async def publish_demo_notices(endpoints: Endpoints, tell: Tell) -> None:
    """Publish each demo notice as its institution does; a repeat is harmless: the gateway knows the ids."""
    tokens = {system.source: system.token for system in endpoints.systems}
    notices = demo_notices()
    begun = datetime.now(UTC)
    async with httpx.AsyncClient(timeout=_GATEWAY_SECONDS, trust_env=False) as client:
        accepted = [
            await _publish(client, endpoints.gateway.events, dict(notice), tokens[notice["source"]])
            for notice in notices
        ]
    new = sum(at >= begun for at in accepted)
    if new:
        tell(f"{new} demo notices were accepted by the gateway; mails follow.")
    else:
        tell(f"The {len(notices)} demo notices were published before; the gateway knows their ids.")


async def _publish(client: httpx.AsyncClient, url: str, event: dict[str, object], token: str) -> datetime:
    """Publish one notice, and return when it was accepted, which may be long ago. Raises DemoRefused."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
    for attempt in range(1, _TRIES + 1):
        try:
            answer = await client.post(url, json=event, headers=headers)
        except httpx.HTTPError as error:
            fault = type(error).__name__
        else:
            if answer.status_code == _ACCEPTED:
                return datetime.fromisoformat(answer.json()["accepted_at"])
            fault = f"HTTP {answer.status_code}: {answer.text}"
            if answer.status_code < 500:  # what the client did wrong stays wrong
                break
        await asyncio.sleep(attempt)
    msg = f"The gateway did not take the demo notice {event['id']}: {fault}"
    raise DemoRefused(msg, "Its log is gateway.log in the hub's logs folder.")
