"""Escalations as an operator looks them up: those that wait, or one with every step that was done and is to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.ledger.tables import escalation, escalation_step


@dataclass(frozen=True, slots=True)
class EscalationHistory:
    """One escalation and its steps in order, each as rows of the ledger."""

    escalation: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]


async def list_escalations(connection: AsyncConnection, *, ended: bool, limit: int) -> list[Mapping[str, Any]]:
    """At most `limit` escalations, the latest first, with `next_at`; those that ended only where asked for."""
    waiting = (
        select(func.min(escalation_step.c.due_at))
        .where(escalation_step.c.escalation == escalation.c.id, escalation_step.c.state == "WAITING")
        .scalar_subquery()
    )
    query = select(escalation, waiting.label("next_at")).order_by(escalation.c.created_at.desc(), escalation.c.id)
    if not ended:
        query = query.where(escalation.c.state != "ENDED")
    return [dict(row) for row in (await connection.execute(query.limit(limit))).mappings()]


async def escalation_history(connection: AsyncConnection, of: UUID) -> EscalationHistory | None:
    """One escalation with its steps; None when there is none of this id."""
    found = (await connection.execute(select(escalation).where(escalation.c.id == of))).mappings().one_or_none()
    if found is None:
        return None
    steps = select(escalation_step).where(escalation_step.c.escalation == of).order_by(escalation_step.c.number)
    return EscalationHistory(dict(found), [dict(row) for row in (await connection.execute(steps)).mappings()])
