"""Rows of choices as plain data, for files, forms and programs: the symbols of the contract, and lists of codes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from hub.domain.delivery.digests import Pace, Rhythm
from hub.domain.directory.territory import Territory
from hub.domain.subscriptions.faults import ChoiceFault, ChoiceFaultCode, choice_faults
from hub.domain.subscriptions.rows import Basis, Subscription
from hub.domain.vocabulary import Kind, Medium, NoticeCode, Urgency

Read = TypeVar("Read")

FIELDS: Final = (
    "basis",
    "kind",
    "codes",
    "benefits",
    "communes",
    "epci",
    "urgency",
    "media",
    "pace",
    "hour",
    "weekday",
)
"""The fields of a row; `basis` and `media` are required, an absent or null criterion fits everything."""


def subscription_data(row: Subscription) -> dict[str, object]:
    """The data of a row, without what it leaves open; `read_rows` reads it back."""
    data: dict[str, object] = {
        "basis": row.basis.value,
        "kind": row.kind and row.kind.value,
        "codes": sorted(code.value for code in row.codes),
        "benefits": sorted(row.benefits),
        "communes": list(row.communes),
        "epci": list(row.epci),
        "urgency": row.urgency and row.urgency.value,
        "media": sorted(medium.value for medium in row.media),
        "pace": row.rhythm.pace.value,
        "hour": row.rhythm.hour,
        "weekday": row.rhythm.weekday,
    }
    return {name: value for name, value in data.items() if name == "media" or value not in (None, [])}


def read_rows(
    rows: Sequence[Mapping[str, object]], territory: Territory
) -> tuple[tuple[Subscription, ...], tuple[ChoiceFault, ...]]:
    """The rows that the data says, and every fault; the rows are of use only where there is none."""
    read: list[Subscription] = []
    faults: list[ChoiceFault] = []
    for number, data in enumerate(rows, start=1):
        fields = _Fields(data)
        row = fields.subscription()
        unread = [*fields.unread, *(name for name in data if name not in FIELDS)]
        faults += [ChoiceFault(number, name, ChoiceFaultCode.NOT_READABLE) for name in unread]
        if row is not None and not unread:
            read.append(row)
    if faults:
        return tuple(read), tuple(faults)
    return tuple(read), choice_faults(read, territory)


class _Fields:
    """Reads the fields of one row, and remembers those that say nothing known."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self._data = data
        self.unread: list[str] = []

    def subscription(self) -> Subscription | None:
        basis = self._one("basis", Basis)
        media = self._many("media", Medium)
        row = {
            "rhythm": Rhythm(self._one("pace", Pace) or Pace.AT_ONCE, self._number("hour"), self._number("weekday")),
            "kind": self._one("kind", Kind),
            "codes": frozenset(self._many("codes", NoticeCode)),
            "benefits": frozenset(self._many("benefits", str)),
            "communes": tuple(self._many("communes", str)),
            "epci": tuple(self._many("epci", str)),
            "urgency": self._one("urgency", Urgency),
        }
        if basis is None or "media" not in self._data:
            self.unread += [name for name in ("basis", "media") if name not in self._data]
            return None
        return Subscription(basis, frozenset(media), **row)  # type: ignore[arg-type]  # each of its field's type

    def _one(self, name: str, read: Callable[[str], Read]) -> Read | None:
        value = self._data.get(name)
        if value is None:
            return None
        found = self._read(name, [value], read)
        return found[0] if found else None

    def _many(self, name: str, read: Callable[[str], Read]) -> list[Read]:
        value = self._data.get(name)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self.unread.append(name)
            return []
        return self._read(name, value, read)

    def _number(self, name: str) -> int | None:
        value = self._data.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.unread.append(name)
        return None

    def _read(self, name: str, values: Sequence[object], read: Callable[[str], Read]) -> list[Read]:
        try:
            if all(isinstance(value, str) for value in values):
                return [read(str(value)) for value in values]
        except ValueError:
            pass
        self.unread.append(name)
        return []
