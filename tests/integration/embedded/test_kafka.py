"""The embedded broker: real, restartable, alone on its data, gone with its owner."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from hub.embedded.engine import ProcessId, until
from hub.embedded.kafka import EmbeddedKafka, EmbeddedKafkaCluster
from hub.errors import StartError


async def _create_topic(bootstrap: str, name: str, replicas: int = 1) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, replicas)])
    await admin.close()


async def _send(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="test", acks="all")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _read(bootstrap: str, topic: str, number: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await consumer.start()
    try:
        return [(await asyncio.wait_for(consumer.getone(), 120)).value for _ in range(number)]
    finally:
        await consumer.stop()


async def test_data_survives_a_stop_and_a_sigkill_on_the_same_port(tmp_path: Path) -> None:
    async with EmbeddedKafka(tmp_path / "a folder, with é") as broker:
        bootstrap = broker.bootstrap
        await _create_topic(bootstrap, "kept")
        await _send(bootstrap, "kept", b"before the stop")
        await broker.restart()
        await _send(bootstrap, "kept", b"before the kill")
        await broker.kill()
        await broker.restart()

        assert bootstrap == broker.bootstrap
        assert [b"before the stop", b"before the kill"] == await _read(bootstrap, "kept", 2)


async def test_a_frozen_broker_answers_nothing_until_it_is_resumed(kafka: EmbeddedKafka) -> None:
    await _create_topic(kafka.bootstrap, "frozen")
    kafka.pause()
    sending = asyncio.create_task(_send(kafka.bootstrap, "frozen", b"sent while frozen"))
    done, _ = await asyncio.wait({sending}, timeout=2)
    kafka.resume()

    assert not done
    await sending
    assert [b"sent while frozen"] == await _read(kafka.bootstrap, "frozen", 1)


async def test_a_second_start_on_the_same_data_names_the_run_that_uses_it(kafka: EmbeddedKafka) -> None:
    second = EmbeddedKafka(kafka.data_dir)

    with pytest.raises(StartError, match=f"in use by another run \\(process {os.getpid()}\\)") as caught:
        await second.start()
    assert "another folder" in caught.value.way_out


async def test_a_taken_port_is_said_with_the_way_out_and_leaves_the_data_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        broker = EmbeddedKafka(tmp_path, port)
        with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            await broker.start()
    assert "HUB_PORT_BASE" in caught.value.way_out

    await broker.start()
    await broker.stop()


async def test_a_broker_that_ends_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broker = EmbeddedKafka(tmp_path, overrides={"log.retention.ms": "soon"})

    with pytest.raises(StartError, match=r"log\.retention\.ms"):
        await broker.start()


@pytest.mark.parametrize("killed", ["owner", "guard"])
async def test_no_java_is_left_when_something_is_killed_with_sigkill(tmp_path: Path, killed: str) -> None:
    program = textwrap.dedent("""
        import asyncio, pathlib, sys
        from hub.embedded.kafka import EmbeddedKafka
        async def main():
            broker = EmbeddedKafka(pathlib.Path(sys.argv[1]))
            await broker.start()
            print(broker.pid, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    owner = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    line = await asyncio.to_thread(owner.stdout.readline)
    java = ProcessId.of(int(line))
    assert java is not None
    guard = int(Path(f"/proc/{java.pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert guard != owner.pid

    os.kill(owner.pid if killed == "owner" else guard, signal.SIGKILL)

    assert await until(lambda: not java.alive, 120)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    # The next run takes the folder over, whatever state the crashed one left it in.
    async with EmbeddedKafka(tmp_path):
        pass


async def test_three_brokers_go_on_when_one_is_killed(tmp_path: Path) -> None:
    async with EmbeddedKafkaCluster(tmp_path) as cluster:
        await _create_topic(cluster.bootstrap, "replicated", replicas=3)
        await _send(cluster.bootstrap, "replicated", b"three alive")
        await cluster.nodes[0].kill()
        survivors = ",".join(node.bootstrap for node in cluster.nodes[1:])
        await _send(survivors, "replicated", b"two alive")

        assert [b"three alive", b"two alive"] == await _read(survivors, "replicated", 2)


async def test_java_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Dhub.bent=yes")
    monkeypatch.setenv("HUB_SECRET_OF_OURS", "x")
    async with EmbeddedKafka(tmp_path) as broker:
        seen = Path(f"/proc/{broker.pid}/environ").read_bytes()

    assert b"JAVA_TOOL_OPTIONS" not in seen
    assert b"HUB_" not in seen
