"""`hub run ROLE`: one role, against the Kafka and PostgreSQL that the settings name."""

import typer

from hub.settings import read_settings

app = typer.Typer(
    help=(
        "Run one role until SIGTERM or SIGINT, configured by HUB_ variables. "
        "Exit code: 0 after a clean stop; 1 when the role cannot go on (start it again); "
        "2 for a setting that cannot be used; 3 when the share of rejects stopped the router (look first)."
    ),
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command()
def gateway() -> None:
    """Take events over HTTP: /events, the schema registry, OpenAPI."""
    from hub.processes import gateway as process

    process.run(read_settings())


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
