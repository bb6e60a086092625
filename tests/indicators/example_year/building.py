"""The example year as CloudEvents: one row of a table is one event.

A table's name is the type of its events, unless it has a column `type`. `id`, `time` and `source` (a short name) are
the envelope's, `thread` is subject and correlationid; `sent` is how often the event is sent, `note` is for the reader,
and `outcome`, `services` and `rules_version` are what the hub decides. Every other column is a field of the data; an
empty cell is "not given". What no table names (and no indicator reads) is as in the type's published example.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE = Path(__file__).parent
SCHEMAS = Path(__file__).parents[3] / "schemas"

SOURCES: Final = {
    "caf": "urn:hub:caf35:si-partenaires",
    "caf-social": "urn:hub:caf35:si-social",
    "cd35": "urn:hub:cd35:si-social",
    "ccas": "urn:hub:partner:ccas:accueil",
    "hub": "urn:hub:hub:ledger",
}
DELIVERY: Final = "delivery.status_changed"
NOT_STORED: Final = "NOT_STORED"
"""The outcome of a row that the gateway refuses and nothing keeps."""

_NOT_DATA: Final = frozenset(
    {"id", "time", "source", "sent", "type", "thread", "note", "outcome", "services", "rules_version", "event"}
)
_LISTS: Final = frozenset({"attended_by", "epci", "agenda", "impacts", "caf", "cd35"})
_NUMBERS: Final = frozenset(
    {
        "participants",
        "audience_size",
        "score",
        "year",
        "duration_minutes",
        "version",
        "corrects_version",
        "delay_hours",
        "response_hours",
    }
)


@dataclass(frozen=True, slots=True)
class YearEvent:
    """One row: its CloudEvent in JSON, how often it is sent, and what the hub decides on it.

    `outcome` is empty for a type that no rule decides on; `services` are the distinct services of the routings.
    """

    table: str
    event: Mapping[str, Any]
    sent: int
    outcome: str
    services: frozenset[str]
    rules_version: str

    @property
    def type(self) -> str:
        """The event's type."""
        return str(self.event["type"])

    @property
    def key(self) -> tuple[str, str]:
        """Source and id."""
        return self.event["source"], self.event["id"]


def tables() -> list[Path]:
    """The tables of the year, by name; `expected.csv` is none of them."""
    return sorted(path for path in HERE.glob("*.csv") if path.name != "expected.csv")


@cache
def year_events() -> tuple[YearEvent, ...]:
    """Every row of every table, in the order of the tables."""
    return tuple(_event(path.stem, row) for path in tables() for row in read(path))


def counted_elsewhere() -> Iterator[Mapping[str, Any]]:
    """Published examples of the types that the tables leave out: nothing of them is in any figure."""
    told = {event.type for event in year_events()}
    for path in sorted(SCHEMAS.glob("*/*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        if event.get("type") not in told and not event.get("source", "urn:hub:hub:").startswith("urn:hub:hub:"):
            yield event


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _event(table: str, row: Mapping[str, str]) -> YearEvent:
    event_type = DELIVERY if table == "delivery" else row.get("type") or table
    thread = row.get("thread") or row.get("notice") or f"A-{row['source']}-{row['id']}"
    event = {
        "specversion": "1.0",
        "id": row["id"],
        "source": SOURCES[row.get("source", "hub")],
        "type": event_type,
        "time": row["time"],
        "subject": thread,
        "correlationid": thread,
        "data": _data(event_type, thread, row),
    }
    outcome, services = row.get("outcome", ""), row.get("services") or ""
    return YearEvent(
        table,
        event,
        int(row["sent"]),
        outcome,
        frozenset(services.split("|") if services else ()),
        row.get("rules_version") or "1",
    )


def _data(event_type: str, thread: str, row: Mapping[str, str]) -> dict[str, Any]:
    data = deepcopy(_example(event_type))
    for name in {"situation", "notice"} & data.keys():
        data[name] = thread
    if event_type == DELIVERY:
        # The version of the schema that tells until when an acknowledgement is asked may have other examples.
        data |= {"event_id": row["event"], "event_source": SOURCES["cd35"], "at": row["time"], "acknowledge_by": None}
    for column, text in row.items():
        if column not in _NOT_DATA and not _placed(data, column, text):
            assert not text, f"{event_type} has no field for {column}"
    return data


def _placed(data: dict[str, Any], column: str, text: str) -> bool:
    """Put a cell where it belongs; False when this type has no such field."""
    if column in ("emitter", "commune") or (column == "cdas" and "emitter" in data):
        return _placed_in_request(data, column, text)
    holder, _, name = column.rpartition(".")
    record = data.get(holder, {}) if holder else data
    if name not in record:
        return False
    record[name] = _value(name, text, record[name])
    return True


def _placed_in_request(data: dict[str, Any], column: str, text: str) -> bool:
    if "emitter" not in data:
        return False
    if column == "emitter":
        institution = {"CDAS": "CD35", "CAF_": "CAF"}.get(text[:4], "PARTNER")
        data["emitter"] |= {"service": text, "institution": institution}
    elif column == "cdas":
        data["emitter"]["cdas"] = text or None
    else:
        data["household"]["commune"] = text or None
    return True


def _value(name: str, text: str, usual: Any) -> Any:
    if name in _LISTS or (name == "cdas" and isinstance(usual, list)):
        return text.split("|") if text else []
    if name == "support":
        return [_support(*entry.split(":")) for entry in text.split("|") if entry]
    if name == "agreement":
        return {"given": text == "yes", "on": None}
    if not text:
        return None
    parts = text.split(":")
    if name == "life_event":
        return {"kind": parts[0], "planned": False, "date": parts[1] or None, "declared_on": None}
    if name == "benefit":
        return {"code": parts[0], "change": parts[1], "since": parts[2] or None}
    if name == "communication":
        return {"mode": parts[0], "on": parts[1]}
    if name in _NUMBERS:
        return float(text) if "hours" in name else int(text)
    return {"yes": True, "no": False}.get(text, text)


def _support(by: str, status: str, cdas: str = "") -> dict[str, Any]:
    return {
        "by": by,
        "cdas": cdas or None,
        "status": status,
        "closed_on": None,
        "same_event": False,
        "worker_absent": False,
    }


@cache
def _example(event_type: str) -> dict[str, Any]:
    path = min((SCHEMAS / event_type).glob("1.*.json"))
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["data"]
    if "emitter" in data:
        data |= {"support": [], "life_event": None, "benefit": None, "autonomous": None, "need": None}
    return data
