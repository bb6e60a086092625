"""What the README tells to do works as it stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.e2e_hub import HubUp, wait

EXAMPLES = Path(__file__).parent / "readme"
COMMANDS = {".sh": ["sh", "-eu"], ".py": [sys.executable]}


@pytest.mark.parametrize(
    ("example", "event"),
    [("publish.sh", "readme-curl-1"), ("publish.py", "readme-python-1"), ("publish_kafka.py", "readme-kafka-1")],
)
def test_an_event_published_as_the_readme_shows_reaches_its_contacts(
    hub: HubUp, tmp_path: Path, example: str, event: str
) -> None:
    (tmp_path / ".hub").symlink_to(hub.home.root)
    done = subprocess.run(
        [*COMMANDS[Path(example).suffix], str(EXAMPLES / example)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr

    def accepted() -> bool:
        shown = hub.hub("events", "show", event, "--json")
        if shown.returncode:
            return False
        deliveries = json.loads(shown.stdout)["deliveries"]
        return bool(deliveries) and all(delivery["state"] == "ACCEPTED" for delivery in deliveries)

    wait(accepted, lambda: hub.hub("events", "show", event).stdout)
