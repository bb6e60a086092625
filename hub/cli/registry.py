"""The command groups, imported when used: `hub route` must not wait for Kafka's or PostgreSQL's libraries."""

from importlib import import_module

import click
import typer
from typer.core import TyperGroup

# command → module of hub.cli that holds it: `app` (a group) or a function of the same name (one command).
COMMANDS = {
    "up": "up",
    "run": "run",
    "publish": "publish",
    "route": "route",
    "events": "events",
    "topics": "topics",
    "schemas": "schemas",
    "directory": "directory",
    "rejects": "rejects",
    "credentials": "credentials",
    "database": "database",
    "bench": "bench",
}


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """All commands, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the command, or say that there is none."""
        module_name = COMMANDS.get(cmd_name)
        if module_name is None:
            return None
        module = import_module(f"hub.cli.{module_name}")
        group: typer.Typer | None = getattr(module, "app", None)
        if group is None:
            group = typer.Typer(pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]})
            group.command(cmd_name)(getattr(module, cmd_name))
        command = typer.main.get_command(group)
        command.name = cmd_name
        return command
