"""The dispatcher role: PostgreSQL, the mail server and the systems of contacts in, deliveries out."""

import asyncio
from datetime import UTC, datetime

from connectors.outbound.mail.channel import mail_channel
from connectors.outbound.webhook.channel import WebhookChannel
from connectors.outbound.webhook.endpoints import LedgerEndpoints
from connectors.outbound.webhook.sender import webhook_sender
from hub.dispatcher.dispatcher import Dispatcher
from hub.dispatcher.sign_ins import send_sign_ins
from hub.dispatcher.weekly_letter import WeeklyLetter
from hub.domain.vocabulary import Medium
from hub.ledger.engine import ledger_engine
from hub.ledger.escalations import EscalationPolicy
from hub.processes.parameters import read_parameters
from hub.processes.service import Service, run_service
from hub.settings import Settings
from hub.wire.schemas import load_catalogue


def run(settings: Settings) -> None:
    """Run the dispatcher until SIGTERM or SIGINT."""
    run_service("dispatcher", settings, _work)


async def _work(service: Service) -> None:
    settings = service.settings
    mails = settings.dispatcher_concurrency + settings.urgent_concurrency + settings.digest_concurrency
    mail = mail_channel(settings, kept=mails)
    sender = webhook_sender(settings, connections=2 * settings.webhook_concurrency + 1)
    engine = ledger_engine(settings, check_before_use=False)
    endpoints = LedgerEndpoints(engine, _now)
    webhook = WebhookChannel(sender, endpoints, most=settings.webhook_per_receiver)
    try:
        policy = _policy(settings)
        dispatcher = Dispatcher(
            settings,
            engine=engine,
            catalogue=load_catalogue(),
            channels={Medium.MAIL.value: mail, Medium.WEBHOOK.value: webhook},
            health=service.health,
            clock=_now,
            sender=sender,
            policy=policy,
        )
        letter = WeeklyLetter(engine, mail, service.health, _now, policy.parameters, policy.administrators)
        beside = [
            asyncio.create_task(
                send_sign_ins(
                    settings, engine=engine, mail=mail, health=service.health, clock=lambda: datetime.now(UTC)
                )
            ),
            asyncio.create_task(letter.run()),
        ]
        try:
            await dispatcher.run(service.stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    finally:
        await mail.close()
        await webhook.close()
        await engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


def _policy(settings: Settings) -> EscalationPolicy:
    return EscalationPolicy(read_parameters(settings), settings.administrator_contacts)
