"""Engines for every test that needs one: real Kafka, real PostgreSQL, real SMTP, each in a folder of the test run."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.mail import MailCatcher
from hub.embedded.postgres import EmbeddedPostgres

_NOT_HERE = "not on this machine: the system tool "
_LONGEST = ("e2e", "faults", "integration")
_DATABASE_NUMBERS = count(1)

# How long an example takes, or to be drawn, says something of the machine and nothing of the hub.
settings.register_profile("hub", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """Give a fresh broker on a free port, without topics, for one module; its data goes with it."""
    folder = tmp_path_factory.mktemp("kafka")
    broker = EmbeddedKafka(folder)
    asyncio.run(broker.start())
    yield broker
    asyncio.run(broker.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Give the one database server of the test run."""
    folder = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(folder)
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Give the address of a fresh, empty database for one module; it is dropped at the end."""
    name = f"test_{next(_DATABASE_NUMBERS)}"
    yield asyncio.run(postgres.create_database(name))
    asyncio.run(postgres.drop_database(name))


@pytest.fixture
async def mail_catcher(tmp_path: Path) -> AsyncIterator[MailCatcher]:
    """Give a mail server for one test: no TLS, no authentication, nothing caught yet."""
    async with MailCatcher(tmp_path / "mails") as catcher:
        yield catcher


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests whose system tool is not here; the longest files come first.

    Two processes share the tests file by file: none waits long for the other at the end.
    """
    for item in items:
        missing = [name for mark in item.iter_markers("needs_tool") for name in mark.args if not _usable(name)]
        for name in missing:
            item.add_marker(pytest.mark.skip(reason=f"{_NOT_HERE}{name}"))
    items.sort(key=lambda item: item.nodeid.split("/")[1] not in _LONGEST)


@cache
def _usable(tool: str) -> bool:
    """Whether a tool is installed; `kcat:Avro` asks also that its version names the feature (Debian's does not)."""
    name, _, feature = tool.partition(":")
    if shutil.which(name) is None:
        return False
    told = subprocess.run([name, "-V"], capture_output=True, text=True, check=False).stdout if feature else ""
    return feature in told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were not run because a system tool is absent."""
    not_run: dict[str, list[str]] = {}
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith(_NOT_HERE):
            not_run.setdefault(reason.removeprefix(_NOT_HERE), []).append(report.nodeid)
    if not_run:
        terminalreporter.section("not run: a system tool is absent")
        for name, tests in sorted(not_run.items()):
            terminalreporter.write_line(f"{name}:")
            for test in tests:
                terminalreporter.write_line(f"    {test}")
