"""The beginning of a decision record says what the whole of it says, or refuses it for the same reason."""

import pytest

from hub.bench.history import History
from hub.domain.indicators.facts import COUNTED
from hub.errors import HubError
from hub.wire.avro import decode, encode
from hub.wire.decision_heads import LAST_READ, HeadReader
from hub.wire.decisions import read_decision
from hub.wire.faults import EventInvalid
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
READER = HeadReader(CATALOGUE)
VALUES = [value for _, value in History(CATALOGUE).records(0, 3_000)]


def test_everything_up_to_the_routings_is_read_as_the_whole_record_reads_it() -> None:
    types = set()
    for value in VALUES:
        whole, head = read_decision(CATALOGUE, value), READER.read(value)
        types.add(whole["envelope"]["type"])
        assert list(whole)[: list(whole).index("decision") + 1] == list(head)
        decided, beginning = whole.pop("decision"), head.pop("decision")
        assert {name: whole[name] for name in head} == head
        if decided is None:
            assert beginning is None
        else:
            assert LAST_READ == list(beginning)[-1]
            assert {name: decided[name] for name in beginning} == beginning
    assert len(types & COUNTED) > 10


def test_a_record_that_is_cut_off_or_damaged_is_refused_as_the_whole_is() -> None:
    value = next(value for value in VALUES if READER.read(value)["decision"])
    for end in range(len(value) // 3):
        with pytest.raises(EventInvalid) as whole:
            read_decision(CATALOGUE, value[:end])
        with pytest.raises(EventInvalid) as head:
            READER.read(value[:end])
        assert whole.value.faults == head.value.faults


def test_a_value_of_another_type_is_none_of_the_routers() -> None:
    data = {"sequence": 1}
    value = encode(CATALOGUE.latest("heartbeat.sent"), data)
    assert decode(CATALOGUE, value)[1] == data
    with pytest.raises(HubError, match="none of the router's"):
        READER.read(value)
