"""An existing Kafka and PostgreSQL, with their credentials and certificates, take the place of the embedded ones."""

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from hub.gateway.credentials import digest_of
from hub.paths import schemas_root
from tests.integration.engines.roles import command, free_base, running, until
from tests.integration.engines.secured import PASSWORD, SecuredKafka

CAF = "urn:hub:caf35:si-partenaires"
TOKEN = "hub_token-of-the-caf"
WAYS = ["SCRAM-SHA-512", "PLAIN", "mutual TLS"]


@pytest.fixture
def database(secured_database: str, secured: SecuredKafka) -> str:
    """Give the address with the parameters of libpq: TLS is required and the certificate checked."""
    return f"{secured_database}?sslmode=verify-full&sslrootcert={quote(str(secured.certificates.authority), safe='')}"


def notice(id_: str) -> dict[str, object]:
    event: dict[str, object] = json.loads(min((schemas_root() / "notice.published").glob("*.json")).read_text())
    data = dict(event["data"], notice=id_, issuer="CAF", nature="ORGANISATION", code="O1")  # type: ignore[call-overload]  # the example's data is an object
    event.pop("correlationid", None)
    return event | {"id": id_, "source": CAF, "subject": id_, "data": data}


@pytest.mark.parametrize("way", WAYS)
def test_a_notice_passes_through_every_role_on_engines_that_ask_for_credentials(
    way: str, secured: SecuredKafka, database: str, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials.toml"
    credentials.write_text(
        f'[[system]]\nname = "caf"\nsource = "{CAF}"\ntoken_sha256 = "{digest_of(TOKEN)}"\nkinds = ["notices"]\n'
    )
    variables = secured.settings(way) | {"HUB_DATABASE_URL": database, "HUB_CREDENTIALS_FILE": str(credentials)}
    id_ = f"notice-{WAYS.index(way)}"
    applied = command(variables, tmp_path, "topics", "apply")
    assert 0 == applied.returncode, applied.stderr
    migrated = command(variables, tmp_path, "database", "upgrade")
    assert 0 == migrated.returncode, migrated.stderr
    with ExitStack() as stack:
        gateway, router, processors = (
            stack.enter_context(running(variables, tmp_path, "run", role))
            for role in ("gateway", "router", "processors")
        )
        for role in (gateway, router, processors):
            role.wait_until_ready()
        tail = stack.enter_context(
            running(variables, tmp_path, "events", "tail", "--topic", "hub.decisions", "--from-beginning", "-n",
                    str(1 + WAYS.index(way)), "--json")
        )  # fmt: skip
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/cloudevents+json"}
        answers: list[httpx.Response] = []

        def answered() -> bool:
            """Whether the broker took it in time; a caller sends it again after a 503."""
            url = f"{gateway.url}/events"
            answers.append(httpx.post(url, json=notice(id_), headers=headers, timeout=60, trust_env=False))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        until(answered, lambda: answers[-1].text)
        assert 202 == answers[-1].status_code, answers[-1].text
        assert 0 == tail.process.wait(300), tail.text
        assert id_ == json.loads(tail.text.splitlines()[-1])["id"]
        until(lambda: id_ in ledger_ids(database), lambda: processors.text)
        outputs = [part.text for part in (gateway, router, processors, tail)]
    assert not [text for text in outputs if PASSWORD in text or quote(PASSWORD, safe="") in text]


def ledger_ids(database: str) -> set[str]:
    """Ids of the events that the ledger holds."""

    async def read() -> set[str]:
        connection = await asyncpg.connect(database)
        try:
            return {row["id"] for row in await connection.fetch("SELECT id FROM event")}
        finally:
            await connection.close()

    return asyncio.run(read())


REFUSALS = {
    "wrong password": ({"HUB_KAFKA_SASL_PASSWORD": "wr0ng-secret"}, "refuses the user « hub » with SCRAM-SHA-512"),
    "unknown user": ({"HUB_KAFKA_SASL_USERNAME": "nobody"}, "refuses the user « nobody » with SCRAM-SHA-512"),
    "mechanism not offered": ({"HUB_KAFKA_SASL_MECHANISM": "SCRAM-SHA-256"}, "with SCRAM-SHA-256"),
    "authority not trusted": ({"HUB_KAFKA_SSL_CA_FILE": "stranger.pem"}, "is not trusted: "),
    "authority missing": ({"HUB_KAFKA_SSL_CA_FILE": "absent.pem"}, "absent.pem"),
}


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        *((case, ("topics", "apply")) for case in REFUSALS),
        ("wrong password", ("run", "router")),
        ("authority not trusted", ("run", "router")),
        ("wrong password", ("events", "tail", "-n", "1")),
        ("authority not trusted", ("directory", "show", "x")),
    ],
    ids=lambda part: part if isinstance(part, str) else " ".join(part),
)
def test_a_kafka_that_refuses_is_named_with_the_reason_and_the_way_out(
    case: str, arguments: tuple[str, ...], secured: SecuredKafka, tmp_path: Path
) -> None:
    wrong, words = REFUSALS[case]
    files = {name: str(secured.certificates.file(value)) for name, value in wrong.items() if value.endswith(".pem")}
    done = command(secured.settings("SCRAM-SHA-512") | wrong | files, tmp_path, *arguments)
    assert done.returncode in {1, 2}
    assert words in done.stderr
    assert "HUB_KAFKA_" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [secret for secret in (PASSWORD, "wr0ng-secret") if secret in done.stdout + done.stderr]


def test_a_client_without_the_certificate_that_mutual_tls_asks_for_is_told_so(
    secured: SecuredKafka, tmp_path: Path
) -> None:
    variables = secured.settings("mutual TLS")
    del variables["HUB_KAFKA_SSL_CERT_FILE"], variables["HUB_KAFKA_SSL_KEY_FILE"]
    done = command(variables, tmp_path, "topics", "diff")
    assert 1 == done.returncode
    assert "CERTIFICATE_REQUIRED" in done.stderr
    assert "HUB_KAFKA_SSL_CERT_FILE" in done.stderr


def test_plain_text_towards_a_listener_that_expects_tls_is_told(secured: SecuredKafka, tmp_path: Path) -> None:
    done = command({"HUB_KAFKA_BOOTSTRAP": secured.mutual}, tmp_path, "topics", "diff")
    assert 1 == done.returncode
    assert "does it speak PLAINTEXT?" in done.stderr


@pytest.mark.parametrize("role", ["gateway", "processors"])
def test_a_role_that_kafka_refuses_ends_and_says_why(
    role: str, secured: SecuredKafka, database: str, tmp_path: Path
) -> None:
    variables = secured.settings("PLAIN") | {"HUB_KAFKA_SASL_PASSWORD": "wr0ng-secret", "HUB_DATABASE_URL": database}
    with running(variables, tmp_path, "run", role) as refused:
        assert 1 == refused.process.wait(120)
    assert "refuses the user « hub » with PLAIN" in refused.text
    assert "wr0ng-secret" not in refused.text


def test_a_database_that_refuses_is_named_with_the_reason_and_without_the_password(
    database: str, tmp_path: Path
) -> None:
    asked, _, parameters = database.partition("?")
    wrong = asked.replace(quote(PASSWORD, safe=""), "wr0ng-secret") + "?" + parameters
    cases = {
        wrong: "password authentication failed",
        f"{asked}?sslmode=disable": "cannot be used",
        f"{asked}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem": "sslrootcert",
        asked.replace(quote(PASSWORD, safe=""), "a@wr0ng-secret/b"): "percent-encoded",
    }
    for address, words in cases.items():
        done = command({"HUB_DATABASE_URL": address}, tmp_path, "database", "upgrade")
        assert done.returncode in {1, 2}, address
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert "wr0ng-secret" not in done.stdout + done.stderr


def test_hub_up_starts_no_engine_that_the_settings_name(secured: SecuredKafka, database: str, tmp_path: Path) -> None:
    variables = secured.settings("SCRAM-SHA-512") | {"HUB_DATABASE_URL": database, "HUB_PORT_BASE": str(free_base())}
    home = tmp_path / "home"
    with running(variables, tmp_path, "up", "--no-demo", "--home", str(home)) as up:
        endpoints = home / "endpoints.json"
        until(lambda: endpoints.exists() or up.process.poll() is not None, lambda: up.text)
        assert endpoints.exists(), up.text
        found = json.loads(endpoints.read_text())
    assert 0 == up.process.returncode, up.text
    assert (secured.sasl, database) == (found["kafka"], found["database"])
    assert [] == [name for name in ("kafka", "postgres") if (home / name).exists() and any((home / name).iterdir())]
    assert PASSWORD not in up.text
