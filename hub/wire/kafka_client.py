"""aiokafka clients with the hub's promises: `acks=all`, idempotent, read committed, one security setting for all."""

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.helpers import create_ssl_context

from hub.settings import Settings


def connection_options(settings: Settings) -> dict[str, Any]:
    """What every aiokafka client needs to connect: addresses, TLS and SASL."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
    }
    if "SSL" in settings.kafka_security_protocol:
        options["ssl_context"] = _tls(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_sasl_username
        options["sasl_plain_password"] = settings.kafka_sasl_password.get_secret_value()
    return options


def _tls(settings: Settings) -> ssl.SSLContext:
    context: ssl.SSLContext = create_ssl_context(
        cafile=settings.kafka_ssl_ca_file and str(settings.kafka_ssl_ca_file),
        certfile=settings.kafka_ssl_cert_file and str(settings.kafka_ssl_cert_file),
        keyfile=settings.kafka_ssl_key_file and str(settings.kafka_ssl_key_file),
    )
    return context


def producer(settings: Settings, **options: Any) -> AIOKafkaProducer:
    """An idempotent producer; pass `transactional_id` for a transactional one. Not started."""
    defaults: dict[str, Any] = {"acks": "all", "enable_idempotence": True, "linger_ms": 0, "request_timeout_ms": 30_000}
    return AIOKafkaProducer(**connection_options(settings), **(defaults | options))


def consumer(settings: Settings, *topics: str, **options: Any) -> AIOKafkaConsumer:
    """A consumer of committed records that never commits by itself. Not started."""
    defaults: dict[str, Any] = {
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
    }
    return AIOKafkaConsumer(*topics, **connection_options(settings), **(defaults | options))


def admin(settings: Settings) -> AIOKafkaAdminClient:
    """An admin client. Not started."""
    return AIOKafkaAdminClient(**connection_options(settings))
