"""The golden bytes of the examples: what an example's data is in Avro, framed, kept beside it."""

import json
from pathlib import Path

from hub.wire.avro import encode
from hub.wire.json_data import datum_from_json
from hub.wire.schemas import PublishedSchema, read_lock, read_schema


def write_missing_golden(root: Path) -> list[Path]:
    """Write the golden bytes of every example that has none, and return the files written.

    Bytes that are there stay as they are, and an example that is no data of its version is left out: `hub schemas
    check` names both. Raises SchemasUnreadable.
    """
    written = []
    for line in read_lock(root):
        schema = read_schema(root, line)
        for example in sorted((root / line.type).glob(f"{line.version}.*.json")):
            golden = example.with_suffix(".golden")
            value = None if golden.exists() else _value(schema, example)
            if value is not None:
                golden.write_bytes(value)
                written.append(golden)
    return written


def _value(schema: PublishedSchema, example: Path) -> bytes | None:
    try:
        data = json.loads(example.read_text(encoding="utf-8"))["data"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    datum, faults = datum_from_json(schema, data)
    return None if faults else encode(schema, datum)
