"""Alerts fire when they should, speak of metrics that exist, and lead to a runbook that exists."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.conventions.promql import undeclared

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
TESTS = sorted(PROMETHEUS.glob("*.test.yml"))
RULES = (PROMETHEUS / "rules.yml").read_text(encoding="utf-8")


@pytest.mark.needs_tool("promtool")
def test_each_alert_fires_in_its_case_and_in_no_other() -> None:
    files = [path.name for path in TESTS]
    done = subprocess.run(
        ["promtool", "test", "rules", *files], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.needs_tool("promtool")
def test_prometheus_accepts_the_shipped_configuration() -> None:
    done = subprocess.run(
        ["promtool", "check", "config", "prometheus.yml"], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr


def test_every_alert_is_tested() -> None:
    tested = "".join(path.read_text(encoding="utf-8") for path in TESTS)
    assert [] == [name for name in re.findall(r"alert: (\w+)", RULES) if f"alertname: {name}\n" not in tested]


def test_alerts_use_declared_metrics_and_their_labels_only() -> None:
    groups = yaml.safe_load(RULES)["groups"]
    assert [] == list(undeclared(rule["expr"] for group in groups for rule in group["rules"]))


def test_every_alert_names_a_runbook_that_exists() -> None:
    runbooks = re.findall(r"runbook: (\S+)", RULES)
    assert len(runbooks) == RULES.count("alert:")
    assert [] == [runbook for runbook in runbooks if not (ROOT / runbook).exists()]


def test_every_runbook_is_the_one_of_an_alert() -> None:
    named = {Path(runbook).name for runbook in re.findall(r"runbook: (\S+)", RULES)}
    assert set() == {path.name for path in (ROOT / "deploy" / "runbooks").glob("*.md")} - named
