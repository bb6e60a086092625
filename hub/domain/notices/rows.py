"""Reading the lines of a notice matrix: each fault one French sentence with its line and column."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from hub.domain.notices.matrix import (
    COLUMNS,
    Addition,
    Deadline,
    Group,
    MatrixMedium,
    MatrixRow,
    Unit,
    Where,
)
from hub.domain.vocabulary import Labelled, NoticeCode, Role, Service

LONGEST_NOTICE: Final = 365
"""Most days of notice that a row may ask for."""

_DEADLINE: Final = re.compile(r"([1-9][0-9]?)([hd])")
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,4}")

Listed = TypeVar("Listed", bound=Labelled)


def build_rows(lines: Iterable[tuple[int, Mapping[str, str | None]]]) -> dict[str, MatrixRow]:
    """The rows of a file, from its lines with their numbers.

    Raises ValueError, with one French sentence that names the line and the column, for what cannot be read, for a code
    given twice and for one that is missing.
    """
    rows: dict[str, MatrixRow] = {}
    for number, line in lines:
        row = _row(number, line)
        if row.code in rows:
            msg = f"Ligne {number}, colonne code : {row.code.value} a déjà une ligne."
            raise ValueError(msg)
        rows[row.code] = row
    missing = [code.value for code in NoticeCode if code not in rows]
    if missing:
        msg = f"Il manque une ligne pour {', '.join(missing)}."
        raise ValueError(msg)
    return {code: rows[code] for code in NoticeCode}


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its number and its cells, without the spaces around them."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, why: str) -> ValueError:
        return ValueError(f"Ligne {self.number}, colonne {column} : {why}.")

    def one_of(self, column: str, symbol: str, known: type[Listed]) -> Listed:
        if symbol not in known.__members__:
            raise self.fault(column, f"« {symbol} » n’est pas dans la liste {', '.join(known.__members__)}")
        return known[symbol]

    def several(self, column: str, known: type[Listed]) -> tuple[Listed, ...]:
        found = tuple(self.one_of(column, part, known) for part in self.parts(column))
        if len(set(found)) < len(found):
            raise self.fault(column, "une valeur s’y trouve deux fois")
        return found

    def parts(self, column: str) -> list[str]:
        return [part.strip() for part in self[column].split("|") if part.strip()]


def _row(number: int, given: Mapping[str, str | None]) -> MatrixRow:
    line = _Line(number, {column: (given.get(column) or "").strip() for column in COLUMNS})
    code = line.one_of("code", line["code"], NoticeCode)
    if not line["change"]:
        raise line.fault("change", "elle est vide")
    asked = line.several("acknowledged_by", Group)
    return MatrixRow(
        code=code,
        change=line["change"],
        adds=_additions(line),
        media=line.several("media", MatrixMedium),
        notice_days=_notice_days(line),
        acknowledged_by=asked,
        deadline=_deadline(line, asked=bool(asked)),
        shown_to=line.several("shown_to", Group),
        note=line["note"],
    )


def _notice_days(line: _Line) -> int:
    if _WHOLE_NUMBER.fullmatch(line["notice_days"]) is None:
        raise line.fault("notice_days", "il faut un nombre entier de jours, 0 pour « sans délai »")
    days = int(line["notice_days"])
    if days > LONGEST_NOTICE:
        raise line.fault("notice_days", f"le délai dépasse {LONGEST_NOTICE} jours")
    return days


def _deadline(line: _Line, *, asked: bool) -> Deadline | None:
    found = _DEADLINE.fullmatch(line["acknowledge_by"])
    if line["acknowledge_by"] and found is None:
        raise line.fault("acknowledge_by", "il faut des heures ouvrées (2h) ou des jours avant la prise d’effet (5d)")
    if (found is not None) is not asked:
        raise line.fault("acknowledge_by", "le délai et la colonne acknowledged_by vont ensemble")
    return None if found is None else Deadline(int(found[1]), Unit(found[2]))


def _additions(line: _Line) -> tuple[Addition, ...]:
    adds = tuple(_addition(line, part) for part in line.parts("adds"))
    if len({(one.service, one.role) for one in adds}) < len(adds):
        raise line.fault("adds", "un même public s’y trouve deux fois")
    return adds


def _addition(line: _Line, text: str) -> Addition:
    audience, at, where = text.partition("@")
    service, _, role = audience.partition("/")
    if service not in Service.__members__ or role not in Role.__members__:
        raise line.fault("adds", f"« {text} » ne nomme pas un SERVICE/RÔLE du contrat")
    if service == Service.EXTERNAL_REFERENT:
        raise line.fault("adds", "les référents d’autres organismes n’ont pas d’annuaire")
    if at and (where not in {Where.EPCI, Where.SITE} or service != Service.ASIP):
        raise line.fault("adds", f"« @{where} » : seuls les acteurs locaux (ASIP) se limitent, par @EPCI ou @SITE")
    return Addition(Service(service), Role(role), Where(where))
