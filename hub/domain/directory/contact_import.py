"""A directory file, line by line: what would change, what would not, what is refused and why.

Pure: rows in, receipts out. The rows are those of a CSV file whose columns are the fields of `contact.changed`; lists
are separated by `|`. The reasons are in French: the people of the institutions who keep the file read them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from hub.domain.directory.contacts import CONTACT_FIELDS, Contact, Directory
from hub.domain.directory.places import place_faults
from hub.domain.directory.semantics import REFERENCE, contact_faults
from hub.domain.semantics import FIRST_DAY, LAST_DAY
from hub.domain.vocabulary import ActorKind, Institution, Labelled, Role, Service

FIRST_LINE: Final = 2
"""The line of the first row: line 1 holds the names of the columns."""


class LineStatus(Labelled):
    """What becomes of one line."""

    ADDED = "ADDED", "ajouté"
    CHANGED = "CHANGED", "modifié"
    UNCHANGED = "UNCHANGED", "inchangé"
    REFUSED = "REFUSED", "refusé"


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """The receipt of one line: its number in the file, the contact's reference, what becomes of it and why (French).

    `contact` is what the line declares; None where it is refused.
    """

    line: int
    ref: str
    status: LineStatus
    reason: str
    contact: Contact | None = None


def plan_import(
    rows: Iterable[Mapping[str, str | None]],
    current: Directory,
    today: date,
    institution: Institution | None = None,
) -> list[LineReceipt]:
    """One receipt for each row, in the order of the file; nothing is changed.

    `institution` is the one that imports: it declares its own contacts only. `today` is the calendar date in
    Europe/Paris that an empty `valid_from` of a new contact takes.
    """
    seen: dict[str, int] = {}
    return [_receipt(line, row, current, today, institution, seen) for line, row in enumerate(rows, FIRST_LINE)]


class _Read(NamedTuple):
    contact: Contact | None
    reasons: list[str]


def _receipt(
    line: int,
    row: Mapping[str, str | None],
    current: Directory,
    today: date,
    institution: Institution | None,
    seen: dict[str, int],
) -> LineReceipt:
    ref = (row.get("contact") or "").strip()
    before = current.get(ref)
    contact, reasons = _read(row, before, today, current)
    if contact is not None and institution is not None and contact.institution != institution:
        reasons.append("ce contact relève d’une autre institution que celle qui importe")
    if before is not None and contact is not None and before.institution != contact.institution:
        reasons.append("cette référence est déjà celle d’un contact d’une autre institution")
    if ref in seen:
        reasons.append(f"même référence qu’à la ligne {seen[ref]}")
    elif ref:
        seen[ref] = line
    if contact is None or reasons:
        return LineReceipt(line, ref, LineStatus.REFUSED, " ; ".join(reasons))
    if before is None:
        return LineReceipt(line, ref, LineStatus.ADDED, "nouveau contact", contact)
    changed = [name for name in CONTACT_FIELDS if getattr(before, name) != getattr(contact, name)]
    if not changed:
        return LineReceipt(line, ref, LineStatus.UNCHANGED, "aucun changement", contact)
    return LineReceipt(line, ref, LineStatus.CHANGED, "change : " + ", ".join(changed), contact)


def _read(row: Mapping[str, str | None], before: Contact | None, today: date, current: Directory) -> _Read:
    reasons: list[str] = []
    if None in row:  # csv.DictReader keeps surplus cells there
        reasons.append("la ligne a plus de cellules que la première ligne n’a de colonnes")
    reasons += [f"colonne inconnue : « {name} »" for name in row if name and name not in _CELLS]
    cells = {name: (row.get(name) or "").strip() for name in _CELLS}
    if not cells["valid_from"]:
        cells["valid_from"] = (before.valid_from if before is not None else today).isoformat()
    data: dict[str, object] = {}
    for name, read in _CELLS.items():
        try:
            data[name] = read(cells[name])
        except ValueError as error:
            reasons.append(f"colonne « {name} » : {error}")
    if reasons:
        return _Read(None, reasons)
    faults = [*contact_faults(data, current.territory), *place_faults(data, current.territory)]
    reasons = [_SENTENCES.get(fault.code, fault.code) + _where(fault.pointer) for fault in faults]
    if reasons:
        return _Read(None, reasons)
    return _Read(_contact(data), [])


def _contact(data: Mapping[str, object]) -> Contact:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Contact(**fields)  # type: ignore[arg-type]  # each cell was read into its field's type


def _where(pointer: str) -> str:
    column = pointer.split("/")[2]
    return f" (colonne « {column} »)"


def _reference(cell: str) -> str:
    if REFERENCE.fullmatch(cell):
        return cell
    msg = "une référence a de 1 à 128 lettres sans accent, chiffres ou signes . _ : ~ + = -"
    raise ValueError(msg)


def _text(cell: str) -> str:
    if cell:
        return cell
    msg = "une valeur est attendue"
    raise ValueError(msg)


def _optional(cell: str) -> str | None:
    return cell or None


def _items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split("|") if item.strip()]


def _day(cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        msg = "une date s’écrit AAAA-MM-JJ"
        raise ValueError(msg) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        msg = "la date doit se situer entre 1900 et 2199"
        raise ValueError(msg)
    return day


def _optional_day(cell: str) -> date | None:
    return _day(cell) if cell else None


def _yes_or_no(cell: str) -> bool:
    if cell.lower() in ("true", "oui", "1"):
        return True
    if cell.lower() in ("false", "non", "0", ""):
        return False
    msg = "écrire « oui » ou « non »"
    raise ValueError(msg)


def _one_of(values: type[Labelled], *, optional: bool = False) -> Callable[[str], str | None]:
    allowed = {member.value for member in values}

    def read(cell: str) -> str | None:
        if cell in allowed:
            return cell
        if not cell:
            if optional:
                return None
            msg = "une valeur est attendue"
            raise ValueError(msg)
        msg = f"valeurs admises : {', '.join(sorted(allowed))}"
        raise ValueError(msg)

    return read


_CELLS: Final[dict[str, Callable[[str], object]]] = {
    "contact": _reference,
    "institution": _one_of(Institution),
    "service": _one_of(Service),
    "role": _one_of(Role),
    "cdas": _optional,
    "communes": _items,
    "epci": _items,
    "actor_kind": _one_of(ActorKind, optional=True),
    "label": _text,
    "email": _optional,
    "phone": _optional,
    "webhook": _optional,
    "deputy": _optional,
    "valid_from": _day,
    "valid_to": _optional_day,
    "opted_out": _yes_or_no,
}
"""How each column is read."""

_SENTENCES: Final = {
    "TEXT_EMPTY": "le libellé doit avoir de 1 à 200 caractères",
    "EMAIL_INVALID": "l’adresse de courriel n’a pas la forme nom@domaine.fr",
    "PHONE_INVALID": "le numéro de téléphone n’a que des chiffres, des espaces ou des points",
    "WEBHOOK_INVALID": "l’adresse d’appel commence par https:// et ne contient pas d’identifiant",
    "DATES_REVERSED": "la fin de validité précède son début",
    "OWNER_MISMATCH": "ce service est celui d’une autre institution",
    "OPT_OUT_RESERVED": "seuls les acteurs de l’ASIP peuvent refuser les informations",
    "REFERENCE_TO_ITSELF": "un contact ne peut pas être son propre suppléant",
    "COMMUNE_UNKNOWN": "code de commune (ou d’IRIS) inconnu du code officiel géographique",
    "EPCI_UNKNOWN": "aucun EPCI d’Ille-et-Vilaine n’a ce numéro SIREN",
    "CDAS_CODE_INVALID": "un code de CDAS n’a que des capitales, des chiffres et des tirets",
}
