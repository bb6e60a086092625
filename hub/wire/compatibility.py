"""Whether a reader of one schema can read what a writer of another wrote: the resolution rules of Avro 1.12.

Covers the parts of Avro that our schemas use (records, enums with a default, arrays, unions, primitives, dates) and
one house rule: a logical type never changes, since Avro alone would read a date as a bare number.
"""

from dataclasses import dataclass
from typing import Any

_PROMOTIONS = {
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """One reason why a reader cannot read a writer: the path of fields, and what is wrong there."""

    path: str
    reason: str


def incompatibilities(writer: dict[str, Any], reader: dict[str, Any]) -> list[Incompatibility]:
    """List every reason why `reader` cannot read what `writer` wrote; empty when it can.

    Both are schemas parsed by fastavro. Backward compatibility of a new version is `incompatibilities(old, new)`,
    forward compatibility `incompatibilities(new, old)`.
    """
    return list(_Resolution(writer["__named_schemas"], reader["__named_schemas"]).compare(writer, reader, ""))


class _Resolution:
    """Two schemas side by side, each with the named types that it defines."""

    def __init__(self, writer_names: dict[str, Any], reader_names: dict[str, Any]) -> None:
        self.writer_names = writer_names
        self.reader_names = reader_names

    def compare(self, writer: Any, reader: Any, path: str) -> list[Incompatibility]:
        writer = self.writer_names.get(writer, writer) if isinstance(writer, str) else writer
        reader = self.reader_names.get(reader, reader) if isinstance(reader, str) else reader
        if isinstance(writer, list):
            return [fault for branch in writer for fault in self.compare(branch, reader, path)]
        if isinstance(reader, list):
            attempts = [self.compare(writer, branch, path) for branch in reader]
            fitting = any(not attempt for attempt in attempts)
            # The branch of the same kind says best what is wrong.
            same = [a for a, b in zip(attempts, reader, strict=True) if self._kind_of_reader(b) == _kind(writer)]
            return [] if fitting else (same or attempts)[0]
        return self._compare_plain(writer, reader, path)

    def _kind_of_reader(self, branch: Any) -> str:
        return _kind(self.reader_names.get(branch, branch) if isinstance(branch, str) else branch)

    def _compare_plain(self, writer: Any, reader: Any, path: str) -> list[Incompatibility]:
        kinds = (_kind(writer), _kind(reader))
        if _logical(writer) != _logical(reader):
            return [Incompatibility(path, f"the logical type {_logical(writer)} becomes {_logical(reader)}")]
        if kinds[0] != kinds[1]:
            return [] if kinds in _PROMOTIONS else [Incompatibility(path, f"{kinds[0]} cannot be read as {kinds[1]}")]
        match kinds[0]:
            case "record":
                return self._compare_records(writer, reader, path)
            case "enum":
                return _compare_enums(writer, reader, path)
            case "array":
                return self.compare(writer["items"], reader["items"], f"{path}[]")
            case _:
                return []

    def _compare_records(self, writer: dict[str, Any], reader: dict[str, Any], path: str) -> list[Incompatibility]:
        if writer["name"] != reader["name"]:
            return [Incompatibility(path, f"the record {writer['name']} becomes {reader['name']}")]
        written = {field["name"]: field for field in writer["fields"]}
        found: list[Incompatibility] = []
        for field in reader["fields"]:
            here = f"{path}.{field['name']}".lstrip(".")
            if field["name"] in written:
                found += self.compare(written[field["name"]]["type"], field["type"], here)
            elif "default" not in field:
                found.append(Incompatibility(here, "the reader's field has no default and the writer does not have it"))
        return found


def _compare_enums(writer: dict[str, Any], reader: dict[str, Any], path: str) -> list[Incompatibility]:
    if writer["name"] != reader["name"]:
        return [Incompatibility(path, f"the enum {writer['name']} becomes {reader['name']}")]
    lacking = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
    if lacking and "default" not in reader:
        return [Incompatibility(path, f"the reader lacks {', '.join(lacking)} and has no default symbol")]
    return []


def _kind(schema: Any) -> str:
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _logical(schema: Any) -> str | None:
    return schema.get("logicalType") if isinstance(schema, dict) else None
