"""Engines as an institution runs them: a Kafka that asks for TLS and credentials, a PostgreSQL with a hard password."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import trustme
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.embedded.engine import free_port
from hub.embedded.kafka import EmbeddedKafka
from hub.embedded.postgres import EmbeddedPostgres

PASSWORD = 'p@ss:w/o rd"#?%é'  # everything that an address or a configuration file could trip over
USER = "hub"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority, the server's key and chain, a client's, and an authority that nobody trusts."""

    folder: Path

    def __post_init__(self) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        authority.cert_pem.write_to_path(self.authority)
        stranger.cert_pem.write_to_path(self.stranger)
        for name, identity in (("server", "127.0.0.1"), ("client", "hub.example")):
            issued = authority.issue_cert(identity)
            key = _pkcs8(issued.private_key_pem.bytes())
            chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
            (self.folder / f"{name}-key.pem").write_bytes(key)
            (self.folder / f"{name}.pem").write_bytes(chain)
            (self.folder / f"{name}-both.pem").write_bytes(key + chain)

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def stranger(self) -> Path:
        return self.folder / "stranger.pem"

    def file(self, name: str) -> Path:
        return self.folder / name


def _pkcs8(key: bytes) -> bytes:
    """A private key in the one form that Java reads."""
    return load_pem_private_key(key, None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class SecuredKafka:
    """A broker with a listener for SASL over TLS and one for mutual TLS; the plain one is for its own start only."""

    broker: EmbeddedKafka
    certificates: Certificates
    sasl: str
    mutual: str

    def settings(self, way: str) -> dict[str, str]:
        """The HUB_ variables of a client that is let in: by `SCRAM-SHA-512`, `PLAIN` or `mutual TLS`."""
        trust = {"HUB_KAFKA_SSL_CA_FILE": str(self.certificates.authority)}
        if way == "mutual TLS":
            return trust | {
                "HUB_KAFKA_BOOTSTRAP": self.mutual,
                "HUB_KAFKA_SECURITY_PROTOCOL": "SSL",
                "HUB_KAFKA_SSL_CERT_FILE": str(self.certificates.file("client.pem")),
                "HUB_KAFKA_SSL_KEY_FILE": str(self.certificates.file("client-key.pem")),
            }
        return trust | {
            "HUB_KAFKA_BOOTSTRAP": self.sasl,
            "HUB_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "HUB_KAFKA_SASL_MECHANISM": way,
            "HUB_KAFKA_SASL_USERNAME": USER,
            "HUB_KAFKA_SASL_PASSWORD": PASSWORD,
        }

    def add_user(self) -> None:
        """Give the broker the SCRAM credentials of the user."""
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        credentials = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(USER, credentials, PASSWORD.encode())
        for done in admin.alter_user_scram_credentials([change]).values():
            done.result(30)


def secured_kafka(folder: Path, certificates: Certificates) -> SecuredKafka:
    """The broker, not started."""
    plain, controller, sasl, mutual = (free_port() for _ in range(4))
    listeners = {"PLAINTEXT": plain, "SASLTLS": sasl, "MUTUAL": mutual}
    addresses = ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items())
    jaas = "org.apache.kafka.common.security"
    plain_user = f"{jaas}.plain.PlainLoginModule required user_{USER}={json.dumps(PASSWORD, ensure_ascii=False)};"
    overrides = {
        "listeners": f"{addresses},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": addresses,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASLTLS:SASL_SSL,MUTUAL:SSL",
        "listener.name.sasltls.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "listener.name.sasltls.plain.sasl.jaas.config": plain_user,
        "listener.name.sasltls.scram-sha-512.sasl.jaas.config": f"{jaas}.scram.ScramLoginModule required;",
        "listener.name.mutual.ssl.client.auth": "required",
    }
    for listener in ("sasltls", "mutual"):
        overrides |= {
            f"listener.name.{listener}.ssl.keystore.type": "PEM",
            f"listener.name.{listener}.ssl.keystore.location": str(certificates.file("server-both.pem")),
            f"listener.name.{listener}.ssl.truststore.type": "PEM",
            f"listener.name.{listener}.ssl.truststore.location": str(certificates.authority),
        }
    broker = EmbeddedKafka(folder, plain, controller, overrides=overrides)
    return SecuredKafka(broker, certificates, f"127.0.0.1:{sasl}", f"127.0.0.1:{mutual}")


async def add_database(server: EmbeddedPostgres) -> str:
    """Make a user with the password above and a database of its own; returns its address."""
    connection = await asyncpg.connect(await server.create_database("hub_secured"))
    try:
        quoted = PASSWORD.replace("'", "''")
        await connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{quoted}'")
        await connection.execute(f"ALTER DATABASE hub_secured OWNER TO {USER}")
        await connection.execute(f"ALTER SCHEMA public OWNER TO {USER}")
    finally:
        await connection.close()
    return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/hub_secured"


def start(kafka: SecuredKafka) -> None:
    """Start the broker and give it its user."""
    asyncio.run(kafka.broker.start())
    kafka.add_user()
