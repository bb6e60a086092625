"""What a page's form sent, and the faults that are shown beside its fields."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request

from hub.gateway.limits import read_body
from hub.gateway.problems import Refusal

_MOST_BYTES: Final = 32_768
_MOST_FIELDS: Final = 500
_TYPE: Final = "application/x-www-form-urlencoded"


class FormUnreadable(Exception):
    """What came is no form of ours: too large, too slow, or of another type."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with its values in the order sent."""

    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The first value without spaces around it; empty when the field is missing."""
        values = self.fields.get(name)
        return values[0].strip() if values else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields.get(name, [])


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field, in French; `field` is the id of its input."""

    field: str
    text: str


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form of a request. Raises FormUnreadable."""
    if request.headers.get("content-type", _TYPE).partition(";")[0].strip().lower() != _TYPE:
        raise FormUnreadable
    try:
        announced = request.headers.get("content-length", "").encode() or None
        body = await read_body(request.receive, announced, _MOST_BYTES)
        return Form(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (Refusal, ValueError):
        raise FormUnreadable from None
