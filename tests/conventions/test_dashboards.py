"""The dashboard shows what the hub declares, in rows that somebody can read, and is where Grafana looks for it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.conventions.promql import undeclared

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "hub.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def _targets() -> Iterator[dict[str, Any]]:
    return (target for panel in PANELS for target in panel["targets"])


def test_panels_use_declared_metrics_and_their_labels_only() -> None:
    assert [] == list(undeclared(target["expr"] for target in _targets()))


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("max(hub_nothing)", ["hub_nothing"]),
        ('hub_delivery_backlog{medium="MAIL"}', ["hub_delivery_backlog.medium"]),
        ("sum by (reason) (hub_delivery_backlog)", ["by(reason)"]),
        ("hub_deliveries", ["hub_deliveries"]),
        ("sum by (lane, le) (rate(hub_delivery_seconds_bucket[5m]))", []),
    ],
)
def test_what_is_not_declared_is_found(expression: str, found: list[str]) -> None:
    """The check itself can fail: an unknown metric, a label of another one, a counter without its ending."""
    assert found == list(undeclared([expression]))


def test_legends_name_labels_that_their_expression_keeps() -> None:
    kept = [(set(re.findall(r"{{(\w+)}}", target["legendFormat"])), target["expr"]) for target in _targets()]
    assert [] == [expr for names, expr in kept if not all(re.search(rf"by \([^)]*\b{name}\b", expr) for name in names)]


def test_panels_lie_side_by_side_and_each_has_a_number_of_its_own() -> None:
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert 24 > max(x for x, _ in cells)
    assert len(DASHBOARD["panels"]) == len({panel["id"] for panel in DASHBOARD["panels"]})


def test_grafana_finds_the_dashboard_and_its_source() -> None:
    source = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))
    (provider,) = yaml.safe_load((GRAFANA / "provisioning" / "dashboards" / "hub.yml").read_text(encoding="utf-8"))[
        "providers"
    ]
    compose = yaml.safe_load((ROOT / "deploy" / "compose" / "compose.yaml").read_text(encoding="utf-8"))
    mounts = dict(volume.split(":")[:2] for volume in compose["services"]["grafana"]["volumes"])
    assert {source["datasources"][0]["uid"]} == {target["datasource"]["uid"] for target in _targets()}
    assert provider["options"]["path"] == mounts["../grafana"]
    assert "prometheus" in compose["services"]
