"""Receivers that are away for a while, for real: the campaign of `tests.campaigns.receiver_down`, in seconds."""

from pathlib import Path

from tests.campaigns.receiver_down import Plan, campaign
from tests.integration.dispatcher.dispatcher_ledger import fresh_ledger


async def test_everything_arrives_once_after_receivers_were_away(database: str, tmp_path: Path) -> None:
    async with fresh_ledger(database) as engine:
        plan = Plan(away=6.0, every=0.5, schedule="1,2,4,8,8,8,8", dispatchers=1)
        mail, webhook = await campaign(plan, engine, database, tmp_path)
    assert ([], []) == (mail.faults, webhook.faults), f"{mail}\n{webhook}"
    assert min(mail.while_away, webhook.while_away) > 0
