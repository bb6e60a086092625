"""What a schema cannot say: the checks on an event whose fields are all there and of the right type.

Each check has a stable code (a metric label and a part of the public error format) and points at the field. Details are
English sentences that never echo a value.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import Final

from hub.domain.directory.places import place_faults
from hub.domain.directory.semantics import absence_faults, calendar_faults, contact_faults
from hub.domain.directory.territory import Territory
from hub.domain.events import Data, Envelope, SourceInvalid, level_of, parse_source
from hub.domain.faults import SemanticFault
from hub.domain.personal_block import block_faults
from hub.domain.vocabulary import UNKNOWN, Institution, NoticeNature

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)

NATURE_OF_FAMILY: Final = {
    "O": NoticeNature.ORGANISATION,
    "L": NoticeNature.LEGISLATION,
    "D": NoticeNature.SCHEME,
    "G": NoticeNature.ORGANISATION,
}
"""The nature that a notice's code implies, by its first letter; X (correction) implies none."""

_SUBJECT_FIELDS: Final = ("situation", "notice", "contact", "calendar")

Check = Callable[[Data, Territory], Iterable[SemanticFault]]


def semantic_faults(envelope: Envelope, data: Data, territory: Territory) -> list[SemanticFault]:
    """Every semantic fault of the event, in the order of its fields; empty when it is acceptable.

    `data` has passed its schema. Raises KeyError for an unknown event type.
    """
    faults = list(_envelope_faults(envelope, data))
    for check in _CHECKS.get(envelope.type, _COMMON):
        faults.extend(check(data, territory))
    return faults


def faults_of_sound_fields(envelope: Envelope, data: Data, territory: Territory) -> list[SemanticFault]:
    """The semantic faults of an event that has other faults already: None stands for every field that has one.

    A check ends where it meets such a field, so that the sender hears of as many faults as can be told at once.
    """
    faults: list[SemanticFault] = []
    checks = _CHECKS.get(envelope.type, _COMMON)
    for found in (_envelope_faults(envelope, data), *(check(data, territory) for check in checks)):
        with suppress(TypeError, AttributeError, KeyError):
            faults.extend(found)
    return faults


def _envelope_faults(envelope: Envelope, data: Data) -> Iterator[SemanticFault]:
    for name in _SUBJECT_FIELDS:
        if name in data:
            if data[name] != envelope.subject and data[name] is not None:
                yield SemanticFault("SUBJECT_MISMATCH", "/subject", f"subject must equal the data's {name}")
            break
    level = level_of(envelope.type, data)
    if envelope.confidentiality < level:
        detail = f"this event is at least {level.value}; confidentiality may not be lower"
        yield SemanticFault("CONFIDENTIALITY_TOO_LOW", "/confidentiality", detail)
    if envelope.type == "contact.changed" and not _is_owner(envelope.source, data):
        detail = "a contact is declared by its own institution: institution must be that of the source"
        yield SemanticFault("OWNER_MISMATCH", "/data/institution", detail)
    if envelope.type == "calendar.changed" and not _may_enter(envelope.source, data):
        detail = "the calendar of the priority line is the CAF's (C13)"
        yield SemanticFault("OWNER_MISMATCH", "/data/scope", detail)


def _is_owner(source: str, data: Data) -> bool:
    try:
        return data["institution"] in (parse_source(source).institution, UNKNOWN)
    except SourceInvalid:
        return True  # the envelope's own check reports the source


def _may_enter(source: str, data: Data) -> bool:
    try:
        return data["scope"] != "PRIORITY_LINE" or parse_source(source).institution is Institution.CAF
    except SourceInvalid:
        return True  # the envelope's own check reports the source


def _notice_faults(data: Data, territory: Territory) -> Iterator[SemanticFault]:
    expected = NATURE_OF_FAMILY.get(data["code"][0])
    if expected is not None and data["nature"] != expected and UNKNOWN not in (data["code"], data["nature"]):
        detail = f"code and nature disagree: this code goes with {expected.value}"
        yield SemanticFault("CODE_NATURE_MISMATCH", "/data/nature", detail)
    if data["version"] < 1:
        yield SemanticFault("NUMBER_OUT_OF_RANGE", "/data/version", "version counts from 1")
    for name in ("published_on", "effective_on"):
        if not FIRST_DAY <= data[name] <= LAST_DAY:
            yield _out_of_range(f"/data/{name}")
    for name in ("title", "summary"):
        if not data[name].strip():
            yield SemanticFault("TEXT_EMPTY", f"/data/{name}", f"{name} must say something: people read it (R29)")
    if data["communes"] or data["epci"]:
        yield from place_faults(data, territory)


def _correction_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if data["corrects_version"] < 1:
        yield SemanticFault("NUMBER_OUT_OF_RANGE", "/data/corrects_version", "corrects_version counts from 1")
    if data["version"] <= data["corrects_version"]:
        detail = "a correction has a higher version than the one that it corrects"
        yield SemanticFault("VERSION_NOT_HIGHER", "/data/version", detail)


def _withdrawal_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if data["version"] < 1:
        yield SemanticFault("NUMBER_OUT_OF_RANGE", "/data/version", "version counts from 1")
    if data["replaced_by"] == data["notice"]:
        yield SemanticFault("REFERENCE_TO_ITSELF", "/data/replaced_by", "a notice cannot replace itself")


_SCALARS: Final = frozenset({str, bool, int, float, type(None)})


def _date_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if _holds_odd_date(data.values()):  # nearly no event does: their fields are named only then
        yield from _dates_below(data, "/data")


def _holds_odd_date(values: Iterable[object]) -> bool:
    for held in values:
        kind = type(held)
        if kind in _SCALARS:
            continue
        if kind is date:
            if not FIRST_DAY <= held <= LAST_DAY:  # type: ignore[operator]  # a date by its exact type
                return True
        elif isinstance(held, dict):
            if _holds_odd_date(held.values()):
                return True
        elif isinstance(held, list) and _holds_odd_date(held):
            return True
    return False


def _dates_below(value: object, pointer: str) -> Iterator[SemanticFault]:
    if isinstance(value, date):
        if not FIRST_DAY <= value <= LAST_DAY:
            yield _out_of_range(pointer)
    elif isinstance(value, dict):
        for name, held in value.items():
            if type(held) is not str:
                yield from _dates_below(held, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _dates_below(held, f"{pointer}/{index}")


def _out_of_range(pointer: str) -> SemanticFault:
    return SemanticFault("DATE_OUT_OF_RANGE", pointer, "the date must lie between 1900 and 2199")


def _meeting_day_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if data["concertation_on"] is None and data["exchange_on"] is None:
        detail = "one of concertation_on (CAF_TO_CDAS) and exchange_on (CDAS_TO_CAF) must be given"
        yield SemanticFault("FIELD_REQUIRED", "/data/concertation_on", detail)


def _confirmation_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if data["decision"] in ("MODIFIED", "DECLINED") and data["deviation_reason"] is None:
        detail = "deviation_reason is required unless the decision is FOLLOWED"
        yield SemanticFault("FIELD_REQUIRED", "/data/deviation_reason", detail)


def _conclusion_faults(data: Data, _: Territory) -> Iterator[SemanticFault]:
    if data["justified"] == "NO" and data["unjustified_reason"] is None:
        detail = "unjustified_reason is required when justified is NO"
        yield SemanticFault("FIELD_REQUIRED", "/data/unjustified_reason", detail)


_COMMON: Final[tuple[Check, ...]] = (_date_faults, place_faults, block_faults)
_CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "notice.published": (_notice_faults,),
    "notice.corrected": (_notice_faults, _correction_faults),
    "notice.withdrawn": (_withdrawal_faults,),
    "referral.confirmed": (*_COMMON, _confirmation_faults),
    "referral.concluded": (*_COMMON, _conclusion_faults),
    "handover.accepted": (*_COMMON, _meeting_day_faults),
    "joint_intervention.validated": (*_COMMON, _meeting_day_faults),
    "contact.changed": (*_COMMON, contact_faults),
    "absence.declared": (*_COMMON, absence_faults),
    "calendar.changed": (*_COMMON, calendar_faults),
}
"""The checks of each type; a type that is not here has the common ones: dates, places, personal block."""
