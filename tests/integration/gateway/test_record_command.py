"""`hub record` with a real gateway: what reaches the topic, and that the same file again adds nothing to it."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.embedded.kafka import EmbeddedKafka
from tests.integration.gateway.gateway_setup import CAF, TOKENS, Gateway, ids_of

HUB = [sys.executable, "-c", "from hub.cli import main; main()"]
QUERY = "social_worker_query.received"
HEADINGS = "date et heure;origine;nature;corrige"
TOPIC = "caf.activity"

Done = subprocess.CompletedProcess[str]


def command(address: str, folder: Path, *arguments: str, source: str = CAF) -> tuple[list[str], dict[str, str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"HUB_HOME": str(folder / "home"), "HUB_TOKEN": TOKENS["caf"]}
    return [*HUB, "record", *arguments, "--url", address, "--source", source], environment


def record(gateway: Gateway, folder: Path, *arguments: str, typed: Sequence[str] = (), source: str = CAF) -> Done:
    words, environment = command(gateway.url, folder, *arguments, source=source)
    given = "".join(f"{line}\n" for line in typed)
    return subprocess.run(words, cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False)


def receipts(done: Done) -> list[list[str]]:
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_what_is_typed_in_is_published_under_the_id_of_the_receipt(
    gateway: Gateway, kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    done = record(gateway, tmp_path, QUERY, typed=["12/03/2026 14:30", "mairie", "conseil", "oui"])
    assert 0 == done.returncode, done.stderr
    [[state, id_, status]] = receipts(done)
    assert ("accepté", True) == (state, id_ in ids_of(kafka, TOPIC))
    assert 200 == gateway.get(status.removeprefix(gateway.url), "caf").status_code
    assert f"--corrects {id_}" in done.stderr


def test_a_file_has_a_receipt_for_every_line_and_counts_once(
    gateway: Gateway, kafka: EmbeddedKafka, tmp_path: Path
) -> None:
    """Good rows are published around bad ones; two equal rows are two; the same file again, and longer, adds little."""
    rows = [
        "12/03/2026 14:30;mairie;conseil;",
        "12/03/2026 14:30;mairie;conseil;",
        "30/02/2026;mairie;conseil;",
        '"12/03/2026;jamais refermé',
        "13/03/2026;CCAS;orientation;row-1",
        "13/03/2026;commerce;bavardage;",
    ]
    file = tmp_path / "mars.csv"
    file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8-sig")
    before = set(ids_of(kafka, TOPIC))
    done = record(gateway, tmp_path, QUERY, "--csv", "mars.csv", "--receipt", "reçu.csv")
    assert 1 == done.returncode, done.stderr
    lines = receipts(done)
    states = [(line[0], line[1], line[3]) for line in lines]
    assert [
        ("2", "acceptée", ""),
        ("3", "acceptée", ""),
        ("4", "refusée", "date et heure"),
        ("5", "refusée", ""),
        ("6", "acceptée", ""),
        ("7", "refusée", "origine"),
        ("7", "refusée", "nature"),
    ] == states
    accepted = {line[2] for line in lines if line[1] == "acceptée"}
    assert 3 == len(accepted)
    assert accepted == set(ids_of(kafka, TOPIC)) - before
    assert "6\u00a0lignes lues\u00a0: 3\u00a0acceptées, 3\u00a0refusées" in done.stderr
    with (tmp_path / "reçu.csv").open(encoding="utf-8-sig", newline="") as written:
        assert lines == [row for row in csv.reader(written, delimiter=";") if row[0] != "ligne"]

    after = ids_of(kafka, TOPIC)
    again = record(gateway, tmp_path, QUERY, "--csv", "mars.csv", "--json")
    ids = {json.loads(line)["id"] for line in again.stdout.splitlines() if json.loads(line)["state"] == "ACCEPTED"}
    assert accepted == ids
    assert sorted(after) == sorted(ids_of(kafka, TOPIC))

    file.write_text("\n".join([HEADINGS, "14/03/2026;mairie;conseil;", *reversed(rows)]), encoding="utf-8-sig")
    assert 1 == record(gateway, tmp_path, QUERY, "--csv", "mars.csv").returncode
    assert len(after) + 1 == len(ids_of(kafka, TOPIC))


@pytest.mark.parametrize(("name", "code"), [("caf", 0), ("cd35", 1)], ids=["its-own-source", "another-source"])
def test_a_script_hears_in_french_why_it_is_refused(gateway: Gateway, tmp_path: Path, name: str, code: int) -> None:
    source = {"caf": CAF, "cd35": "urn:hub:cd35:si-social"}[name]
    given = ["--set", "time=12/03/2026", "--set", "origine=CCAS", "--set", "nature=conseil", "--id", f"script-{name}"]
    done = record(gateway, tmp_path, QUERY, *given, source=source)
    assert code == done.returncode
    assert code == ("le jeton n’est pas celui de ce système" in done.stderr)


def test_another_event_under_the_same_id_is_refused_and_the_same_one_is_not(gateway: Gateway, tmp_path: Path) -> None:
    given = ["--set", "time=12/03/2026", "--set", "origine=CCAS", "--id", "once"]
    assert 0 == record(gateway, tmp_path, QUERY, *given, "--set", "nature=conseil").returncode
    assert 0 == record(gateway, tmp_path, QUERY, *given, "--set", "nature=conseil").returncode
    other = record(gateway, tmp_path, QUERY, *given, "--set", "nature=orientation")
    assert 1 == other.returncode
    assert "ce qui est publié ne change plus" in other.stderr


def test_nothing_is_sent_when_only_checked(gateway: Gateway, kafka: EmbeddedKafka, tmp_path: Path) -> None:
    before = ids_of(kafka, TOPIC)
    (tmp_path / "one.csv").write_text(f"{HEADINGS}\n1/6/2025;mairie;conseil;\n", encoding="utf-8")
    done = record(gateway, tmp_path, QUERY, "--csv", "one.csv", "--dry-run")
    assert (0, "correcte") == (done.returncode, receipts(done)[0][1])
    assert sorted(before) == sorted(ids_of(kafka, TOPIC))


def test_a_hub_that_is_away_leaves_lines_without_an_answer_and_a_receipt_that_says_so(
    gateway: Gateway, tmp_path: Path
) -> None:
    gone = Gateway("http://127.0.0.1:9", 9, {}, gateway.credentials)
    (tmp_path / "one.csv").write_text(f"{HEADINGS}\n1/6/2025;mairie;conseil;\n2/6;;;\n", encoding="utf-8")
    done = record(gone, tmp_path, QUERY, "--csv", "one.csv", "--receipt", "receipt.csv")
    assert 1 == done.returncode
    assert ["sans réponse", "refusée", "refusée", "refusée"] == [line[1] for line in receipts(done)]
    assert "Relancer la même commande ne compte rien deux fois" in done.stderr
    assert "sans réponse" in (tmp_path / "receipt.csv").read_text(encoding="utf-8-sig")


def test_somebody_who_stops_waiting_has_the_receipt_of_what_is_known(tmp_path: Path) -> None:
    """Ctrl-C while a hub that took the request says nothing."""
    (tmp_path / "one.csv").write_text(f"{HEADINGS}\n1/6/2025;mairie;conseil;\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        words, environment = command(address, tmp_path, QUERY, "--csv", "one.csv", "--receipt", "receipt.csv")
        running = subprocess.Popen(
            words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        connection, _ = silent.accept()
        connection.recv(1)
        running.send_signal(signal.SIGINT)
        told, said = running.communicate(timeout=180)
        connection.close()
    assert (1, "sans réponse") == (running.returncode, told.split("\t")[1])
    assert "Interrompu. Relancer la même commande ne compte rien deux fois." in said
    assert "sans réponse" in (tmp_path / "receipt.csv").read_text(encoding="utf-8-sig")
