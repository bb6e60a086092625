"""One fault of an event: a stable code, where it is, and a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SemanticFault:
    """What is wrong with one field.

    `code` is stable; `pointer` is a JSON pointer (RFC 6901) relative to the event; `detail` never echoes a value.
    """

    code: str
    pointer: str
    detail: str
