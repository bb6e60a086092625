"""What a script reads of a reconciliation in a pipe."""

from datetime import date

import pytest

from hub.cli.reconcile_view import show_report
from hub.domain.delivery.reconciliation import Fate, Gap, Reached
from hub.ledger.reconciliation import Difference, Report


def test_in_a_pipe_each_topic_and_each_difference_is_a_line_and_the_result_comes_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report(date(2026, 3, 2))
    report.fates["caf.notices"].update({Fate.DECIDED: 2, Fate.MISSING: 1})
    report.reached["caf.notices"].update({Reached.ACKNOWLEDGED: 5})
    report.note(Difference(Gap.NOT_DECIDED, "caf.notices", 0, 7, "urn:hub:caf35:si", "n-1"))
    show_report(report, as_json=False)
    topic, difference, result = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert ["topic", "caf.notices", "kind=notices", "published=3", "decided=2"] == topic[:5]
    assert {"missing=1", "acknowledged=5"} < set(topic)
    assert ["difference", "NOT_DECIDED", "caf.notices-0-7", "urn:hub:caf35:si", "n-1", "-"] == difference
    assert ["result", "2026-03-02", "1 difference(s)"] == result


def test_a_report_names_so_many_differences_and_counts_all() -> None:
    report = Report(date(2026, 3, 2))
    for offset in range(10_001):
        report.note(Difference(Gap.NOT_DECIDED, "caf.notices", 0, offset))
    assert (10_001, 10_000, False) == (report.gaps.total(), len(report.differences), report.adds_up)
