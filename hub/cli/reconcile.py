"""`hub reconcile`: prove for a day that every published record, and every delivery, is accounted for."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from hub.cli.local import local_settings
from hub.cli.output import AsJson
from hub.cli.reconcile_view import show_report
from hub.domain.calendar.paris import paris
from hub.errors import BrokerUnavailable, HubError
from hub.ledger.engine import ledger_engine, unavailable
from hub.ledger.faults import UNAVAILABLE
from hub.ledger.reconciliation import Report, Sources, keep_bare_numbers
from hub.ledger.reconciliation import reconcile as reconcile_day
from hub.processes.processors import readers
from hub.settings import Settings
from hub.wire import kafka_client
from hub.wire.schemas import load_catalogue


class ReconcileUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


def reconcile(
    *,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day, in Europe/Paris, by the records' timestamps; else yesterday."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count what became of every record that was published on a day, and name every difference.

    Exit code: 0 when everything adds up; 1 when not, or when Kafka or PostgreSQL do not answer; 2 for a day to come.
    """
    now = datetime.now(UTC)
    today = now.astimezone(paris()).date()
    wanted = today - timedelta(days=1) if day is None else day.date()
    if wanted > today:
        msg = f"{wanted} is still to come."
        raise ReconcileUsage(msg, "Choose today or a day before.")
    report = asyncio.run(_run(local_settings(), wanted, now))
    show_report(report, as_json=as_json)
    if not report.adds_up:
        raise typer.Exit(1)


async def _run(settings: Settings, day: date, now: datetime) -> Report:
    engine = ledger_engine(settings)
    try:
        report = await reconcile_day(Sources(settings, engine, load_catalogue(), readers()), day, now)
        await keep_bare_numbers(engine, report)
        return report
    except UnknownTopicOrPartitionError as error:
        msg = f"Kafka at {settings.kafka_bootstrap} does not have all topics of the hub."
        raise BrokerUnavailable(
            msg, "`hub topics diff` tells what is missing, `hub topics apply` creates it."
        ) from error
    except KafkaError as error:
        msg = f"Kafka does not answer at {settings.kafka_bootstrap} ({type(error).__name__})."
        away = BrokerUnavailable(msg, "Start the hub (`./dev up`), or set HUB_KAFKA_BOOTSTRAP.")
        raise await kafka_client.refusal_or(settings, away) from error
    except UNAVAILABLE as error:
        raise unavailable(engine, error) from error
    finally:
        await engine.dispose()
