"""`hub run ROLE`: one role, against the Kafka and PostgreSQL that the settings name."""

from typing import Annotated

import typer

from hub.router.lanes import ALL, Lane
from hub.settings import read_settings

app = typer.Typer(
    help=(
        "Run one role until SIGTERM or SIGINT, configured by HUB_ variables. "
        "Exit code: 0 after a clean stop; 1 when the role cannot go on (start it again); "
        "2 for a setting that cannot be used; 3 when the share of rejects stopped the router (look first)."
    ),
    no_args_is_help=True,
)


@app.command()
def gateway() -> None:
    """Take events over HTTP: /events, the schema registry, OpenAPI."""
    from hub.processes import gateway as process

    process.run(read_settings())


@app.command()
def router(
    *,
    lane: Annotated[list[Lane] | None, typer.Option(help="Run this lane only; may be repeated. Default: all.")] = None,
    ignore_reject_limit: Annotated[
        bool, typer.Option("--ignore-reject-limit", help="Go on whatever the share of rejects.")
    ] = False,
) -> None:
    """Check and route what the institutions publish, in transactions."""
    from hub.processes import router as process

    process.run(read_settings(), tuple(lane) if lane else ALL, ignore_reject_limit=ignore_reject_limit)


@app.command()
def processors() -> None:
    """Keep the ledger: events, deliveries, contacts, statuses."""
    from hub.processes import processors as process

    process.run(read_settings())


@app.command()
def dispatcher() -> None:
    """Deliver what is due, and try again what failed."""
    from hub.processes import dispatcher as process

    process.run(read_settings())


@app.command()
def connectors() -> None:
    """Fetch events from elsewhere; no inbound connector is configured in this version."""
    from hub.processes import connectors as process

    process.run(read_settings())
