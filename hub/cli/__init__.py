"""Command line: one module per command group; it prints and exits, nothing else."""

from hub.cli.main import main

__all__ = ["main"]
