"""The README shows what the tests run."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "e2e" / "readme"


@pytest.mark.parametrize("name", ["publish.sh", "publish.py", "publish_kafka.py"])
def test_each_example_of_the_readme_is_a_file_that_a_test_runs(name: str) -> None:
    language = {".sh": "sh", ".py": "python"}[Path(name).suffix]
    shown = f"```{language}\n{(EXAMPLES / name).read_text(encoding='utf-8').rstrip()}\n```"
    assert shown in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_of_the_documentation_leads_to_a_file() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in _links(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert [] == broken


def _links(text: str) -> list[str]:
    targets = [part.split(")", 1)[0] for part in text.split("](")[1:]]
    return [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
