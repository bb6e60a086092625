"""The parameters of the rules: what the two institutions set, each value with its period of validity."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from hub.domain.calendar.entries import Opening, openings_from_cell
from hub.domain.delivery.escalation import Waits
from hub.domain.rules.parameter_kinds import KINDS, Value, read_day

COLUMNS: Final = ("parameter", "value", "valid_from", "valid_to", "decided_by", "note")
"""The columns of the file, all required."""

_BENEFIT_WAITS: Final = Waits((3600.0, 3600.0, 7200.0, 14400.0), 14400.0)
_SOCIAL_WAITS: Final = Waits((900.0, 900.0, 1800.0, 3600.0), 14400.0)
_HOURS: Final = openings_from_cell("12345 09:00-12:00|12345 13:30-17:00")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What holds on one day. A default stands where no row does; None is off, or a date not known.

    `strong_decrease_hint_percent` is a hint for screens, never a decision. The two targets, in hours and in minutes,
    are internal objectives (R23). `reference_year_start` is a month and a day (C22). The two escalations are waits of
    working time; `caf_services_site` is the code of the site whose calendar stands for the CAF's services, or empty.
    """

    joint_intervention_exclusion: bool = True
    strong_decrease_hint_percent: int = 30
    benefit_urgency_target_hours: int | None = None
    social_urgency_target_minutes: int | None = None
    convention_signed_on: date | None = None
    reference_year_start: tuple[int, int] = (1, 1)
    benefit_urgency_escalation: Waits = _BENEFIT_WAITS
    social_urgency_escalation: Waits = _SOCIAL_WAITS
    service_opening_hours: tuple[Opening, ...] = _HOURS
    caf_services_site: str = ""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One line of the file: a value, as written and as read, from a day to a day, both included.

    An open side is `date.min` or `date.max`. `line` counts from 1, the heading included.
    """

    line: int
    parameter: str
    written: str
    value: Value
    valid_from: date
    valid_to: date
    decided_by: str
    note: str


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """All values with their periods; no two rows of one parameter share a day."""

    rows: tuple[ParameterRow, ...]
    _starts: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _values: tuple[Parameters, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        after = {row.valid_to + timedelta(days=1) for row in self.rows if row.valid_to < date.max}
        starts = sorted({date.min, *(row.valid_from for row in self.rows), *after})
        object.__setattr__(self, "_starts", tuple(starts))
        object.__setattr__(self, "_values", tuple(self._gather(start) for start in starts))

    def on(self, day: date) -> Parameters:
        """What holds on `day`: the value of each parameter's row, or its default where no row holds."""
        return self._values[bisect_right(self._starts, day) - 1]

    def _gather(self, day: date) -> Parameters:
        held: dict[str, Any] = {r.parameter: r.value for r in self.rows if r.valid_from <= day <= r.valid_to}
        return Parameters(**held)


NO_ROWS: Final = ParameterTable(())
"""No row: every parameter has its default."""


def build_parameters(lines: Iterable[tuple[int, Mapping[str, str | None]]]) -> ParameterTable:
    """Build the table from the lines of the file: each with its number, and its cells by column (COLUMNS).

    An empty `valid_from` or `valid_to` is an open side. Raises ValueError, with one French sentence that names the line
    and the column, for an unknown parameter, an unreadable value or date, a reversed period, and overlapping periods.
    """
    rows = tuple(_row(line, cells) for line, cells in lines)
    for earlier, later in pairwise(sorted(rows, key=lambda row: (row.parameter, row.valid_from, row.line))):
        if earlier.parameter == later.parameter and later.valid_from <= earlier.valid_to:
            line, other = max(earlier.line, later.line), min(earlier.line, later.line)
            raise _unreadable(
                line, "valid_from", f"la période de « {later.parameter} » chevauche celle de la ligne {other}"
            )
    return ParameterTable(rows)


def _row(line: int, cells: Mapping[str, str | None]) -> ParameterRow:
    if len(cells) > len(COLUMNS):
        raise _unreadable(
            line,
            COLUMNS[-1],
            "la ligne a une cellule de trop ; un texte avec une virgule se met entre guillemets droits",
        )
    missing = [column for column in COLUMNS if cells.get(column) is None]
    if missing:
        raise _unreadable(line, missing[0], "la cellule manque")
    text = {column: (cells[column] or "").strip() for column in COLUMNS}
    name = text["parameter"]
    if name not in KINDS:
        raise _unreadable(
            line, "parameter", f"« {name} » n’est pas un paramètre ; les paramètres sont {', '.join(KINDS)}"
        )
    if not text["decided_by"]:
        raise _unreadable(line, "decided_by", "qui a décidé de cette valeur ?")
    try:
        value = KINDS[name].read(text["value"])
    except ValueError as error:
        raise _unreadable(line, "value", f"« {text['value']} » ne se lit pas ; il faut {error}") from None
    start = _bound(line, "valid_from", text["valid_from"], date.min)
    end = _bound(line, "valid_to", text["valid_to"], date.max)
    if end < start:
        raise _unreadable(
            line, "valid_to", f"la période finit le {end.isoformat()}, avant son début le {start.isoformat()}"
        )
    return ParameterRow(line, name, text["value"], value, start, end, text["decided_by"], text["note"])


def _bound(line: int, column: str, text: str, when_open: date) -> date:
    try:
        return read_day(text) if text else when_open
    except ValueError as error:
        raise _unreadable(line, column, f"« {text} » ne se lit pas ; il faut {error}, ou rien") from None


def _unreadable(line: int, column: str, fault: str) -> ValueError:
    return ValueError(f"Ligne {line}, colonne {column} : {fault}{'' if fault.endswith('?') else '.'}")
