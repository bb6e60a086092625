"""The rows of a file of activity events: columns by name, an id that follows from the row, faults by column."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.activity.building import Values, build_event
from hub.domain.activity.field import Form
from hub.domain.activity.forms import FORMS
from hub.domain.activity.rows import CellFault, HeadingsInvalid, ReadRow, Row, columns, read_headings, read_rows
from hub.domain.french import without_bad_breaks

TERRITORY = load_territory()
NOW = datetime(2026, 11, 22, 21, tzinfo=UTC)
QUERY, TRAINING = FORMS["social_worker_query.received"], FORMS["training.held"]
CALL = FORMS["benefit_urgency.contacted"]
CAF = "urn:hub:caf35:si-social"
HEADINGS = ("date et heure", "origine", "nature")
ADVICE = ("12/03/2026 14:30", "mairie", "conseil")
LATER = ("13/03/2026 09:00", "CCAS", "orientation")


def read(
    *rows: tuple[str, ...],
    form: Form = QUERY,
    headings: tuple[str, ...] = HEADINGS,
    source: str = CAF,
    batch: str = "",
) -> list[ReadRow]:
    lines = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    return list(read_rows(form, read_headings(form, headings), lines, source, batch, NOW, TERRITORY))


def test_a_row_becomes_an_event() -> None:
    [row] = read(ADVICE)
    assert row.event is not None
    assert {
        "specversion": "1.0",
        "id": row.id,
        "source": CAF,
        "type": "social_worker_query.received",
        "time": "2026-03-12T14:30:00+01:00",
        "subject": row.event["subject"],
        "datacontenttype": "application/json",
        "data": {"origin": "TOWN_HALL", "nature": "ADVICE", "corrects": None},
    } == row.event


def test_columns_are_named_in_french_or_as_on_the_wire_in_any_order() -> None:
    [one] = read(ADVICE)
    [other] = read(("conseil", "", "mairie", "12/03/2026 14:30"), headings=("Nature", "corrects", "ORIGIN", "time"))
    assert one.event == other.event


UNUSABLE = {
    "an unknown column": ((*HEADINGS, "commentaire"), "colonnes inconnues : « commentaire »"),
    "two unknown columns": ((*HEADINGS, "a", "b"), "^colonnes inconnues : « a », « b »$"),
    "an unknown column and one missing": (
        (*HEADINGS[:2], "a"),
        "^colonnes inconnues : « a » ; colonnes manquantes : « nature »$",
    ),
    "a column that stands twice": ((*HEADINGS, "origin"), "colonnes données deux fois : « origine »"),
    "a column that is missing": (HEADINGS[:2], "colonnes manquantes : « nature »"),
}


@pytest.mark.parametrize(("headings", "sentence"), UNUSABLE.values(), ids=UNUSABLE)
def test_headings_that_would_lose_something_are_refused(headings: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(HeadingsInvalid, match=without_bad_breaks(sentence)):
        read_headings(QUERY, headings)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_template_is_a_first_line_that_is_understood(form: Form) -> None:
    template = tuple(field.column for field in columns(form))
    assert "référence" == template[-1]
    assert columns(form) == read_headings(form, template)


def test_an_empty_column_at_the_end_is_read_past_and_a_filled_one_is_refused() -> None:
    good, bad = read((*ADVICE, ""), (*LATER, "perdu"), headings=(*HEADINGS, ""))
    assert good.event is not None
    assert (CellFault("", "une cellule est remplie dans une colonne sans nom"),) == bad.faults


def test_every_fault_of_a_row_is_told_by_its_column_and_the_other_rows_stand() -> None:
    bad, good = read(("hier", "", "bavardage", "de trop"), ADVICE)
    assert ["", "origine", "nature", "date et heure"] == [fault.column for fault in bad.faults]
    assert (2, None, "") == (bad.line, bad.event, bad.id)
    assert "une valeur est attendue" == bad.faults[1].reason
    assert good.event is not None


def test_a_time_to_come_is_refused_and_today_is_not() -> None:
    tomorrow, today = read(("23/11/2026", *ADVICE[1:]), ("22/11/2026 23:30", *ADVICE[1:]))
    assert (CellFault("date et heure", "ce jour est à venir : on enregistre ce qui a eu lieu"),) == tomorrow.faults
    assert today.event is not None


def test_a_field_that_has_no_sense_with_another_must_be_empty() -> None:
    headings = ("time", "means", "line_open", "reached", "out_of_scope", "benefit_kind", "duration_minutes")
    line = ("12/03/2026", "ligne téléphonique directe", "oui", "oui", "non", "RSA", "7")
    form = ("12/03/2026", "CDAP_FORM", "non", "oui", "non", "AAH", "7")
    good, bad = read(line, form, form=CALL, headings=headings)
    assert good.event is not None
    assert ("C1", good.event["subject"]) == (good.event["confidentiality"], good.event["data"]["situation"])
    [fault] = bad.faults
    assert ("durée en minutes", True) == (fault.column, "vu « moyen »" in fault.reason)


def test_what_depends_on_a_field_that_cannot_be_read_is_not_said_to_have_no_sense() -> None:
    headings = ("time", "means", "line_open", "reached", "out_of_scope", "benefit_kind", "duration_minutes")
    [row] = read(("12/03/2026", "pigeon", "oui", "oui", "non", "RSA", "7"), form=CALL, headings=headings)
    assert ["moyen"] == [fault.column for fault in row.faults]


def test_an_epci_of_a_row_is_one_of_the_territory() -> None:
    headings = ("kind", "held_on", "participation", "EPCI")
    [row] = read(("réseau local", "03/02/2026", "CAF", "243500139"), form=FORMS["meeting.held"], headings=headings)
    assert row.event is not None
    assert ["243500139"] == row.event["data"]["epci"]


def test_the_time_of_a_session_is_of_its_day() -> None:
    headings = ("kind", "held_on", "heure", "participants")
    at_noon, at_two, other = read(
        ("CDAP_WORKSHOP", "03/02/2026", "", "14"),
        ("CDAP_WORKSHOP", "03/02/2026", "14 h", "14"),
        ("CDAP_WORKSHOP", "03/02/2026", "04/02/2026 14:00", "14"),
        form=TRAINING,
        headings=headings,
    )
    assert at_noon.event is not None
    assert at_two.event is not None
    assert "2026-02-03T12:00:00+01:00" == at_noon.event["time"]
    assert "2026-02-03T14:00:00+01:00" == at_two.event["time"]
    assert (CellFault("heure", "ce n’est pas le jour donné"),) == other.faults


def test_of_a_day_that_cannot_be_read_nothing_else_is_said() -> None:
    headings = ("kind", "held_on", "heure", "participants")
    [row] = read(("CDAP_WORKSHOP", "30/02/2026", "14 h", "14"), form=TRAINING, headings=headings)
    assert ["jour"] == [fault.column for fault in row.faults]


def test_the_id_follows_from_what_the_row_says_not_from_how_it_is_written() -> None:
    [one], [other] = read(ADVICE), read(("2026-03-12T13:30:00Z", "TOWN_HALL", "Conseil"))
    assert one.id == other.id


def test_the_ids_of_a_file_that_was_imported_stay_those_of_the_version_that_imported_it() -> None:
    """Another id would count the facts of every file a second time; each was worked out once and written down here."""
    first, second = read(ADVICE, ADVICE)
    [of_march] = read(ADVICE, batch="mars, première liste")
    [session] = read(
        ("CDAP_WORKSHOP", "03/02/2026", "", "CDAS-07", "14"),
        form=TRAINING,
        headings=("kind", "held_on", "heure", "cdas", "participants"),
    )
    assert [
        "row-5498c3ea8d37ee7f9b50a428",
        "row-49a71f17a8164b49869f8d64",
        "row-4f945e2155141403d505161e",
        "row-1e618b0564aa9d18129e5504",
    ] == [first.id, second.id, of_march.id, session.id]
    assert first.event is not None
    assert "A-f22c732c9e2bc89871b44248" == first.event["subject"]


def test_what_an_event_does_not_say_is_null_and_a_list_is_empty() -> None:
    values: Values = {"kind": "CDAP_WORKSHOP", "held_on": "2026-02-03", "participants": 14}
    data = build_event(TRAINING, values, CAF, "t-1")["data"]
    assert {"cdas": [], "site": None, "audience_size": None, "corrects": None} == {
        name: held for name, held in data.items() if name not in values
    }


def test_rows_that_say_the_same_are_several_events() -> None:
    first, second, third = read(ADVICE, LATER, ADVICE)[0], *read(ADVICE, ADVICE, ADVICE)[1:]
    assert 3 == len({first.id, second.id, third.id})
    assert read(ADVICE, LATER, ADVICE)[2].id == second.id


def test_another_source_another_batch_another_type_has_other_ids() -> None:
    ids = {read(ADVICE)[0].id, read(ADVICE, batch="mars")[0].id, read(ADVICE, source="urn:hub:cd35:si")[0].id}
    assert 3 == len(ids)


def test_a_row_may_bring_its_own_id_once() -> None:
    headings = (*HEADINGS, "référence")
    own, again, derived = read((*ADVICE, "I-1"), (*LATER, "I-1"), (*ADVICE, ""), headings=headings)
    twice = CellFault("référence", "même référence qu’à la ligne 2")
    assert ("I-1", 3, (twice,)) == (own.id, again.line, again.faults)
    assert ((), 4) == (derived.faults, derived.line)
    assert read(ADVICE)[0].id == derived.id


def test_the_id_of_a_row_is_called_after_the_wire_or_in_french_and_is_no_sentence() -> None:
    [named], [refused] = (
        read((*ADVICE, "I-1"), headings=(*HEADINGS, "id")),
        read((*ADVICE, "à voir"), headings=(*HEADINGS, "référence")),
    )
    assert "I-1" == named.id
    [fault] = refused.faults
    assert ("référence", True) == (fault.column, fault.reason.startswith("un identifiant a de 1 à 128 lettres"))


def test_a_line_that_cannot_be_read_is_refused_alone() -> None:
    rows = [Row(2, fault="illisible"), Row(3, ADVICE)]
    bad, good = read_rows(QUERY, read_headings(QUERY, HEADINGS), rows, CAF, "", NOW, TERRITORY)
    assert ((CellFault("", "illisible"),), True) == (bad.faults, good.event is not None)


ROWS = st.lists(st.sampled_from([ADVICE, LATER, ("12/03/2026 14:30", "CCAS", "conseil")]), max_size=12)


@given(rows=ROWS, data=st.data())
def test_the_ids_of_a_file_do_not_depend_on_its_order(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    """Reordered, the file has the same events; with rows added, the same ones and the new."""
    shuffled = data.draw(st.permutations(rows))
    ids = [row.id for row in read(*rows)]
    assert len(ids) == len(set(ids))
    assert set(ids) == {row.id for row in read(*shuffled)}
    assert set(ids) < {row.id for row in read(*rows, ADVICE)}
