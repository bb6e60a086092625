"""What a local hub makes for itself: tokens that the gateway takes, a certificate that clients trust, endpoints."""

import asyncio
import csv
import ssl
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.domain.vocabulary import Kind
from hub.errors import StartError
from hub.gateway.credentials import Credentials
from hub.settings import Settings
from hub.up.certificate import local_certificate
from hub.up.endpoints import (
    Endpoints,
    GatewayAddresses,
    MailAddresses,
    RoleAddresses,
    System,
    read_endpoints,
    write_endpoints,
)
from hub.up.link_key import local_link_key, local_webhook_key
from hub.up.systems import demo_systems


def test_the_gateway_knows_each_demo_system_by_its_token(tmp_path: Path) -> None:
    systems, file = demo_systems(tmp_path)
    credentials = Credentials(file)
    for system in systems:
        known = credentials.authenticate(system.token.encode())
        assert known is not None
        assert (system.name, system.source) == (known.name, known.source)


def test_the_key_of_the_links_is_made_once_for_its_owner_only_and_long_enough(tmp_path: Path) -> None:
    key = local_link_key(tmp_path)
    assert key == local_link_key(tmp_path)
    assert key == Settings(link_keys=SecretStr(key)).link_keys.get_secret_value()
    assert 0o600 == (tmp_path / "link.key").stat().st_mode & 0o777


def test_the_master_key_of_the_webhooks_is_made_once_for_its_owner_only_and_is_another(tmp_path: Path) -> None:
    key = local_webhook_key(tmp_path)
    assert key == local_webhook_key(tmp_path)
    assert key != local_link_key(tmp_path)
    assert key == Settings(webhook_keys=SecretStr(key)).webhook_keys.get_secret_value()
    assert 0o600 == (tmp_path / "webhook.key").stat().st_mode & 0o777


def test_a_partner_may_not_publish_notices(tmp_path: Path) -> None:
    systems, file = demo_systems(tmp_path)
    partner = next(system for system in systems if system.institution == "PARTNER")
    known = Credentials(file).authenticate(partner.token.encode())
    assert known is not None
    assert Kind.NOTICES.value not in known.kinds


def test_a_demo_system_of_an_institution_acts_for_the_contacts_of_all_its_services(tmp_path: Path) -> None:
    systems, file = demo_systems(tmp_path)
    credentials = Credentials(file)
    found = {}
    for system in systems:
        known = credentials.authenticate(system.token.encode())
        assert known is not None
        found[system.institution] = {str(one) for one in known.inboxes}
    wanted: dict[str, set[str]] = {"PARTNER": set()}
    with (files("hub.demo") / "directory.csv").open(encoding="utf-8") as rows:
        for line in csv.DictReader(rows):
            if line["institution"] != "PARTNER":
                wanted.setdefault(line["institution"], set()).add(line["service"])
    assert wanted == found


def test_tokens_stay_the_same_from_start_to_start_and_are_for_the_owner_only(tmp_path: Path) -> None:
    first, file = demo_systems(tmp_path)
    again, _ = demo_systems(tmp_path)
    assert first == again
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert not any(system.token in file.read_text() for system in first)


async def test_a_client_that_knows_the_certificate_trusts_the_server_that_has_it(tmp_path: Path) -> None:
    files = local_certificate(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(files.certificate, files.key)

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=own) as server:
        port = server.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=str(files.certificate))
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_the_certificate_is_kept_and_its_key_is_for_the_owner_only(tmp_path: Path) -> None:
    files = local_certificate(tmp_path)
    before = files.certificate.read_bytes()
    local_certificate(tmp_path)
    assert before == files.certificate.read_bytes()
    assert files.key.stat().st_mode & 0o777 == 0o600


def an_endpoints() -> Endpoints:
    url = "http://127.0.0.1:9350"
    return Endpoints(
        pid=1,
        started_at="2024-12-01T08:00:00+01:00",
        home="/srv/hub",
        gateway=GatewayAddresses(url, f"{url}/events", f"{url}/registry", f"{url}/openapi.json", f"{url}/health", url),
        roles={"router": RoleAddresses("http://127.0.0.1:9351/health", "http://127.0.0.1:9351/metrics")},
        mail=MailAddresses("http://127.0.0.1:9355/", "127.0.0.1:9363"),
        kafka="127.0.0.1:9360",
        database="postgresql://127.0.0.1:9362/hub",
        systems=[System("caf-demo", "CAF", "urn:hub:caf35:si-partenaires", "secret")],
    )


def test_endpoints_are_read_as_they_were_written_by_their_owner_only(tmp_path: Path) -> None:
    write_endpoints(tmp_path / "endpoints.json", an_endpoints())
    assert an_endpoints() == read_endpoints(tmp_path / "endpoints.json")
    assert (tmp_path / "endpoints.json").stat().st_mode & 0o777 == 0o600


def test_no_endpoints_means_that_no_hub_is_up(tmp_path: Path) -> None:
    assert read_endpoints(tmp_path / "endpoints.json") is None


def test_endpoints_that_cannot_be_read_are_said_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text("{")
    with pytest.raises(StartError, match="cannot be read"):
        read_endpoints(tmp_path / "endpoints.json")
