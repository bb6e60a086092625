"""`hub topics apply|diff`: the topics of the broker against those that are declared."""

import asyncio
import json
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from hub.settings import read_settings
from hub.wire.topics import Difference, apply_topics, diff_topics

app = typer.Typer(
    help="Topics: compare the broker's with the declared ones, create and adjust them.", no_args_is_help=True
)

AsJson = typer.Option(False, "--json", help="Print one JSON object.")


@app.command("diff")
def diff(as_json: bool = AsJson) -> None:  # noqa: FBT001 -- the signature that Typer calls
    """Compare the broker's topics with deploy/kafka/topics.toml. Exit code 1 when they differ."""
    differences = asyncio.run(diff_topics(read_settings()))
    if as_json:
        typer.echo(json.dumps({"differences": [asdict(d) for d in differences]}))
    elif differences:
        _show(differences)
    else:
        typer.echo("The topics are as declared.")
    raise typer.Exit(1 if differences else 0)


@app.command("apply")
def apply(as_json: bool = AsJson) -> None:  # noqa: FBT001 -- the signature that Typer calls
    """Create missing topics, add partitions, adjust settings. Exit code 1 when something cannot be adjusted."""
    changed, remaining = asyncio.run(apply_topics(read_settings()))
    done = [difference for difference in changed if difference not in remaining]
    if as_json:
        typer.echo(json.dumps({"applied": [asdict(d) for d in done], "remaining": [asdict(d) for d in remaining]}))
    else:
        typer.echo(f"{len(done)} change(s) applied." if done else "Nothing to apply.")
        if remaining:
            typer.echo(
                "These need a person (partitions never shrink, replicas are moved by the cluster's own tools):",
                err=True,
            )
            _show(remaining)
    raise typer.Exit(1 if remaining else 0)


def _show(differences: list[Difference]) -> None:
    console = Console()
    if not console.is_terminal:
        for d in differences:
            typer.echo(
                f"{d.topic}\t{d.setting}\tdeclared={d.declared}\tactual={'absent' if d.actual is None else d.actual}"
            )
        return
    table = Table("topic", "setting", "declared", "actual")
    for d in differences:
        table.add_row(d.topic, d.setting, d.declared, "absent" if d.actual is None else d.actual)
    console.print(table)
