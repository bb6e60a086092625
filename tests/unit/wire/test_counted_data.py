"""Whatever data a counted type may carry, counting it raises nothing: the intake never stumbles over a fact."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.events import EVENT_TYPES, Envelope
from hub.domain.indicators.facts import COUNTED, digest, fact_of, from_json, to_json
from hub.domain.indicators.increments import increments
from hub.domain.vocabulary import Confidentiality
from hub.wire.schemas import PublishedSchema
from tests.unit.wire.test_schemas_codec import SCHEMAS, data_of

_COUNTED: Final = [schema for schema in SCHEMAS if schema.type in COUNTED and EVENT_TYPES[schema.type].emitters]


@pytest.mark.parametrize("schema", _COUNTED, ids=lambda schema: f"{schema.type}-{schema.version}")
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_data_of_a_counted_type_gives_a_fact_that_can_be_kept_and_counted(
    schema: PublishedSchema, data: st.DataObject
) -> None:
    datum = data.draw(data_of(schema.parsed, schema.parsed["__named_schemas"]))
    moment = data.draw(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 -- bounds are naive
    envelope = Envelope("e", "urn:hub:caf35:si", schema.type, moment, "s", "s", Confidentiality.C1)
    fact = fact_of(envelope, datum, data.draw(st.sampled_from([None, {"outcome": "ROUTED", "routings": []}])), "1")

    if fact is not None:
        again = from_json(json.loads(json.dumps(to_json(fact))))
        assert (fact, digest(fact)) == (again, digest(again))
        assert all(increments([fact]).values())
