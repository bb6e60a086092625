"""What a report is made of, before it has a format: sections of paragraphs, key figures, tables and charts.

Every text is French, ready to be read; every number stands beside its text, so that data files give numbers, not
words.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final


class State(Enum):
    """Why a place of a table or a chart has no number."""

    GIVEN = "given"
    MASKED = "masked"
    NOT_PROVIDED = "not-provided"


Mark = int | float | State
"""A value of a chart: a number, or why there is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a table: what is read, the number or word behind it, and why there may be none."""

    text: str
    value: int | float | str | None
    state: State = State.GIVEN


MASKED: Final = Entry("masqué", None, State.MASKED)
NOT_PROVIDED: Final = Entry("non fourni", None, State.NOT_PROVIDED)


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column; numbers are set to the right."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first `heads` entries of a row name it. `key` names its data file.

    `turned`: pages show it with its rows as columns (months read from left to right); data files do not.
    """

    kind: ClassVar[str] = "table"
    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    note: str = ""
    heads: int = 1
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with the sentence that says what it shows, and the table that holds its numbers."""

    kind: ClassVar[str] = "chart"
    key: str
    title: str
    svg: str
    description: str
    table: Table


class Style(Enum):
    """How a paragraph is set."""

    PLAIN = "plain"
    LEAD = "lead"
    SMALL = "small"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    kind: ClassVar[str] = "paragraph"
    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the convention, or of somebody in the field, and where they are from.

    `introduces`: what follows belongs to it, and stays on its page.
    """

    kind: ClassVar[str] = "quote"
    text: str
    source: str
    introduces: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Names, each with what it is."""

    kind: ClassVar[str] = "terms"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number to be seen first, what it counts, and on how much it rests."""

    label: str
    entry: Entry
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The numbers of an indicator, side by side. `key` names their data file, `caption` their table."""

    kind: ClassVar[str] = "key-figures"
    key: str
    caption: str
    items: tuple[KeyFigure, ...]


Block = Paragraph | Quote | Bullets | Terms | KeyFigures | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks and the sections under it; `anchor` is its address in the document.

    `listed`: whether the table of contents names it.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()
    starts_page: bool = False
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: its title page and its sections. `made_on` is what stands at the foot of each page."""

    title: str
    subtitle: str
    institutions: str
    facts: tuple[tuple[str, str], ...]
    notice: str
    made_on: str
    sections: tuple[Section, ...]
