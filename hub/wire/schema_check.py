"""Proof that the published schemas keep their promises: what `hub schemas check` runs.

Immutable versions (lock), every version readable by every other (structure, and each example for real), examples and
golden bytes that agree, documentation on every field, an UNKNOWN default on every enum, one meaning per shared type.
"""

import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

from hub.wire.avro import encode, read
from hub.wire.compatibility import incompatibilities
from hub.wire.faults import EventInvalid
from hub.wire.json_data import datum_from_json, json_from_datum
from hub.wire.schema_lock import Finding, lock_findings
from hub.wire.schemas import Catalogue, PublishedSchema, SchemasUnreadable, read_lock, read_schema

HUB_NAMESPACE = "hub."
FALLBACK_SYMBOL = "UNKNOWN"
_EVENT_ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject")


def check_schemas(root: Path) -> list[Finding]:
    """Check a schemas folder; an empty list means that every promise is kept. Reads only."""
    try:
        lines = read_lock(root)
    except SchemasUnreadable as error:
        return [Finding("LOCK_UNREADABLE", "published.lock", error.message)]
    findings = list(lock_findings(root, lines))
    schemas: list[PublishedSchema] = []
    for line in lines:
        try:
            schemas.append(read_schema(root, line))
        except SchemasUnreadable as error:
            if (root / line.type / f"{line.version}.avsc").exists():
                findings.append(Finding("SCHEMA_INVALID", f"{line.type}/{line.version}.avsc", error.message))
    catalogue = Catalogue(tuple(schemas))
    for schema in schemas:
        findings += _naming_findings(schema)
        findings += _documentation_findings(schema)
        findings += _example_findings(root, catalogue, schema)
    for type_ in catalogue.types():
        findings += _compatibility_findings(catalogue.versions(type_))
    findings += _shared_type_findings(catalogue)
    return findings


def _naming_findings(schema: PublishedSchema) -> Iterator[Finding]:
    expected = "hub.Envelope" if schema.type == "envelope" else schema.type
    if schema.subject != expected:
        yield Finding("NAME_NOT_TYPE", _file(schema), f"The record must be named {expected}, as its folder.")


def _documentation_findings(schema: PublishedSchema) -> Iterator[Finding]:
    for path, node in _nodes(schema.document, schema.type):
        if not str(node.get("doc", "")).strip():
            yield Finding("DOC_MISSING", _file(schema), f"{path} has no doc.")
        if node.get("type") == "enum" and (
            node.get("default") != FALLBACK_SYMBOL or node["symbols"][-1] != FALLBACK_SYMBOL
        ):
            yield Finding(
                "ENUM_WITHOUT_UNKNOWN", _file(schema), f"{path} must end with {FALLBACK_SYMBOL}, its default."
            )


def _nodes(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk every record, field and enum of a schema document: what must carry a doc."""
    if isinstance(node, list):
        for branch in node:
            yield from _nodes(branch, path)
    if not isinstance(node, dict):
        return
    if node.get("type") in ("record", "enum"):
        yield path, node
    for field in node.get("fields", ()):
        yield f"{path}.{field['name']}", field
        yield from _nodes(field["type"], f"{path}.{field['name']}")
    if "items" in node:
        yield from _nodes(node["items"], f"{path}[]")


def _example_findings(root: Path, catalogue: Catalogue, schema: PublishedSchema) -> Iterator[Finding]:
    examples = sorted((root / schema.type).glob(f"{schema.version}.*.json"))
    if not examples:
        yield Finding("EXAMPLE_MISSING", _file(schema), "A version has at least one example.")
    for path in examples:
        yield from _one_example(root, catalogue, schema, path)
    for golden in sorted((root / schema.type).glob(f"{schema.version}.*.golden")):
        if not golden.with_suffix(".json").exists():
            yield Finding("GOLDEN_WITHOUT_EXAMPLE", _relative(root, golden), "The example of these bytes is not there.")


def _one_example(root: Path, catalogue: Catalogue, schema: PublishedSchema, path: Path) -> Iterator[Finding]:
    where = _relative(root, path)
    try:
        event = json.loads(path.read_text(encoding="utf-8"))
        data = event["data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Finding("EXAMPLE_UNREADABLE", where, f"The example is no JSON object with data: {error!r}.")
        return
    if not schema.subject.startswith(HUB_NAMESPACE):
        lacking = [name for name in _EVENT_ATTRIBUTES if not event.get(name)]
        if lacking or event["type"] != schema.type:
            yield Finding("EXAMPLE_INVALID", where, f"No event of this type; attributes not given: {lacking}.")
    datum, faults = datum_from_json(schema, data)
    for fault in faults:
        yield Finding("EXAMPLE_INVALID", where, f"{fault.pointer}: {fault.detail}")
    if faults:
        return
    if datum_from_json(schema, json_from_datum(schema, datum)) != (datum, ()):
        yield Finding("EXAMPLE_INVALID", where, "The data does not survive the way to Avro and back.")
    value = encode(schema, datum)
    golden = path.with_suffix(".golden")
    if not golden.exists() or golden.read_bytes() != value:
        yield Finding("GOLDEN_DIFFERS", _relative(root, golden), "The bytes are not those of the example.")
    yield from _read_by_every_version(catalogue, schema, value, where)


def _read_by_every_version(
    catalogue: Catalogue, writer: PublishedSchema, value: bytes, where: str
) -> Iterator[Finding]:
    for reader in catalogue.versions(writer.type):
        try:
            encode(reader, read(writer, reader, value))
        except (EventInvalid, ValueError, TypeError, OverflowError) as error:
            yield Finding("NOT_READABLE", where, f"Version {reader.version} cannot read the example: {error}")


def _compatibility_findings(versions: tuple[PublishedSchema, ...]) -> Iterator[Finding]:
    for writer, reader in permutations(versions, 2):
        direction = "BACKWARD" if writer.version < reader.version else "FORWARD"
        for fault in incompatibilities(writer.parsed, reader.parsed):
            detail = f"Version {reader.version} cannot read version {writer.version}: {fault.path}: {fault.reason}."
            yield Finding(f"NOT_{direction}_COMPATIBLE", _file(reader), detail)


def _shared_type_findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Find each type of the `hub` namespace that differs between the latest versions of the schemas that use it."""
    first: dict[str, tuple[PublishedSchema, str]] = {}
    for type_ in catalogue.types():
        schema = catalogue.latest(type_)
        for name, node in schema.parsed["__named_schemas"].items():
            if not name.startswith(HUB_NAMESPACE):
                continue
            text = _canonical(node)
            defined, expected = first.setdefault(name, (schema, text))
            if text != expected:
                detail = f"{name} is not what {_file(defined)} says it is."
                yield Finding("SHARED_TYPE_DIFFERS", _file(schema), detail)


def _canonical(node: Any) -> str:
    """Write a named type as text, nested definitions replaced by their names: each is compared by itself."""

    def by_name(part: Any, *, top: bool = False) -> Any:
        if isinstance(part, list):
            return [by_name(each) for each in part]
        if not isinstance(part, dict):
            return part
        if part.get("type") in ("record", "enum") and not top:
            return part["name"]
        return {key: by_name(value) for key, value in part.items() if not key.startswith("__")}

    return json.dumps(by_name(node, top=True), sort_keys=True)


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _file(schema: PublishedSchema) -> str:
    return f"{schema.type}/{schema.version}.avsc"
