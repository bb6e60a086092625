"""Framed Avro: one byte 0, the schema id in four bytes (big-endian), then the datum in Avro binary.

This is the framing of the Confluent Schema Registry, so that every Avro-aware Kafka tool reads our topics.
The hot path of the router passes here: a good value costs one call of fastavro, a bad one is walked again, slowly,
to say what is wrong and where.
"""

from io import BytesIO
from typing import Any, cast

from fastavro import schemaless_reader, schemaless_writer
from fastavro.read import SchemaResolutionError
from fastavro.schema import UnknownType

from hub.wire.avro_diagnosis import diagnose
from hub.wire.faults import WireFault
from hub.wire.schemas import Catalogue, PublishedSchema, UnknownSchema

PREFIX_LENGTH = 5

# What fastavro raises on bytes that do not fit the schema; anything else is a fault of ours and goes through.
UNREADABLE = (
    EOFError,  # the bytes end too early, or a length is negative
    LookupError,  # an index of an enum or of a union outside its list; a varint that never ends
    ValueError,  # not UTF-8; a date outside the years 1 to 9999
    OverflowError,  # a date far outside them
    UnknownType,
    SchemaResolutionError,
)


def encode(schema: PublishedSchema, datum: dict[str, Any]) -> bytes:
    """Frame and write a datum.

    Raises ValueError, TypeError or OverflowError when the datum does not have the schema's shape: it was checked before
    (`datum_from_json`), so this is a fault of the caller.
    """
    stream = BytesIO()
    stream.write(schema.prefix)
    schemaless_writer(stream, schema.parsed, datum)
    return stream.getvalue()


def decode(catalogue: Catalogue, value: bytes) -> tuple[PublishedSchema, dict[str, Any]]:
    """Read a framed value: the schema it was written with, and its datum in the shape of that type's latest version.

    Dates come as `datetime.date`, enums as strings, `bytes` as bytes. Raises `WireFault` with one of the codes
    NOT_FRAMED, UNKNOWN_SCHEMA_ID, AVRO_TRUNCATED, AVRO_TRAILING_BYTES, AVRO_INVALID, and nothing else.
    """
    if len(value) < PREFIX_LENGTH or value[0] != 0:
        raise WireFault("NOT_FRAMED", "/data", "The value must begin with byte 0 and a schema id of four bytes.")
    try:
        schema = catalogue.by_id(int.from_bytes(value[1:PREFIX_LENGTH], "big"))
    except UnknownSchema as error:
        raise WireFault("UNKNOWN_SCHEMA_ID", "/data", "No schema is published under the id of the value.") from error
    return schema, read(schema, catalogue.latest(schema.type), value)


def read(writer: PublishedSchema, reader: PublishedSchema, value: bytes) -> dict[str, Any]:
    """Read a framed value written with `writer` into the shape of `reader`, another version of the same type.

    Raises `WireFault` as `decode` does; the framing itself is not looked at.
    """
    stream = BytesIO(value)
    stream.seek(PREFIX_LENGTH)
    try:
        datum = schemaless_reader(stream, writer.strict, None if reader is writer else reader.parsed)
    except UNREADABLE as error:
        raise diagnose(writer.parsed, value[PREFIX_LENGTH:]) from error
    if stream.tell() != len(value):
        raise WireFault("AVRO_TRAILING_BYTES", "/data", "The value goes on after the end of its datum.")
    return cast("dict[str, Any]", datum)
