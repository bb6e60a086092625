"""Kafka or PostgreSQL killed and started again in the middle of a stream: refusals meanwhile, nothing lost."""

from pathlib import Path

import httpx
import pytest

from hub.embedded.kafka import EmbeddedKafka, EmbeddedKafkaCluster
from tests.faults.faults_account import Auditor
from tests.faults.faults_chaos import mail_progress, random_moments, router_progress, streaming
from tests.faults.faults_events import Sent, notice, notice_event, stream
from tests.faults.faults_stack import UNRECORDED_AT_MOST, Stack, introduce_contacts, stack, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _accept_one(hub: Stack, client: httpx.AsyncClient, name: str) -> Sent:
    await hub.post_until_accepted(client, notice_event(name))
    return notice(name)


async def _is_refused(hub: Stack, client: httpx.AsyncClient, name: str) -> None:
    answer = await hub.post(client, notice_event(name))
    assert 503 == answer.status_code, answer.text
    assert int(answer.headers["Retry-After"]) >= 1


async def test_the_gateway_says_503_while_kafka_is_dead_and_everything_accepted_arrives(
    hub: Stack, books: Auditor
) -> None:
    assert isinstance(hub.kafka, EmbeddedKafka)
    async with hub.client() as client, streaming(hub, stream("broker", every=60), at_least=1500) as sent:
        accepted = [await _accept_one(hub, client, f"broker-before-{n}") for n in range(20)]
        await hub.kafka.kill()
        await _is_refused(hub, client, "broker-meanwhile")
        await hub.kafka.restart()
        accepted += [await _accept_one(hub, client, name) for name in ("broker-meanwhile", "broker-after")]
    # What was answered 503 may have reached Kafka all the same: the same id, sent again, is taken once.
    await books.settle([*sent, *accepted], repeats=True)
    await hub.ready()


async def test_the_gateway_says_503_while_postgresql_is_dead_and_everything_accepted_arrives(
    hub: Stack, books: Auditor
) -> None:
    mails = mail_progress(hub)
    before = await mails()
    async with hub.client() as client, streaming(hub, stream("postgresql", every=15), at_least=1500) as sent:
        accepted = [await _accept_one(hub, client, f"postgresql-before-{n}") for n in range(20)]

        async def flowing() -> bool:
            return await mails() > before + 20

        await until(flowing)
        await hub.postgres.kill()
        await _is_refused(hub, client, "postgresql-meanwhile")
        for name in ("processors", "dispatcher"):

            async def not_ready(name: str = name) -> bool:
                return not await hub.role(name).is_ready()

            await until(not_ready, lambda name=name: f"{name} says that it is ready")  # type: ignore[misc]  # bound
        await hub.postgres.restart()
        accepted += [await _accept_one(hub, client, name) for name in ("postgresql-meanwhile", "postgresql-after")]
    await books.settle([*sent, *accepted], surplus_at_most=UNRECORDED_AT_MOST, repeats=True)
    await hub.ready()


async def test_one_broker_of_three_killed_stops_nothing(tmp_path: Path) -> None:
    moments = random_moments()
    async with stack(tmp_path / "hub", brokers=3) as three:
        assert isinstance(three.kafka, EmbeddedKafkaCluster)
        await three.ready("router", "processors", "dispatcher")
        await introduce_contacts(three)
        async with Auditor(three) as books:
            async with (
                streaming(three, stream("cluster", every=60), at_least=1000) as sent,
                router_progress(three) as progress,
            ):
                goal = await progress() + 200

                async def got_on() -> bool:
                    return await progress() >= goal

                await until(got_on, every=0.01)
                await moments.choice(three.kafka.nodes).kill()
            await books.settle(sent)
