"""aiokafka clients with the hub's promises: `acks=all`, idempotent, read committed, one security setting for all."""

import logging
import socket
import ssl
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.helpers import create_ssl_context

from hub.errors import BrokerUnavailable, HubError, SettingsError
from hub.settings import Settings

_PROBE_MS: Final = 3_000  # longest wait for one server, when looking for the reason of a failure
_AUTHENTICATION: Final = (
    AuthenticationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class BrokerRefused(HubError):
    """A broker answers and turns this client down: its credentials, or one side's certificate."""


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
    files = {
        "cafile": settings.kafka_ssl_ca_file,
        "certfile": settings.kafka_ssl_cert_file,
        "keyfile": settings.kafka_ssl_key_file,
    }
    try:
        context: ssl.SSLContext = create_ssl_context(**files)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        given = ", ".join(str(path) for path in files.values() if path is not None)
        message = f"TLS towards Kafka cannot be set up with {given}: {error}."
        way_out = "HUB_KAFKA_SSL_CA_FILE, _CERT_FILE and _KEY_FILE name PEM files that this user may read."
        raise SettingsError(message, way_out) from error
    return context


async def refusal_or(settings: Settings, otherwise: HubError) -> HubError:
    """Say why no client got through: the refusal of a bootstrap server where one refuses, else `otherwise`.

    A client of aiokafka only says that it could not connect. This asks each server again and names the reason: user or
    password, mechanism, a certificate that is not trusted, TLS on one side only. It never shows a password.
    """
    options = {name: value for name, value in connection_options(settings).items() if name != "bootstrap_servers"}
    noise = logging.getLogger("aiokafka")
    before = noise.disabled
    noise.disabled = True  # what it would log is what is returned
    try:
        for host, port, _ in collect_hosts(settings.kafka_bootstrap):
            try:
                connection = await create_conn(host, port, request_timeout_ms=_PROBE_MS, **options)
            except (KafkaError, OSError, TimeoutError) as error:
                found = _refusal(settings, f"{host}:{port}", error)
                if found is not None:
                    return found
                if not isinstance(error, ConnectionRefusedError | socket.gaierror | TimeoutError):
                    closes = f"{host}:{port} closes the connection: does it speak {settings.kafka_security_protocol}?"
                    otherwise = BrokerUnavailable(f"{otherwise.message} {closes}", otherwise.way_out)
            else:
                connection.close()
    finally:
        noise.disabled = before
    return otherwise


def _refusal(settings: Settings, server: str, error: BaseException) -> BrokerRefused | None:
    cause = error.__cause__ if isinstance(error, KafkaError) and error.__cause__ is not None else error
    if isinstance(error, _AUTHENTICATION):
        user, mechanism = settings.kafka_sasl_username, settings.kafka_sasl_mechanism
        return BrokerRefused(
            f"Kafka at {server} refuses the user « {user} » with {mechanism} ({type(error).__name__}).",
            "Check HUB_KAFKA_SASL_USERNAME, HUB_KAFKA_SASL_PASSWORD and HUB_KAFKA_SASL_MECHANISM.",
        )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return BrokerRefused(
            f"The certificate of Kafka at {server} is not trusted: {cause.verify_message}.",
            "HUB_KAFKA_SSL_CA_FILE names the certificate authority of the brokers, in PEM.",
        )
    # An end of the stream is no refusal: a broker that stops in the middle of a handshake gives the same.
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return BrokerRefused(
            f"No TLS connection to Kafka at {server}: {cause.reason or cause}.",
            "Check HUB_KAFKA_SECURITY_PROTOCOL and, for mutual TLS, HUB_KAFKA_SSL_CERT_FILE and _KEY_FILE.",
        )
    return None


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
