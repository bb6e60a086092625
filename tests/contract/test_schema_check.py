"""`hub schemas check`: what ships passes, and every way in which a schema can break its promise is seen."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli.schemas import app
from hub.paths import schemas_root
from hub.wire.schema_check import check_schemas
from hub.wire.schema_lock import append_new_versions
from hub.wire.schemas import SchemasUnreadable, load_catalogue, read_lock

NOTICE = "notice.published"
EVENT_TYPES = [
    "notice.published",
    "notice.corrected",
    "notice.withdrawn",
    "referral.requested",
    "referral.confirmed",
    "referral.concluded",
    "handover.requested",
    "handover.accepted",
    "handover.refused",
    "handover.postponed",
    "handover.completed",
    "joint_intervention.requested",
    "joint_intervention.validated",
    "joint_intervention.refused",
    "joint_intervention.ended",
    "continuity.asked",
    "continuity.answered",
    "benefit_urgency.reported",
    "benefit_urgency.contacted",
    "benefit_urgency.handled",
    "social_urgency.reported",
    "social_urgency.taken_in_charge",
    "child_protection.reported",
    "cdap_message.received",
    "social_worker_query.received",
    "training.held",
    "meeting.held",
    "field_feedback.submitted",
    "contact.changed",
    "absence.declared",
    "calendar.changed",
    "routing.decided",
    "delivery.status_changed",
    "event.rejected",
    "heartbeat.sent",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copytree(schemas_root(), tmp_path / "schemas")


def publish_version_2(root: Path, change: Callable[[dict[str, Any]], None], type_: str = NOTICE) -> None:
    """Write version 2 of a type, changed from version 1, with the same examples, and append it to the lock."""
    folder = root / type_
    document = json.loads((folder / "1.avsc").read_text(encoding="utf-8"))
    change(document)
    (folder / "2.avsc").write_text(json.dumps(document), encoding="utf-8")
    for example in folder.glob("1.*.json"):
        (folder / example.name.replace("1.", "2.", 1)).write_bytes(example.read_bytes())
    append_new_versions(root)


def codes(root: Path) -> set[str]:
    return {finding.code for finding in check_schemas(root)}


def field(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["fields"] if each["name"] == name)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def relock(root: Path) -> None:
    """Lock the files as they are: for faults that the lock would hide."""
    (root / "published.lock").write_text("", encoding="utf-8")
    append_new_versions(root)


def test_what_ships_keeps_every_promise() -> None:
    assert check_schemas(schemas_root()) == []


def test_every_event_type_of_the_contract_has_a_schema_under_its_own_name() -> None:
    events = {schema.subject for schema in load_catalogue() if not schema.subject.startswith("hub.")}
    assert set(EVENT_TYPES) == events


def drop_file(root: Path) -> None:
    (root / NOTICE / "1.avsc").unlink()


def repeat_an_id(root: Path) -> None:
    edit(root / "published.lock", "\n2 ", "\n1 ")


def repeat_a_line(root: Path) -> None:
    lock = root / "published.lock"
    last = lock.read_text(encoding="utf-8").splitlines()[-1].split(" ", 1)[1]
    lock.write_text(lock.read_text(encoding="utf-8") + f"900 {last}\n", encoding="utf-8")


def skip_a_version(root: Path) -> None:
    (root / NOTICE / "3.avsc").write_bytes((root / NOTICE / "1.avsc").read_bytes())
    append_new_versions(root)


def drop_a_doc(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", '"doc": "Day of publication. Calendar date, Europe/Paris."', '"doc": " "')
    relock(root)


def drop_the_fallback(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", ', "UNKNOWN"],\n        "default": "UNKNOWN"', "]")
    relock(root)


def rename_the_record(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", '"name": "published"', '"name": "announced"')
    relock(root)


def no_schema_at_all(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", '"type": "int"', '"type": "integer"')
    relock(root)


def redefine_a_shared_type(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", '"symbols": ["CAF", "CD35", "UNKNOWN"]', '"symbols": ["CAF", "MSA", "UNKNOWN"]')
    relock(root)


def drop_examples(root: Path) -> None:
    for path in (root / "heartbeat.sent").glob("1.*.*"):
        path.unlink()


def spoil_an_example(root: Path) -> None:
    edit(root / "heartbeat.sent" / "1.first.json", '"sequence": 0', '"sequence": -1')


def mistype_an_example(root: Path) -> None:
    edit(root / "heartbeat.sent" / "1.first.json", '"type": "heartbeat.sent"', '"type": "heartbeat.felt"')


def break_json(root: Path) -> None:
    edit(root / "heartbeat.sent" / "1.first.json", "{", "")


def spoil_golden_bytes(root: Path) -> None:
    (root / "heartbeat.sent" / "1.first.golden").write_bytes(b"\x00\x00\x00\x00\x26\x02")


def orphan_golden_bytes(root: Path) -> None:
    (root / "heartbeat.sent" / "1.second.golden").write_bytes(b"\x00")


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "PUBLISHED_FILE_CHANGED": lambda root: edit(root / NOTICE / "1.avsc", "Day of publication", "The day"),
    "PUBLISHED_FILE_MISSING": drop_file,
    "FILE_NOT_IN_LOCK": lambda root: (root / NOTICE / "2.avsc").write_text("{}", encoding="utf-8"),
    "LOCK_UNREADABLE": lambda root: edit(root / "published.lock", "1 notice", "one notice"),
    "LOCK_ID_REUSED": repeat_an_id,
    "LOCK_LINE_TWICE": repeat_a_line,
    "VERSION_GAP": skip_a_version,
    "DOC_MISSING": drop_a_doc,
    "ENUM_WITHOUT_UNKNOWN": drop_the_fallback,
    "NAME_NOT_TYPE": rename_the_record,
    "SCHEMA_INVALID": no_schema_at_all,
    "SHARED_TYPE_DIFFERS": redefine_a_shared_type,
    "EXAMPLE_MISSING": drop_examples,
    "EXAMPLE_INVALID": spoil_an_example,
    "EXAMPLE_UNREADABLE": break_json,
    "GOLDEN_DIFFERS": spoil_golden_bytes,
    "GOLDEN_WITHOUT_EXAMPLE": orphan_golden_bytes,
}


@pytest.mark.parametrize(("code", "tamper"), TAMPERINGS.items(), ids=TAMPERINGS)
def test_a_broken_promise_is_found(root: Path, code: str, tamper: Callable[[Path], object]) -> None:
    tamper(root)
    assert code in codes(root)


def test_an_example_of_another_type_is_found(root: Path) -> None:
    mistype_an_example(root)
    assert codes(root) == {"EXAMPLE_INVALID"}


def test_a_new_version_that_every_other_reads_is_only_asked_for_its_golden_bytes(root: Path) -> None:
    def add_what_others_can_do_without(document: dict[str, Any]) -> None:
        contact = {"name": "question_to", "type": ["null", "string"], "default": None, "doc": "Whom to ask."}
        document["fields"].append(contact)
        field(document, "impacts")["type"]["items"]["symbols"].insert(0, "ACCESS")

    publish_version_2(root, add_what_others_can_do_without)
    assert codes(root) == {"GOLDEN_DIFFERS", "SHARED_TYPE_DIFFERS"}


def add_a_required_field(document: dict[str, Any]) -> None:
    document["fields"].append({"name": "urgent", "type": "boolean", "doc": "New."})


def drop_a_required_field(document: dict[str, Any]) -> None:
    document["fields"].remove(field(document, "title"))


def make_a_number_text(document: dict[str, Any]) -> None:
    field(document, "version")["type"] = "string"


def make_a_date_a_bare_number(document: dict[str, Any]) -> None:
    field(document, "published_on")["type"] = "int"


def allow_null(document: dict[str, Any]) -> None:
    field(document, "title")["type"] = ["null", "string"]


INCOMPATIBLE = {
    "required-field-added": (add_a_required_field, "NOT_BACKWARD_COMPATIBLE"),
    "required-field-dropped": (drop_a_required_field, "NOT_FORWARD_COMPATIBLE"),
    "type-changed": (make_a_number_text, "NOT_BACKWARD_COMPATIBLE"),
    "date-becomes-number": (make_a_date_a_bare_number, "NOT_BACKWARD_COMPATIBLE"),
    "null-allowed": (allow_null, "NOT_FORWARD_COMPATIBLE"),
}


@pytest.mark.parametrize(("change", "code"), INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_an_incompatible_version_is_found(root: Path, change: Callable[[dict[str, Any]], None], code: str) -> None:
    publish_version_2(root, change)
    assert code in codes(root)


def test_compatibility_reaches_back_to_the_first_version_and_not_only_to_the_last(root: Path) -> None:
    """Version 2 drops a field with a default, version 3 brings it back as text: 2 and 3 agree, 1 and 3 do not."""
    publish_version_2(
        root, lambda document: document["fields"].remove(field(document, "replaced_by")), "notice.withdrawn"
    )
    document = json.loads((root / "notice.withdrawn" / "1.avsc").read_text(encoding="utf-8"))
    field(document, "replaced_by")["type"] = ["null", "int"]
    (root / "notice.withdrawn" / "3.avsc").write_text(json.dumps(document), encoding="utf-8")
    append_new_versions(root)
    details = [finding.detail for finding in check_schemas(root) if "COMPATIBLE" in finding.code]
    assert any("version 1:" in detail for detail in details)
    assert not any("version 2:" in detail for detail in details)


def test_a_catalogue_with_a_changed_file_is_not_loaded(root: Path) -> None:
    edit(root / NOTICE / "1.avsc", "Day of publication", "The day")
    with pytest.raises(SchemasUnreadable):
        load_catalogue(root)


def test_locking_appends_with_the_next_id_and_leaves_what_is_there(root: Path) -> None:
    before = read_lock(root)
    publish_version_2(root, lambda _: None)
    after = read_lock(root)
    assert before == after[: len(before)]
    assert [(max(line.id for line in before) + 1, NOTICE, 2)] == [
        (line.id, line.type, line.version) for line in after[len(before) :]
    ]
    assert append_new_versions(root) == []


def test_locking_by_the_command_writes_the_golden_bytes_that_are_missing_and_changes_none(root: Path) -> None:
    spoil_golden_bytes(root)
    kept = min((root / NOTICE).glob("1.*.golden"))
    expected = kept.read_bytes()
    kept.unlink()
    assert 0 == CliRunner().invoke(app, ["lock", "--root", str(root)]).exit_code
    assert expected == kept.read_bytes()
    assert {"GOLDEN_DIFFERS"} == codes(root)


def test_the_command_exits_with_1_and_prints_the_findings_as_json(root: Path) -> None:
    spoil_golden_bytes(root)
    result = CliRunner().invoke(app, ["check", "--json", "--root", str(root)])
    assert (1, ["GOLDEN_DIFFERS"]) == (
        result.exit_code,
        [finding["code"] for finding in json.loads(result.output)["findings"]],
    )


def test_the_command_exits_with_0_when_every_promise_is_kept() -> None:
    assert CliRunner().invoke(app, ["check"]).exit_code == 0


def test_the_list_names_every_published_version() -> None:
    listed = json.loads(CliRunner().invoke(app, ["list", "--json"]).output)["schemas"]
    assert {(line.id, line.type, line.version) for line in read_lock(schemas_root())} == {
        (schema["id"], schema["type"], schema["version"]) for schema in listed
    }


def test_a_schema_is_shown_as_the_file_holds_it() -> None:
    shown = CliRunner().invoke(app, ["show", NOTICE]).output
    assert (schemas_root() / NOTICE / "1.avsc").read_text(encoding="utf-8") == shown
