"""What a feed holds, whatever its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from connectors.outbound.channel import NoticeContent


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """A notice as it stands: its newest version, or its withdrawal. Nothing about a person.

    `first_at`: when its first version became known to the hub; `changed_at`: when this version, or the withdrawal, did.
    `label`: its code in the matrix. `content.status` is WITHDRAWN, CORRECTED for any version above the first, or
    PUBLISHED.
    """

    content: NoticeContent
    code: str
    link: str
    first_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedSituation:
    """A situation waits for the feed's contact: when it came, and the number of the item; nothing of the situation."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedClosure:
    """Days on which something is closed, first and last included; `sentence` says what and why, in French.

    `revision` rises with every change of the closure; 0: as it ships.
    """

    reference: str
    first: date
    last: date
    sentence: str
    revision: int


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A whole feed. `feed`: its id, which is no secret. `home`: the hub's address. `domain`: of tags and UIDs.

    `changed_at`: the last change of anything that it held or holds.
    """

    feed: UUID
    title: str
    home: str
    domain: str
    changed_at: datetime
    notices: Sequence[FeedNotice]
    situations: Sequence[FeedSituation]
    closures: Sequence[FeedClosure]
