"""What an institution counted itself, read from the lines of a file: events by id, or figures by measure and month.

Pure: rows in, receipts out. The reasons are in French: the people of the institutions who count read them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from itertools import count
from typing import Final, TypeAlias

from hub.domain.events import SIGNATORIES, SourceInvalid, may_emit, parse_source
from hub.domain.french import without_bad_breaks
from hub.domain.indicators.cells import MEASURES
from hub.domain.indicators.facts import COUNTED, Key
from hub.domain.indicators.periods import Period, PeriodInvalid, month_of, parse_period
from hub.domain.vocabulary import Institution, Labelled

FIRST_LINE: Final = 2
"""The line of the first row: line 1 holds the names of the columns."""

EVENT_COLUMNS: Final = ("type", "source", "id", "time")
FIGURE_COLUMNS: Final = ("measure", "month", "number")
DIMENSIONS: Final = tuple(dict.fromkeys(name for measure in MEASURES.values() for name in measure.dims))
"""Every dimension of every measure: the further columns of a file of figures."""

_LONGEST: Final = 200  # characters of a cell
_MOST: Final = 10**12


class CountKind(Enum):
    """What a file holds."""

    EVENTS = "EVENTS"
    FIGURES = "FIGURES"


class LineStatus(Labelled):
    """What becomes of one line."""

    TAKEN = "TAKEN", "prise en compte"
    REFUSED = "REFUSED", "refusée"


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event that an institution counted; `month` is that of its time in Europe/Paris."""

    type: str
    source: str
    id: str
    time: datetime
    month: str

    @property
    def key(self) -> Key:
        """Its idempotency key."""
        return self.source, self.id


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A number that an institution counted: of a measure in a month, `dims` by name where it says of which part."""

    measure: str
    month: str
    dims: tuple[tuple[str, str], ...]
    number: int


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """The receipt of one line: its number in the file, what it names, what becomes of it and why (French)."""

    line: int
    names: str
    status: LineStatus
    reason: str
    row: OwnEvent | OwnFigure | None = None


Row: TypeAlias = Mapping[str, str | None]


def kind_of(columns: Sequence[str]) -> CountKind:
    """What a file with these columns holds. Raises ValueError, in French, for columns of neither kind."""
    given = {name.strip() for name in columns}
    if given == set(EVENT_COLUMNS):
        return CountKind.EVENTS
    if given >= set(FIGURE_COLUMNS) and given <= {*FIGURE_COLUMNS, *DIMENSIONS}:
        return CountKind.FIGURES
    msg = without_bad_breaks(
        f"Il faut les colonnes {', '.join(EVENT_COLUMNS)} (des événements), ou {', '.join(FIGURE_COLUMNS)} "
        f"(des chiffres) et au besoin des dimensions : {', '.join(DIMENSIONS)}."
    )
    raise ValueError(msg)


def read_own_count(
    kind: CountKind,
    rows: Iterable[Row],
    institution: Institution,
    period: Period | None,
    lines: Iterable[int] | None = None,
) -> list[LineReceipt]:
    """One receipt for each row, in the order of the file. `period`: months that the file is about, None for any.

    `lines`: where each row begins; without it, each takes one line, and none is empty.
    """
    seen: dict[object, int] = {}
    read = partial(_event if kind is CountKind.EVENTS else _figure, institution=institution)
    return [
        _receipt(line, row, read, period, seen) for line, row in zip(lines or count(FIRST_LINE), rows, strict=False)
    ]


def places_of(
    kind: CountKind, receipts: Iterable[LineReceipt], period: Period | None, types: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """What a file counts, be it none: types (or measures) and months.

    Events: its types, and those of `types`, in every month of the period, or from its first to its last. Figures: the
    measures in the months that it names.
    """
    rows = [receipt.row for receipt in receipts if receipt.row is not None]
    if kind is CountKind.FIGURES:
        return tuple(sorted({(row.measure, row.month) for row in rows if isinstance(row, OwnFigure)}))
    events = [row for row in rows if isinstance(row, OwnEvent)]
    months = sorted({row.month for row in events})
    if period is None and months:
        period = parse_period(f"{months[0]}..{months[-1]}")
    named = sorted({*types, *(row.type for row in events)})
    return tuple((name, month) for name in named for month in (period.months if period is not None else ()))


def _receipt(
    line: int,
    row: Row,
    read: Callable[[Mapping[str, str]], tuple[OwnEvent | OwnFigure | None, list[str]]],
    period: Period | None,
    seen: dict[object, int],
) -> LineReceipt:
    surplus = None in row  # csv.DictReader keeps surplus cells there
    cells = {name.strip(): (row[name] or "").strip() for name in row if name}
    names = cells.get("id") or cells.get("measure") or ""
    reasons = []
    if surplus:
        reasons.append("la ligne a plus de cellules que la première ligne n’a de colonnes")
    reasons += [f"colonne {name} : plus de {_LONGEST} caractères" for name in cells if len(cells[name]) > _LONGEST]
    found = None
    if not reasons:
        found, reasons = read(cells)
    if found is not None:
        identity = found.key if isinstance(found, OwnEvent) else (found.measure, found.month, found.dims)
        if period is not None and not period.first <= found.month <= period.last:
            reasons.append(f"le mois {found.month} est hors de la période {period.name}")
        elif identity in seen:
            reasons.append(f"déjà compté à la ligne {seen[identity]}")
        else:
            seen[identity] = line
    if found is None or reasons:
        shown = names if len(names) <= _LONGEST else f"{names[:_LONGEST]}…"
        return LineReceipt(line, shown, LineStatus.REFUSED, without_bad_breaks(" ; ".join(reasons)))
    return LineReceipt(line, names, LineStatus.TAKEN, "", found)


def _event(cells: Mapping[str, str], *, institution: Institution) -> tuple[OwnEvent | None, list[str]]:
    reasons = []
    if cells["type"] not in COUNTED:
        reasons.append(f"colonne type : « {cells['type']} » n’est compté par aucun indicateur")
    elif not may_emit(institution, cells["type"]):
        reasons.append(f"colonne type : {cells['type']} n’est pas émis par cette institution")
    try:
        if parse_source(cells["source"]).institution is not institution:
            reasons.append("colonne source : ce n’est pas un système de l’institution qui compte")
    except SourceInvalid:
        reasons.append(f"colonne source : il faut urn:hub:{SIGNATORIES[institution].urn_name}:<système>")
    if not cells["id"]:
        reasons.append("colonne id : elle est vide")
    at = _instant(cells["time"])
    if at is None:
        reasons.append("colonne time : il faut un instant avec son décalage, comme 2026-03-02T09:00:00+01:00")
    if reasons or at is None:
        return None, reasons
    return OwnEvent(cells["type"], cells["source"], cells["id"], at, month_of(at)), []


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _figure(cells: Mapping[str, str], *, institution: Institution) -> tuple[OwnFigure | None, list[str]]:
    reasons = []
    measure = MEASURES.get(cells["measure"])
    dims = {name: value for name, value in cells.items() if name not in FIGURE_COLUMNS and value}
    if measure is None:
        reasons.append(f"colonne measure : « {cells['measure']} » n’est pas une mesure du hub")
    else:
        reasons += [
            f"colonne {name} : la mesure {measure.id} n’a pas cette dimension"
            for name in dims
            if name not in measure.dims
        ]
        own = institution.value  # of the events that the hub received, each counts its own
        if "institution" in measure.dims and dims.setdefault("institution", own) != own:
            reasons.append("colonne institution : chacune compte les siens")
    try:
        if len(cells["month"]) != len("2026-03"):
            raise PeriodInvalid
        month = parse_period(cells["month"]).first
    except PeriodInvalid:
        month = ""
        reasons.append("colonne month : il faut un mois, comme 2026-03")
    number = int(cells["number"]) if cells["number"].isascii() and cells["number"].isdecimal() else None
    if number is None or number > _MOST:
        reasons.append("colonne number : il faut un nombre entier, 0 ou plus")
    if reasons or measure is None or number is None:
        return None, reasons
    return OwnFigure(measure.id, month, tuple(sorted(dims.items())), number), []
