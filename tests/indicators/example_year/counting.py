"""Count the year by SQL: the tables into SQLite, `counted.sql` over them, its figures as the rows of `expected.csv`."""

import csv
import io
import sqlite3
from pathlib import Path

from tests.indicators.example_year.building import HERE, read, tables

EXPECTED = HERE / "expected.csv"
PERIODS = ("2026", *(f"2026-{month:02d}" for month in range(1, 13)))
COLUMNS = ("indicator", "figure", "key", *PERIODS)

Figures = dict[tuple[str, str, str], dict[str, str]]
"""Values by period, for each indicator, figure and key; a period that is absent is not provided, or an empty line."""


def count_by_sql() -> Figures:
    """The figures that `counted.sql` finds in the tables."""
    connection = sqlite3.connect(":memory:")
    for path in tables():
        rows = read(path)
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(f'create table "{path.stem}" ({columns})')
        marks = ", ".join("?" for _ in names)
        connection.executemany(f'insert into "{path.stem}" values ({marks})', [list(row.values()) for row in rows])
    connection.executescript((HERE / "counted.sql").read_text(encoding="utf-8"))
    figures: Figures = {}
    for indicator, figure, key, period, value in connection.execute("select * from figure order by 1, 2, 3, 4"):
        periods = figures.setdefault((indicator, figure, key), {})
        assert period not in periods, f"{indicator} {figure} {key} {period} is told twice"
        periods[period] = str(value)
    return figures


def read_expected(path: Path = EXPECTED) -> Figures:
    """The figures of `expected.csv`."""
    return {
        (row["indicator"], row["figure"], row["key"]): {name: row[name] for name in PERIODS if row[name]}
        for row in read(path)
    }


def expected_of(period: str, *, by_rules: bool = False) -> dict[tuple[str, str, str], str]:
    """The expected figures of one period: those of the indicators, or the counts by rules version."""
    return {
        name: values[period]
        for name, values in read_expected().items()
        if period in values and name[1].endswith("by rules version") == by_rules
    }


def as_text(figures: Figures) -> str:
    """The figures as the text of `expected.csv`: one row each, the year first, then its months."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, values in sorted(figures.items()):
        writer.writerow([*key, *(values.get(period, "") for period in PERIODS)])
    return file.getvalue()
