"""The read part of the schema registry, and kcat on our topics."""

import json
import subprocess
from typing import Any

import httpx
import pytest

from hub.embedded.kafka import EmbeddedKafka
from hub.wire.schemas import load_catalogue
from tests.integration.gateway.gateway_setup import Gateway, new_notice


def get(gateway: Gateway, path: str) -> Any:
    response = gateway.get(f"/registry{path}")
    assert response.headers["content-type"] == "application/vnd.schemaregistry.v1+json"
    return response.json()


def test_every_published_schema_is_served_by_id_and_by_subject(gateway: Gateway) -> None:
    for schema in load_catalogue():
        assert json.loads(get(gateway, f"/schemas/ids/{schema.id}")["schema"]) == schema.document
        described = get(gateway, f"/subjects/{schema.subject}/versions/{schema.version}")
        assert (described["id"], json.loads(described["schema"])) == (schema.id, schema.document)
        assert [{"subject": schema.subject, "version": schema.version}] == get(
            gateway, f"/schemas/ids/{schema.id}/versions"
        )


def test_subjects_and_versions_are_listed(gateway: Gateway) -> None:
    assert "notice.published" in get(gateway, "/subjects")
    assert get(gateway, "/subjects/notice.published/versions") == [1]
    assert get(gateway, "/subjects/notice.published/versions/latest")["version"] == 1
    assert get(gateway, "/subjects/notice.published/versions/1/schema")["name"] == "published"
    assert get(gateway, "/schemas/types") == ["AVRO"]
    assert get(gateway, "/config")["compatibilityLevel"] == "FULL_TRANSITIVE"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/schemas/ids/99999", 404, 40403),
        ("/schemas/ids/x", 404, 40403),
        ("/subjects/no.such/versions", 404, 40401),
        ("/subjects/no.such/versions/1", 404, 40401),
        ("/subjects/notice.published/versions/99", 404, 40402),
        ("/subjects/notice.published/versions/first", 422, 42202),
    ],
)
def test_what_is_not_there_has_the_registrys_error_codes(gateway: Gateway, path: str, status: int, code: int) -> None:
    assert (status, code) == (gateway.get(f"/registry{path}").status_code, get(gateway, path)["error_code"])


def test_a_published_schema_is_found_and_another_is_not_taken(gateway: Gateway) -> None:
    text = get(gateway, "/schemas/ids/1")["schema"]
    subject = get(gateway, "/schemas/ids/1/versions")[0]["subject"]
    url = f"{gateway.url}/registry/subjects/{subject}"
    found = httpx.post(url, json={"schema": json.dumps(json.loads(text))}, timeout=60)
    assert (200, 1) == (found.status_code, found.json()["id"])
    assert httpx.post(f"{url}/versions", json={"schema": text}, timeout=60).json() == {"id": 1}
    assert httpx.post(url, json={"schema": '"string"'}, timeout=60).json()["error_code"] == 40403
    assert httpx.post(f"{url}/versions", json={"schema": '"string"'}, timeout=60).json()["error_code"] == 40501
    assert httpx.post(url, content=b"{", timeout=60).json()["error_code"] == 42201


@pytest.mark.needs_tool("kcat")
def test_kcat_reads_the_key_and_attributes_of_an_event(gateway: Gateway, kafka: EmbeddedKafka) -> None:
    event = new_notice()
    gateway.post(event)
    command = ["kcat", "-C", "-e", "-q", "-b", kafka.bootstrap, "-t", "caf.notices", "-f", "%k %h\n"]
    read = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    (line,) = [line for line in read.stdout.splitlines() if line.startswith(f"{event['subject']} ")]
    assert f"ce_id={event['id']}," in line
    assert "content-type=application/avro" in line
