"""`hub record` without a hub: a conversation from a pipe, fields from a script, refusals before anything is sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from hub.cli.record import record
from hub.cli.record_asking import RecordEnded
from hub.cli.record_system import RecordUsage
from hub.domain.activity.forms import FORMS

QUERY, FEEDBACK, MEETING = "social_worker_query.received", "field_feedback.submitted", "meeting.held"
SYSTEM = ("--source", "urn:hub:caf35:si-social", "--token", "hub_t", "--url", "http://127.0.0.1:1")
ADVICE = ["12/03/2026 14:30", "7", "conseil", "oui"]

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(record)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str, typed: list[str] | None = None, system: tuple[str, ...] = SYSTEM) -> Result:
        return CliRunner().invoke(app, [*arguments, *system], input="".join(f"{line}\n" for line in typed or ()))

    return call


def event(result: Result) -> dict[str, Any]:
    assert 0 == result.exit_code, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_conversation_makes_the_event_and_shows_the_whole_before_it_asks(run: Run) -> None:
    result = run(QUERY, "--dry-run", typed=ADVICE)
    assert {"origin": "TOWN_HALL", "nature": "ADVICE", "corrects": None} == event(result)["data"]
    shown = result.stderr.split("Publier cet enregistrement")[0]
    for part in ("jeudi 12\u00a0mars 2026 à 14\u00a0h\u00a030", "mairie", "conseil", "urn:hub:caf35:si-social"):
        assert part in shown


def test_without_a_type_it_is_asked_for_first(run: Run) -> None:
    assert QUERY == event(run("--dry-run", typed=["interpellation", *ADVICE]))["type"]


def test_help_and_going_back_and_answers_not_understood_lead_on(run: Run) -> None:
    typed = ["?", "demain", "12/03/2026", "99", "mairie", "<", "CCAS", "conseil", "oui"]
    result = run(QUERY, "--dry-run", typed=typed)
    assert "CCAS" == event(result)["data"]["origin"]
    for part in ("Quand le fait s’est produit", "Une date complète qui existe", "un numéro de 1 à 10"):
        assert part in result.stderr


def test_going_back_from_the_first_question_stays_there(run: Run) -> None:
    assert 0 == run(QUERY, "--dry-run", typed=["<", *ADVICE]).exit_code


def test_feedback_warns_before_its_text_and_refuses_what_names_somebody(run: Run) -> None:
    typed = ["maintenant", "CDAP", "1", "", "Merci à Mme Martin", "C’est plus clair.", "2", "", "oui"]
    result = run(FEEDBACK, "--dry-run", typed=typed)
    data = event(result)["data"]
    assert ("C’est plus clair.", None, "CDAS_MANAGER") == (data["text"], data["score"], data["role"])
    assert str(data["year"]) == str(event(result)["time"])[:4]
    assert result.stderr.index("Aucune donnée personnelle") < result.stderr.index("le nom d’une personne")
    assert "Martin" not in result.stderr


def test_a_question_that_has_no_sense_is_not_asked(run: Run) -> None:
    result = run(MEETING, "--dry-run", typed=["1", "10/02/2026", "", "1, 2", "", "", "", "oui"])
    assert ["CAF", "CD35"] == event(result)["data"]["attended_by"]
    assert "Pour quel motif" not in result.stderr


def test_a_refused_whole_can_be_taken_up_again(run: Run) -> None:
    again = ["12/03/2026", "CCAS", "urgence", "non", "tout reprendre"]
    again[2] = "situation"
    assert "ADVICE" == event(run(QUERY, "--dry-run", typed=[*again, *ADVICE]))["data"]["nature"]


def test_leaving_publishes_nothing_and_says_so(run: Run) -> None:
    result = run(QUERY, typed=[*ADVICE[:3], "non", "ne rien publier"])
    assert (130, "") == (result.exit_code, result.stdout)
    assert "Rien n’a été publié" in result.stderr


def test_answers_that_end_too_early_are_said(run: Run) -> None:
    result = run(QUERY, typed=ADVICE[:2])
    assert isinstance(result.exception, RecordEnded)
    assert (2, True) == (result.exception.exit_code, "Que demandait-il" in result.exception.message)


def test_a_correction_names_the_event_that_it_replaces(run: Run) -> None:
    assert "row-1" == event(run(QUERY, "--dry-run", "--corrects", "row-1", typed=ADVICE))["data"]["corrects"]


def test_a_script_gives_fields_by_either_name_and_nothing_is_asked(run: Run) -> None:
    given = ("--set", "date et heure=12/03/2026", "--set", "origin=mairie", "--set", "nature=ADVICE", "--id", "I-1")
    made = event(run(QUERY, "--dry-run", *given))
    assert ("I-1", "2026-03-12T12:00:00+01:00", "ADVICE") == (made["id"], made["time"], made["data"]["nature"])


UNUSABLE: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "every field that is missing": ((QUERY, "--set", "nature=conseil"), ["date et heure", "origine (origin)"]),
    "a field that is not there": ((QUERY, "--set", "couleur=bleu"), ["--set attend CHAMP=VALEUR"]),
    "a day to come": (
        (QUERY, "--set", "time=12/03/2199", "--set", "origin=CCAS", "--set", "nature=conseil"),
        ["ce jour est à venir"],
    ),
    "another type": (("notice.published",), ["ne s’enregistre pas ainsi", "hub publish"]),
    "no type for a file": (("--csv", "x.csv"), ["Il manque la sorte d’enregistrement"]),
    "a receipt without a file": ((QUERY, "--receipt", "x.csv"), ["--receipt et --batch vont avec --csv"]),
    "a file and fields": ((QUERY, "--csv", "x.csv", "--set", "a=b"), ["--csv va sans --set"]),
    "no such file": ((QUERY, "--csv", "no-such.csv"), ["ne peut pas être lu"]),
    "a receipt nowhere": ((QUERY, "--csv", "x.csv", "--receipt", "no/such/folder.csv"), ["ne peut pas être écrit"]),
    "an id that is none": ((QUERY, "--id", "à moi"), ["--id : un identifiant"]),
    "a correction of nothing": ((QUERY, "--corrects", "à moi"), ["--corrects : un identifiant"]),
}


@pytest.mark.parametrize(("arguments", "parts"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_work_is_said_with_exit_code_2(run: Run, arguments: tuple[str, ...], parts: list[str]) -> None:
    result = run(*arguments, typed=ADVICE)
    assert isinstance(result.exception, RecordUsage)
    assert 2 == result.exception.exit_code
    said = str(result.exception).replace("\u00a0", " ")
    assert [] == [part for part in parts if part not in said]


NO_SYSTEM: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing is up": ((), "Aucun hub n’est en marche"),
    "a token alone": (("--token", "hub_t"), "Il manque le système"),
    "a partner": (("--source", "urn:hub:partner:ccas:si", "--token", "hub_t"), "ne publie pas cette sorte"),
    "no URN": (("--source", "caf", "--token", "hub_t"), "n’a pas la forme attendue"),
    "no address": (("--source", "urn:hub:caf35:si", "--token", "hub_t"), "Aucun hub n’est en marche"),
}


@pytest.mark.parametrize(("system", "sentence"), NO_SYSTEM.values(), ids=NO_SYSTEM)
def test_a_system_that_cannot_publish_is_said_before_anything_is_asked(
    run: Run, system: tuple[str, ...], sentence: str
) -> None:
    result = run(QUERY, system=system)
    assert isinstance(result.exception, RecordUsage)
    assert sentence in result.exception.message
    assert "Quel jour" not in result.stderr


@pytest.mark.parametrize("name", FORMS)
def test_the_template_is_one_line_for_a_spreadsheet(run: Run, name: str) -> None:
    result = run(name, "--template", system=())
    assert 0 == result.exit_code
    assert result.stdout.startswith("\ufeff")
    assert 1 == result.stdout.count("\n")
    assert "obligatoire" in result.stderr
