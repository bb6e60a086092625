"""How commands find the hub: by the HUB_ variables, else by what a local hub that is up has written down."""

import logging

from pydantic import SecretStr

from hub.embedded.engine import ProcessId
from hub.settings import Settings, read_settings
from hub.up.endpoints import Endpoints, read_endpoints
from hub.up.home import find_home


def local_endpoints() -> Endpoints | None:
    """The addresses of the hub that is up in this checkout, or in HUB_HOME; None when none is, or it crashed."""
    found = read_endpoints(find_home().endpoints)
    return found if found is not None and ProcessId.of(found.pid) is not None else None


def local_settings() -> Settings:
    """The settings; Kafka, PostgreSQL and the public address are those of the local hub unless a variable names them.

    Raises SettingsError, and StartError for an endpoints file that cannot be read.
    """
    # A broker that is away is told once, by the command; its client would tell it several times more.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    settings = read_settings()
    endpoints = local_endpoints()
    if endpoints is None:
        return settings
    found: dict[str, object] = {
        "kafka_bootstrap": endpoints.kafka,
        "database_url": SecretStr(endpoints.database),
        "public_url": endpoints.gateway.url,
    }
    return settings.model_copy(update={name: v for name, v in found.items() if name not in settings.model_fields_set})
