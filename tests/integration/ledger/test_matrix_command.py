"""`hub matrix`: a version is read, compared, proposed, approved by both sides and applied, each act with its author."""

import asyncio
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.data.matrix_file import shipped_matrix
from hub.domain.calendar.paris import paris
from hub.errors import HubError
from hub.ledger.engine import ledger_engine
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from tests.empty_ledger import empty_ledger

TODAY = datetime.now(UTC).astimezone(paris()).date()
SHIPPED = Path(__file__).parents[3] / "hub" / "data" / "notice_matrix.csv"


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


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Give a file that asks for 45 days of notice of a reorganisation, and adds nobody."""
    file = tmp_path / "matrice.csv"
    row = shipped_matrix()["O4"].cells()
    assert "60" == row["notice_days"]
    written = SHIPPED.read_text(encoding="utf-8")
    file.write_text(written.replace("ASIP/ACTOR,HUB|MAIL|MEETING,60", ",HUB|MAIL|MEETING,45"), encoding="utf-8")
    return file


def hub(*arguments: str | Path) -> Result:
    """What `hub matrix` prints and how it ends."""
    return CliRunner().invoke(app, ["matrix", *map(str, arguments)])


def done(*arguments: str | Path) -> str:
    """The output of a command that succeeds."""
    result = hub(*arguments)
    assert 0 == result.exit_code, (result.output, result.exception)
    return result.stdout


def refused(*arguments: str | Path) -> str:
    """The message of a command that refuses."""
    result = hub(*arguments)
    assert isinstance(result.exception, HubError), (result.output, result.exception)
    return result.exception.message.replace("\u00a0", " ")


def shown(*arguments: str) -> dict[str, object]:
    """What `show --json` says."""
    found: dict[str, object] = json.loads(done("show", *arguments, "--json"))
    return found


def test_before_anything_is_agreed_the_shipped_version_is_in_force() -> None:
    found = shown()
    assert (0, "IN_FORCE", []) == (found["version"], found["state"], found["acts"])
    assert [row.cells() for row in shipped_matrix().values()] == found["rows"]


def test_a_version_takes_force_once_both_sides_approved_and_it_is_applied(changed: Path) -> None:
    assert 1 == json.loads(done("propose", changed, "--by", "p", "--json"))["version"]
    assert "n’est pas approuvée pour" in refused("apply", "1")
    done("approve", "1", "--for", "CAF", "--by", "a")
    assert "Département" in refused("apply", "1")
    done("approve", "1", "--for", "cd35", "--by", "b")
    assert 0 == shown()["version"]
    done("apply", "1", "--by", "p")

    found = shown()
    assert (1, "IN_FORCE", TODAY.isoformat()) == (found["version"], found["state"], found["in_force_from"])
    acts = found["acts"]
    assert isinstance(acts, list)
    assert [
        ("PROPOSED", "operator:p", None),
        ("APPROVED", "operator:a", "CAF"),
        ("APPROVED", "operator:b", "CD35"),
        ("APPLIED", "operator:p", None),
    ] == [(act["what"], act["who"], act["for"]) for act in acts]
    assert "déjà adoptée" in refused("apply", "1")


def test_a_version_takes_force_on_its_day_and_not_before(changed: Path) -> None:
    day = TODAY + timedelta(days=30)
    done("propose", changed, "--from", day.isoformat())
    done("approve", "1", "--for", "CAF", "--by", "a")
    done("approve", "1", "--for", "CD35", "--by", "b")
    done("apply", "1")

    assert 0 == shown()["version"]
    assert 0 == shown("--on", (day - timedelta(days=1)).isoformat())["version"]
    assert 1 == shown("--on", day.isoformat())["version"]
    assert "ADOPTED" == shown("--version", "1")["state"]


def test_a_version_never_takes_force_in_the_past(changed: Path) -> None:
    done("propose", changed, "--from", "2024-01-01")
    done("approve", "1", "--for", "CAF", "--by", "a")
    done("approve", "1", "--for", "CD35", "--by", "b")
    done("apply", "1")
    assert 0 == shown("--on", (TODAY - timedelta(days=1)).isoformat())["version"]


def test_one_person_cannot_approve_for_both_sides_nor_a_side_twice(changed: Path) -> None:
    done("propose", changed)
    done("approve", "1", "--for", "CAF", "--by", "a")
    assert "il faut une autre personne" in refused("approve", "1", "--for", "CD35", "--by", "a")
    assert "déjà approuvée" in refused("approve", "1", "--for", "CAF", "--by", "b")
    assert "deux institutions" in refused("approve", "1", "--for", "PARTNER", "--by", "b")


def test_a_refused_version_stays_so(changed: Path) -> None:
    done("propose", changed)
    done("refuse", "1", "--for", "CD35", "--by", "b")
    assert "est refusée" in refused("approve", "1", "--for", "CAF", "--by", "a")
    assert "REFUSED" == shown("--version", "1")["state"]
    assert 2 == json.loads(done("propose", changed, "--json"))["version"]


def test_the_differences_are_named_cell_by_cell(changed: Path) -> None:
    expected = "O4\tadds\tASIP/ACTOR\t\nO4\tnotice_days\t60\t45\n"
    for arguments in ((changed,), ("0", changed)):
        result = hub("diff", *arguments)
        assert (1, expected) == (result.exit_code, result.stdout)
    done("propose", changed)
    back = hub("diff", "1", "0")
    assert "O4\tnotice_days\t45\t60\n" in back.stdout
    assert "" == done("diff", changed, "1")


def test_what_says_what_is_in_force_need_not_be_proposed_but_the_shipped_version_can_be(changed: Path) -> None:
    done("propose", SHIPPED)
    done("approve", "1", "--for", "CAF", "--by", "a")
    done("approve", "1", "--for", "CD35", "--by", "b")
    done("apply", "1")
    assert "ne change rien" in refused("propose", SHIPPED)
    done("propose", changed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "--version", "7"), "pas de version 7"),
        (("show", "--on", "hier"), "n’est pas une date"),
        (("show", "--on", "2026-01-01", "--version", "0"), "deux choses"),
        (("approve", "7", "--for", "CAF"), "pas de version 7"),
        (("apply", "0"), "livrée avec le hub"),
        (("propose", "/nowhere/matrice.csv"), "ne peut pas servir"),
        (("diff", "7", "0"), "pas de version 7"),
    ],
)
def test_what_cannot_be_used_is_said_in_french(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_the_shipped_version_is_read_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert done("show", "--version", "0").startswith("version\t0\t")


def test_the_list_says_for_each_version_who_approved(changed: Path) -> None:
    done("propose", changed, "--from", date(2026, 3, 1).isoformat())
    done("approve", "1", "--for", "CD35", "--by", "b")
    lines = [line.split("\t") for line in done("list").splitlines()]
    assert [("0", "–", "–"), ("1", "–")] == [(lines[0][0], *lines[0][2:]), (lines[1][0], lines[1][2])]
    assert lines[1][3].startswith("operator:b, ")
