"""The catalogue of published schemas: every version of every type, by id, by type and version, loaded once."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastavro.schema import SchemaParseException, UnknownType, parse_schema

from hub.errors import HubError
from hub.paths import schemas_root

LOCK_NAME = "published.lock"
_INDEXES_REFUSED = 62  # -1 to -62: all that one byte can hold for a union of two


class UnknownSchema(HubError):
    """No schema is published under this id, or for this type and version."""


class SchemasUnreadable(HubError):
    """The schemas folder cannot be used: a file or the lock is missing, or does not parse."""


@dataclass(frozen=True, slots=True)
class LockLine:
    """One line of `published.lock`: what was published, under which id, with which content."""

    id: int
    type: str
    version: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.id} {self.type} {self.version} {self.sha256}"


@dataclass(frozen=True, slots=True, eq=False)
class PublishedSchema:
    """One immutable version of a type.

    `text` is the file as the registry serves it, `document` its parsed JSON, `parsed` what fastavro writes with,
    `strict` what it reads with (see `_strict`), `prefix` the five bytes that frame a value of this schema (0, then `id`
    as big-endian 32 bits).
    """

    id: int
    type: str
    version: int
    text: str
    sha256: str
    document: dict[str, Any] = field(repr=False)
    parsed: dict[str, Any] = field(repr=False)
    strict: dict[str, Any] = field(repr=False)
    prefix: bytes = field(repr=False)

    @property
    def subject(self) -> str:
        """Subject in a schema registry: the record's full name (RecordNameStrategy)."""
        return f"{self.document['namespace']}.{self.document['name']}"


class Catalogue:
    """Every published schema. Lookups are dictionary accesses; nothing changes after construction."""

    __slots__ = ("_by_id", "_by_type", "_latest", "_types_by_subject")

    def __init__(self, schemas: tuple[PublishedSchema, ...]) -> None:
        self._by_id = {s.id: s for s in schemas}
        self._by_type = {(s.type, s.version): s for s in schemas}
        self._latest: dict[str, PublishedSchema] = {}
        for schema in sorted(schemas, key=lambda s: (s.type, s.version)):
            self._latest[schema.type] = schema
        self._types_by_subject = {s.subject: s.type for s in self._latest.values()}

    def __iter__(self) -> Iterator[PublishedSchema]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, type_: object) -> bool:
        return type_ in self._latest

    def by_id(self, schema_id: int) -> PublishedSchema:
        """Return the schema of this id, or `UnknownSchema`."""
        found = self._by_id.get(schema_id)
        if found is None:
            msg = f"No schema is published under id {schema_id}."
            raise UnknownSchema(msg)
        return found

    def schema(self, type_: str, version: int | None = None) -> PublishedSchema:
        """Return the schema of a type in this version, by default the latest, or `UnknownSchema`."""
        found = self._latest.get(type_) if version is None else self._by_type.get((type_, version))
        if found is None:
            msg = f"No schema is published for this type{'' if version is None else f' in version {version}'}."
            raise UnknownSchema(msg)
        return found

    def latest(self, type_: str) -> PublishedSchema:
        """Return the highest version of a type, or `UnknownSchema`."""
        return self.schema(type_)

    def versions(self, type_: str) -> tuple[PublishedSchema, ...]:
        """Return every version of a type, lowest first; empty for an unknown type."""
        return tuple(sorted((s for s in self if s.type == type_), key=lambda s: s.version))

    def types(self) -> tuple[str, ...]:
        """Return every type, sorted: the event types and the hub's own records."""
        return tuple(sorted(self._latest))

    def subjects(self) -> tuple[str, ...]:
        """Return every registry subject, sorted."""
        return tuple(sorted(self._types_by_subject))

    def by_subject(self, subject: str, version: int | None = None) -> PublishedSchema:
        """Return the schema of a registry subject, by default its latest version, or `UnknownSchema`."""
        return self.schema(self._types_by_subject.get(subject, ""), version)


def read_lock(root: Path) -> tuple[LockLine, ...]:
    """Read `published.lock`: its lines in their order; `SchemasUnreadable` when it is missing or malformed."""
    path = root / LOCK_NAME
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(LockLine(int(i), t, int(v), s) for i, t, v, s in (line.split() for line in lines if line.strip()))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read: {error}."
        raise SchemasUnreadable(msg, "Each line holds: id, type, version, sha256.") from error


def read_schema(root: Path, line: LockLine) -> PublishedSchema:
    """Read one published version from its file; `SchemasUnreadable` when it is missing or is no Avro schema."""
    path = root / line.type / f"{line.version}.avsc"
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        document = json.loads(text)
        parsed = parse_schema(document)
        if not isinstance(parsed, dict) or document.get("type") != "record" or "namespace" not in document:
            msg = "it is no record with a namespace"
            raise ValueError(msg)
    except (OSError, ValueError, KeyError, TypeError, SchemaParseException, UnknownType) as error:
        msg = f"{path} cannot be used: {error!r}."
        raise SchemasUnreadable(msg, "`hub schemas check` says more.") from error
    prefix = b"\x00" + line.id.to_bytes(4, "big")
    digest = hashlib.sha256(raw).hexdigest()
    return PublishedSchema(line.id, line.type, line.version, text, digest, document, parsed, _strict(parsed), prefix)


def _strict(node: Any) -> Any:
    """Copy a parsed schema, changed so that fastavro refuses a negative index of an enum or of a union.

    It looks both up in Python lists, where -1 is the last entry: corrupt bytes would read as a valid symbol. A
    dictionary of symbols has no entry -1; a union, which must stay a list, ends in entries that name no type.
    """
    if isinstance(node, list):
        return [*(_strict(branch) for branch in node), *(["hub.no_such_branch"] * _INDEXES_REFUSED)]
    if not isinstance(node, dict):
        return node
    changed = dict(node)
    if "symbols" in node:
        changed["symbols"] = dict(enumerate(node["symbols"]))
    if "fields" in node:
        changed["fields"] = [{**f, "type": _strict(f["type"])} for f in node["fields"]]
    if "items" in node:
        changed["items"] = _strict(node["items"])
    if "__named_schemas" in node:
        changed["__named_schemas"] = {name: _strict(named) for name, named in node["__named_schemas"].items()}
    return changed


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Read every schema that the lock names, by default those that ship with the product.

    A file whose content is not what the lock says is refused (`SchemasUnreadable`): a published version never changes.
    """
    folder = schemas_root() if root is None else root
    schemas = []
    for line in read_lock(folder):
        schema = read_schema(folder, line)
        if schema.sha256 != line.sha256:
            msg = f"{folder / line.type / f'{line.version}.avsc'} is not what was published."
            raise SchemasUnreadable(msg, "Restore the file; a change is a new version.")
        schemas.append(schema)
    return Catalogue(tuple(schemas))
