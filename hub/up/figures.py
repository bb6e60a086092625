"""What the live view shows, read from the ledger: nothing is counted twice, nothing is guessed."""

from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

_ACCEPTED = ["ACCEPTED", "SHOWN", "TAKEN_IN_CHARGE", "CONCLUDED"]
_LATEST = 6


@dataclass(frozen=True, slots=True)
class LatestEvent:
    """One event and how far its deliveries are. `outcome` is None for a type that is not routed."""

    recorded_at: datetime
    type: str
    subject: str
    id: str
    outcome: str | None
    accepted: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts since the ledger exists. `outcomes` counts the routed events, `deliveries` the deliveries by state."""

    kinds: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    contacts: int = 0
    rejects: int = 0
    conflicts: int = 0
    mails: int = 0
    latest: tuple[LatestEvent, ...] = ()

    @property
    def events(self) -> int:
        """Events accepted by the router."""
        return sum(self.kinds.values())


async def read_figures(connection: asyncpg.Connection, mails: int) -> Figures:
    """Count what the ledger holds now; `mails` is the catcher's count. Raises asyncpg.PostgresError or OSError."""
    kinds = await connection.fetch("select kind, count(*) as n from event group by kind order by kind")
    outcomes = await connection.fetch(
        "select outcome, count(*) as n from event where outcome is not null group by outcome order by outcome"
    )
    states = await connection.fetch("select state, count(*) as n from delivery group by state order by state")
    row = await connection.fetchrow(
        "select (select count(*) from contact) as contacts, (select count(*) from reject) as rejects,"
        " (select count(*) from id_conflict) as conflicts"
    )
    latest = await connection.fetch(
        "select e.recorded_at, e.type, e.subject, e.id, e.outcome, count(d.id) as deliveries,"
        " count(d.id) filter (where d.state = any($2)) as accepted"
        " from (select * from event where kind <> 'directory' order by recorded_at desc limit $1) e"
        " left join delivery d on d.event_source = e.source and d.event_id = e.id"
        " group by 1, 2, 3, 4, 5 order by 1 desc",
        _LATEST,
        _ACCEPTED,
    )
    return Figures(
        kinds={r["kind"]: r["n"] for r in kinds},
        outcomes={r["outcome"]: r["n"] for r in outcomes},
        deliveries={r["state"]: r["n"] for r in states},
        contacts=row["contacts"],
        rejects=row["rejects"],
        conflicts=row["conflicts"],
        mails=mails,
        latest=tuple(
            LatestEvent(
                r["recorded_at"], r["type"], r["subject"], r["id"], r["outcome"], r["accepted"], r["deliveries"]
            )
            for r in latest
        ),
    )
