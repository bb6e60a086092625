"""`hub credentials new|list|check`: the file of the systems that may publish."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.output import AsJson, print_json, print_table
from hub.errors import HubError
from hub.gateway.credentials import KINDS, Acting, System, acting_for, digest_of, new_token, read_credentials
from hub.settings import read_settings

app = typer.Typer(help="Systems that may publish: make a token, list, check the file.", no_args_is_help=True)

File = Annotated[
    Path | None, typer.Option("--file", help="The credentials file; by default HUB_CREDENTIALS_FILE's value.")
]


class CredentialsUsage(HubError):
    """The command was called in a way that cannot work."""

    exit_code = 2


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="A name for the system, used in limits and lists.")],
    source: Annotated[str, typer.Argument(help="The source URN under which it publishes, exactly.")],
    *,
    kind: Annotated[list[str] | None, typer.Option(help="A kind of events it may publish; may be repeated.")] = None,
    inbox: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHOSE",
            help="Contacts of its institution for whom it may act: CAF_SOCIAL_WORK, CDAS/CDAS-07, contact:REFERENCE; "
            "may be repeated.",
        ),
    ] = None,
    file: File = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for a system and add its digest to the file. The token is shown this once and kept nowhere.

    For a system that is already in the file, the new token is added to its tokens: hand it over, then remove the old
    digest from the file. A running gateway reads the file again within a second.
    """
    path = _path(file)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    systems = list(read_credentials(text))
    known = next((system for system in systems if system.name == name), None)
    token = new_token()
    inboxes = _inboxes(inbox or [])
    if known is not None:
        other = (kind and frozenset(kind) != known.kinds) or (inbox and set(inboxes) != set(known.inboxes))
        if known.source != source or other:
            msg = f"{name} is in the file with another source, other kinds or other inboxes."
            raise CredentialsUsage(msg, "Give the same to add a token, or edit the file.")
        systems[systems.index(known)] = replace(known, digests=(*known.digests, bytes.fromhex(digest_of(token))))
    else:
        kinds = frozenset(kind or (() if inbox else KINDS))
        systems.append(System(name, source, kinds, (bytes.fromhex(digest_of(token)),), inboxes))
    written = _text(systems)
    read_credentials(written)
    _write(path, written)
    if as_json:
        print_json({"name": name, "source": source, "token": token})
        return
    typer.echo(token)
    Console(stderr=True).print(f"Added to {path}. This token is not shown again.", highlight=False)


@app.command("list")
def list_systems(*, file: File = None, as_json: AsJson = False) -> None:
    """List the systems of the file: name, source, kinds, number of tokens, for whom it may act."""
    systems = _read(_path(file))
    rows = [
        {
            "name": s.name,
            "source": s.source,
            "kinds": sorted(s.kinds),
            "tokens": len(s.digests),
            "inboxes": [str(acting) for acting in s.inboxes],
        }
        for s in systems
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    cells = [
        (s.name, s.source, " ".join(sorted(s.kinds)), len(s.digests), " ".join(map(str, s.inboxes))) for s in systems
    ]
    print_table(("name", "source", "kinds", "tokens", "inboxes"), cells)


@app.command()
def check(*, file: File = None) -> None:
    """Check the file as the gateway reads it. Exit code 1 when it cannot be used."""
    path = _path(file)
    systems = _read(path)
    typer.echo(f"{path}: {len(systems)} system(s), {sum(len(s.digests) for s in systems)} token(s).")


def _inboxes(texts: list[str]) -> tuple[Acting, ...]:
    found = [acting_for(text) for text in texts]
    if None in found:
        msg = f"{', '.join(text for text in texts if acting_for(text) is None)} names no inboxes."
        raise CredentialsUsage(msg, "Give a service, CDAS/ and the code of a CDAS, or contact: and a reference.")
    return tuple(one for one in found if one is not None)


def _path(file: Path | None) -> Path:
    path = file or read_settings().credentials_file
    if path is None:
        msg = "No credentials file was named."
        raise CredentialsUsage(msg, "Give --file, or set HUB_CREDENTIALS_FILE.")
    return path


def _read(path: Path) -> tuple[System, ...]:
    try:
        return read_credentials(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}."
        raise CredentialsUsage(msg, "`hub credentials new` makes it.") from None


def _text(systems: list[System]) -> str:
    """The systems as TOML. Names and sources hold no character that TOML would escape, except what is escaped here."""
    return "\n".join(
        f"[[system]]\n"
        f"name = {_quoted(system.name)}\n"
        f"source = {_quoted(system.source)}\n"
        f"token_sha256 = [{', '.join(_quoted(digest.hex()) for digest in system.digests)}]\n"
        f"kinds = [{', '.join(_quoted(kind) for kind in sorted(system.kinds))}]\n"
        + (f"inboxes = [{', '.join(_quoted(str(whose)) for whose in system.inboxes)}]\n" if system.inboxes else "")
        for system in systems
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(path: Path, text: str) -> None:
    """Replace the file at once; only its owner can read it."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        fresh.replace(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}."
        raise CredentialsUsage(msg, "Choose a file in a folder that you may write to.") from error
