"""What an expression of Prometheus speaks of: metrics and labels, and which of them the hub does not declare."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from hub import metrics

_SCRAPED: Final = {"job", "role", "instance"}  # what the scrape adds to every sample
_SELECTOR: Final = re.compile(r"\b(?P<name>(?:hub_\w+|up)\b)(?:\{(?P<matchers>[^}]*)\})?")
_MATCHER: Final = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPED: Final = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


def samples() -> dict[str, set[str]]:
    """The names of all samples that the hub exposes, each with its labels."""
    found: dict[str, set[str]] = {"up": set()}
    for metric in vars(metrics).values():
        if not isinstance(metric, MetricWrapperBase):
            continue
        name, labels = next(iter(metric.describe())).name, set(metric._labelnames)
        if isinstance(metric, Histogram):
            found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            found[f"{name}_total" if isinstance(metric, Counter) else name] = labels
    return found


def undeclared(expressions: Iterable[str]) -> Iterator[str]:
    """The metrics that are not declared, and the labels that the metrics of the same expression do not have."""
    declared = samples()
    for expression in expressions:
        selectors = list(_SELECTOR.finditer(_GROUPED.sub("", expression)))
        names = [selector["name"] for selector in selectors]
        yield from (name for name in names if name not in declared)
        for selector in selectors:
            own = declared.get(selector["name"], set()) | _SCRAPED
            yield from (
                f"{selector['name']}.{label}"
                for label in _MATCHER.findall(selector["matchers"] or "")
                if label not in own
            )
        known = set[str]().union(_SCRAPED, *(declared.get(name, set()) for name in names))
        grouped = {label.strip() for group in _GROUPED.findall(expression) for label in group.split(",")}
        yield from (f"by({label})" for label in sorted(grouped - known - {""}))
