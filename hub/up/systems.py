"""The demo systems that may publish to a local hub, with random tokens that only this home knows."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hub.gateway.credentials import digest_of, new_token
from hub.up.endpoints import System

# name, institution, source, kinds that it may publish
DEMO_SYSTEMS = (
    ("caf-demo", "CAF", "urn:hub:caf35:si-partenaires", ("notices", "referrals", "urgencies", "activity", "directory")),
    ("cd35-demo", "CD35", "urn:hub:cd35:si-social", ("notices", "referrals", "urgencies", "activity", "directory")),
    ("partner-demo", "PARTNER", "urn:hub:partner:ccas-demo:accueil", ("referrals", "urgencies", "activity")),
)

# the contacts for whom a demo system acts: those of its institution, so that the address in a webhook answers it
DEMO_INBOXES = {
    "caf-demo": ("CAF_REFERENTS", "CAF_BENEFITS", "CAF_SOCIAL_WORK"),
    "cd35-demo": ("CD35_SOCIAL_LIFE_REFERENTS", "CDAS"),
    "partner-demo": (),
}


def demo_systems(folder: Path) -> tuple[list[System], Path]:
    """The demo systems and the credentials file of the gateway; tokens are made once and kept (0600) in `folder`."""
    kept = folder / "tokens.json"
    tokens: dict[str, str] = msgspec.json.decode(kept.read_bytes(), type=dict[str, str]) if kept.exists() else {}
    systems = [
        System(name, institution, source, tokens.get(name) or new_token())
        for name, institution, source, _ in DEMO_SYSTEMS
    ]
    write_private(kept, msgspec.json.encode({system.name: system.token for system in systems}))
    credentials = folder / "credentials.toml"
    write_private(credentials, _credentials(systems).encode())
    return systems, credentials


def _credentials(systems: Sequence[System]) -> str:
    kinds = {name: allowed for name, _, _, allowed in DEMO_SYSTEMS}
    blocks = ["# Demo systems of a local hub, written by `hub up` at each start.\n"]
    for system in systems:
        allowed = ", ".join(f'"{kind}"' for kind in kinds[system.name])
        inboxes = ", ".join(f'"{inbox}"' for inbox in DEMO_INBOXES[system.name])
        blocks.append(
            f'[[system]]\nname = "{system.name}"\nsource = "{system.source}"\n'
            f'token_sha256 = ["{digest_of(system.token)}"]\nkinds = [{allowed}]\ninboxes = [{inboxes}]\n'
        )
    return "\n".join(blocks)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file by one that its owner alone may read."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
