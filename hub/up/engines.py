"""The engines of a local hub: started unless the settings name existing ones, and started again should one crash."""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from pydantic import SecretStr

from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.mail import MailCatcher
from hub.embedded.mail_web import MailWeb
from hub.embedded.postgres import EmbeddedPostgres
from hub.errors import HubError
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.migrate import upgrade
from hub.settings import Settings
from hub.up.certificate import local_certificate
from hub.up.home import Home
from hub.up.ports import Ports
from hub.up.screen import Screen
from hub.wire.topics import apply_topics

DATABASE = "hub"
_LOOK_SECONDS = 1.0


@dataclass(slots=True)
class Engines:
    """What runs in or beside this process, and the settings with which the roles find it (field → value).

    `role_settings` reach Kafka and PostgreSQL from this process. `kafka`, `postgres` and `mail` are None where the
    settings name an existing one.
    """

    kafka_bootstrap: str
    database_url: str
    role_settings: Settings
    settings: dict[str, str] = field(default_factory=dict)
    kafka: EmbeddedKafka | None = None
    postgres: EmbeddedPostgres | None = None
    mail: MailCatcher | None = None
    web: MailWeb | None = None
    smtp: str = ""

    @property
    def pids(self) -> list[int]:
        """Process numbers of the embedded engines."""
        found = [engine.pid for engine in (self.kafka, self.postgres) if engine is not None]
        return [pid for pid in found if pid is not None]

    @property
    def mails(self) -> int:
        """Mails caught, those of earlier runs included."""
        return len(self.mail.messages()) if self.mail else 0

    @property
    def mail_web(self) -> str:
        """Address of the page that shows the mails caught; empty without a catcher."""
        return self.web.url if self.web else ""


async def start_engines(stack: AsyncExitStack, home: Home, ports: Ports, asked: Settings, screen: Screen) -> Engines:
    """Start what is not given by `asked`, create topics and tables; `stack` stops all of it, together.

    Raises StartError and other HubErrors with the way out.
    """
    engines = Engines(asked.kafka_bootstrap, asked.database_url.get_secret_value(), asked)
    given = asked.model_fields_set
    stack.push_async_callback(_stop, engines)
    if "smtp_host" not in given:
        await _start_mail(engines, home, ports, screen)
    starts = []
    if "kafka_bootstrap" not in given:
        starts.append(_start_kafka(engines, home, ports, screen))
    if "database_url" not in given:
        starts.append(_start_postgres(engines, home, ports, screen))
    await _together(*starts)
    update: dict[str, object] = {"kafka_bootstrap": engines.kafka_bootstrap}
    settings = asked.model_copy(update=update | {"database_url": SecretStr(engines.database_url)})
    engines.role_settings = settings
    await _together(_topics(settings, screen), _tables(settings, screen))
    return engines


async def watch_engines(engines: Engines, tell: Callable[[str], None]) -> None:
    """Start an engine again that ended by itself, on its data, until cancelled."""
    while True:
        for name, engine in (("Kafka", engines.kafka), ("PostgreSQL", engines.postgres)):
            if engine is not None and engine.pid is None:
                tell(f"{name} ended by itself and is started again on its data.")
                try:
                    await engine.restart()
                    tell(f"{name} is back.")
                except HubError as error:
                    tell(f"{name} did not start: {error}")
        await asyncio.sleep(_LOOK_SECONDS)


async def _together(*steps: Coroutine[None, None, None]) -> None:
    """Run the steps at once; when one fails the others are cancelled, and its error is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _stop(engines: Engines) -> None:
    if engines.web is not None:
        await engines.web.stop()
    if engines.mail is not None:
        await engines.mail.stop()
    await asyncio.gather(*(engine.stop() for engine in (engines.kafka, engines.postgres) if engine is not None))


async def _start_kafka(engines: Engines, home: Home, ports: Ports, screen: Screen) -> None:
    screen.begin("Kafka")
    engines.kafka = EmbeddedKafka(home.kafka, ports.kafka, ports.kafka_controller)
    await engines.kafka.start()
    engines.kafka_bootstrap = engines.kafka.bootstrap
    engines.settings["kafka_bootstrap"] = engines.kafka.bootstrap
    screen.done("Kafka", engines.kafka.bootstrap)


async def _start_postgres(engines: Engines, home: Home, ports: Ports, screen: Screen) -> None:
    screen.begin("PostgreSQL")
    engines.postgres = EmbeddedPostgres(home.postgres, ports.postgres)
    await engines.postgres.start()
    engines.database_url = await engines.postgres.create_database(DATABASE)
    engines.settings["database_url"] = engines.database_url
    screen.done("PostgreSQL", f"127.0.0.1:{ports.postgres}")


async def _start_mail(engines: Engines, home: Home, ports: Ports, screen: Screen) -> None:
    screen.begin("Mail catcher")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of itself at every login
    files = local_certificate(home.secrets)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate, files.key)
    account = ("hub", secrets.token_urlsafe(24))
    engines.mail = MailCatcher(home.mails, ports.smtp, tls=tls, credentials=account)
    await engines.mail.start()
    engines.web = MailWeb(engines.mail, ports.mail_web)
    await engines.web.start()
    engines.smtp = f"127.0.0.1:{ports.smtp}"
    engines.settings |= {
        "smtp_host": "127.0.0.1",
        "smtp_port": str(ports.smtp),
        "smtp_starttls": "required",
        "smtp_username": account[0],
        "smtp_password": account[1],
        "smtp_ca_file": str(files.certificate),
    }
    screen.done("Mail catcher", engines.web.url)


async def _topics(settings: Settings, screen: Screen) -> None:
    screen.begin("Topics")
    changed, remaining = await apply_topics(settings)
    for difference in remaining:
        screen.say(
            f"Topic {difference.topic}: {difference.setting} is {difference.actual}, declared {difference.declared}."
        )
    created = sum(1 for difference in changed if difference.setting == "exists")
    screen.done("Topics", f"{created} created" if created else "as declared")


async def _tables(settings: Settings, screen: Screen) -> None:
    screen.begin("Tables")
    engine = ledger_engine(settings)
    try:
        before, after = await upgrade(engine)
    except UNAVAILABLE as error:
        raise unavailable(engine, error) from error
    finally:
        await engine.dispose()
    screen.done("Tables", f"at revision {after}" if before == after else f"brought to revision {after}")
