"""Versions side by side: our checker against that of Apache Avro, and old bytes in the shape of the latest version."""

import copy
import json
from collections.abc import Callable
from io import BytesIO
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import Any

import avro.io
import avro.schema
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from fastavro.schema import parse_schema

from hub.paths import schemas_root
from hub.wire.avro import decode, encode, read
from hub.wire.compatibility import incompatibilities
from hub.wire.json_data import datum_from_json, json_from_datum
from hub.wire.schema_lock import append_new_versions
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
GOLDEN = sorted(schemas_root().glob("*/*.golden"))
Change = Callable[[dict[str, Any]], object]


def apache_reads(writer: str, reader: str) -> bool:
    """Whether Apache Avro's own checker says that `reader` reads what `writer` wrote."""
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]  # the avro package leaves it untyped
    answer = checker.get_compatibility(avro.schema.parse(reader), avro.schema.parse(writer))
    return bool(answer.compatibility is SchemaCompatibilityType.compatible)


@pytest.mark.parametrize("type_", CATALOGUE.types())
def test_every_version_reads_every_other_says_apache_avro(type_: str) -> None:
    versions = CATALOGUE.versions(type_)
    assert all(apache_reads(writer.text, reader.text) for writer, reader in product(versions, versions))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_apache_avro_reads_our_golden_bytes_as_we_do(golden: Path) -> None:
    value = golden.read_bytes()
    schema, datum = decode(CATALOGUE, value)
    written, latest = avro.schema.parse(schema.text), avro.schema.parse(CATALOGUE.latest(schema.type).text)
    reader = avro.io.DatumReader(written, latest)
    assert datum == reader.read(avro.io.BinaryDecoder(BytesIO(value[5:])))


def field(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["fields"] if each["name"] == name)


def add(document: dict[str, Any], **attributes: Any) -> None:
    document["fields"].append({"name": "added", "doc": "Added.", **attributes})


EVOLUTIONS: dict[str, Change] = {
    "nothing": lambda _: None,
    "nullable-field-added": lambda document: add(document, type=["null", "string"], default=None),
    "required-field-added": lambda document: add(document, type="string"),
    "field-with-default-added": lambda document: add(document, type="int", default=0),
    "nullable-field-dropped": lambda document: document["fields"].remove(field(document, "replaced_by")),
    "required-field-dropped": lambda document: document["fields"].remove(field(document, "version")),
    "symbol-added": lambda document: field(document, "reason")["type"]["symbols"].insert(0, "MERGED"),
    "symbol-dropped": lambda document: field(document, "reason")["type"]["symbols"].remove("REPLACED"),
    "symbol-dropped-without-fallback": lambda document: (
        field(document, "reason")["type"]["symbols"].remove("REPLACED"),
        field(document, "reason")["type"].pop("default"),
    ),
    "int-widened": lambda document: field(document, "version").update(type="long"),
    "int-to-double": lambda document: field(document, "version").update(type="double"),
    "int-to-string": lambda document: field(document, "version").update(type="string"),
    "required-made-nullable": lambda document: field(document, "notice").update(type=["null", "string"]),
    "nullable-made-required": lambda document: (
        field(document, "replaced_by").update(type="string"),
        field(document, "replaced_by").pop("default"),
    ),
    "string-to-array": lambda document: field(document, "notice").update(type={"type": "array", "items": "string"}),
    "enum-renamed": lambda document: field(document, "reason")["type"].update(name="Motive"),
    "union-branch-changed": lambda document: field(document, "replaced_by").update(type=["null", "int"]),
    "fields-in-another-order": lambda document: document["fields"].reverse(),
    "record-renamed": lambda document: document.update(name="taken_back"),
}


@pytest.mark.parametrize("backwards", [False, True], ids=["old-to-new", "new-to-old"])
@pytest.mark.parametrize("change", EVOLUTIONS.values(), ids=EVOLUTIONS)
def test_our_checker_says_what_apache_avro_says(change: Change, backwards: bool) -> None:  # noqa: FBT001 -- a parameter of the table
    old = CATALOGUE.latest("notice.withdrawn").document
    new = copy.deepcopy(old)
    change(new)
    writer, reader = (new, old) if backwards else (old, new)
    ours = not incompatibilities(_parsed(writer), _parsed(reader))
    assert apache_reads(json.dumps(writer), json.dumps(reader)) == ours


def _parsed(document: dict[str, Any]) -> dict[str, Any]:
    parsed = parse_schema(copy.deepcopy(document))
    assert isinstance(parsed, dict)
    return parsed


def test_a_logical_type_that_changes_is_incompatible_for_us_though_avro_would_read_it() -> None:
    old = CATALOGUE.latest("absence.declared").document
    new = copy.deepcopy(old)
    field(new, "from")["type"] = "int"
    assert [each.path for each in incompatibilities(_parsed(old), _parsed(new))] == ["from"]


@pytest.fixture
def two_versions(tmp_path: Path) -> Path:
    """The shipped schemas with a version 2 of notice.withdrawn: a field more, a symbol more."""
    root = copytree(schemas_root(), tmp_path / "schemas")
    document = json.loads((root / "notice.withdrawn" / "1.avsc").read_text(encoding="utf-8"))
    add(document, type=["null", "string"], default=None)
    field(document, "reason")["type"]["symbols"].insert(0, "MERGED")
    (root / "notice.withdrawn" / "2.avsc").write_text(json.dumps(document), encoding="utf-8")
    append_new_versions(root)
    return root


def test_bytes_of_an_old_version_come_in_the_shape_of_the_latest(two_versions: Path) -> None:
    golden = (two_versions / "notice.withdrawn" / "1.replaced.golden").read_bytes()
    schema, datum = decode(load_catalogue(two_versions), golden)
    assert (1, "REPLACED", None) == (schema.version, datum["reason"], datum["added"])


def test_a_symbol_that_an_older_reader_lacks_is_read_as_unknown(two_versions: Path) -> None:
    newer = load_catalogue(two_versions)
    written = {"notice": "N-1", "version": 1, "reason": "MERGED", "replaced_by": None, "added": "x"}
    value = encode(newer.latest("notice.withdrawn"), written)
    datum = read(newer.latest("notice.withdrawn"), newer.schema("notice.withdrawn", 1), value)
    assert {"notice": "N-1", "version": 1, "reason": "UNKNOWN", "replaced_by": None} == datum


def test_json_goes_to_avro_and_back_unchanged_in_both_versions(two_versions: Path) -> None:
    catalogue = load_catalogue(two_versions)
    data = {"notice": "N-1", "version": 1, "reason": "REPLACED", "replaced_by": "N-2"}
    for schema in catalogue.versions("notice.withdrawn"):
        datum, faults = datum_from_json(schema, data)
        assert faults == ()
        assert data.items() <= json_from_datum(schema, datum).items()
