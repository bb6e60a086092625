"""/registry: the read part of the Confluent Schema Registry API, so that any Avro-aware Kafka tool reads our topics.

Schemas are public: no token is asked for. Nothing can be registered here; a lookup of a schema that is published
works, since serialisers do it before they write.
"""

import json
from typing import Any, Final

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from hub.wire.schemas import Catalogue, PublishedSchema, UnknownSchema

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_MOST_BODY: Final = 1_048_576

_SUBJECT_UNKNOWN: Final = (404, 40401, "Subject not found.")
_VERSION_UNKNOWN: Final = (404, 40402, "Version not found.")
_SCHEMA_UNKNOWN: Final = (404, 40403, "Schema not found.")
_VERSION_INVALID: Final = (422, 42202, "The version is a positive integer or `latest`.")
_SCHEMA_INVALID: Final = (422, 42201, "The schema is not Avro in JSON.")
_READ_ONLY: Final = (405, 40501, "This registry is read only: schemas are published with the product.")


def _answer(value: Any) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value),
        status_code=200,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "public, max-age=300"},
    )


def _error(error: tuple[int, int, str]) -> Response[bytes]:
    status, code, message = error
    return Response(
        msgspec.json.encode({"error_code": code, "message": message}), status_code=status, media_type=MEDIA_TYPE
    )


def _catalogue(request: Request[Any, Any, Any]) -> Catalogue:
    catalogue: Catalogue = request.app.state.parts.catalogue
    return catalogue


def _by_id(request: Request[Any, Any, Any], schema_id: str) -> PublishedSchema | None:
    try:
        return _catalogue(request).by_id(int(schema_id))
    except (ValueError, UnknownSchema):
        return None


def _versions(request: Request[Any, Any, Any], subject: str) -> list[PublishedSchema]:
    found = [schema for schema in _catalogue(request) if schema.subject == subject]
    return sorted(found, key=lambda schema: schema.version)


def _find(request: Request[Any, Any, Any], subject: str, version: str) -> PublishedSchema | tuple[int, int, str]:
    versions = _versions(request, subject)
    if not versions:
        return _SUBJECT_UNKNOWN
    if version in {"latest", "-1"}:
        return versions[-1]
    if not version.isdecimal() or int(version) < 1:
        return _VERSION_INVALID
    return next((schema for schema in versions if schema.version == int(version)), _VERSION_UNKNOWN)


def _described(schema: PublishedSchema) -> dict[str, Any]:
    return {
        "subject": schema.subject,
        "version": schema.version,
        "id": schema.id,
        "schemaType": "AVRO",
        "schema": schema.text,
    }


@get("/schemas/ids/{schema_id:str}")
async def schema_by_id(request: Request[Any, Any, Any], schema_id: FromPath[str]) -> Response[bytes]:
    """The schema of an id: what a reader of a framed record asks for."""
    schema = _by_id(request, schema_id)
    return _error(_SCHEMA_UNKNOWN) if schema is None else _answer({"schema": schema.text})


@get("/schemas/ids/{schema_id:str}/schema")
async def bare_schema_by_id(request: Request[Any, Any, Any], schema_id: FromPath[str]) -> Response[bytes]:
    """The same, without wrapping."""
    schema = _by_id(request, schema_id)
    return _error(_SCHEMA_UNKNOWN) if schema is None else _bare(schema)


@get("/schemas/ids/{schema_id:str}/versions")
async def versions_of_id(request: Request[Any, Any, Any], schema_id: FromPath[str]) -> Response[bytes]:
    """The subject and version of an id."""
    schema = _by_id(request, schema_id)
    if schema is None:
        return _error(_SCHEMA_UNKNOWN)
    return _answer([{"subject": schema.subject, "version": schema.version}])


@get("/schemas/ids/{schema_id:str}/subjects")
async def subjects_of_id(request: Request[Any, Any, Any], schema_id: FromPath[str]) -> Response[bytes]:
    """The subjects that use an id: always one."""
    schema = _by_id(request, schema_id)
    return _error(_SCHEMA_UNKNOWN) if schema is None else _answer([schema.subject])


@get("/schemas/types")
async def schema_types() -> Response[bytes]:
    """The kinds of schema served."""
    return _answer(["AVRO"])


@get("/subjects")
async def subjects(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every subject: the full name of each record."""
    return _answer(list(_catalogue(request).subjects()))


@get("/subjects/{subject:str}/versions")
async def subject_versions(request: Request[Any, Any, Any], subject: FromPath[str]) -> Response[bytes]:
    """The versions of a subject."""
    versions = _versions(request, subject)
    return _answer([schema.version for schema in versions]) if versions else _error(_SUBJECT_UNKNOWN)


@get("/subjects/{subject:str}/versions/{version:str}")
async def subject_version(
    request: Request[Any, Any, Any], subject: FromPath[str], version: FromPath[str]
) -> Response[bytes]:
    """One version of a subject, by number or `latest`."""
    found = _find(request, subject, version)
    return _error(found) if isinstance(found, tuple) else _answer(_described(found))


@get("/subjects/{subject:str}/versions/{version:str}/schema")
async def bare_subject_version(
    request: Request[Any, Any, Any], subject: FromPath[str], version: FromPath[str]
) -> Response[bytes]:
    """The schema alone."""
    found = _find(request, subject, version)
    return _error(found) if isinstance(found, tuple) else _bare(found)


def _bare(schema: PublishedSchema) -> Response[bytes]:
    return Response(schema.text.encode(), media_type=MEDIA_TYPE, headers={"Cache-Control": "public, max-age=300"})


@post("/subjects/{subject:str}", request_max_body_size=_MOST_BODY)
async def lookup(request: Request[Any, Any, Any], subject: FromPath[str]) -> Response[bytes]:
    """The id and version of a schema that is already published under this subject."""
    versions = _versions(request, subject)
    if not versions:
        return _error(_SUBJECT_UNKNOWN)
    asked = await _asked_schema(request)
    if asked is None:
        return _error(_SCHEMA_INVALID)
    found = next((schema for schema in versions if schema.document == asked), None)
    return _error(_SCHEMA_UNKNOWN) if found is None else _answer(_described(found))


@post("/subjects/{subject:str}/versions", request_max_body_size=_MOST_BODY)
async def register(request: Request[Any, Any, Any], subject: FromPath[str]) -> Response[bytes]:
    """Answer the id of a schema that is already published; anything new is refused, the registry is read only."""
    asked = await _asked_schema(request)
    found = next((schema for schema in _versions(request, subject) if schema.document == asked), None)
    return _error(_READ_ONLY) if found is None else _answer({"id": found.id})


async def _asked_schema(request: Request[Any, Any, Any]) -> Any:
    try:
        return json.loads(json.loads(await request.body())["schema"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


@get(["/config", "/config/{subject:str}"])
async def config() -> Response[bytes]:
    """The compatibility that the published schemas hold, proved by `hub schemas check`."""
    return _answer({"compatibilityLevel": "FULL_TRANSITIVE"})


@get("/mode")
async def mode() -> Response[bytes]:
    """Say that this registry is read only."""
    return _answer({"mode": "READONLY"})


HANDLERS = [
    schema_by_id,
    bare_schema_by_id,
    versions_of_id,
    subjects_of_id,
    schema_types,
    subjects,
    subject_versions,
    subject_version,
    bare_subject_version,
    lookup,
    register,
    config,
    mode,
]
ROUTES = [Router("/registry", route_handlers=HANDLERS, tags=["schema registry"])]
