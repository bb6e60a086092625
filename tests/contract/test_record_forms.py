"""The forms of `hub record` against the published schemas: the same fields, lists and bounds, in French."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.data import load_territory
from hub.domain.activity.building import Values, build_event, field_faults
from hub.domain.activity.field import LISTS, TIME, Field, Form, Kind
from hub.domain.activity.forms import FORMS
from hub.domain.activity.reading import read_value
from hub.domain.events import EVENT_TYPES
from hub.domain.french import without_bad_breaks
from hub.domain.vocabulary import Kind as Family
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

CATALOGUE = load_catalogue()
NOW = datetime(2026, 11, 22, 21, tzinfo=UTC)
FIELDS = [(form, field) for form in FORMS.values() for field in form.fields if field.name != TIME]
EACH_FIELD = pytest.mark.parametrize(
    ("form", "field"), FIELDS, ids=[f"{form.type}.{field.name}" for form, field in FIELDS]
)
EXAMPLES = {
    Kind.DATE: "12/03/2026",
    Kind.MOMENT: "12/03/2026 14:30",
    Kind.WHOLE: "5",
    Kind.DECIMAL: "22,5",
    Kind.CODE: "CODE_1",
    Kind.CODES: "CODE_1 | CODE_2",
    Kind.ONE_CDAS: "CDAS-07",
    Kind.CDAS: "CDAS-07 | CDAS-12",
    Kind.EPCI: "243500139",
    Kind.TEXT: "Tout va mieux.",
    Kind.REFERENCE: "row-1",
}


def schema_field(form: Form, name: str) -> dict[str, Any]:
    [found] = [field for field in CATALOGUE.latest(form.type).parsed["fields"] if field["name"] == name]
    return dict(found)


def other_branch(field: dict[str, Any]) -> Any:
    kind = field["type"]
    return next(branch for branch in kind if branch != "null") if isinstance(kind, list) else kind


def example(form: Form, *, every: bool) -> Values:
    values: dict[str, Any] = {}
    for field in form.fields:
        given = field.options[0].label if field.options else EXAMPLES[field.kind]
        if field.name == "year":
            given = "2026"
        elif field.name == TIME and form.day is not None:
            given = "14:30"
        kept = (every or not field.optional) and field.applies(values)
        values[field.name] = read_value(field, given if kept else "", load_territory())
    return values


def test_every_activity_event_can_be_recorded() -> None:
    activity = {row.name for row in EVENT_TYPES.values() if row.kind is Family.ACTIVITY}
    assert activity | {"benefit_urgency.contacted"} == set(FORMS)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_has_the_fields_of_its_schema(form: Form) -> None:
    names = {field["name"] for field in CATALOGUE.latest(form.type).parsed["fields"]}
    assert names == {field.name for field in form.fields} - {TIME} | ({"situation"} if form.alone else set())


@EACH_FIELD
def test_what_may_be_left_empty_may_be_null_on_the_wire(form: Form, field: Field) -> None:
    found = schema_field(form, field.name)
    assert isinstance(found["type"], list) == (field.optional and not field.many)


@EACH_FIELD
def test_a_list_is_an_array_and_choices_are_all_symbols(form: Form, field: Field) -> None:
    kind = other_branch(schema_field(form, field.name))
    array = isinstance(kind, dict) and kind["type"] == "array"
    assert array == (field.kind in LISTS)
    named = kind["items"] if array else kind
    named = CATALOGUE.latest(form.type).parsed["__named_schemas"].get(named, named) if isinstance(named, str) else named
    symbols = set(named["symbols"]) - {"UNKNOWN"} if isinstance(named, dict) and named["type"] == "enum" else None
    assert (symbols is not None) == (field.kind in (Kind.CHOICE, Kind.CHOICES))
    assert symbols is None or symbols == {option.value for option in field.options}


@EACH_FIELD
def test_no_number_passes_that_the_schema_refuses(form: Form, field: Field) -> None:
    found = schema_field(form, field.name)
    assert field.kind not in (Kind.WHOLE, Kind.DECIMAL) or field.least >= found["minimum"]
    assert "maximum" not in found or field.most <= found["maximum"]


@pytest.mark.parametrize("every", [False, True], ids=["least", "everything"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_event_is_one_that_the_hub_accepts(form: Form, *, every: bool) -> None:
    values = example(form, every=every)
    assert [] == list(field_faults(form, values, NOW))
    event = build_event(form, values, "urn:hub:caf35:si-partenaires", "record-1")
    received = EventReader(CATALOGUE, load_territory()).from_json(event)
    assert ("C1", event["subject"]) == (received.envelope.confidentiality.value, received.envelope.correlationid)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_columns_differ_and_their_french_is_typeset(form: Form) -> None:
    assert len(form.fields) == len({field.column for field in form.fields})
    texts = [form.title, form.about, *(text for field in form.fields for text in (field.text, field.help))]
    assert [] == [text for text in texts if text != without_bad_breaks(text) or "'" in text]
