"""The dispatcher role: PostgreSQL and the mail server in, deliveries out."""

from datetime import UTC, datetime

from connectors.outbound.mail.channel import mail_channel
from hub.dispatcher.dispatcher import Dispatcher
from hub.domain.vocabulary import Medium
from hub.ledger.engine import ledger_engine
from hub.processes.service import Service, run_service
from hub.settings import Settings
from hub.wire.schemas import load_catalogue


def run(settings: Settings) -> None:
    """Run the dispatcher until SIGTERM or SIGINT."""
    run_service("dispatcher", settings, _work)


async def _work(service: Service) -> None:
    settings = service.settings
    mail = mail_channel(settings, kept=settings.dispatcher_concurrency + settings.urgent_concurrency)
    engine = ledger_engine(settings, check_before_use=False)
    try:
        dispatcher = Dispatcher(
            settings,
            engine=engine,
            catalogue=load_catalogue(),
            channels={Medium.MAIL.value: mail},
            health=service.health,
            clock=lambda: datetime.now(UTC),
        )
        await dispatcher.run(service.stop)
    finally:
        await mail.close()
        await engine.dispose()
