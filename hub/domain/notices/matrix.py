"""The notice matrix (R28): what both institutions add to the audience that the convention itself gives a notice.

Pure data and the reading of it. A row can add recipients, ask for an acknowledgement, and ask for some days of notice;
nothing in a row can take away what contract, section 7, gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.domain.delivery.digests import AT_ONCE, Pace, Rhythm
from hub.domain.directory.territory import Territory
from hub.domain.vocabulary import Labelled, NoticeCode, Role, Service

ADDED_RULE: Final = "R28"
"""The rule under which the matrix adds a recipient."""

COLUMNS: Final = (
    "code",
    "change",
    "adds",
    "media",
    "notice_days",
    "acknowledged_by",
    "acknowledge_by",
    "shown_to",
    "note",
)
"""The columns of a matrix file, in order."""

DIGEST_RHYTHM: Final = Rhythm(Pace.WEEKLY, hour=8, weekday=1)
"""When a row whose medium is DIGEST reaches whom it adds, unless they chose otherwise (assumption)."""


class Where(Labelled):
    """Which local actors (ASIP) an addition means."""

    NAMED = "", "du territoire nommé, sinon tous"
    EPCI = "EPCI", "des EPCI du territoire nommé, sinon tous"
    SITE = "SITE", "du territoire nommé, sinon aucun"


class MatrixMedium(Labelled):
    """How a change is told. HUB, MAIL, CALENDAR, BANNER and DIGEST are the hub's own; people see to the others."""

    HUB = "HUB", "portail et flux"
    MAIL = "MAIL", "mail"
    CALENDAR = "CALENDAR", "agenda"
    DIGEST = "DIGEST", "récapitulatif"
    BANNER = "BANNER", "bandeau « hors délai »"
    DIRECTORY = "DIRECTORY", "annuaire"
    MEETING = "MEETING", "réunion technique mensuelle"
    WORKSHOP = "WORKSHOP", "atelier"
    SHEET = "SHEET", "fiche claire"


class Group(Labelled):
    """Who acknowledges, among the recipients of a notice."""

    ALL = "ALL", "tous les destinataires"
    CAF = "CAF", "services de la CAF"
    CD35 = "CD35", "services du Département"
    CDAS = "CDAS", "CDAS"
    ASIP = "ASIP", "acteurs locaux"


MEMBERS: Final[Mapping[Group, frozenset[str]]] = {
    Group.ALL: frozenset(Service),
    Group.CAF: frozenset({Service.CAF_REFERENTS, Service.CAF_SOCIAL_WORK, Service.CAF_BENEFITS}),
    Group.CD35: frozenset({Service.CD35_SOCIAL_LIFE_REFERENTS, Service.CDAS}),
    Group.CDAS: frozenset({Service.CDAS}),
    Group.ASIP: frozenset({Service.ASIP}),
}
"""The services of each group."""


class Unit(Labelled):
    """What a deadline counts in, and from where."""

    HOURS = "h", "heures ouvrées après la publication"
    DAYS = "d", "jours avant la prise d’effet"


@dataclass(frozen=True, slots=True)
class Addition:
    """An audience that a row adds; `where` limits local actors only."""

    service: Service
    role: Role
    where: Where = Where.NAMED

    def __str__(self) -> str:
        limit = f"@{self.where.value}" if self.where.value else ""
        return f"{self.service.value}/{self.role.value}{limit}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an acknowledgement is first missed: working hours after the publication, or days before the effect."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number}{self.unit.value}"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One kind of change. `notice_days`: least days between publication and effect, 0 for at once.

    `acknowledged_by` and `deadline` come together. `shown_to`: whose looking at it is enough; nobody is reminded of it.
    """

    code: NoticeCode
    change: str
    adds: tuple[Addition, ...]
    media: tuple[MatrixMedium, ...]
    notice_days: int
    acknowledged_by: tuple[Group, ...]
    deadline: Deadline | None
    shown_to: tuple[Group, ...]
    note: str

    def asks(self, service: str) -> bool:
        """Whether recipients of this service are asked to acknowledge."""
        return any(service in MEMBERS[group] for group in self.acknowledged_by)

    @property
    def rhythm(self) -> Rhythm:
        """When whom the row adds is told, unless it chose otherwise; the convention's own audience is told at once."""
        return DIGEST_RHYTHM if MatrixMedium.DIGEST in self.media and MatrixMedium.MAIL not in self.media else AT_ONCE

    def cells(self) -> dict[str, str]:
        """The row as the file has it."""
        return {
            "code": self.code.value,
            "change": self.change,
            "adds": "|".join(map(str, self.adds)),
            "media": "|".join(self.media),
            "notice_days": str(self.notice_days),
            "acknowledged_by": "|".join(self.acknowledged_by),
            "acknowledge_by": "" if self.deadline is None else str(self.deadline),
            "shown_to": "|".join(self.shown_to),
            "note": self.note,
        }


Rows = Mapping[str, MatrixRow]
"""One row for each code; a code that this version of the hub does not know has none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that differs between two matrices."""

    code: str
    column: str
    before: str
    after: str


def differences(before: Rows, after: Rows) -> list[Difference]:
    """The cells in which two matrices differ, in the order of the codes and columns."""
    return [
        Difference(code.value, column, old[column], new[column])
        for code in NoticeCode
        for old, new in [(before[code].cells(), after[code].cells())]
        for column in COLUMNS
        if old[column] != new[column]
    ]


def scope_of(
    addition: Addition, communes: Sequence[str], epci: Sequence[str], territory: Territory
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The communes and EPCI whose actors an addition means; two empty ones: everywhere; None: nobody.

    A commune that this table does not know stands for itself: a scope never widens for want of knowledge.
    """
    named = tuple(communes), tuple(epci)
    if addition.where is Where.SITE:
        return named if communes or epci else None
    if addition.where is Where.NAMED:
        return named
    unknown: list[str] = []
    found = set(epci)
    for place in communes:
        commune = territory.communes.get(territory.commune_of(place))
        if commune is None:
            unknown.append(place)
        else:
            found.add(commune.epci)
    return tuple(unknown), tuple(sorted(found))


def notice_given(published_on: date, effective_on: date) -> int:
    """Days between publication and effect; negative where the effect came first."""
    return (effective_on - published_on).days
