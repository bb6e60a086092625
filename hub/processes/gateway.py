"""The gateway role: granian serving the gateway's application, one process per worker."""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server as Granian

from hub.errors import BrokerUnavailable
from hub.gateway.app import build_app
from hub.log import configure_logging
from hub.settings import Settings
from hub.wire import kafka_client

STOP_SECONDS: Final = 9  # in-flight requests are answered in this time; then the worker is ended
_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG, linux/prctl.h


def run(settings: Settings, build: Callable[[Settings], Any] = build_app) -> None:
    """Serve until SIGTERM or SIGINT; then answer what is under way and end, within ten seconds.

    `build` makes the application; the worker processes call it. Exit code 1 when a worker died by itself.
    Raises BrokerRefused when Kafka turns the gateway down at the start; a Kafka that is away is waited for.
    """
    configure_logging(settings, "gateway")
    reason = asyncio.run(kafka_client.refusal_or(settings, BrokerUnavailable("Kafka does not answer.")))
    if isinstance(reason, kafka_client.BrokerRefused):
        raise reason
    if settings.gateway_workers > 1:
        # The workers' metrics are added up from files; the folder goes with this process. prometheus-client reads the
        # variable when it is imported, so the workers import it anew.
        multiprocessing.set_start_method("spawn", force=True)
        with tempfile.TemporaryDirectory(prefix="hub-gateway-metrics-") as folder:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
            _serve(settings, build)
    else:
        _serve(settings, build)


def _serve(settings: Settings, build: Callable[[Settings], Any]) -> None:
    server = Granian(
        "hub.gateway",
        address=settings.gateway_host,
        port=settings.gateway_port,
        interface=Interfaces.ASGI,
        workers=settings.gateway_workers,
        loop=Loops.uvloop,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_enabled=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
    )
    server.serve(target_loader=partial(_load, settings, build, os.getpid()), wrap_loader=False)


def _load(settings: Settings, build: Callable[[Settings], Any], parent: int) -> Any:
    """Build the application in a worker; the worker ends when the process that started it does, however it ended."""
    configure_logging(settings, "gateway")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the publisher says once that Kafka is away
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    return build(settings)
