"""`hub up` from the first check to the last process gone."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import httpx

from hub.errors import HubError, StartError
from hub.settings import Settings, read_settings
from hub.up.demo import load_demo_directory, publish_demo_notices
from hub.up.endpoints import Endpoints, GatewayAddresses, MailAddresses, RoleAddresses, write_endpoints
from hub.up.engines import Engines, start_engines, watch_engines
from hub.up.figures import Figures, read_figures
from hub.up.home import Home, end_leftovers, only_run, remember_processes
from hub.up.link_key import local_calendar_key, local_link_key, local_webhook_key
from hub.up.ports import Ports, check_ports, read_ports
from hub.up.roles import Role, keep_running, last_words, role_command, watch_health
from hub.up.screen import Moment, Screen
from hub.up.systems import demo_systems

READY_SECONDS = 120.0  # a slow machine is no fault
LOOK_SECONDS = 1.0
BAD_LUCK = 2  # a role that ends more often than this while starting will not stay up
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for: from nothing (`fresh`), and with the demo notices or without (`demo`)."""

    fresh: bool = False
    demo: bool = True


async def up(home: Home, options: Options, screen: Screen) -> None:
    """Start everything, show it, and stop everything at SIGINT, SIGTERM or SIGHUP.

    Raises StartError or SettingsError, with the way out, when the hub cannot start; nothing is left running then.
    """
    stop = _stop_at_signals()
    asked, ports = read_settings(), read_ports()
    home.prepare()
    with only_run(home):
        if await end_leftovers(home):
            screen.say("An earlier run did not end cleanly; nothing of it runs any more, and its data is taken up.")
        if options.fresh:
            home.forget_data()
            screen.say("Starting from nothing: events, ledger, mails and logs of earlier runs are deleted.")
        check_ports(_wanted_ports(asked, ports))
        work = _run(home, ports, asked, options, screen, stop)
        try:
            await _until_stopped(work, stop, screen)
        finally:
            screen.close()
            home.processes.unlink(missing_ok=True)
    screen.say(f"Stopped. The data stays in {home.root}; the next start finds it again.")


async def _run(
    home: Home, ports: Ports, asked: Settings, options: Options, screen: Screen, stop: asyncio.Event
) -> None:
    async with AsyncExitStack() as stack:
        stack.callback(screen.close)
        engines = await start_engines(stack, home, ports, asked, screen)
        systems, credentials = demo_systems(home.secrets)
        overlay = engines.settings | {
            "gateway_host": _HOST,
            "gateway_port": str(ports.gateway),
            "public_url": f"http://{_HOST}:{ports.gateway}",
            "credentials_file": str(credentials),
            "metrics_host": _HOST,
        }
        if "link_keys" not in asked.model_fields_set:
            overlay["link_keys"] = local_link_key(home.secrets)
        if "webhook_keys" not in asked.model_fields_set:
            overlay["webhook_keys"] = local_webhook_key(home.secrets)
        if "calendar_keys" not in asked.model_fields_set:
            overlay["calendar_keys"] = local_calendar_key(home.secrets)
        roles = await stack.enter_async_context(_roles(home, ports, overlay, engines, screen))
        endpoints = Endpoints(
            pid=os.getpid(),
            started_at=datetime.now().astimezone().isoformat(timespec="seconds"),
            home=str(home.root),
            gateway=_gateway(ports),
            roles={role.name: RoleAddresses(role.health, role.health.replace("/health", "/metrics")) for role in roles},
            mail=MailAddresses(engines.mail_web, engines.smtp),
            kafka=engines.kafka_bootstrap,
            database=engines.database_url,
            systems=systems,
        )
        write_endpoints(home.endpoints, endpoints)
        stack.callback(home.endpoints.unlink, missing_ok=True)
        screen.started(endpoints)
        tasks = [_show(screen, roles, endpoints, engines), watch_engines(engines, screen.say)]
        if options.demo:
            tasks.append(_demo(engines.role_settings, endpoints, screen))
        await asyncio.gather(*tasks)
        await stop.wait()


async def _demo(settings: Settings, endpoints: Endpoints, screen: Screen) -> None:
    try:
        await load_demo_directory(settings, screen.say)
        await publish_demo_notices(endpoints, screen.say)
    except HubError as error:
        screen.say(f"The demo could not be shown: {error}")


async def _until_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event, screen: Screen) -> None:
    """Run `work` until it ends or a signal came; then let it clean up."""
    running, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        screen.close()
        screen.say("Stopping: the roles first, then Kafka and PostgreSQL.")
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    return stop


def _wanted_ports(asked: Settings, ports: Ports) -> dict[str, int]:
    given = asked.model_fields_set
    wanted = {"gateway": ports.gateway, **ports.operations}
    if "kafka_bootstrap" not in given:
        wanted |= {"Kafka": ports.kafka, "Kafka's controller": ports.kafka_controller}
    if "database_url" not in given:
        wanted |= {"PostgreSQL": ports.postgres}
    if "smtp_host" not in given:
        wanted |= {"mails": ports.mail_web, "mail catcher": ports.smtp}
    return wanted


def _gateway(ports: Ports) -> GatewayAddresses:
    url = f"http://{_HOST}:{ports.gateway}"
    return GatewayAddresses(
        url, f"{url}/events", f"{url}/registry", f"{url}/openapi.json", f"{url}/health", f"{url}/metrics"
    )


@contextlib.asynccontextmanager
async def _roles(
    home: Home, ports: Ports, overlay: dict[str, str], engines: Engines, screen: Screen
) -> AsyncIterator[list[Role]]:
    """Start the roles, wait until all are ready, keep them running; stop them at the end, all at once."""
    environment = os.environ | {f"HUB_{name.upper()}": value for name, value in overlay.items()}
    roles = []
    for name, port in {"gateway": ports.gateway, **ports.operations}.items():
        own = environment | {"HUB_METRICS_PORT": str(port)}
        log = home.logs / f"{name}.log"
        roles.append(Role(name, role_command(name), own, log, f"http://{_HOST}:{port}/health"))

    def note() -> None:
        remember_processes(home, [*engines.pids, *(pid for role in roles for pid in role.pids)])

    screen.begin("Roles")
    keepers = [asyncio.create_task(keep_running(role, screen.say, note)) for role in roles]
    try:
        await _until_ready(roles)
        screen.done("Roles", ", ".join(role.name for role in roles))
        yield roles
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*(role.stop() for role in roles))


async def _until_ready(roles: list[Role]) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        while not all(role.ready for role in roles):
            await watch_health(roles, client)
            crashed = next((role for role in roles if role.gave_up or role.ends > BAD_LUCK), None)
            if crashed is not None:
                msg = f"Role {crashed.name} does not stay up. The end of its log:\n{last_words(crashed)}"
                raise StartError(msg, f"The whole log is {crashed.log}.")
            if asyncio.get_running_loop().time() > deadline:
                late = next(role for role in roles if not role.ready)
                why = "; ".join(late.reasons) or "it does not answer"
                words = last_words(late)
                msg = f"Role {late.name} is not ready after {READY_SECONDS:.0f} s: {why}. The end of its log:\n{words}"
                raise StartError(msg, f"The whole log is {late.log}.")
            await asyncio.sleep(0.2)


async def _show(screen: Screen, roles: list[Role], endpoints: Endpoints, engines: Engines) -> None:
    """Keep the view current, until cancelled. A ledger that is away for a while leaves the last figures standing."""
    connection: asyncpg.Connection | None = None
    figures, away = Figures(), False
    loop = asyncio.get_running_loop()
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while True:
                began = loop.time()
                await watch_health(roles, client)
                try:
                    if connection is None or connection.is_closed():
                        connection = await asyncpg.connect(endpoints.database, timeout=5)
                    figures = await read_figures(connection, engines.mails)
                    away = False
                except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                    if not away:
                        screen.say("The ledger does not answer; the figures stand still until it does.")
                    away = True
                screen.view(Moment(figures, roles, endpoints))
                # A large ledger takes longer to count: looking must stay a small part of what the machine does.
                await asyncio.sleep(max(LOOK_SECONDS, 5 * (loop.time() - began)))
    finally:
        if connection is not None:
            connection.terminate()
