"""`hub ask`: a conversation from a pipe, how it ends, and what it says."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from hub.cli.ask import AskEnded, ask
from hub.cli.offline import RouteError
from hub.data import load_territory
from hub.domain.asking.building import REFERENCE
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

AT_TEN = "2026-03-10T10:00:00+01:00"
AT_LUNCH = "2026-03-10T12:30:00+01:00"
RSA_LOST = ["non", "1", "1", "rennes", "rsa", "2", "o", "o", "o"]
SEPARATION = ["non", "1", "3", "Cesson-Sévigné", "non", "non", "1", "oui", "non", "12/03/2025", "oui", "1"]
HANDOVER = ["non", "3", "rennes", "oui", "2", "1", "1", "non", "1", "oui", "non", "12/03/2025"]
URGENCY = ["non", "2", "5", "rennes", "non", "nsp", "non", "6"]
DIRECTORY = """contact,institution,service,role,label,email,phone,valid_from
ligne,CAF,CAF_BENEFITS,PRIORITY_CONTACT,Contact privilégié,ligne@caf.example,02 61 91 00 01,2020-01-01
"""

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(ask)

    def call(typed: list[str], *arguments: str, service: str = "CDAS_RECEPTION", as_of: str = AT_TEN) -> Result:
        options = ["--service", service, "--cdas", "CDAS-07", "--as-of", as_of, *arguments]
        return CliRunner().invoke(app, options, input="".join(f"{line}\n" for line in typed))

    return call


def test_a_lost_rsa_goes_to_the_priority_line_while_it_is_open(run: Run) -> None:
    result = run(RSA_LOST)
    assert 0 == result.exit_code
    assert "Service Prestations-Relations de service, contact privilégié" in result.stdout
    assert "ligne téléphonique directe" in result.stdout
    assert "un professionnel confirme" in result.stdout


def test_the_keyword_is_said_while_the_line_is_closed(run: Run) -> None:
    assert "URGENCE DEFINIE" in run(RSA_LOST, as_of=AT_LUNCH).stdout


def test_the_contact_of_the_directory_is_shown_with_its_phone_and_mail(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    shown = run(RSA_LOST, "--directory", str(file)).stdout
    for part in ("Contact privilégié", "02 61 91 00 01", "ligne@caf.example"):
        assert part in shown


CONVERSATIONS = {
    "a separation": ("CDAS_RECEPTION", SEPARATION, "referral.requested", "ROUTED"),
    "a lost RSA": ("CDAS_RECEPTION", RSA_LOST, "benefit_urgency.reported", "ROUTED"),
    "a hand-over": ("CDAS_SOCIAL_WORKER", HANDOVER, "handover.requested", "ROUTED"),
    "violence": ("CCAS", URGENCY, "social_urgency.reported", "ROUTED"),
    "immediate danger": ("CCAS", ["oui"], "referral.requested", "OFF_HUB"),
}


@pytest.mark.parametrize(("service", "typed", "event_type", "outcome"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_the_event_that_json_gives_is_one_that_the_hub_accepts(
    run: Run, service: str, typed: list[str], event_type: str, outcome: str
) -> None:
    result = run(typed, "--json", service=service)
    assert 0 == result.exit_code, result.stderr
    found = json.loads(result.stdout)
    assert (event_type, outcome) == (found["event"]["type"], found["decision"]["outcome"])
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "urn:hub:cd35:accueil" if service.startswith("CDAS") else "urn:hub:partner:ccas:accueil",
        "time": AT_TEN,
        "subject": REFERENCE,
        **found["event"],
    }
    assert event_type == EventReader(load_catalogue(), load_territory()).from_json(event).envelope.type


def test_what_was_not_asked_is_not_said_to_be_unknown(run: Run) -> None:
    assert "allocataire non connue" not in run(URGENCY).stdout
    assert "allocataire non connue" in run([*SEPARATION[:-2], "nsp", "1"]).stdout


def test_answers_that_end_too_early_say_which_question_was_open(run: Run) -> None:
    error = run(SEPARATION[:3]).exception
    assert isinstance(error, AskEnded)
    assert 2 == error.exit_code
    assert "Dans quelle commune" in error.message


def test_a_wrong_answer_is_asked_again(run: Run) -> None:
    result = run(["peut-être", "9", *RSA_LOST])
    assert 0 == result.exit_code
    assert 2 == result.stdout.count("Répondez par un numéro de 1 à 2")


def test_an_answer_can_be_taken_back(run: Run) -> None:
    result = run(["non", "2", "<", *RSA_LOST[1:]])
    assert 0 == result.exit_code
    assert "ligne téléphonique directe" in result.stdout


def test_a_question_mark_says_why_it_is_asked(run: Run) -> None:
    assert "la procédure de signalement s’applique" in run(["?", *RSA_LOST]).stdout


def test_a_commune_with_several_meanings_is_chosen_by_its_number(run: Run) -> None:
    result = run([*SEPARATION[:3], "chateau", "2", *SEPARATION[4:]], "--json")
    commune = json.loads(result.stdout)["event"]["data"]["household"]["commune"]
    assert load_territory().communes[commune].name.startswith("Château")


def test_a_day_to_come_is_refused(run: Run) -> None:
    result = run([*SEPARATION[:9], "11/03/2026", *SEPARATION[9:]])
    assert 0 == result.exit_code
    assert "n’est pas encore passée" in result.stdout


def test_french_text_has_no_break_before_its_signs(run: Run) -> None:
    shown = run(["?", *RSA_LOST]).stdout
    assert not [line for line in shown.splitlines() if line.rstrip().endswith((" ?", " :", " !", " ;"))]


@pytest.mark.parametrize(
    "options",
    [("--service", "POLICE"), ("--cdas", "sept"), ("--as-of", "demain"), ("--directory", "/nowhere.csv")],
    ids=["service", "cdas", "instant", "directory"],
)
def test_an_option_that_cannot_be_read_is_an_error(run: Run, options: tuple[str, str]) -> None:
    assert isinstance(run([], *options).exception, RouteError)
