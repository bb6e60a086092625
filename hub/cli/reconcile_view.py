"""How a reconciliation is shown: counts by topic, then every difference with what to do."""

from dataclasses import asdict
from typing import Any

import typer

from hub.cli.output import on_terminal, print_json, print_line, print_table
from hub.domain.delivery.reconciliation import Fate, Reached
from hub.ledger.reconciliation import Difference, Report

_ALWAYS = frozenset({"topic", "published", "decided", "missing", "delivered"})
"""Columns that a person sees; the others only where they count something."""


def show_report(report: Report, *, as_json: bool) -> None:
    """Print a report.

    In a pipe: a line `topic` for each input topic, a line `difference` for each difference, and a last line `result`.
    With JSON: objects with `topic`, with `difference`, and a last one with `adds_up`.
    """
    rows = [_counts(report, topic) for topic in report.fates]
    if as_json:
        for row in rows:
            print_json(row)
        for difference in report.differences:
            print_json(_named(difference))
        print_json({"day": report.day, "adds_up": report.adds_up, "differences": dict(report.gaps)})
    elif on_terminal():
        _show_to_person(report, rows)
    else:
        for row in rows:
            print_line("topic", *(f"{name}={value}" if name != "topic" else value for name, value in row.items()))
        for difference in report.differences:
            print_line("difference", *_cells(difference))
        print_line("result", report.day, "adds up" if report.adds_up else f"{report.gaps.total()} difference(s)")


def _show_to_person(report: Report, rows: list[dict[str, Any]]) -> None:
    busy = [row for row in rows if row["published"]]
    sums = {name: sum(row[name] for row in rows) for name in rows[0] if name not in ("topic", "kind", "cut")}
    shown = [name for name in ("topic", *sums) if name in _ALWAYS or sums[name]]
    cells = ([row[name] or "·" for name in shown] for row in [*busy, {"topic": "all", **sums}])
    print_table([name.replace("_", " ") for name in shown], cells, title=f"{report.day}, Europe/Paris")
    for topic in sorted(report.cut):
        typer.echo(f"{topic}: a part of this day may be beyond the topic's retention.")
    for gap, number in sorted(report.gaps.items()):
        typer.echo(f"\n{gap.value} ({number}): {gap.meaning}\n{gap.way_out}")
        print_table(
            ("record", "source", "event", ""),
            [_cells(one)[1:] for one in report.differences if one.gap is gap],
        )
    if report.adds_up:
        typer.echo("Everything adds up.")


def _counts(report: Report, topic: str) -> dict[str, Any]:
    fates, reached = report.fates[topic], report.reached[topic]
    return {
        "topic": topic,
        "kind": topic.partition(".")[2],
        "published": fates.total(),
        **{fate.value: fates[fate] for fate in Fate},
        **{place.value: reached[place] for place in Reached},
        "cut": topic in report.cut,
    }


def _named(difference: Difference) -> dict[str, Any]:
    row = asdict(difference)
    gap = difference.gap
    return {"difference": gap.value, **{k: v for k, v in row.items() if k != "gap"}, "do": gap.way_out}


def _cells(difference: Difference) -> tuple[str, ...]:
    place = f"{difference.topic}-{difference.partition}-{difference.offset}"
    rest = (difference.source, difference.id, difference.detail)
    return difference.gap.value, place, *(cell or "-" for cell in rest)
