"""The hub's main job, end to end: an institution publishes, contacts get mail, every step can be seen and counted."""

import json
import struct
from datetime import date
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import httpx
from confluent_kafka import Producer

from hub.up.endpoints import Endpoints
from tests.e2e.e2e_hub import HubUp, notice, publish, query, referral, wait

CANARY = "Zoonose-Quetzalcoatl-5127"


def mails_about(hub: HubUp, reference: str) -> list[Path]:
    """The mails that lead to a notice."""
    return [path for path in hub.home.mails.glob("*.eml") if _leads_to(path, f"/notices/{reference}")]


def _leads_to(mail: Path, page: str) -> bool:
    body = message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    return any(line.endswith(page) for line in str(body.get_content()).splitlines())


def all_accepted(endpoints: Endpoints, event_id: str) -> int:
    """How many deliveries the event made at first, once all of them were accepted; 0 before.

    While its service is closed, a social urgency asks the next contact at once: what that makes does not count here.
    """
    sql = "select count(*) as n, count(accepted_at) as a from delivery where event_id = $1 and occasion = ''"
    [row] = query(endpoints, sql, event_id)
    return int(row["n"]) if row["n"] == row["a"] else 0


def test_a_notice_published_over_http_reaches_its_contacts_by_mail(hub: HubUp, endpoints: Endpoints) -> None:
    answer = publish(endpoints, notice("N-E2E-1", "e2e-http-1"))
    assert answer.status_code == 202
    wait(lambda: all_accepted(endpoints, "e2e-http-1") > 0)
    # 22 CDAS, the referents of both institutions; no ASIP actor: the change touches collaboration alone.
    by_service = query(
        endpoints, "select service, count(*) as n from delivery where event_id = 'e2e-http-1' group by 1 order by 1"
    )
    assert ["CAF_REFERENTS", "CD35_SOCIAL_LIFE_REFERENTS", "CDAS"] == [row["service"] for row in by_service]
    assert by_service[2]["n"] == 22
    assert len(mails_about(hub, "N-E2E-1")) == sum(row["n"] for row in by_service)


def test_the_same_event_sent_again_gets_the_same_answer_and_no_second_mail(hub: HubUp, endpoints: Endpoints) -> None:
    first = publish(endpoints, notice("N-E2E-2", "e2e-again"))
    again = publish(endpoints, notice("N-E2E-2", "e2e-again"))
    assert (202, first.json()) == (again.status_code, again.json())
    wait(lambda: all_accepted(endpoints, "e2e-again") > 0)
    assert publish(endpoints, notice("N-E2E-2", "e2e-again", version=2)).status_code == 409
    assert len(mails_about(hub, "N-E2E-2")) == all_accepted(endpoints, "e2e-again")


def test_an_urgency_reaches_the_contacts_of_the_home_cdas_and_of_the_caf_and_its_mails_show_nothing(
    hub: HubUp, endpoints: Endpoints
) -> None:
    separation = {"kind": "SEPARATION", "planned": False, "date": "2026-02-10", "declared_on": None}
    event = referral("S-E2E-9", "e2e-urgency", life_event=separation, support=[])
    event["type"] = "social_urgency.reported"
    event["data"] |= {"category": "DOMESTIC_VIOLENCE", "handled_before_referral": True, "directed_to": None}
    assert publish(endpoints, event).status_code == 202
    wait(lambda: all_accepted(endpoints, "e2e-urgency") > 0)
    reached = query(
        endpoints,
        "select service, role, cdas, lane from delivery where event_id = 'e2e-urgency' and occasion = '' order by 1",
    )
    assert [("CAF_SOCIAL_WORK", "SECRETARIAT"), ("CDAS", "RECEPTION_SECOND_LEVEL")] == [
        (row["service"], row["role"]) for row in reached
    ]
    assert {"urgent"} == {row["lane"] for row in reached}
    [(decision,)] = [row.values() for row in query(endpoints, "select decision from event where id = 'e2e-urgency'")]
    decided = json.loads(decision)
    assert reached[1]["cdas"] == next(r["cdas"] for r in decided["routings"] if r["service"] == "CDAS")
    assert {"R11", "R67", "R32"} <= {step["rule"] for step in decided["explanation"] if step["matched"]}
    about = [mail.read_text("utf-8") for mail in hub.home.mails.glob("*.eml") if _leads_to(mail, "/situations/S-E2E-9")]
    assert len(about) >= 2
    assert not any(word in mail for mail in about for word in ("DOMESTIC", "violence", "separation", "35360"))


def produce(endpoints: Endpoints, topic: str, event: dict[str, Any], value: bytes) -> None:
    """Publish as any Kafka client does: binary mode, attributes in headers."""
    headers = {f"ce_{name}": text for name, text in event.items() if name != "data"}
    producer = Producer({"bootstrap.servers": endpoints.kafka, "enable.idempotence": True})
    producer.produce(topic, key=event["subject"], value=value, headers={**headers, "content-type": "application/avro"})
    assert producer.flush(30) == 0


def framed(endpoints: Endpoints, event_type: str, data: dict[str, Any]) -> bytes:
    """The data in Avro, with the schema that the hub's registry serves."""
    url = f"{endpoints.gateway.registry}/subjects/{event_type}/versions/latest"
    served = httpx.get(url, trust_env=False, timeout=60).json()
    body = BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(json.loads(served["schema"])), data)
    return struct.pack(">bI", 0, served["id"]) + body.getvalue()


def test_a_notice_published_on_kafka_reaches_its_contacts_by_mail(hub: HubUp, endpoints: Endpoints) -> None:
    event = notice("N-E2E-3", "e2e-kafka-1")
    days = {"published_on": date(2026, 3, 2), "effective_on": date(2026, 4, 13)}
    produce(endpoints, "cd35.notices", event, framed(endpoints, "notice.published", {**event["data"], **days}))
    wait(lambda: all_accepted(endpoints, "e2e-kafka-1") > 0)
    assert len(mails_about(hub, "N-E2E-3")) == all_accepted(endpoints, "e2e-kafka-1")


def test_a_kafka_event_that_cannot_be_read_is_rejected_with_its_reason_and_the_stream_goes_on(
    endpoints: Endpoints,
) -> None:
    produce(endpoints, "cd35.notices", notice("N-E2E-4", "e2e-bad"), b"{}")
    produce(endpoints, "caf.notices", notice("N-E2E-4", "e2e-wrong"), b"\0\0\0\0\1")
    wait(lambda: len(query(endpoints, "select 1 from reject where event_id in ('e2e-bad', 'e2e-wrong')")) == 2)
    reasons = query(endpoints, "select reason from reject where event_id = 'e2e-bad'")
    assert [{"reason": "NOT_FRAMED"}] == reasons
    assert publish(endpoints, notice("N-E2E-5", "e2e-after")).status_code == 202
    wait(lambda: all_accepted(endpoints, "e2e-after") > 0)


def test_the_status_stream_tells_the_sender_of_every_delivery(hub: HubUp, endpoints: Endpoints) -> None:
    assert publish(endpoints, notice("N-E2E-6", "e2e-status")).status_code == 202
    wait(lambda: all_accepted(endpoints, "e2e-status") > 0)
    wait(lambda: not query(endpoints, "select 1 from status_outbox where relayed_at is null"))
    tail = hub.hub("events", "tail", "--topic", "hub.statuses", "--from-beginning", "--no-follow", "--json")
    lines = [json.loads(line) for line in tail.stdout.splitlines()]
    accepted = [line for line in lines if line["id"] == "e2e-status" and line["outcome"].startswith("ACCEPTED")]
    assert all_accepted(endpoints, "e2e-status") == len(accepted)


def test_personal_data_is_found_nowhere_but_in_the_encrypted_topic(hub: HubUp, endpoints: Endpoints) -> None:
    """A canary in every field that could carry a person's data is sent along each way in, then searched for."""
    block = f"eyJhbGciOiJkaXIifQ..aXY.{CANARY}.dGFn"
    assert publish(endpoints, referral("S-E2E-1", "e2e-canary", personal_block=block)).status_code == 202
    refused = referral("S-E2E-2", "e2e-canary-2", need=CANARY, surname=CANARY)
    assert CANARY not in publish(endpoints, refused).text
    produce(endpoints, "cd35.referrals", referral("S-E2E-3", "e2e-canary-3"), CANARY.encode())
    odd = {**notice("N-E2E-7", "e2e-canary-4"), "surname": CANARY}
    produce(endpoints, "cd35.notices", odd, b"\0\0\0\0\1" + CANARY.encode())
    wait(lambda: bool(query(endpoints, "select 1 from reject where event_id = 'e2e-canary-3'")))
    assert publish(endpoints, notice("N-E2E-8", "e2e-canary-last")).status_code == 202
    wait(lambda: all_accepted(endpoints, "e2e-canary-last") > 0)

    logs = "".join(path.read_text(encoding="utf-8") for path in hub.home.logs.glob("*.log"))
    mails = b"".join(path.read_bytes() for path in hub.home.mails.glob("*.eml"))
    roles = [role.metrics for role in endpoints.roles.values()]
    metrics = "".join(httpx.get(page, trust_env=False, timeout=60).text for page in {endpoints.gateway.metrics, *roles})
    ledger = "".join(str(query(endpoints, f"select * from {table['name']}")) for table in tables(endpoints))
    tail = hub.hub("events", "tail", "--from-beginning", "--no-follow").stdout
    assert "e2e-canary-3" in tail
    assert CANARY not in logs
    assert CANARY.encode() not in mails
    assert CANARY not in metrics
    assert CANARY not in ledger
    assert CANARY not in tail
    assert CANARY not in hub.output


def tables(endpoints: Endpoints) -> list[dict[str, Any]]:
    return query(endpoints, "select tablename as name from pg_tables where schemaname = 'public'")
