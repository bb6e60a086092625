"""Every setting of every role, read once from `HUB_` environment variables, strictly.

An unknown `HUB_` variable is an error: a typing mistake must not leave a default in force unseen.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import SettingsError

PREFIX = "HUB_"
SHORTEST_LINK_KEY = 32  # characters of a key of the signed links


class Settings(BaseSettings):
    """Settings by purpose; the description of each field is its documentation (see docs/reference/settings.md)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # Kafka
    kafka_bootstrap: str = Field(
        "127.0.0.1:8360", description="Kafka bootstrap servers, `host:port` separated by commas."
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Security protocol of the Kafka listeners."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, where the protocol is SASL."
    )
    kafka_sasl_username: str = Field("", description="SASL user name.")
    kafka_sasl_password: SecretStr = Field(SecretStr(""), description="SASL password.")
    kafka_ssl_ca_file: Path | None = Field(
        None, description="Certificate authority of the brokers; none: the system's."
    )
    kafka_ssl_cert_file: Path | None = Field(None, description="Client certificate, for mutual TLS.")
    kafka_ssl_key_file: Path | None = Field(None, description="Key of the client certificate.")

    # PostgreSQL
    database_url: SecretStr = Field(
        SecretStr("postgresql://postgres@127.0.0.1:8362/hub"),
        description="PostgreSQL address: `postgresql://user:password@host:port/name`, special characters "
        "percent-encoded; libpq's parameters may follow: `?sslmode=verify-full&sslrootcert=/etc/hub/ca.pem`.",
    )
    database_pool: int = Field(
        10, ge=1, le=100, description="Connections that one process keeps to PostgreSQL at most."
    )

    # Gateway
    gateway_host: str = Field("127.0.0.1", description="Address that the gateway listens on.")
    gateway_port: int = Field(8350, ge=1, le=65535, description="Port that the gateway listens on.")
    gateway_workers: int = Field(1, ge=1, le=64, description="Server processes of the gateway.")
    public_url: str = Field(
        "http://127.0.0.1:8350", description="Address of the gateway as people and systems see it; used in links."
    )
    credentials_file: Path | None = Field(
        None, description="TOML file of the systems that may publish (docs/guides/credentials.md)."
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body, in bytes.")
    max_batch_events: int = Field(1000, ge=1, description="Most events in one batch.")
    max_json_depth: int = Field(16, ge=4, description="Deepest nesting of a JSON body.")
    rate_per_second: int = Field(2000, ge=1, description="Events that one system may publish per second, on average.")
    rate_burst: int = Field(
        10_000, ge=1, description="Events that one system may publish at once before the rate holds."
    )
    broker_timeout_seconds: float = Field(
        1.5, gt=0, le=1.9, description="Longest wait for Kafka's acknowledgement before a 503, in seconds."
    )

    # Router
    parameters_file: Path | None = Field(
        None,
        description="CSV file of the parameters of the rules, instead of the shipped one (docs/guides/rules.md).",
    )
    router_batch: int = Field(1000, ge=1, description="Most records of a partition in one transaction.")
    router_instance: str = Field(
        "1", description="Name of this router among its replicas; stable over restarts (static group membership)."
    )
    reject_window: int = Field(
        1000, ge=10, description="Latest records of a lane over which the share of rejects is watched."
    )
    reject_share: float = Field(0.5, gt=0, le=1, description="Share of rejects in a full window that stops the router.")

    # Processors
    processors_instance: str = Field("1", description="Name of this replica of the processors; stable over restarts.")

    # Dispatcher and mail
    dispatcher_instance: str = Field("1", description="Name of this dispatcher among its replicas.")
    dispatcher_concurrency: int = Field(
        8, ge=1, le=256, description="Deliveries under way at once in the standard lane."
    )
    mails_per_second: float = Field(
        250.0,
        gt=0,
        description="Mails that the standard lane of one dispatcher begins in a second, at most, evenly: a notice to "
        "thousands leaves the machine, and the mail server, to what is urgent.",
    )
    urgent_concurrency: int = Field(4, ge=1, le=64, description="Deliveries under way at once in the urgent lane.")
    digest_concurrency: int = Field(2, ge=1, le=64, description="Digests under way at once.")
    claim_seconds: float = Field(
        60.0,
        gt=0,
        description="How long a claimed delivery is left to its dispatcher before another may take it, in seconds.",
    )
    retry_schedule: str = Field(
        "25,100,400,1600,6400,25600",
        description="Waits before each retry, in seconds; then the remainder to `retry_limit_seconds`.",
    )
    retry_limit_seconds: float = Field(
        86_400.0, gt=0, description="Time after the first attempt at which a delivery fails for good, in seconds."
    )
    smtp_host: str = Field("127.0.0.1", description="Mail server.")
    smtp_port: int = Field(8363, ge=1, le=65535, description="Port of the mail server.")
    smtp_starttls: Literal["never", "required"] = Field(
        "required", description="Whether mails leave over STARTTLS only."
    )
    smtp_username: str = Field("", description="User at the mail server; empty: no authentication.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_ca_file: Path | None = Field(None, description="Certificate authority of the mail server; none: the system's.")
    smtp_timeout_seconds: float = Field(
        20.0, gt=0, description="Longest wait for one answer of the mail server, in seconds."
    )
    mail_from: str = Field("hub@hub.example", description="Sender address of the hub's mails.")
    mail_domain: str = Field("hub.example", description="Right-hand side of Message-ID.")
    mail_unsubscribe: str = Field(
        "",
        description="Mailbox that takes the requests of ASIP actors to receive no more notices; their mails name it "
        "in the text and in List-Unsubscribe. Empty: they do not.",
    )

    # Webhooks
    webhook_keys: SecretStr = Field(
        SecretStr(""),
        description="Master keys of the webhooks, at least 32 characters each, separated by commas: new keys are "
        "derived from the first; the same for dispatchers and `hub webhooks`. Empty: no system gets messages.",
    )
    webhook_allowed: str = Field(
        "",
        description="What webhooks may call beside public https addresses, separated by commas: hosts (`si.example`, "
        "`si.example:8080`), also over http and on private addresses; addresses and networks (`10.1.0.0/16`), over "
        "https.",
    )
    webhook_ca_file: Path | None = Field(
        None, description="Certificate authority of systems behind webhooks, beside the system's."
    )
    webhook_timeout_seconds: float = Field(
        10.0, gt=0, le=60, description="Longest time for one call of a webhook, in seconds."
    )
    webhook_concurrency: int = Field(32, ge=1, le=512, description="Calls of webhooks under way at once in each lane.")
    webhook_per_receiver: int = Field(
        4, ge=1, le=64, description="Calls of webhooks under way at once to one system in each lane."
    )

    # Calendars of absences
    calendar_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys that seal the addresses of absence calendars in the ledger, at least 32 characters each, "
        "separated by commas: the first seals, all open; the same for the connectors and `hub absences`. Empty: none "
        "is read.",
    )
    calendar_allowed: str = Field(
        "",
        description="What absence calendars may be fetched from beside public https addresses, written as for "
        "webhooks.",
    )
    calendar_ca_file: Path | None = Field(
        None, description="Certificate authority of the servers of absence calendars, beside the system's."
    )
    calendar_minutes: int = Field(
        15, ge=1, le=1440, description="How often an absence calendar is read, in minutes; less often while it fails."
    )
    calendar_timeout_seconds: float = Field(
        20.0, gt=0, le=120, description="Longest time for fetching one absence calendar, in seconds."
    )

    # Links in mails
    link_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys of the signed links in mails, at least 32 characters each, separated by commas: the first "
        "signs, all open; the same for gateway and dispatcher. Empty: mails carry no such link.",
    )
    notice_link_days: int = Field(14, ge=1, le=365, description="Days for which the signed link of a notice works.")
    situation_link_days: int = Field(
        7, ge=1, le=365, description="Days for which the signed link of a situation works."
    )

    # Pages of the contact persons
    sign_in_minutes: int = Field(20, ge=5, le=60, description="Minutes for which a mailed sign-in link works, once.")
    sign_ins_per_address: int = Field(
        5, ge=1, le=100, description="Sign-in links that one address may ask for within an hour."
    )
    sign_ins_per_client: int = Field(
        60, ge=1, le=10_000, description="Sign-in links that may be asked for from one network address within an hour."
    )
    client_address_header: str = Field(
        "",
        description="Header in which the reverse proxy gives the caller's network address, such as `x-real-ip` or "
        "`x-forwarded-for`: the last address in it counts, so the proxy must set it or add to it. Empty: the "
        "connection's own address.",
    )
    session_hours: int = Field(12, ge=1, le=168, description="Hours after which a person's session ends.")
    session_idle_minutes: int = Field(
        60, ge=5, le=1440, description="Minutes without a page after which a person's session ends."
    )

    # Escalation
    administrators: str = Field(
        "",
        description="References of the contacts that administer the hub for both institutions, separated by commas: "
        "the last step of every escalation. Empty: the referents of both institutions in the directory.",
    )
    escalation_tick_seconds: float = Field(
        1.0, ge=0.05, le=5.0, description="How often due steps of escalations are looked for, in seconds."
    )

    # Operations
    metrics_host: str = Field(
        "127.0.0.1", description="Address of /metrics and /health of the roles beside the gateway."
    )
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of /metrics and /health; 0: any free port.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="Form of the logs; auto: JSON off a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @cached_property
    def retry_delays(self) -> tuple[float, ...]:
        """Waits before each retry, in seconds."""
        return tuple(float(part) for part in self.retry_schedule.split(",") if part.strip())

    @cached_property
    def administrator_contacts(self) -> tuple[str, ...]:
        """References of the administrators' contacts, in the order given."""
        return tuple(part.strip() for part in self.administrators.split(",") if part.strip())

    @cached_property
    def async_database_url(self) -> str:
        """Where PostgreSQL is (its first server) and the database's name, with SQLAlchemy's dialect; no credentials."""
        parts = urlsplit(self.database_url.get_secret_value())
        server = parts.netloc.rpartition("@")[2].split(",")[0]
        return f"postgresql+asyncpg://{server}{parts.path}"

    @field_validator("link_keys", "webhook_keys", "calendar_keys")
    @classmethod
    def _are_long_enough(cls, value: SecretStr) -> SecretStr:
        """Refuse a key that could be guessed; the message shows nothing of it."""
        keys = value.get_secret_value()
        if keys and any(len(key.strip()) < SHORTEST_LINK_KEY for key in keys.split(",")):
            message = f"every key must have at least {SHORTEST_LINK_KEY} characters"
            raise ValueError(message)
        return value

    @field_validator("database_url")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        """Refuse an address that would be misread; the message shows nothing of it."""
        try:
            parts = urlsplit(value.get_secret_value())
            servers = parts.netloc.rpartition("@")[2].split(",")
            ports = [urlsplit(f"//{server}").port for server in servers]
            parse_qsl(parts.query, strict_parsing=bool(parts.query))
        except ValueError:
            parts, ports = urlsplit(""), []
        name = parts.path.removeprefix("/")
        named = name and not set("/@") & set(name) and not parts.fragment and 0 not in ports
        if parts.scheme not in {"postgresql", "postgres"} or not named:
            message = (
                "must be postgresql://user:password@host:port/name, "
                "with special characters in it percent-encoded (@ is %40, / is %2F)"
            )
            raise ValueError(message)
        return value


# Read by `hub up`, `hub publish` and `./dev` themselves, not by a role.
LAUNCHER_VARIABLES = frozenset({"HUB_PORT_BASE", "HUB_HOME", "HUB_TOKEN"})


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises SettingsError naming every variable that is unknown or unusable; secrets are never shown.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | LAUNCHER_VARIABLES
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        message = f"Unknown setting: {', '.join(unknown)}."
        raise SettingsError(message, "docs/reference/settings.md lists every HUB_ variable; unset or rename these.")
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        message = f"Unusable setting: {faults}."
        raise SettingsError(message, "docs/reference/settings.md says what each variable takes.") from None
