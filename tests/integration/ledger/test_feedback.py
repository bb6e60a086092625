"""Field feedback: taken in with its event, replaced by corrections in any order, shown once a moderator has read it."""

import asyncio
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count, permutations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.data import load_territory
from hub.domain.activity.feedback import FeedbackActRefused, FeedbackState, WithholdingReason
from hub.errors import HubError
from hub.ledger.decided import DecidedEvent
from hub.ledger.engine import ledger_engine
from hub.ledger.feedback import Wanted, list_feedback, moderate, shown_feedback, waiting_feedback
from hub.ledger.migrate import upgrade
from hub.processors.intake import read_decided
from hub.settings import Settings
from hub.wire.cloudevents import EventReader, topic_of
from hub.wire.decisions import DecisionWriter
from tests.empty_ledger import empty_ledger
from tests.integration.ledger.decided_building import CATALOGUE, NOW, take

SOURCE = "urn:hub:cd35:si-social"
EVERY = ("0000-00", "9999-99")
SAID = "La ligne fait gagner une journée."
BEGIN = datetime(2026, 3, 10, 14, tzinfo=UTC)
SHOWN, WITHHELD = FeedbackState.SHOWN, FeedbackState.WITHHELD
READER, WRITER = EventReader(CATALOGUE, load_territory()), DecisionWriter(CATALOGUE)
OFFSETS = count()


def feedback(id_: str, said: str | None = SAID, corrects: str | None = None, hours: int = 0) -> DecidedEvent:
    """The feedback as it comes out of the router's record."""
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": "field_feedback.submitted",
        "time": (BEGIN + timedelta(hours=hours)).isoformat(),
        "subject": f"A-{id_}",
        "data": {
            "theme": "PRIORITY_LINE",
            "kind": "SUCCESS",
            "score": 4,
            "text": said,
            "role": "CDAS_MANAGER",
            "year": 2026,
            "corrects": corrects,
        },
    }
    read = READER.from_json(event)
    origin = (topic_of(read.envelope), 0, next(OFFSETS), 0)
    value = WRITER.write(read.envelope, read.schema, origin, read.value or b"", (1, 0), NOW.isoformat(), None)
    return read_decided(CATALOGUE, value)


async def standing(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return {one.feedback.id for one in await list_feedback(connection, Wanted(), 100)}


async def bring(
    engine: AsyncEngine, id_: str, to: FeedbackState, reason: WithholdingReason | None = None, who: str = "operator:a"
) -> None:
    async with engine.begin() as connection:
        await moderate(connection, SOURCE, id_, to, who, NOW, reason)


async def shown(engine: AsyncEngine, first: str = EVERY[0], last: str = EVERY[1]) -> list[str | None]:
    async with engine.connect() as connection:
        return [one.text for one in await shown_feedback(connection, first, last)]


async def waiting(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await waiting_feedback(connection, *EVERY)


async def test_a_text_waits_until_somebody_has_read_it(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    assert ([], 1) == (await shown(engine), await waiting(engine))
    await bring(engine, "f-1", SHOWN)
    assert ([SAID], 0) == (await shown(engine), await waiting(engine))


async def test_the_same_event_again_changes_nothing_that_a_moderator_did(engine: AsyncEngine) -> None:
    again = feedback("f-1")
    await take(engine, again)
    await bring(engine, "f-1", SHOWN)
    await take(engine, again, feedback("f-1"))
    assert ([SAID], 0) == (await shown(engine), await waiting(engine))


async def test_an_event_that_the_ledger_forgot_and_sees_again_changes_nothing_either(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    await bring(engine, "f-1", SHOWN)
    async with engine.begin() as connection:
        await connection.execute(text("delete from event"))
    assert 1 == (await take(engine, feedback("f-1"))).new
    assert ([SAID], 0) == (await shown(engine), await waiting(engine))


async def test_another_text_under_the_same_id_is_a_conflict_and_never_shows(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    assert 1 == (await take(engine, feedback("f-1", "Autre chose."))).conflicts
    await bring(engine, "f-1", SHOWN)
    assert [SAID] == await shown(engine)


async def test_feedback_without_a_text_has_nothing_to_moderate(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1", None), feedback("f-2", "   "))
    assert (set(), 0) == (await standing(engine), await waiting(engine))
    with pytest.raises(FeedbackActRefused, match="n’a pas de texte"):
        await bring(engine, "f-1", SHOWN)


async def test_only_the_months_asked_for_are_read(engine: AsyncEngine) -> None:
    """The month is that of Europe/Paris: 31 March 22:30 UTC is April."""
    late = feedback("f-2", "D’avril.", hours=24 * 21 + 8)
    assert "2026-03-31T22:00:00+00:00" == late.time.astimezone(UTC).isoformat()
    await take(engine, feedback("f-1"), late)
    for id_ in ("f-1", "f-2"):
        await bring(engine, id_, SHOWN)
    assert [SAID] == await shown(engine, "2026-03", "2026-03")
    assert ["D’avril."] == await shown(engine, "2026-04", "2026-12")


STORY = [
    feedback("f-1"),
    feedback("f-2", "Première correction.", "f-1", hours=2),
    feedback("f-3", "Deuxième correction.", "f-1", hours=1),
    feedback("f-4", "Correction de la correction.", "f-2"),
    feedback("f-5", "Autre retour."),
]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5], ids=lambda order: "".join(map(str, order)))
async def test_a_correction_replaces_in_whatever_order_it_comes(engine: AsyncEngine, order: tuple[int, ...]) -> None:
    """f-2 is later than f-3, so it stands for f-1, until f-4 replaces it; what was shown before is shown no longer."""
    for number in (4, *order):
        await take(engine, STORY[number])
        if number == 4:
            await bring(engine, "f-5", SHOWN)
    assert {"f-4", "f-5"} == await standing(engine)
    assert (["Autre retour."], 1) == (await shown(engine), await waiting(engine))


async def test_a_text_that_is_shown_goes_when_its_correction_comes_and_the_new_one_waits(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    await bring(engine, "f-1", SHOWN)
    await take(engine, feedback("f-2", "Mieux dit.", "f-1"))
    assert ([], 1) == (await shown(engine), await waiting(engine))
    await bring(engine, "f-2", SHOWN)
    assert ["Mieux dit."] == await shown(engine)
    await take(engine, feedback("f-3", None, "f-2"))
    assert ([], 0) == (await shown(engine), await waiting(engine))


async def test_what_another_source_corrects_stays(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    async with engine.begin() as connection:
        await connection.execute(text("update indicator_fact set source = 'urn:hub:caf35:si', corrects = 'f-1'"))
    assert {"f-1"} == await standing(engine)


async def test_withholding_takes_a_text_back_and_it_may_be_shown_again(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    await bring(engine, "f-1", SHOWN)
    await bring(engine, "f-1", WITHHELD, WithholdingReason.OFF_TOPIC)
    assert ([], 0) == (await shown(engine), await waiting(engine))
    await bring(engine, "f-1", SHOWN)
    assert [SAID] == await shown(engine)


@pytest.mark.parametrize("before", [None, SHOWN, WITHHELD], ids=["waiting", "shown", "withheld"])
async def test_personal_data_is_erased_for_good(engine: AsyncEngine, before: FeedbackState | None) -> None:
    await take(engine, feedback("f-1", "Merci à mon voisin Anatole."))
    if before is not None:
        await bring(engine, "f-1", before, None if before is SHOWN else WithholdingReason.OTHER)
    await bring(engine, "f-1", WITHHELD, WithholdingReason.PERSONAL_DATA)
    async with engine.connect() as connection:
        row = (await connection.execute(text("select * from field_feedback"))).one()
    assert (None, True, "WITHHELD") == (row.text, row.erased, row.state)
    for to, reason in ((SHOWN, None), (WITHHELD, WithholdingReason.PERSONAL_DATA)):
        with pytest.raises(FeedbackActRefused, match="a été effacé"):
            await bring(engine, "f-1", to, reason)


async def test_personal_data_is_erased_where_a_correction_replaced_it_too(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"), feedback("f-2", None, "f-1"))
    with pytest.raises(FeedbackActRefused, match="remplacé par une correction"):
        await bring(engine, "f-1", SHOWN)
    await bring(engine, "f-1", WITHHELD, WithholdingReason.PERSONAL_DATA)
    async with engine.connect() as connection:
        assert 0 == await connection.scalar(text("select count(text) from field_feedback"))


async def test_every_act_is_written_down_and_no_line_is_ever_changed(engine: AsyncEngine) -> None:
    await take(engine, feedback("f-1"))
    await bring(engine, "f-1", SHOWN)
    await bring(engine, "f-1", WITHHELD, WithholdingReason.DUPLICATE, "operator:b")
    with pytest.raises(FeedbackActRefused, match="déjà écarté"):
        await bring(engine, "f-1", WITHHELD, WithholdingReason.OTHER)
    async with engine.connect() as connection:
        acts = (await connection.execute(text("select who, what, reason from field_feedback_act order by seq"))).all()
    assert [("operator:a", "SHOWN", None), ("operator:b", "WITHHELD", "DUPLICATE")] == [tuple(act) for act in acts]
    for change in ("update field_feedback_act set who = 'nobody'", "delete from field_feedback_act"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with engine.begin() as connection:
                await connection.execute(text(change))


async def test_of_two_moderators_at_once_the_second_is_refused(engine: AsyncEngine) -> None:
    """The second asks while the first has not ended: it waits, then hears that the text is shown already."""
    await take(engine, feedback("f-1"))
    blocked = text("select count(*) from pg_locks where not granted")
    async with engine.connect() as first:
        await moderate(first, SOURCE, "f-1", SHOWN, "operator:a", NOW)
        second = asyncio.create_task(bring(engine, "f-1", SHOWN))
        async with engine.connect() as watching:
            while not second.done() and not await watching.scalar(blocked):
                await asyncio.wait([second], timeout=0.02)
        assert not second.done()
        await first.commit()
    with pytest.raises(FeedbackActRefused, match="déjà publié"):
        await second


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["indicators", "feedback", *arguments])


def lines(*arguments: str) -> list[dict[str, object]]:
    result = hub(*arguments, "--json")
    assert 0 == result.exit_code, (result.output, result.exception)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands a ledger with two texts, one of which seems to name somebody."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)

    async def fill() -> None:
        engine = ledger_engine(Settings(database_url=database))
        await upgrade(engine)
        async with engine.begin() as connection:
            await empty_ledger(connection)
        await take(engine, feedback("f-1"), feedback("f-2", "Merci à Mme Martin.", hours=24 * 30))
        await engine.dispose()

    asyncio.run(fill())


def ids(found: Iterable[dict[str, object]]) -> list[object]:
    return [one["id"] for one in found]


@pytest.mark.usefixtures("ledger")
def test_a_moderator_lists_reads_shows_and_withholds() -> None:
    assert ["f-1", "f-2"] == ids(lines("list", "--state", "waiting"))
    assert ["f-2"] == ids(lines("list", "--period", "2026-04"))
    assert [["le nom d’une personne"]] == [one["signs"] for one in lines("list", "--period", "2026-04")]
    assert 0 == hub("publish", "f-1", "--by", "camille").exit_code
    assert 0 == hub("withhold", "f-2", "--reason", "personal_data", "--by", "camille").exit_code
    [one] = lines("show", "f-1")
    [history] = [one["history"]]
    assert isinstance(history, list)
    assert [("operator:camille", "SHOWN")] == [(act["who"], act["what"]) for act in history]
    told = hub("show", "f-2").stdout
    assert "(texte effacé)" in told
    assert "le texte contient des données personnelles" in told
    assert "Martin" not in told
    assert ["f-1"] == ids(lines("list", "--state", "shown", "--theme", "priority_line"))
    assert [] == lines("list", "--theme", "cdap")


@pytest.mark.usefixtures("ledger")
def test_all_texts_of_a_call_are_shown_or_none() -> None:
    assert 0 == hub("publish", "f-1").exit_code
    refused = hub("publish", "f-2", "f-1")
    assert isinstance(refused.exception, HubError)
    assert (1, True) == (refused.exception.exit_code, "déjà publié" in refused.exception.message)
    assert ["f-2"] == ids(lines("list", "--state", "waiting"))


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("show", "nobody"), 1), (("publish", "nobody"), 1), (("list", "--period", "hier"), 2)],
    ids=["show", "publish", "period"],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], code: int) -> None:
    result = hub(*arguments)
    assert isinstance(result.exception, HubError)
    assert code == result.exception.exit_code
