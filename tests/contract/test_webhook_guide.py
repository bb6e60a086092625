"""What the guide tells integrators to do works with what the hub sends."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.contract.channel_receivers import message
from tests.contract.webhook_system import WebhookSystem, endpoint_at, key_of, webhook_channel_to

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "webhooks.md"


def _shown() -> Callable[..., bool]:
    """The function that the guide shows, as somebody who copies it has it."""
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(dedent(found[1]), names)
    function: Callable[..., bool] = names["is_from_the_hub"]
    return function


async def test_the_verification_that_the_guide_shows_takes_what_the_hub_sends_and_nothing_else() -> None:
    is_from_the_hub = _shown()
    async with WebhookSystem() as system:
        channel = webhook_channel_to(system)
        await channel.deliver(message())
        await channel.close()
        (call,) = system.calls
        key = key_of(endpoint_at(system.url))
    at = float(call.headers["webhook-timestamp"])
    assert is_from_the_hub(call.headers, call.body, key.secret, at)
    assert not is_from_the_hub(call.headers, call.body, key.secret, at + 301), "an old message, sent again by another"
    assert not is_from_the_hub(call.headers, call.body + b" ", key.secret, at), "a changed message"
    assert not is_from_the_hub(call.headers, call.body, key_of(endpoint_at(system.url), 2).secret, at), "another key"


async def test_the_message_that_the_guide_shows_has_the_form_of_what_the_hub_sends() -> None:
    shown = re.search(r"^(\{\"type\".*?\}\})$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert shown is not None
    async with WebhookSystem() as system:
        channel = webhook_channel_to(system)
        await channel.deliver(message(number=7))
        await channel.close()
        sent = system.calls[0].body.decode()
    names = re.compile(r'"(\w+)":')
    assert names.findall(sent) == names.findall(shown[1])
