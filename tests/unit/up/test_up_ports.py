"""Where a local hub listens, and what is said when it cannot."""

import os
import socket
from collections.abc import Iterator

import pytest

from hub.errors import SettingsError, StartError
from hub.up.ports import Ports, check_ports, holder_of, read_ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_holder_of_a_port_is_named_with_its_process(taken: int) -> None:
    assert holder_of(taken).startswith(f"process {os.getpid()} (")


def test_nobody_holds_a_free_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert holder_of(probe.getsockname()[1]) == ""


def test_a_taken_port_is_refused_with_port_holder_and_way_out(taken: int) -> None:
    with pytest.raises(StartError) as refused:
        check_ports({"gateway": taken})
    assert f"127.0.0.1:{taken} (gateway)" in refused.value.message
    assert f"process {os.getpid()}" in refused.value.message
    assert "HUB_PORT_BASE=" in refused.value.way_out


def test_every_taken_port_is_named_at_once(taken: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(StartError) as refused:
            check_ports({"gateway": taken, "Kafka": other.getsockname()[1]})
    assert "(gateway)" in refused.value.message
    assert "(Kafka)" in refused.value.message


def test_no_two_parts_share_a_port() -> None:
    ports = Ports(9350)
    used = [ports.gateway, *ports.operations.values(), ports.mail_web, ports.kafka, ports.kafka_controller]
    used += [ports.postgres, ports.smtp]
    assert sorted(set(used)) == sorted(used)


@pytest.mark.parametrize("base", ["", "zero", "80", "65530", "-1", "8350.5"], ids=lambda text: text or "empty")
def test_a_port_base_that_cannot_be_used_is_refused(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT_BASE", base)
    with pytest.raises(SettingsError, match="HUB_PORT_BASE"):
        read_ports()
