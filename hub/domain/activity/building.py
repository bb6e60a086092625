"""From the values of a form to a CloudEvent, and which id it has.

An event of a file has an id that follows from what it says: the same row gives the same event for ever, so importing a
file again changes nothing. Rows that say the same are told apart by their rank among themselves.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from hub.domain.activity.field import TIME, Field, Form, JsonValue, ValueInvalid
from hub.domain.activity.reading import read_moment
from hub.domain.calendar.paris import paris

_ID_DIGITS: Final = 24  # 96 bits
_SUBJECT_DIGITS: Final = 24

Values = Mapping[str, JsonValue]


def moment_of(form: Form, values: Values) -> datetime:
    """When the event occurred. Raises ValueInvalid."""
    day = values.get(form.day) if form.day is not None else None
    return read_moment(str(values.get(TIME) or ""), date.fromisoformat(str(day)) if day is not None else None)


def field_faults(form: Form, values: Values, now: datetime, wrong: Collection[str] = ()) -> Iterator[tuple[Field, str]]:
    """What is wrong with values that each are right: a time that is to come, a field that has no sense here.

    `wrong` are the names of the fields that have no value because it could not be read.
    """
    for field in form.fields:
        if values.get(field.name) not in (None, []) and field.only is not None and field.only[0] not in wrong:
            other = form.field(field.only[0])
            if not field.applies(values):
                yield field, f"n’a pas de sens ici : à laisser vide, vu « {other.column} »"
    if TIME in wrong or form.day in wrong:
        return
    try:
        moment = moment_of(form, values)
    except ValueInvalid as error:
        yield form.field(TIME), str(error)
        return
    if moment.astimezone(paris()).date() > now.astimezone(paris()).date():
        yield form.field(form.day or TIME), "ce jour est à venir : on enregistre ce qui a eu lieu"


def build_event(form: Form, values: Values, source: str, id_: str) -> dict[str, Any]:
    """The event in structured JSON mode; `values` have no fault. Its subject is a reference that leads nowhere."""
    subject = "A-" + _digest(["subject", source, id_])[:_SUBJECT_DIGITS]
    data = {field.name: values.get(field.name, [] if field.many else None) for field in form.fields}
    del data[TIME]
    if form.alone:
        data["situation"] = subject
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": form.type,
        "time": moment_of(form, values).isoformat(),
        "subject": subject,
        "datacontenttype": "application/json",
        "data": data,
    }
    if form.alone:
        event["confidentiality"] = "C1"  # tied to no situation: nobody could say whose it is
    return event


def row_id(form: Form, values: Values, source: str, batch: str, rank: int) -> str:
    """The id of the event that a row of a file gives.

    It follows from the row alone; `batch` keeps files apart that hold equal rows about different facts. `rank`: 1 for
    the first of several rows that say the same in one file, 2 for the second.
    """
    said = {name: value for name, value in values.items() if name != TIME and value not in (None, [])}
    moment = moment_of(form, values).astimezone(UTC).isoformat()
    return "row-" + _digest(["row", source, form.type, moment, said, batch, rank])[:_ID_DIGITS]


def _digest(said: list[Any]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
