"""The Faust application of the processors: settings chosen against its known faults, agents without tables."""

import ssl
from datetime import timedelta
from typing import Any, Final, cast

import faust
from faust.types.transports import TransportT

from hub.processors.committed import FAUST_LOGGER, CommittedConsumer, CommittedTransport
from hub.settings import Settings
from hub.wire.kafka_client import connection_options

GROUP: Final = "hub-processors"
_COMMIT_EVERY: Final = 0.5  # seconds; what a crash makes us read again
_SESSION: Final = 15.0  # seconds without a sign of life before the partitions go to another replica
_PATIENCE: Final = timedelta(days=7)  # a batch is retried as long as PostgreSQL is away; nobody is put out for it


class HubApp(faust.App):
    """A Faust application that reads committed records only."""

    logger = FAUST_LOGGER

    def _new_transport(self) -> TransportT:
        return CommittedTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Create none: they would hold tables."""

    def freeze(self) -> None:
        """Commit no offset from now on."""
        cast("CommittedConsumer", self.consumer).freeze()


def new_app(settings: Settings) -> HubApp:
    """Make the application; nothing connects before it is started, and nothing of it listens.

    No table, no topic created, no leader election, no web server; records arrive as bytes.
    """
    return HubApp(
        GROUP,
        broker=[f"kafka://{address}" for address in settings.kafka_bootstrap.split(",")],
        broker_credentials=_credentials(settings),
        broker_commit_interval=_COMMIT_EVERY,
        broker_session_timeout=_SESSION,
        broker_heartbeat_interval=_SESSION / 5,
        broker_max_poll_interval=_PATIENCE.total_seconds(),
        stream_processing_timeout=_PATIENCE.total_seconds(),
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{GROUP}-{settings.processors_instance}",
        processing_guarantee="at_least_once",
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        autodiscover=False,
    )


def _credentials(settings: Settings) -> Any:
    options = connection_options(settings)
    context: ssl.SSLContext | None = options.get("ssl_context")
    if settings.kafka_security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context is not None else None
