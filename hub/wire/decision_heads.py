"""The beginning of a record of hub.decisions: envelope, origin, event, outcome and routings, and nothing after them.

An Avro record is its fields one after the other, so that whoever counts need not read the explanation, the most of it.
"""

from io import BytesIO
from typing import Any, Final, cast

from fastavro import schemaless_reader

from hub.errors import HubError
from hub.wire.avro import PREFIX_LENGTH, UNREADABLE, decode
from hub.wire.decisions import TYPE
from hub.wire.schemas import Catalogue, PublishedSchema

LAST_READ: Final = "routings"
"""The last field of the decision that is read; `decision` is the last of the record."""


class HeadReader:
    """Reads beginnings; `decision` holds the fields of `routing.decided` as far as `routings`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._heads = {schema.prefix: _head(schema) for schema in catalogue.versions(TYPE)}

    def read(self, value: bytes) -> dict[str, Any]:
        """The beginning as plain data. Raises WireFault and HubError as `read_decision` does."""
        head = self._heads.get(value[:PREFIX_LENGTH])
        if head is not None:
            stream = BytesIO(value)
            stream.seek(PREFIX_LENGTH)
            try:
                return cast("dict[str, Any]", schemaless_reader(stream, head, None))
            except UNREADABLE:
                pass  # reading all of it says what is wrong, and where
        decode(self._catalogue, value)
        message = "This record of hub.decisions is none of the router's."
        raise HubError(message, "Only the router may write to hub.decisions; check the topic's ACL.")


def _head(schema: PublishedSchema) -> dict[str, Any]:
    """The schema cut off: what stands before a cut never refers to a type that is defined after it."""
    fields = {field["name"]: field for field in schema.strict["fields"]}
    absent, decided = fields["decision"]["type"][:2]
    names = [field["name"] for field in decided["fields"]]
    decided = {**decided, "fields": decided["fields"][: names.index(LAST_READ) + 1]}
    fields["decision"] = {**fields["decision"], "type": [absent, decided]}
    kept = list(fields.values())[: list(fields).index("decision") + 1]
    return {**schema.strict, "fields": kept}
