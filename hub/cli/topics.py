"""`hub topics apply|diff`: the topics of the broker against those that are declared."""

import asyncio
from dataclasses import asdict

import typer

from hub.cli.local import local_settings
from hub.cli.output import AsJson, print_json, print_table
from hub.wire.topics import Difference, apply_topics, diff_topics

app = typer.Typer(
    help="Topics: compare the broker's with the declared ones, create and adjust them.", no_args_is_help=True
)


@app.command("diff")
def diff(*, as_json: AsJson = False) -> None:
    """Compare the broker's topics with deploy/kafka/topics.toml. Exit code 1 when they differ."""
    differences = asyncio.run(diff_topics(local_settings()))
    if as_json:
        print_json({"differences": [asdict(d) for d in differences]})
    elif differences:
        _show(differences)
    else:
        typer.echo("The topics are as declared.")
    raise typer.Exit(1 if differences else 0)


@app.command("apply")
def apply(*, as_json: AsJson = False) -> None:
    """Create missing topics, add partitions, adjust settings. Exit code 1 when something cannot be adjusted."""
    changed, remaining = asyncio.run(apply_topics(local_settings()))
    done = [difference for difference in changed if difference not in remaining]
    if as_json:
        print_json({"applied": [asdict(d) for d in done], "remaining": [asdict(d) for d in remaining]})
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
    rows = [(d.topic, d.setting, d.declared, "absent" if d.actual is None else d.actual) for d in differences]
    print_table(("topic", "setting", "declared", "actual"), rows)
