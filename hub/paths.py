"""Where the files that ship with the product are, in a checkout and in an installed wheel."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _shipped(*parts: str) -> Path:
    installed = _PACKAGE.joinpath("_shipped", *parts)
    return installed if installed.exists() else _PACKAGE.parent.joinpath(*parts)


def schemas_root() -> Path:
    """Folder of the Avro schemas, their examples and `published.lock`."""
    return _shipped("schemas")


def kafka_deploy_root() -> Path:
    """Folder of `topics.toml` and `jars.lock`."""
    return _shipped("deploy", "kafka")
