"""Field feedback in the ledger: taken in with its event, moderated, and read by whoever may see it.

Whether a correction replaced a feedback is not kept but read (view `field_feedback_now`) from the facts, which hold
every correction in whatever order they came: as for the counts, what is corrected is replaced, and of several
corrections of one event all but the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, TextClause, insert, text
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.activity.feedback import (
    Feedback,
    FeedbackActRefused,
    FeedbackState,
    WithholdingReason,
    obstacle,
)
from hub.ledger.tables import field_feedback, field_feedback_act

EVERY_MONTH: Final = ("0000-00", "9999-99")
"""First and last of all."""

_COLUMNS: Final = ("source", "id", "time", "month", "theme", "kind", "score", "text", "role", "year", "corrects")

_LIST: Final = text("""
select * from field_feedback_now
where (cast(:state as text) is null or state = :state)
  and (cast(:theme as text) is null or theme = :theme)
  and month between :first and :last
  and (field_feedback_now.text is not null or erased)
  and (:every or not replaced)
order by seq limit :limit
""")
_FIND: Final = text("select * from field_feedback_now where id = :id order by source")
_LOCKED: Final = text("select * from field_feedback_now where source = :source and id = :id for update")
_SHOWN: Final = text("""
select * from field_feedback_now
where state = 'SHOWN' and month between :first and :last and not replaced
order by theme, time, source, id
""")
_WAITING: Final = text("""
select count(*) from field_feedback_now n
where n.state = 'WAITING' and n.text is not null and n.month between :first and :last and not n.replaced
""")
_ACTS: Final = text("select * from field_feedback_act where source = :source and id = :id order by seq")


@dataclass(frozen=True, slots=True)
class Moderated:
    """A feedback, where its text stands, and whether a correction replaced it. `erased`: its text was, for good."""

    feedback: Feedback
    state: FeedbackState
    erased: bool
    replaced: bool
    moderated_by: str | None
    moderated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ModerationAct:
    """What a moderator did: SHOWN or WITHHELD, and why."""

    at: datetime
    who: str
    what: FeedbackState
    reason: WithholdingReason | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which feedback to list: of these months, both included; `every`: also what was replaced."""

    first: str = EVERY_MONTH[0]
    last: str = EVERY_MONTH[1]
    state: FeedbackState | None = None
    theme: str | None = None
    every: bool = False


async def add_feedback(connection: AsyncConnection, found: Sequence[Feedback]) -> None:
    """Add feedback that may be known already, inside the caller's transaction; its text waits for a moderator."""
    if not found:
        return
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in sorted(found, key=lambda f: (f.source, f.id))]
    await connection.execute(insert_or_leave(field_feedback).on_conflict_do_nothing(), rows)


async def list_feedback(connection: AsyncConnection, wanted: Wanted, limit: int) -> list[Moderated]:
    """Feedback that has (or had) a text, in the order of arrival, at most `limit`."""
    values = {
        "state": wanted.state,
        "theme": wanted.theme,
        "first": wanted.first,
        "last": wanted.last,
        "every": wanted.every,
        "limit": limit,
    }
    return [_moderated(row) for row in (await connection.execute(_LIST, values)).mappings()]


async def find_feedback(connection: AsyncConnection, id_: str) -> list[Moderated]:
    """The feedback of this id, of whichever sources have one."""
    return [_moderated(row) for row in (await connection.execute(_FIND, {"id": id_})).mappings()]


async def acts_on(connection: AsyncConnection, feedback: Feedback) -> list[ModerationAct]:
    """What moderators did to a feedback, in order."""
    rows = (await connection.execute(_ACTS, {"source": feedback.source, "id": feedback.id})).mappings()
    return [
        ModerationAct(
            row["at"], row["who"], FeedbackState(row["what"]), row["reason"] and WithholdingReason(row["reason"])
        )
        for row in rows
    ]


async def moderate(
    connection: AsyncConnection,
    source: str,
    id_: str,
    to: FeedbackState,
    who: str,
    at: datetime,
    reason: WithholdingReason | None = None,
) -> None:
    """Show a text (SHOWN), or withhold it (WITHHELD) for a reason; one line of history. Raises FeedbackActRefused.

    PERSONAL_DATA erases the text here, for good; in its topic the event stays for the topic's retention.
    """
    row = (await connection.execute(_LOCKED, {"source": source, "id": id_})).mappings().one()
    found = _moderated(row)
    erase = reason is WithholdingReason.PERSONAL_DATA
    # What was withheld for another reason may still be erased.
    state = FeedbackState.WAITING if erase and not found.erased else found.state
    hindered = obstacle(to, state, text=found.feedback.text, erased=found.erased, replaced=found.replaced)
    if hindered is not None:
        msg = f"Rien n’a été changé : {hindered.value}."
        raise FeedbackActRefused(msg)
    changed: dict[str, Any] = {"state": to.value, "moderated_by": who, "moderated_at": at}
    if erase:
        changed |= {"text": None, "erased": True}
    await connection.execute(
        field_feedback.update().where(field_feedback.c.source == source, field_feedback.c.id == id_).values(changed)
    )
    act = {"at": at, "who": who, "what": to.value, "source": source, "id": id_, "reason": reason and reason.value}
    await connection.execute(insert(field_feedback_act).values(act))


async def shown_feedback(connection: AsyncConnection, first: str, last: str) -> list[Feedback]:
    """The texts of some months that anybody may read, by theme."""
    return [_feedback(row) for row in await _rows(connection, _SHOWN, first, last)]


async def waiting_feedback(connection: AsyncConnection, first: str, last: str) -> int:
    """How many texts of some months wait for a moderator."""
    return await connection.scalar(_WAITING, {"first": first, "last": last}) or 0


async def _rows(connection: AsyncConnection, query: TextClause, first: str, last: str) -> Sequence[RowMapping]:
    return (await connection.execute(query, {"first": first, "last": last})).mappings().all()


def _moderated(row: RowMapping) -> Moderated:
    return Moderated(
        _feedback(row),
        FeedbackState(row["state"]),
        row["erased"],
        row["replaced"],
        row["moderated_by"],
        row["moderated_at"],
    )


def _feedback(row: RowMapping) -> Feedback:
    return Feedback(**{name: row[name] for name in _COLUMNS})
