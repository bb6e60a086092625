"""The OpenAPI document: what Litestar cannot see by itself of publishing, and the shape of every refusal."""

import json
from dataclasses import dataclass
from typing import Any, Final

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    Example,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
    SecurityScheme,
)

from hub import __version__
from hub.gateway.problems import PROBLEM_JSON, PROBLEM_PREFIX, PROBLEMS
from hub.gateway.requests import BATCHED, BINARY, STRUCTURED
from hub.paths import schemas_root

_STRING: Final = Schema(type=OpenAPIType.STRING)
_TIME: Final = Schema(type=OpenAPIType.STRING, format="date-time")  # type: ignore[arg-type]  # the standard's name of the format

EVENT: Final = Schema(
    title="Event",
    description="A CloudEvent 1.0. `data` follows the Avro schema of `type`, served by the schema registry below.",
    type=OpenAPIType.OBJECT,
    required=["specversion", "id", "source", "type", "time", "subject", "data"],
    properties={
        "specversion": Schema(type=OpenAPIType.STRING, const="1.0"),
        "id": Schema(type=OpenAPIType.STRING, description="Yours; with `source` the idempotency key."),
        "source": Schema(type=OpenAPIType.STRING, description="The URN that your token was given for."),
        "type": Schema(type=OpenAPIType.STRING, description="A type of the contract, without version."),
        "time": Schema(type=OpenAPIType.STRING, description="When the fact occurred, RFC 3339 with offset."),
        "subject": Schema(type=OpenAPIType.STRING, description="Opaque reference of the situation or notice."),
        "dataschema": Schema(type=OpenAPIType.STRING, description="Schema and version; the latest by default."),
        "correlationid": Schema(type=OpenAPIType.STRING, description="The thread; `subject` by default."),
        "causationid": Schema(type=OpenAPIType.STRING, description="The event that caused this one."),
        "confidentiality": Schema(type=OpenAPIType.STRING, enum=["C0", "C1", "C2", "C3"]),
        "data": Schema(type=[OpenAPIType.OBJECT, OpenAPIType.NULL]),
    },
)
PROBLEM: Final = Schema(
    title="Problem",
    description="Problem details (RFC 9457). `errors` lists every fault of an event.",
    type=OpenAPIType.OBJECT,
    required=["type", "title", "status", "detail", "instance", "code"],
    properties={
        "type": Schema(type=OpenAPIType.STRING, enum=[PROBLEM_PREFIX + code for code in PROBLEMS]),
        "title": _STRING,
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": _STRING,
        "instance": _STRING,
        "code": Schema(type=OpenAPIType.STRING, enum=list(PROBLEMS)),
        "errors": Schema(
            type=OpenAPIType.ARRAY,
            items=Schema(
                type=OpenAPIType.OBJECT,
                required=["code", "pointer", "detail"],
                properties={
                    "code": _STRING,
                    "pointer": Schema(type=OpenAPIType.STRING, description="JSON pointer (RFC 6901) in the event."),
                    "detail": _STRING,
                },
            ),
        ),
        "outcome": Schema(type=OpenAPIType.STRING, enum=["OFF_HUB", "REJECTED"]),
        "instruction": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL]),
        "rejections": Schema(type=OpenAPIType.ARRAY, items=_STRING),
        "label": Schema(type=OpenAPIType.STRING, description="French, to be shown to the professional."),
    },
)
_ACCEPTED: Final = {
    "id": _STRING,
    "source": _STRING,
    "status": Schema(type=OpenAPIType.STRING, const="accepted"),
    "accepted_at": _TIME,
    "status_url": _STRING,
}
ACCEPTED: Final = Schema(
    title="Accepted", type=OpenAPIType.OBJECT, required=list(_ACCEPTED), properties=dict(_ACCEPTED)
)
ENTRIES: Final = Schema(
    title="BatchAnswer",
    description="One entry per event, in the order of the batch.",
    type=OpenAPIType.ARRAY,
    items=Schema(
        type=OpenAPIType.OBJECT,
        required=["index", "id", "source", "status", "http_status"],
        properties={
            **_ACCEPTED,
            "index": Schema(type=OpenAPIType.INTEGER),
            "id": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL]),
            "source": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL]),
            "status": Schema(type=OpenAPIType.STRING, enum=["accepted", "refused"]),
            "http_status": Schema(type=OpenAPIType.INTEGER),
            "problem": PROBLEM,
        },
    ),
)


def _codes(status: int) -> str:
    return ", ".join(problem.code for problem in PROBLEMS.values() if problem.status == status)


def problem_responses(*statuses: int) -> dict[str, OpenAPIResponse]:
    """The responses of these statuses: problem documents, with the codes that each status stands for."""
    responses = {}
    for status in statuses:
        response = OpenAPIResponse(description=_codes(status), content={PROBLEM_JSON: OpenAPIMediaType(schema=PROBLEM)})
        if status in {429, 503}:
            retry = Schema(type=OpenAPIType.INTEGER, description="Seconds to wait.")
            response.headers = {"Retry-After": OpenAPIHeader(schema=retry)}
        responses[str(status)] = response
    return responses


def _example() -> dict[str, Any]:
    path = min((schemas_root() / "notice.published").glob("*.json"))
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@dataclass
class PublishOperation(Operation):
    """The three HTTP modes of publishing, their answers and refusals."""

    def __post_init__(self) -> None:
        """Fill in what the handler's signature does not say."""
        event = _example()
        self.request_body = RequestBody(
            required=True,
            description=(
                "Structured mode: one event. Batched mode: an array. Binary mode: the data as body, the attributes as "
                "`ce-` headers, percent-encoded UTF-8."
            ),
            content={
                STRUCTURED: OpenAPIMediaType(schema=EVENT, examples={"notice": Example(value=event)}),
                BATCHED: OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.ARRAY, items=EVENT), examples={"notices": Example(value=[event])}
                ),
                BINARY: OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.OBJECT), examples={"notice": Example(value=event["data"])}
                ),
            },
        )
        many = OpenAPIMediaType(schema=ENTRIES)
        self.responses = {
            "202": OpenAPIResponse(
                description="Acknowledged by Kafka; a repeat gets the same answer. A batch: every event.",
                content={"application/json": OpenAPIMediaType(schema=Schema(one_of=[ACCEPTED, ENTRIES]))},
                headers={
                    "Location": OpenAPIHeader(schema=_STRING, description="Where the event stands; for one event.")
                },
            ),
            "207": OpenAPIResponse(
                description="A batch of which some events were accepted.", content={"application/json": many}
            ),
            **problem_responses(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
        }
        refused = self.responses["422"]
        if isinstance(refused, OpenAPIResponse) and refused.content is not None:
            refused.content["application/json"] = many


def openapi_config() -> OpenAPIConfig:
    """How the document is made; it is served at /openapi.json, without any page that loads scripts from elsewhere."""
    return OpenAPIConfig(
        title="Hub CAF – Département d'Ille-et-Vilaine",
        version=__version__,
        summary="Publish events, follow them, read the schemas.",
        path="/openapi.json",
        render_plugins=[JsonRenderPlugin(path="/")],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="A token per system, see docs/guides/credentials.md."
                )
            }
        ),
    )
