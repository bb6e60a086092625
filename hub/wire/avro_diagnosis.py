"""What is wrong with Avro bytes that could not be read, and where: a slow and strict walk along the schema."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hub.wire.faults import WireFault

_EPOCH = date(1970, 1, 1).toordinal()
_FIXED_SIZE = {"float": 4, "double": 8}


def diagnose(parsed: dict[str, Any], body: bytes) -> WireFault:
    """Find the first fault of `body` (Avro binary without framing) under a schema parsed by fastavro.

    Codes: AVRO_TRUNCATED where the bytes end too early, AVRO_INVALID for anything else. The pointer names the field.
    """
    try:
        _Walk(body, parsed["__named_schemas"]).read(parsed, "/data")
    except WireFault as fault:
        return fault
    return WireFault("AVRO_INVALID", "/data", "The value cannot be read under its schema.")


class _Walk:
    """A position in the bytes, moved along the schema; raises `WireFault` at the first fault."""

    def __init__(self, body: bytes, named: Mapping[str, Any]) -> None:
        self.body = body
        self.at = 0
        self.named = named
        self.readers: dict[str, Callable[[Any, str], None]] = {
            "record": self._record,
            "array": self._array,
            "enum": self._enum,
            "string": self._string,
            "bytes": lambda _, pointer: self._skip(self._length(pointer), pointer),
            "boolean": self._boolean,
            "int": self._number,
            "long": self._number,
        }

    def read(self, schema: Any, pointer: str) -> None:
        if isinstance(schema, list):
            return self._union(schema, pointer)
        if isinstance(schema, str) and schema in self.named:
            schema = self.named[schema]
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind in self.readers:
            return self.readers[kind](schema, pointer)
        return self._skip(_FIXED_SIZE.get(kind, 0), pointer)

    def _skip(self, size: int, pointer: str) -> None:
        if self.at + size > len(self.body):
            raise WireFault("AVRO_TRUNCATED", pointer, "The value ends before this field does.")
        self.at += size

    def _varint(self, pointer: str) -> int:
        value = shift = 0
        while True:
            self._skip(1, pointer)
            byte = self.body[self.at - 1]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            if shift > 63:
                raise WireFault("AVRO_INVALID", pointer, "A number takes more than ten bytes.")

    def _length(self, pointer: str) -> int:
        length = self._varint(pointer)
        if length < 0:
            raise WireFault("AVRO_INVALID", pointer, "A length is negative.")
        return length

    def _union(self, branches: list[Any], pointer: str) -> None:
        index = self._varint(pointer)
        if not 0 <= index < len(branches):
            raise WireFault("AVRO_INVALID", pointer, "The index of the union is outside its branches.")
        self.read(branches[index], pointer)

    def _record(self, schema: dict[str, Any], pointer: str) -> None:
        for field in schema["fields"]:
            self.read(field["type"], f"{pointer}/{field['name']}")

    def _array(self, schema: dict[str, Any], pointer: str) -> None:
        position = 0
        while count := self._varint(pointer):
            if count < 0:
                self._length(pointer)
                count = -count
            for _ in range(count):
                self.read(schema["items"], f"{pointer}/{position}")
                position += 1

    def _enum(self, schema: dict[str, Any], pointer: str) -> None:
        if not 0 <= self._varint(pointer) < len(schema["symbols"]):
            raise WireFault("AVRO_INVALID", pointer, "The index of the symbol is outside the list of the schema.")

    def _boolean(self, _: Any, pointer: str) -> None:
        self._skip(1, pointer)
        if self.body[self.at - 1] > 1:
            raise WireFault("AVRO_INVALID", pointer, "A boolean is neither 0 nor 1.")

    def _string(self, _: Any, pointer: str) -> None:
        self._skip(length := self._length(pointer), pointer)
        try:
            self.body[self.at - length : self.at].decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireFault("AVRO_INVALID", pointer, "The text is not UTF-8.") from error

    def _number(self, schema: Any, pointer: str) -> None:
        number = self._varint(pointer)
        is_date = isinstance(schema, dict) and schema.get("logicalType") == "date"
        if is_date and not 1 <= number + _EPOCH <= date.max.toordinal():
            raise WireFault("AVRO_INVALID", pointer, "The date is outside the years 1 to 9999.")
