"""Keys of addresses, made and retired, and the audit of what operators do to addresses.

Every function works inside the transaction of the connection that it is given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery.webhooks import MOST_KEYS, EndpointState, WebhookAct, WebhookReason
from hub.errors import HubError
from hub.ledger.tables import webhook_action, webhook_endpoint, webhook_key
from hub.ledger.webhooks import Endpoint, read_endpoint


class EndpointUnknown(HubError):
    """There is no address of this id."""


class EndpointRefused(HubError):
    """The address is in no state for what was asked; nothing was changed."""


@dataclass(frozen=True, slots=True)
class EndpointOperator:
    """Who acts on an address, when, and why."""

    who: str
    at: datetime
    reason: WebhookReason


async def endpoint_to_act_on(connection: AsyncConnection, of: UUID) -> Endpoint:
    """One address, held until the transaction ends. Raises EndpointUnknown."""
    found = await read_endpoint(connection, of, lock=True)
    if found is None:
        msg = f"There is no webhook {of}."
        raise EndpointUnknown(msg, "`hub webhooks list` shows the ids.")
    return found


async def make_key(
    connection: AsyncConnection, of: UUID, master: str, operator: EndpointOperator, *, old_until: datetime
) -> int:
    """Make the next key of an address, derived from the master key of this name; returns its number.

    The key that signed until now goes on until `old_until`. A pending address becomes due for its handshake.
    Raises EndpointUnknown, and EndpointRefused while two keys sign already.
    """
    found = await endpoint_to_act_on(connection, of)
    signing = found.signing(operator.at)
    if len(signing) >= MOST_KEYS:
        msg = f"Webhook {of} has {MOST_KEYS} keys that sign: {', '.join(str(key.number) for key in signing)}."
        raise EndpointRefused(msg, f"`hub webhooks retire {of} {signing[0].number}` ends the older one.")
    await connection.execute(
        update(webhook_key)
        .where(webhook_key.c.endpoint == of, webhook_key.c.number.in_([key.number for key in signing]))
        .values(retires_at=old_until)
    )
    number = max((key.number for key in found.keys), default=0) + 1
    await connection.execute(
        insert(webhook_key).values(endpoint=of, number=number, master=master, created_at=operator.at)
    )
    if found.state is EndpointState.PENDING:
        await connection.execute(
            update(webhook_endpoint).where(webhook_endpoint.c.id == of).values(next_handshake_at=operator.at)
        )
    await note(connection, of, WebhookAct.KEY_MADE, operator, key=number)
    return number


async def retire_key(connection: AsyncConnection, of: UUID, number: int, operator: EndpointOperator) -> None:
    """Sign nothing more with one key. Raises EndpointUnknown, and EndpointRefused for the last key that signs."""
    found = await endpoint_to_act_on(connection, of)
    signing = [key.number for key in found.signing(operator.at)]
    if number not in signing:
        msg = f"Webhook {of} has no key {number} that signs."
        raise EndpointRefused(msg, f"`hub webhooks show {of}` shows its keys.")
    if len(signing) == 1:
        msg = f"Key {number} is the only one that signs for webhook {of}."
        raise EndpointRefused(msg, "`hub webhooks rotate` makes another one; --at-once ends this one with it.")
    await connection.execute(
        update(webhook_key)
        .where(webhook_key.c.endpoint == of, webhook_key.c.number == number)
        .values(retires_at=operator.at)
    )
    await note(connection, of, WebhookAct.KEY_RETIRED, operator, key=number)


async def note(
    connection: AsyncConnection, of: UUID, act: WebhookAct, operator: EndpointOperator, *, key: int | None = None
) -> None:
    """Write down what an operator did."""
    await connection.execute(
        insert(webhook_action).values(
            at=operator.at,
            who=operator.who,
            what=act.value,
            endpoint=of,
            key_number=key,
            reason=operator.reason.value,
        )
    )


async def actions_on(connection: AsyncConnection, of: UUID) -> list[dict[str, Any]]:
    """What operators did to an address, in order."""
    query = select(webhook_action).where(webhook_action.c.endpoint == of).order_by(webhook_action.c.seq)
    return [dict(row) for row in (await connection.execute(query)).mappings()]
