"""What an operator asks a hub that is up: the path of an event, the topics, the directory."""

import json
from pathlib import Path

import pytest

from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, notice, publish, query, wait

HEADER = "contact,institution,service,role,cdas,communes,epci,actor_kind,label,email,valid_from\n"
GOOD = "e2e-cdas-41,CD35,CDAS,RECEPTION,CDAS-41,35238,,CDAS,CDAS démo 41,cdas-41@demo.example,2026-01-01\n"
BAD = "e2e-faux,CD35,RIEN,GENERIC_MAILBOX,,,,,Faux,faux@departement-demo.example,2026-13-01\n"


def test_the_whole_path_of_an_event_is_shown_with_its_rules_in_french_and_its_mails(
    hub: HubUp, endpoints: Endpoints
) -> None:
    assert publish(endpoints, notice("N-CLI-1", "cli-path")).status_code == 202
    open_ones = (
        "select 1 from delivery where event_id = 'cli-path' having count(*) filter (where state = 'ACCEPTED') > 30"
    )
    wait(lambda: bool(query(endpoints, open_ones)))
    shown = hub.hub("events", "show", "cli-path")
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    steps = [line[0] for line in lines]
    assert shown.returncode == 0
    assert ["event", "type", "accepted", "received", "decided"] == steps[:5]
    assert "reached" == steps[-1]
    [rule] = [line for line in lines if line[:3] == ["rule", "R27", "applied"]]
    assert "tous les CDAS" in rule[4]
    assert len([line for line in lines if line[0] == "delivery" and line[5] == "ACCEPTED"]) == steps.count("delivery")


def test_the_path_as_json_is_one_object(hub: HubUp, endpoints: Endpoints) -> None:
    wait(lambda: bool(query(endpoints, "select 1 from event where id = 'demo-cdas-ferme'")))
    path = json.loads(hub.hub("events", "show", "demo-cdas-ferme", "--json").stdout)
    assert ("urn:hub:cd35:si-social", "ROUTED") == (path["source"], path["decided"]["outcome"])


def test_an_unknown_event_is_said_and_the_exit_code_is_1(hub: HubUp) -> None:
    shown = hub.hub("events", "show", "nobody-knows-this")
    assert (1, "") == (shown.returncode, shown.stdout)
    assert "knows no event nobody-knows-this" in shown.stderr


def test_an_id_of_several_sources_asks_for_the_source(hub: HubUp, endpoints: Endpoints) -> None:
    other = notice("N-CLI-2", "cli-twice", issuer="CAF") | {"source": "urn:hub:caf35:si-partenaires"}
    assert publish(endpoints, other).status_code == 202
    assert publish(endpoints, notice("N-CLI-3", "cli-twice")).status_code == 202
    asked = hub.hub("events", "show", "cli-twice")
    assert asked.returncode == 1
    assert "--source: urn:hub:caf35:si-partenaires, urn:hub:cd35:si-social" in " ".join(asked.stderr.split())
    assert hub.hub("events", "show", "cli-twice", "--source", other["source"]).returncode == 0


def test_a_topic_that_the_hub_does_not_have_is_a_usage_error(hub: HubUp) -> None:
    assert hub.hub("events", "tail", "--topic", "caf.nothing").returncode == 2


def test_the_tail_names_every_event_with_its_outcome(hub: HubUp, endpoints: Endpoints) -> None:
    assert publish(endpoints, notice("N-CLI-4", "cli-tail", impacts=[])).status_code == 202
    wait(lambda: bool(query(endpoints, "select 1 from event where id = 'cli-tail'")))
    tail = hub.hub("events", "tail", "--from-beginning", "--no-follow", "--topic", "hub.decisions", "--json")
    [line] = [found for text in tail.stdout.splitlines() if (found := json.loads(text))["id"] == "cli-tail"]
    assert ("notice.published", "N-CLI-4", "INFORMATION_ONLY") == (line["type"], line["subject"], line["outcome"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(HEADER + GOOD + BAD, encoding="utf-8")
    return path


def test_an_import_says_line_by_line_what_it_would_do_and_changes_nothing(hub: HubUp, file: Path) -> None:
    receipt = hub.hub("directory", "import", str(file))
    lines = [line.split("\t") for line in receipt.stdout.splitlines()]
    assert receipt.returncode == 1
    assert ["2", "e2e-cdas-41", "ajouté"] == lines[0][:3]
    assert ["3", "e2e-faux", "refusé"] == lines[1][:3]
    assert "une date s’écrit AAAA-MM-JJ" in lines[1][3]
    assert "2\u00a0lignes lues\u00a0: 1\u00a0ajouté, 0\u00a0modifié, 0\u00a0inchangé, 1\u00a0refusé." in receipt.stdout
    assert "Rien n’a été modifié" in receipt.stdout
    assert hub.hub("directory", "show", "e2e-cdas-41").returncode == 1


def test_an_applied_import_is_in_the_directory_and_repeating_it_changes_nothing(hub: HubUp, file: Path) -> None:
    assert hub.hub("directory", "import", str(file), "--apply").returncode == 1
    shown = json.loads(hub.hub("directory", "show", "e2e-cdas-41", "--json").stdout)
    assert ("CDAS démo 41", ["35238"]) == (shown["label"], shown["communes"])
    again = hub.hub("directory", "import", str(file), "--apply", "--json")
    summary = json.loads(again.stdout.splitlines()[-1])["summary"]
    assert {"read": 2, "added": 0, "changed": 0, "unchanged": 1, "refused": 1} == summary
    revision = json.loads(hub.hub("directory", "show", "e2e-cdas-41", "--json").stdout)["directory_revision"]
    assert shown["directory_revision"] == revision


def test_a_file_of_a_french_spreadsheet_is_read_as_well(hub: HubUp, tmp_path: Path) -> None:
    path = tmp_path / "tableur.csv"
    path.write_text((HEADER + GOOD).replace(",", ";").replace("e2e-cdas-41", "e2e-cdas-42"), encoding="utf-8-sig")
    receipt = hub.hub("directory", "import", str(path))
    assert (0, "ajouté") == (receipt.returncode, receipt.stdout.split("\t")[2])


def test_the_directory_can_be_asked_by_service_and_commune(hub: HubUp) -> None:
    shown = hub.hub("directory", "show", "--service", "ASIP", "--commune", "35238", "--json")
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    assert "asip-ccas-35238" in [contact["contact"] for contact in found]
    assert {"ASIP"} == {contact["service"] for contact in found}


def test_without_a_hub_the_commands_say_how_to_start_one(hub: HubUp) -> None:
    for arguments in (("events", "show", "x"), ("directory", "show"), ("events", "tail", "--no-follow")):
        # Nothing listens on the discard port.
        elsewhere = {"HUB_KAFKA_BOOTSTRAP": "127.0.0.1:9", "HUB_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
        asked = hub.hub(*arguments, **elsewhere)
        assert asked.returncode == 1
        assert "./dev up" in asked.stderr
        assert "Traceback" not in asked.stderr


def test_what_a_person_records_is_moderated_before_it_is_told(hub: HubUp, endpoints: Endpoints) -> None:
    said = ["time=12/03/2026", "thème=CDAP", "sorte=SUCCESS", "texte=Plus clair qu’avant.", "role=OTHER", "year=2026"]
    given = [argument for field in said for argument in ("--set", field)]
    made = hub.hub("record", "field_feedback.submitted", "--source", "urn:hub:cd35:si-social", "--id", "e2e-f", *given)
    assert 0 == made.returncode, made.stderr
    waits = "select 1 from field_feedback where id = 'e2e-f' and state = 'WAITING'"
    wait(lambda: bool(query(endpoints, waits)))
    assert 0 == hub.hub("indicators", "feedback", "publish", "e2e-f", "--by", "e2e").returncode
    [line] = hub.hub("indicators", "feedback", "list", "--state", "shown", "--theme", "cdap").stdout.splitlines()
    assert ["e2e-f", "2026-03"] == line.split("\t")[:2]
