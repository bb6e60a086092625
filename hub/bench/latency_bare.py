"""The bare side of `hub bench latency`: consume and send (arguments: bootstrap, topic, SMTP port, mails at once)."""

import asyncio
import sys
from typing import Final

import uvloop
from aiokafka import ConsumerRecord
from aiosmtplib import SMTP

from hub.settings import Settings
from hub.wire import kafka_client

SENDER: Final = "hub@hub.example"
RECIPIENT: Final = "bench@contacts.example"
_MAIL: Final = (
    f"Message-ID: <%s@hub.example>\r\nFrom: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: bench\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "Texte de même longueur que celui d’une information préalable.\r\n"
    * 100
)


async def bare_loop(settings: Settings, topic: str, port: int, concurrency: int) -> None:
    """Consume the topic from its end and send one mail for each record, over kept connections, until cancelled."""
    records: asyncio.Queue[ConsumerRecord] = asyncio.Queue()
    consumer = kafka_client.consumer(settings, topic, auto_offset_reset="latest")
    async with consumer, asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(_send(records, port))
        for partition in consumer.assignment():
            await consumer.position(partition)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        async for record in consumer:
            records.put_nowait(record)


async def _send(records: "asyncio.Queue[ConsumerRecord]", port: int) -> None:
    async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        while True:
            record = await records.get()
            name = dict(record.headers)["ce_id"].decode()
            await smtp.sendmail(SENDER, [RECIPIENT], (_MAIL % name).encode())


def main(bootstrap: str, topic: str, port: str, concurrency: str) -> None:
    """Run the loop until the process is ended."""
    uvloop.run(bare_loop(Settings(kafka_bootstrap=bootstrap), topic, int(port), int(concurrency)))


if __name__ == "__main__":
    main(*sys.argv[1:5])
