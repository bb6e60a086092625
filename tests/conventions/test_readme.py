"""The README shows what the tests run."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from hub.cli.route import route

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "e2e" / "readme"


@pytest.mark.parametrize("name", ["publish.sh", "publish.py", "publish_kafka.py"])
def test_each_example_of_the_readme_is_a_file_that_a_test_runs(name: str) -> None:
    language = {".sh": "sh", ".py": "python"}[Path(name).suffix]
    shown = f"```{language}\n{(EXAMPLES / name).read_text(encoding='utf-8').rstrip()}\n```"
    assert shown in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_the_readme_shows_of_a_decision_is_what_the_command_prints() -> None:
    found = _routed("--explain", ROOT / "docs" / "examples" / "separation.json")
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    shown = [line for line in text.splitlines() if line.strip() != "…"]
    assert set(shown) <= set(found.stdout.splitlines())


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "examples").glob("*.json")), ids=lambda file: file.stem)
def test_every_example_event_is_routed(file: Path) -> None:
    assert 0 == _routed("--expect", "ROUTED", file).exit_code


def test_every_link_of_the_documentation_leads_to_a_file() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in _links(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert [] == broken


def _routed(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(route)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _links(text: str) -> list[str]:
    targets = [part.split(")", 1)[0] for part in re.sub(r"`[^`\n]+`", "", text).split("](")[1:]]  # none is code
    return [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
