"""Everything that reaches a contact, by every medium, and no more of persons, contacts and secrets in it than must be.

One contact with an urgency of level C3 and a notice: at its system, in its mails at once and in a digest, on its pages,
in its inbox and feeds, and in the mails of an escalation.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from hub.domain.delivery.webhooks import WebhookReason, endpoint_id
from hub.embedded.mail import CaughtMail
from hub.ledger.engine import ledger_engine
from hub.ledger.webhook_keys import EndpointOperator, make_key
from hub.wire.topics import DECISIONS, DIRECTORY
from tests.contract.webhook_system import WebhookSystem, masters
from tests.faults.faults_canary import places_of
from tests.faults.faults_events import SOURCES, contact_events, example, notice_event, record_of
from tests.faults.faults_stack import COMMON, Publisher, Stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONFIDED: Final = "Canari-Lea-Morvan-0600000043"
PERSON, SECRETARIAT = "canary-person", "canary-secretariat"
LABEL, EMAIL, PHONE = "Canari Zélie Durand", "canari.zelie@contacts.example", "0299000044"
PAGES: Final = ("/portal", "/portal/absences", "/portal/subscriptions", "/portal/feeds", "/portal/webhooks")


@dataclass
class Seen:
    """Everything that left the gateway for the contact, as text, and the secrets among it."""

    answers: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def note(self, answer: httpx.Response) -> str:
        self.answers += [str(answer.url), str(answer.headers), answer.text]
        assert answer.status_code < 400, answer.text
        return answer.text


@asynccontextmanager
async def introduced(hub: Stack, system: WebhookSystem) -> AsyncIterator[str]:
    """Give the shared secret of the contact's webhook, once it is in service."""
    declared = next(event for event in contact_events(7) if event["data"]["contact"] == "faults-cdas")
    about = {"contact": PERSON, "role": "MANAGER", "cdas": "CDAS-03", "label": LABEL, "email": EMAIL, "phone": PHONE}
    desk = {"contact": SECRETARIAT, "role": "SECRETARIAT", "cdas": "CDAS-03", "email": f"{SECRETARIAT}@cdas.example"}
    for contact in (about | {"webhook": system.url}, desk):
        event = declared | {"data": declared["data"] | contact}
        await publish(hub, event | dict.fromkeys(("id", "subject", "correlationid"), contact["contact"]))
    await _row(hub, "select 1 from contact where ref = $1", SECRETARIAT)
    of = endpoint_id(PERSON, system.url)
    await _row(hub, "select 1 from webhook_endpoint where id = $1", of)
    keys, engine = masters(COMMON["HUB_WEBHOOK_KEYS"]), ledger_engine(hub.settings)
    async with engine.begin() as connection:
        acting = EndpointOperator("operator:test", datetime.now(UTC), WebhookReason.FIRST_KEY)
        number = await make_key(connection, of, keys.newest, acting, old_until=acting.at)
    await engine.dispose()
    await _row(hub, "select 1 from webhook_endpoint where id = $1 and state = 'ACTIVE'", of)
    key = keys.signing_key(keys.newest, of, number)
    assert key is not None
    yield key.secret


async def publish(hub: Stack, *events: dict[str, Any]) -> None:
    publisher = Publisher(hub.settings.kafka_bootstrap)
    publisher.send(record_of(event) for event in events)
    await publisher.flush()


async def _row(hub: Stack, sql: str, *arguments: object) -> None:
    async def there() -> bool:
        return bool(await hub.rows(sql, *arguments))

    await until(there, lambda: sql)


async def _mail(hub: Stack, to: str, words: str) -> CaughtMail:
    """The newest mail to somebody whose text has these words."""
    found: list[CaughtMail] = []

    def came() -> bool:
        found[:] = [mail for mail in hub.mail.messages() if to in mail.recipients and words in _text(mail)]
        return bool(found)

    await until(came, lambda: f"no mail to {to} with « {words} »")
    return found[-1]


def _text(mail: CaughtMail) -> str:
    part = mail.message().get_body(("plain",))
    return f"{mail.subject}\n{'' if part is None else part.get_content()}"


async def _signed_in(hub: Stack, client: httpx.AsyncClient, seen: Seen) -> None:
    client.headers["origin"] = hub.gateway_url
    seen.note(await client.post("/portal/sign-in", data={"address": EMAIL}))
    link = re.search(r"/portal/enter/(\S+)", _text(await _mail(hub, EMAIL, "/portal/enter/")))
    assert link is not None
    seen.secrets["link to sign in"] = link[1].rpartition("/")[2]
    seen.note(await client.get(link[0]))
    seen.note(await client.post(link[0]))
    seen.secrets["session"] = client.cookies["hub-session"]


async def _submit(client: httpx.AsyncClient, seen: Seen, page: str, path: str, **fields: Any) -> str:
    proof = re.search(r'name="proof" value="([0-9a-f]+)"', seen.note(await client.get(page)))
    assert proof is not None
    seen.secrets["proof of forms"] = proof[1]
    return seen.note(await client.post(path, data={"proof": proof[1]} | fields))


async def _asked_for_notices(client: httpx.AsyncClient, seen: Seen) -> None:
    choice = {"media": ["MAIL", "WEBHOOK", "FEED"], "codes": ["O4"], "pace": "DAILY", "hour": "8", "act": "keep"}
    await _submit(client, seen, "/portal/subscriptions", "/portal/subscriptions/choices", **choice)


async def _asks_for_nothing_more(client: httpx.AsyncClient, seen: Seen) -> None:
    page = seen.note(await client.get("/portal/subscriptions"))
    for choice in re.findall(r'name="choice" value="([^"]+)"', page):
        await _submit(client, seen, "/portal/subscriptions", "/portal/subscriptions/choices/end", choice=choice)


async def _happened(hub: Stack, system: WebhookSystem, seen: Seen) -> None:
    """Publish an urgency and a notice, and wait until both came by every medium, and the urgency climbed."""
    urgency = example("social_urgency.reported", "canary-urgency", SOURCES["CAF"])
    support = [
        {"by": "CD35", "cdas": "CDAS-03", "status": "OPEN", "closed_on": None, "same_event": False,
         "worker_absent": True},
    ]  # fmt: skip
    block = f"eyJhbGciOiJFQ0RILUVTIn0..aXY.{CONFIDED}.dGFn"
    urgency |= {"confidentiality": "C3", "data": urgency["data"] | {"support": support, "personal_block": block}}
    notice, day = notice_event("canary-notice", code="O4"), datetime.now(UTC).date()
    # Far enough ahead to wait for a digest.
    dates = {"published_on": day.isoformat(), "effective_on": (day + timedelta(days=90)).isoformat()}
    await publish(hub, urgency, notice | {"data": notice["data"] | dates})
    mail = _text(await _mail(hub, EMAIL, "/acknowledge/"))
    link = re.search(r"/acknowledge/(\S+)", mail)
    assert link is not None
    seen.secrets["link to take in charge"] = link[1].rpartition("/")[2]
    await until(lambda: any("situation.waiting" in str(call.data) for call in system.calls), lambda: system.calls)
    await _row(hub, "update delivery set due_at = now() where contact = $1 and lane = 'digest' returning 1", PERSON)
    await _row(hub, "select 1 from delivery where contact = $1 and lane = 'digest' and state = 'ACCEPTED'", PERSON)
    climb = (
        "with e as (select id from escalation where event_id = 'canary-urgency') update escalation_step s "
        "set due_at = now() from e where s.escalation = e.id and s.state = 'WAITING' returning 1"
    )
    await _row(hub, "select 1 from escalation where event_id = 'canary-urgency' and state <> 'OPEN'")
    await hub.rows(climb)
    await _mail(hub, f"{SECRETARIAT}@cdas.example", "attend toujours une réponse")


async def _looked_at(client: httpx.AsyncClient, seen: Seen) -> None:
    """Look at every page, the inbox and the feeds, and take the urgency in charge."""
    for page in PAGES:
        seen.note(await client.get(page))
    listed = await client.get(f"/inbox/{PERSON}/items")
    seen.note(listed)
    for item in listed.json()["items"]:
        seen.note(await client.get(f"/inbox/{PERSON}/items/{item['number']}"))
        seen.note(await client.get(f"/portal/items/{item['number']}"))
    assert {"notices", "urgencies"} == {item["kind"] for item in listed.json()["items"]}
    made = await _submit(client, seen, "/portal/feeds", "/portal/feeds")
    token = re.search(r"/feeds/([\w-]{43})/notices\.atom", made)
    assert token is not None
    seen.secrets["feed"] = token[1]
    feeds = [seen.note(await client.get(f"/feeds/{token[1]}/{name}")) for name in ("notices.atom", "calendar.ics")]
    assert ["canary-notice" in feed for feed in feeds] == [True, True]
    for item in listed.json()["items"]:
        await _submit(client, seen, f"/portal/items/{item['number']}", f"/portal/items/{item['number']}/take")


async def test_what_reaches_a_contact_shows_nothing_of_a_person_and_secrets_stay_with_their_holders(hub: Stack) -> None:
    seen = Seen()
    async with (
        WebhookSystem(echoes=True) as system,
        introduced(hub, system) as secret,
        httpx.AsyncClient(base_url=hub.gateway_url, timeout=30, trust_env=False, follow_redirects=True) as client,
    ):
        seen.secrets["webhook"] = secret
        system.echoes = False
        await _signed_in(hub, client, seen)
        await _asked_for_notices(client, seen)
        try:
            await _happened(hub, system, seen)
        finally:
            await _asks_for_nothing_more(client, seen)
        await _looked_at(client, seen)
        await _submit(client, seen, "/portal", "/portal/sign-out", everywhere="yes")
        quiet = "select 1 where not exists (select from delivery where state in ('SCHEDULED', 'SENDING', 'RETRYING'))"
        await _row(hub, quiet)
        calls = [f"{call.line}\n{call.headers}\n{call.body.decode()}" for call in system.calls]

    left = seen.answers + calls
    assert not [text for text in left if CONFIDED in text]
    places = await places_of(hub, [CONFIDED, LABEL, EMAIL, PHONE, *seen.secrets.values()])
    assert {DECISIONS} == places[CONFIDED]
    for own in (LABEL, EMAIL, PHONE, *seen.secrets.values()):
        assert not [call for call in calls if own in call]
    assert not [text for text in seen.answers if PHONE in text]
    directory = {DECISIONS, DIRECTORY, "contact"}  # the decision on a change of the directory holds the change
    assert (directory, directory) == (places[PHONE], places[LABEL])
    assert directory | {"portal_sign_in", f"mail to {EMAIL}"} == places[EMAIL]
    mailed = {"link to sign in", "link to take in charge"}
    expected = {name: {f"mail to {EMAIL}"} if name in mailed else set() for name in seen.secrets}
    assert expected == {name: places[value] for name, value in seen.secrets.items()}
