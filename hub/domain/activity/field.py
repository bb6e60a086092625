"""One field of a form: its name on the wire and in a file, its question in French, and what may stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from hub.domain.asking.question import Option
from hub.domain.french import without_bad_breaks

JsonValue = str | bool | int | float | list[str] | None
"""The value of a field, as the JSON of the event holds it."""

TIME: Final = "time"
CORRECTS: Final = "corrects"


class Kind(Enum):
    """What stands in a field.

    CHOICE and CHOICES: one or several symbols of a closed list. CODE and CODES: codes of lists that the institutions
    keep (capitals, digits, hyphens). CDAS and EPCI: lists of these. ONE_CDAS: one. MOMENT: a day with or without a
    time of day. TEXT: free text, without personal data. REFERENCE: an event's id.
    """

    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DATE = "date"
    MOMENT = "moment"
    WHOLE = "whole"
    DECIMAL = "decimal"
    CODE = "code"
    CODES = "codes"
    ONE_CDAS = "one_cdas"
    CDAS = "cdas"
    EPCI = "epci"
    TEXT = "text"
    REFERENCE = "reference"


LISTS: Final = frozenset({Kind.CHOICES, Kind.CODES, Kind.CDAS, Kind.EPCI})
"""Fields that hold a list: several values in a cell, none where it is empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    `name` is that of the wire, `column` the heading of a file in French, `text` the question, `help` what « ? » says.
    `optional`: may be left empty. `least` and `most` bound a number, both included; `most` also the length of a text.
    `only` names another field and the values with which this one has a sense; with others it stays empty.
    """

    name: str
    column: str
    kind: Kind
    text: str
    help: str
    options: tuple[Option, ...] = ()
    optional: bool = False
    least: int = 0
    most: int = 1_000_000
    only: tuple[str, frozenset[str]] | None = None

    def __post_init__(self) -> None:
        for name in ("text", "help"):
            object.__setattr__(self, name, without_bad_breaks(getattr(self, name)))

    @property
    def many(self) -> bool:
        """Whether it holds a list."""
        return self.kind in LISTS

    def applies(self, values: Mapping[str, JsonValue]) -> bool:
        """Whether the field has a sense, given the values of the fields before it."""
        return self.only is None or values.get(self.only[0]) in self.only[1]


class ValueInvalid(ValueError):
    """What was given cannot stand in the field; the message is a French sentence that never repeats it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(without_bad_breaks(sentence))


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one type of event, in the order in which they are asked for.

    `title` names the event in French. `day` names the field that holds the day of the event, which its time then
    follows; None where the time is asked for itself. `alone`: the event is tied to no situation and has a fresh one.
    """

    type: str
    title: str
    about: str
    fields: tuple[Field, ...]
    day: str | None = None
    alone: bool = False

    def __post_init__(self) -> None:
        for name in ("title", "about"):
            object.__setattr__(self, name, without_bad_breaks(getattr(self, name)))

    def field(self, name: str) -> Field:
        """The field of this name on the wire. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)
