"""`hub keys` on the real PostgreSQL: what it makes, shows, refuses and destroys."""

import asyncio
import json
import os
import pty
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub.cli.keys import app
from hub.domain.personal_block import KeyReason, parse_receiver
from hub.errors import HubError
from hub.ledger.engine import ledger_engine
from hub.ledger.key_audit import Actor
from hub.ledger.migrate import upgrade
from hub.ledger.situation_keys import MadeKey, SituationKey, demand_key
from hub.settings import Settings
from hub.wire.jwe import KeyPair, encrypt, new_pair, wrap
from tests.empty_ledger import empty_ledger

CONTENT = "Zoé Perrin, 06 00 00 00 42".encode()
CDAS = "CDAS/CDAS-07"


@pytest.fixture(autouse=True)
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands an empty ledger."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)

    async def empty() -> None:
        engine = ledger_engine(Settings(database_url=database))
        await upgrade(engine)
        async with engine.begin() as connection:
            await empty_ledger(connection)
        await engine.dispose()

    asyncio.run(empty())


def hub(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), input=stdin)


def done(*arguments: str | Path, stdin: str | None = None) -> str:
    result = hub(*arguments, stdin=stdin)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*arguments: str | Path) -> tuple[int, str]:
    error = hub(*arguments).exception
    assert isinstance(error, HubError)
    return error.exit_code, str(error)


def rows(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done(*arguments, "--json").splitlines()]


def demanded(database: str, situation: str, receiver: str = CDAS) -> SituationKey:
    """A situation's key, as the gateway makes it on a sender's demand."""

    def make(service: dict[str, str]) -> MadeKey:
        pair = new_pair("sit")
        return MadeKey(pair.public, wrap(pair, service))

    async def ask() -> SituationKey:
        engine = ledger_engine(Settings(database_url=database))
        actor = Actor("urn:hub:cd35:si-social", datetime.now(UTC), KeyReason.FIRST_DEMAND)
        async with engine.begin() as connection:
            found = await demand_key(connection, situation, parse_receiver(receiver), make, actor)
        await engine.dispose()
        return found

    return asyncio.run(ask())


def test_a_created_key_opens_what_a_sender_encrypts_and_is_in_its_file_only(database: str, tmp_path: Path) -> None:
    private = tmp_path / "cdas-07.jwk"
    created = hub("create", CDAS, "--out", private)
    assert 0o600 == stat.S_IMODE(private.stat().st_mode)
    key = demanded(database, "S-1")
    (tmp_path / "wrapped").write_text(json.dumps({"kid": key.kid, "wrapped": key.wrapped}))
    block = encrypt(CONTENT, key.public or {})
    opened = hub("decrypt", "--key", private, "--wrapped", tmp_path / "wrapped", stdin=block + "\n")
    assert CONTENT == opened.stdout_bytes
    secret = json.loads(private.read_text())["d"]
    assert secret not in created.output + done("list") + done("list", "--situations", "--json") + done("audit")


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    private = tmp_path / "there.jwk"
    private.write_text("mine")
    assert 2 == refused("create", CDAS, "--out", private)[0]
    assert ("mine", []) == (private.read_text(), rows("list"))


def test_a_key_that_the_service_made_itself_is_registered_without_its_private_part(tmp_path: Path) -> None:
    pair = new_pair("svc")
    (tmp_path / "private").write_text(json.dumps(pair.private))
    code, said = refused("create", "CAF_SOCIAL_WORK", "--public", tmp_path / "private")
    assert (2, False) == (code, pair.private["d"] in said)
    assert pair.kid == done("create", "CAF_SOCIAL_WORK", "--public", "-", stdin=json.dumps(pair.public)).strip()


def test_a_service_has_one_current_key_and_rotates_it(tmp_path: Path) -> None:
    done("create", CDAS, "--out", tmp_path / "one")
    assert 1 == refused("create", CDAS, "--out", tmp_path / "two")[0]
    assert not (tmp_path / "two").exists()
    assert 1 == refused("rotate", "CDAS", "--out", tmp_path / "two")[0]
    done("rotate", CDAS, "--out", tmp_path / "two")
    assert ["retired", "current"] == [row["state"] for row in rows("list", "--service", CDAS)]
    assert [] == rows("list", "--service", "CDAS")


def test_a_known_key_is_not_taken_twice_and_the_service_keeps_what_it_had(tmp_path: Path) -> None:
    pair: KeyPair = new_pair("svc")
    (tmp_path / "public").write_text(json.dumps(pair.public))
    done("create", CDAS, "--public", tmp_path / "public")
    assert 1 == refused("rotate", CDAS, "--public", tmp_path / "public")[0]
    assert ["current"] == [row["state"] for row in rows("list")]


def test_a_service_key_that_situations_depend_on_is_destroyed_by_force_only(database: str, tmp_path: Path) -> None:
    kid = done("create", CDAS, "--out", tmp_path / "key").strip()
    demanded(database, "S-1")
    demanded(database, "S-2")
    code, said = refused("destroy", CDAS, kid, "--yes")
    assert (1, True) == (code, said.startswith("2 situation(s)"))
    answer = rows("destroy", CDAS, kid, "--yes", "--force", "--reason", "compromised")
    assert [{"service": CDAS, "kid": kid, "situation_keys_destroyed": 2}] == answer
    assert {"destroyed"} == {row["state"] for row in rows("list", "--situations")}
    assert 1 == refused("destroy", CDAS, kid, "--yes")[0]


def test_a_retired_key_that_nothing_depends_on_is_destroyed_without_force(tmp_path: Path) -> None:
    kid = done("create", CDAS, "--out", tmp_path / "one").strip()
    done("rotate", CDAS, "--out", tmp_path / "two")
    done("destroy", CDAS, kid, "--yes")
    assert ["destroyed", "current"] == [row["state"] for row in rows("list")]


def test_an_erased_situation_is_reopened_by_an_operator_only_and_the_audit_tells_it(
    database: str, tmp_path: Path
) -> None:
    done("create", CDAS, "--out", tmp_path / "key")
    first = demanded(database, "S-1")
    answer = rows("destroy", "--situation", "S-1", "--reason", "AGREEMENT_WITHDRAWN", "--yes")
    assert [{"situation": "S-1", "destroyed": 1}] == answer
    done("reopen", "S-1", "--yes")
    assert 1 == refused("reopen", "S-1", "--yes")[0]
    assert first.kid != demanded(database, "S-1").kid
    told = [(row["what"], row["reason"]) for row in rows("audit", "--situation", "S-1")]
    assert [
        ("CREATED", "FIRST_DEMAND"),
        ("DESTROYED", "AGREEMENT_WITHDRAWN"),
        ("ERASED", "AGREEMENT_WITHDRAWN"),
        ("REOPENED", "NEW_REQUEST"),
        ("CREATED", "FIRST_DEMAND"),
    ] == told


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("destroy", "--situation", "S-1"), id="erasing without anybody to ask"),
        pytest.param(("reopen", "S-1"), id="reopening without anybody to ask"),
        pytest.param(("destroy", CDAS, "--yes"), id="a service without the key"),
        pytest.param(("destroy", CDAS, "kid", "--situation", "S-1", "--yes"), id="a key and a situation"),
        pytest.param(("create", CDAS), id="no source of the key"),
        pytest.param(("create", "ASIP", "--out", "never"), id="a service that receives nothing"),
    ],
)
def test_a_wrong_call_changes_nothing(arguments: tuple[str, ...]) -> None:
    assert 2 == refused(*arguments)[0]
    assert [] == rows("audit")


def test_a_block_of_another_key_is_not_opened_and_nothing_is_printed(tmp_path: Path) -> None:
    service, situation = new_pair("svc"), new_pair("sit")
    (tmp_path / "key").write_text(json.dumps(service.private))
    (tmp_path / "wrapped").write_text(wrap(situation, service.public))
    (tmp_path / "block").write_text(encrypt(CONTENT, new_pair("sit").public))
    arguments = ("decrypt", tmp_path / "block", "--key", tmp_path / "key", "--wrapped", tmp_path / "wrapped")
    assert 1 == refused(*arguments)[0]
    assert "" == hub(*arguments).output


@pytest.mark.parametrize(("answer", "acts"), [("n", []), ("y", ["ERASED"])], ids=["no", "yes"])
def test_on_a_terminal_a_person_is_asked_before_anything_is_destroyed(answer: str, acts: list[str]) -> None:
    code = "from hub.cli.main import main; main()"
    ours, terminal = pty.openpty()
    arguments = [sys.executable, "-c", code, "keys", "destroy", "--situation", "S-1"]
    with subprocess.Popen(arguments, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1000)
        os.write(ours, f"{answer}\n".encode())
        assert (0 if acts else 1) == process.wait(30)
    os.close(ours)
    assert acts == [row["what"] for row in rows("audit")]
