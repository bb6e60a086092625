"""`hub indicators differences`: an institution's own count is taken in, and differs from the hub's down to the ids."""

import asyncio
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.cli.main import app
from hub.domain.indicators.facts import Fact
from hub.domain.indicators.periods import month_of
from hub.ledger.engine import ledger_engine
from hub.ledger.indicators.counting import count_facts, take_waiting
from hub.ledger.indicators.facts import add_facts
from hub.ledger.migrate import upgrade
from hub.ledger.tables import reject
from hub.settings import Settings
from tests.empty_ledger import empty_ledger

CAF, CD35 = "urn:hub:caf35:si-activite", "urn:hub:cd35:si-social"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def meeting(id_: str, day: str = "2026-03-10", source: str = CAF, corrects: str | None = None) -> Fact:
    at = datetime.fromisoformat(f"{day}T09:00:00+00:00")
    return Fact(
        source, id_, "meeting.held", at, month_of(at), f"{source} {id_}", corrects, "2026.1", {"kind": "SPECIAL"}
    )


def query(id_: str, origin: str = "CCAS") -> Fact:
    at = datetime(2026, 3, 5, tzinfo=UTC)
    said = {"origin": origin, "nature": "ADVICE"}
    return Fact(CAF, id_, "social_worker_query.received", at, "2026-03", f"{CAF} {id_}", None, "2026.1", said)


async def counted(engine: AsyncEngine, facts: Iterable[Fact]) -> None:
    async with engine.begin() as connection:
        await add_facts(connection, list(facts))
        await count_facts(connection, await take_waiting(connection), NOW)


@pytest.fixture(autouse=True)
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands a ledger in which some events were counted, one of them replaced and one refused."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)

    async def build() -> None:
        engine = ledger_engine(Settings(database_url=database))
        await upgrade(engine)
        async with engine.begin() as connection:
            await empty_ledger(connection)
            refused = {"reason": "DATE_INVALID", "source": CAF, "event_id": "refused", "rejected_at": NOW}
            place = {"topic": "caf.activity", "partition": 0, "offset": 1}
            await connection.execute(insert(reject).values(refused | place))
        facts = [
            meeting("both"),
            meeting("hub-only"),
            meeting("old"),
            meeting("new", corrects="old"),
            meeting("april", "2026-04-02"),
            meeting("of-the-other", source=CD35),
            *(query(f"q-{number}") for number in range(4)),
            *(query(f"m-{number}", "TOWN_HALL") for number in range(6)),
        ]
        await counted(engine, facts)
        await engine.dispose()

    asyncio.run(build())


def hub(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["indicators", "differences", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def rows(*arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
    code, printed = hub(*arguments, "--json")
    return code, [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Give a count of the CAF with what agrees and what does not."""
    file = tmp_path / "evenements.csv"
    listed = [
        *((id_, "2026-03-10T10:00:00+01:00") for id_ in ("both", "old", "new", "never", "refused")),
        ("april", "2026-03-31T10:00:00+02:00"),
    ]
    lines = [f"meeting.held;{CAF};{id_};{at}" for id_, at in listed]
    file.write_text("\ufeff" + "\n".join(["type;source;id;time", *lines]) + "\n", encoding="utf-8")
    return file


def test_an_own_count_of_events_differs_by_id_with_the_reason(events: Path) -> None:
    code, receipt = rows("import", events, "--institution", "CAF", "--by", "marie")
    assert (0, {"read": 6, "taken": 6, "refused": 0}) == (code, receipt[-1]["summary"])

    code, found = rows("--period", "2026-03")

    assert 1 == code
    (row,) = found
    assert ("meeting.held", "2026-03", "CAF", 3, 6) == (
        row["events"], row["month"], row["institution"], row["hub"], row["theirs"],
    )  # fmt: skip
    assert [
        {"source": CAF, "id": "april", "why": "OTHER_MONTH", "detail": "2026-04"},
        {"source": CAF, "id": "never", "why": "NEVER_RECEIVED"},
        {"source": CAF, "id": "old", "why": "REPLACED"},
        {"source": CAF, "id": "refused", "why": "REFUSED", "detail": "DATE_INVALID"},
    ] == row["lacked_by_hub"]
    assert [{"source": CAF, "id": "hub-only"}] == row["lacked_by_institution"]


def test_the_newest_import_of_a_type_and_month_stands_and_the_same_again_changes_nothing(
    events: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        rows("import", events, "--institution", "CAF")
    right = tmp_path / "juste.csv"
    lines = [f"meeting.held,{CAF},{id_},2026-03-10T10:00:00+01:00" for id_ in ("both", "hub-only", "new")]
    right.write_text("\n".join(["type,source,id,time", *lines]), encoding="utf-8")
    assert 1 == rows("--period", "2026-03")[0]
    rows("import", right, "--institution", "CAF", "--by", "paul")

    assert (0, []) == rows("--period", "2026-03")
    _, files = rows("files")
    assert ["operator:paul"] == [row["imported_by"] for row in files[:1]]
    assert [(3, 3, 0), (2, 6, 0), (1, 6, 0)] == [(row["seq"], row["taken"], row["refused"]) for row in files]
    assert files[1]["sha256"] == files[2]["sha256"] != files[0]["sha256"]


def test_a_count_of_none_differs_and_no_count_does_not(tmp_path: Path) -> None:
    none = tmp_path / "rien.csv"
    none.write_text("type,source,id,time\n", encoding="utf-8")
    assert (0, []) == rows("--period", "2026-03")
    silent = rows("--period", "2026-03", "--all")[1]
    assert {("meeting.held", "CAF", None), ("meeting.held", "CD35", None)} == {
        (row["events"], row["institution"], row["theirs"]) for row in silent if row["events"] == "meeting.held"
    }
    rows("import", none, "--institution", "CD35", "--period", "2026-03", "--type", "meeting.held")

    code, (row,) = rows("--period", "2026-03")
    assert (1, "CD35", 1, 0) == (code, row["institution"], row["hub"], row["theirs"])
    assert [{"source": CD35, "id": "of-the-other"}] == row["lacked_by_institution"]


def test_figures_are_compared_side_by_side_and_a_small_cell_is_not_shown(tmp_path: Path) -> None:
    heading = "measure,month,origin,number"
    for institution, whole, ccas in (("CAF", 10, 5), ("CD35", 11, 4)):
        file = tmp_path / f"{institution}.csv"
        file.write_text(f"{heading}\nqueries,2026-03,,{whole}\nqueries,2026-03,CCAS,{ccas}\n", encoding="utf-8")
        assert 0 == rows("import", file, "--institution", institution)[0]

    code, found = rows("--period", "2026")
    assert 1 == code
    assert [
        ({}, 10, False, {"CAF": 10, "CD35": 11}),
        ({"origin": "CCAS"}, None, True, {"CAF": 5, "CD35": 4}),
    ] == [(row["dims"], row["hub"], row["masked"], row["theirs"]) for row in found]
    code, printed = hub("--period", "2026")
    assert "chiffre\tqueries\t2026-03\torigin=CCAS\tmasqué\t5\t4" in printed.splitlines()


def test_each_line_has_its_receipt_in_french_and_a_refused_one_keeps_no_other_back(tmp_path: Path) -> None:
    file = tmp_path / "melange.csv"
    file.write_text(
        f"type,source,id,time\nmeeting.held,{CAF},both,2026-03-10T10:00:00+01:00\nmeeting.held,{CD35},x,hier\n",
        encoding="utf-8",
    )
    code, printed = hub("import", file, "--institution", "CAF")
    first, second, *rest = printed.splitlines()
    assert (1, "2\tboth\tprise en compte\t") == (code, first)
    assert second.startswith("3\tx\trefusée\tcolonne source\u00a0: ce n’est pas un système de l’institution qui compte")
    assert ["2 lignes lues\u00a0: 1 prise en compte, 1 refusée."] == rest[:1]
    assert "Comptage retenu pour la CAF, mars 2026\u00a0: réunions." == rest[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "FILE", "--institution", "PARTNER"],
        ["import", "FILE", "--institution", "CAF", "--type", "absence.declared"],
        ["import", "OTHER", "--institution", "CAF"],
        ["import", "FAR", "--institution", "CAF"],
        ["--period", "mars"],
    ],
    ids=["a-partner", "a-type-that-does-not-count", "other-columns", "a-century", "no-period"],
)
def test_what_cannot_be_used_is_refused_with_code_2(arguments: list[str], events: Path, tmp_path: Path) -> None:
    other, far = tmp_path / "autre.csv", tmp_path / "siecle.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    years = [f"meeting.held,{CAF},y-{year},{year}-03-10T10:00:00+01:00" for year in (1926, 2026)]
    far.write_text("\n".join(["type,source,id,time", *years]), encoding="utf-8")
    files = {"FILE": str(events), "OTHER": str(other), "FAR": str(far)}
    named = [files.get(argument, argument) for argument in arguments]
    result = CliRunner().invoke(app, ["indicators", "differences", *named])
    assert 2 == getattr(result.exception, "exit_code", result.exit_code)
    assert [] == rows("files")[1]
