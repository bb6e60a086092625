"""Feeds behind their secret addresses: what they hold, as readers of Atom and of calendars see it; what they keep."""

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

import httpx
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.cli.feeds import app
from hub.domain.delivery.states import delivery_id
from hub.ledger import tables
from tests.integration.gateway.feed_reading import entries, in_ledger, make, opened, put_situation, read, tell
from tests.integration.gateway.gateway_setup import Gateway
from tests.integration.ledger.decided_building import CD35, notice, routing, statuses

T = TypeVar("T")
ATOM = "{http://www.w3.org/2005/Atom}"
RENNES, RENNES_METROPOLE, SAINT_MALO = "35238", "243500139", "35288"
UNKNOWN = (404, "Ce flux n’existe pas, ou n’existe plus.\n")
SITUATION = "S-secret-reference"


@pytest.fixture(scope="module")
def hub(gateway: Gateway, database: str) -> Gateway:
    """Give a gateway whose directory holds a CDAS's mailbox and a partner."""
    common = {"valid_from": date(2024, 1, 1), "opted_out": False, "revision": 1, "updated_at": datetime.now(UTC)}
    rows = [
        {
            "ref": ref,
            "institution": institution,
            "service": service,
            "role": "GENERIC_MAILBOX",
            "cdas": cdas,
            "label": ref,
        }
        | common
        for ref, institution, service, cdas in (
            ("cdas-07-box", "CD35", "CDAS", "CDAS-07"),
            ("ccas-demo", "PARTNER", "ASIP", None),
            ("leaves", "CD35", "CDAS", "CDAS-08"),
        )
    ]
    closures = {
        "line-strike": {"scope": "PRIORITY_LINE", "cdas": None, "kind": "CLOSURE", "reason": "STRIKE"},
        "cdas-07-works": {"scope": "CDAS", "cdas": "CDAS-07", "kind": "CLOSURE", "reason": None},
        "cdas-08-works": {"scope": "CDAS", "cdas": "CDAS-08", "kind": "CLOSURE", "reason": None},
    }
    today = datetime.now(UTC).date()
    dates = {"from": today.isoformat(), "to": (today + timedelta(days=2)).isoformat(), "hours": []}

    async def put(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(tables.contact), rows)
            await connection.execute(
                insert(tables.calendar_entry),
                [{"key": key, "data": data | dates, "revision": 5} for key, data in closures.items()],
            )

    in_ledger(database, put)
    return gateway


@pytest.fixture
def feeds(hub: Gateway, database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Give `hub feeds`: its words in, its JSON out."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    monkeypatch.setenv("HUB_PUBLIC_URL", hub.url)

    def run(*words: str) -> Any:
        result = CliRunner().invoke(app, [*words, "--json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert 0 == result.exit_code, result.output
        return [json.loads(line) for line in result.output.splitlines()]

    return run


def test_a_feed_is_valid_atom(hub: Gateway, database: str, feeds: Callable[..., Any]) -> None:
    tell(database, notice("atom", routing(["cdas-07-box"]), reference="N-atom", title="Accueil : <fermé> & déplacé"))
    answer = read(make(feeds, "--contact", "cdas-07-box").atom)
    feed = ET.fromstring(answer.content)
    assert (f"{ATOM}feed", "fr") == (feed.tag, feed.get("{http://www.w3.org/XML/1998/namespace}lang"))
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated", "author"):
            assert 1 == len(element.findall(f"{ATOM}{name}")), name  # RFC 4287 §4.1.1, §4.1.2
        assert re.fullmatch(r"tag:[a-z.]+,2024-10-01:[\w%/.-]+", element.findtext(f"{ATOM}id") or "")
        updated = datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
        assert timedelta(0) == updated.utcoffset()
        assert element.find(f"{ATOM}author").findtext(f"{ATOM}name")  # type: ignore[union-attr]  # counted above
        (link,) = element.findall(f"{ATOM}link")
        assert ("alternate", True) == (link.get("rel"), (link.get("href") or "").startswith(hub.url))
    updates = [entry.findtext(f"{ATOM}updated") or "" for entry in feed.findall(f"{ATOM}entry")]
    assert sorted(updates, reverse=True) == updates
    assert max(updates) <= (feed.findtext(f"{ATOM}updated") or "")
    assert "Information préalable\u00a0: Accueil\u00a0: <fermé> & déplacé" in entries(str(answer.url))


def test_a_correction_and_a_withdrawal_change_the_entry_and_keep_its_id(
    database: str, feeds: Callable[..., Any]
) -> None:
    made = make(feeds, "--contact", "cdas-07-box")

    def standing() -> tuple[str, str, str, list[tuple[int | None, str]]]:
        entry = next(e for e in entries(made.atom).values() if "N-life" in (e.findtext(f"{ATOM}id") or ""))
        events = [
            (e.sequence, str(e.status and e.status.value))
            for e in opened(made.calendar).events
            if "N-life" in str(e.uid)
        ]
        texts = [entry.findtext(f"{ATOM}{name}") or "" for name in ("id", "title", "updated")]
        return texts[0], texts[1], texts[2], events

    def arrived() -> None:
        async def act(engine: AsyncEngine) -> None:
            async with engine.begin() as connection:
                await connection.execute(update(tables.delivery).values(accepted_at=datetime.now(UTC)))

        in_ledger(database, act)

    tell(database, notice("l1", routing(["cdas-07-box"]), reference="N-life", title="Horaires"))
    arrived()
    first = standing()
    tell(
        database,
        notice("l2", routing(["cdas-07-box"]), kind="corrected", version=2, reference="N-life", title="Horaires"),
    )
    arrived()
    second = standing()
    tell(database, notice("l3", kind="withdrawn", version=2, reference="N-life"))
    third = standing()
    assert 1 == len({first[0], second[0], third[0]})
    assert ["Information préalable", "Rectificatif", "Retrait"] == [
        found[1].split("\u00a0:")[0] for found in (first, second, third)
    ]
    assert first[2] < second[2] < third[2]
    assert [[(1, "CONFIRMED")], [(2, "CONFIRMED")], [(3, "CANCELLED")]] == [
        found[3] for found in (first, second, third)
    ]


def test_a_situation_is_told_bare_and_leaves_the_feed_when_it_is_taken(
    database: str, feeds: Callable[..., Any]
) -> None:
    made = make(feeds, "--contact", "ccas-demo")
    put_situation(database, "bare", "ccas-demo", "MAIL", "FEED")
    answer = read(made.atom)
    assert "Une situation vous attend" in answer.text
    for secret in (
        SITUATION,
        "bare",
        "social_urgency",
        "urgen",
        "ccas-demo",
        "CDAS",
        str(delivery_id(CD35, "bare", "ccas-demo", "FEED")),
    ):
        assert secret not in answer.text
        assert secret not in read(made.calendar).text

    async def taken(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(
                insert(tables.acknowledgement).values(
                    delivery=delivery_id(CD35, "bare", "ccas-demo", "MAIL"),
                    kind="TAKEN_IN_CHARGE",
                    at=datetime.now(UTC),
                )
            )

    in_ledger(database, taken)
    assert "Une situation vous attend" not in read(made.atom).text


def test_a_calendar_shows_effective_dates_and_closures_as_whole_days(database: str, feeds: Callable[..., Any]) -> None:
    long = "Le CDAS déménage et accueille désormais sans rendez-vous dans les anciens locaux de la préfecture"
    tell(database, notice("cal", routing(["cdas-07-box"]), reference="N-cal", title=long))
    made = make(feeds, "--contact", "cdas-07-box")
    raw = read(made.calendar).content
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"METHOD:PUBLISH\r\n" in raw
    found = {str(event.uid).split("@")[0]: event for event in opened(made.calendar).events}
    effective, strike = found["notice-N-cal"], found["closure-line-strike"]
    assert (date(2026, 5, 1), f"Prise d’effet\u00a0: {long}", "TRANSPARENT") == (
        effective.start, effective.summary, str(effective.transparency),
    )  # fmt: skip
    today = datetime.now(UTC).date()
    assert (today, today + timedelta(days=3), "Ligne directe fermée\u00a0: grève") == (
        strike.start,
        strike.end,
        strike.summary,
    )
    assert 5 == strike.sequence
    assert "CDAS fermé" == found["closure-cdas-07-works"].summary
    assert "closure-cdas-08-works" not in found
    assert not [
        event for event in opened(make(feeds, "--contact", "ccas-demo").calendar).events if "closure" in str(event.uid)
    ]


def test_a_territory_shows_its_public_notices_only(database: str, feeds: Callable[..., Any]) -> None:
    def published(name: str, **level_and_places: Any) -> None:
        tell(database, notice(f"t-{name}", reference=f"N-t-{name}", title=name), **level_and_places)

    published("everywhere")
    published("in Rennes", communes=[RENNES])
    published("in its EPCI", epci=[RENNES_METROPOLE])
    published("in Saint-Malo", communes=[SAINT_MALO])
    published("internal", confidentiality="C1")

    def told(*words: str) -> set[str]:
        names = {title.partition("\u00a0: ")[2] for title in entries(make(feeds, *words).atom)}
        return names & {"everywhere", "in Rennes", "in its EPCI", "in Saint-Malo", "internal"}

    assert {"everywhere", "in Rennes", "in its EPCI"} == told("--commune", RENNES)
    assert {"everywhere", "in Rennes", "in its EPCI"} == told("--epci", RENNES_METROPOLE)
    assert {"everywhere", "in Saint-Malo"} == told("--commune", SAINT_MALO)
    assert {"everywhere", "in Rennes", "in its EPCI", "in Saint-Malo"} == told("--departement")


def test_what_a_reader_has_already_is_not_sent_again(database: str, feeds: Callable[..., Any]) -> None:
    tell(database, notice("etag", routing(["cdas-07-box"]), reference="N-etag"))
    made = make(feeds, "--contact", "cdas-07-box")
    for address in (made.atom, made.calendar):
        first = read(address)
        assert ("private, no-cache", "noindex, nofollow, noarchive") == (
            first.headers["cache-control"], first.headers["x-robots-tag"],
        )  # fmt: skip
        again = read(address, if_none_match=first.headers["etag"])
        assert (304, b"") == (again.status_code, again.content)
        head = httpx.head(address, timeout=60)
        assert (200, b"", first.headers["etag"]) == (head.status_code, head.content, head.headers["etag"])
    tell(database, notice("etag2", routing(["cdas-07-box"]), reference="N-etag2"))
    assert 200 == read(made.atom, if_none_match=read(made.calendar).headers["etag"]).status_code


def test_last_modified_tells_a_reader_without_tags_that_nothing_changed(
    database: str, feeds: Callable[..., Any]
) -> None:
    made = make(feeds, "--commune", "35001")
    assert "last-modified" not in read(made.atom).headers  # the second it was made in is not over

    async def age(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            past = datetime.now(UTC) - timedelta(hours=1)
            await connection.execute(update(tables.feed).values(created_at=past))
            await connection.execute(update(tables.event).values(recorded_at=past))

    in_ledger(database, age)
    stamp = read(made.atom).headers["last-modified"]
    assert 304 == read(made.atom, if_modified_since=stamp).status_code
    assert 200 == read(made.atom, if_modified_since="Tue, 01 Oct 2024 00:00:00 GMT").status_code
    assert 200 == read(made.atom, if_modified_since=stamp, if_none_match='"another"').status_code


def test_a_delivery_by_feed_is_accepted_once_the_feed_was_fetched(database: str, feeds: Callable[..., Any]) -> None:
    made = make(feeds, "--contact", "cdas-07-box")
    tell(database, notice("fetched", routing(["cdas-07-box"]), reference="N-fetched"), by_feed=True)
    put_situation(database, "waits", "cdas-07-box", "MAIL", "FEED")
    of = {name: delivery_id(CD35, name, "cdas-07-box", "FEED") for name in ("fetched", "waits")}

    async def stands(engine: AsyncEngine) -> dict[Any, Any]:
        async with engine.connect() as connection:
            rows = await connection.execute(select(tables.delivery.c.id, tables.delivery.c.state))
            return {row.id: row.state for row in rows}

    def states() -> list[str]:
        found = in_ledger(database, stands)
        return [found[of["fetched"]], found[of["waits"]]]

    httpx.head(made.atom, timeout=60)
    assert ["SCHEDULED", "SCHEDULED"] == states()
    read(made.calendar)
    assert ["ACCEPTED", "SCHEDULED"] == states()
    read(made.atom)
    read(made.atom)
    assert ["ACCEPTED", "ACCEPTED"] == states()
    told = [(s["status"], s["attempt"]) for s in in_ledger(database, statuses) if s["delivery"] == str(of["waits"])]
    assert [("SENDING", 1), ("ACCEPTED", 1)] == told


def test_only_an_address_in_force_opens_and_every_other_is_answered_alike(
    hub: Gateway, database: str, feeds: Callable[..., Any]
) -> None:
    made = make(feeds, "--contact", "cdas-07-box")
    (rotated,) = feeds("rotate", made.id)
    ended = make(feeds, "--departement")
    feeds("revoke", ended.id)
    left = make(feeds, "--contact", "leaves")

    async def leave(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            of = update(tables.contact).where(tables.contact.c.ref == "leaves")
            await connection.execute(of.values(valid_to=date(2024, 12, 31)))

    in_ledger(database, leave)
    refused = [
        made.atom,
        ended.calendar,
        left.atom,
        f"{hub.url}/feeds/x/notices.atom",
        f"{hub.url}/feeds/%F0/calendar.ics",
    ]
    answers = [read(address) for address in refused]
    assert [UNKNOWN] * 5 == [(answer.status_code, answer.text) for answer in answers]
    names = [{name for name in answer.headers if name != "date"} for answer in answers]
    assert all(found == names[0] for found in names)
    assert 200 == read(rotated["atom"]).status_code
    assert ended.id not in [row["id"] for row in feeds("list")]
    assert ended.id in [row["id"] for row in feeds("list", "--revoked")]


def test_no_address_is_kept_by_the_hub(hub: Gateway, database: str, feeds: Callable[..., Any]) -> None:
    made = make(feeds, "--departement")
    token = made.atom.split("/")[-2]
    assert 43 == len(token)
    read(made.atom)
    assert token not in json.dumps(feeds("list"))
    assert token not in hub.log
    assert token not in read(made.atom).text
    assert token not in hub.get("/metrics").text

    async def rows(engine: AsyncEngine) -> str:
        async with engine.connect() as connection:
            return repr((await connection.execute(select(tables.feed))).all())

    assert token not in in_ledger(database, rows)
