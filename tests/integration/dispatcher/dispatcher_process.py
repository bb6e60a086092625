"""A dispatcher as a process of its own, as `hub run dispatcher` starts it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from typing import Final

from tests.integration.dispatcher.webhook_ledger import ALLOWED

_PROGRAM: Final = (
    "from hub.processes.dispatcher import run\nfrom hub.settings import read_settings\nrun(read_settings())\n"
)


@contextlib.asynccontextmanager
async def dispatcher_process(name: str, database: str, smtp_port: int, **variables: str) -> AsyncIterator[None]:
    """Run a dispatcher of this name meanwhile, and stop it as a supervisor would; it must end with code 0."""
    environment = {variable: value for variable, value in os.environ.items() if not variable.startswith("HUB_")}
    environment |= {
        "HUB_DATABASE_URL": database,
        "HUB_SMTP_PORT": str(smtp_port),
        "HUB_SMTP_STARTTLS": "never",
        "HUB_DISPATCHER_INSTANCE": name,
        "HUB_LOG_LEVEL": "error",
    }
    environment |= {f"HUB_{setting.upper()}": value for setting, value in ALLOWED.items()}
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM, env=environment | variables)
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        code = await running.wait()
    assert 0 == code, f"the dispatcher {name} ended with code {code}"
