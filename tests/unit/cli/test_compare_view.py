"""A number that differs between the live count and the topics is named in French, symbol by symbol."""

import pytest

from hub.cli.indicators_compare import _cell_row
from hub.domain.indicators.cells import Cell
from hub.replay.comparing import CellDifference


@pytest.mark.parametrize(
    ("measure", "dims", "words", "detail"),
    [
        (
            "conclusions",
            ("CDAS_TO_CAF", "NO", "WRONG_SERVICE"),
            "orientations conclues",
            "du CDAS vers la CAF, justifiée\u00a0: non, mauvais service",
        ),
        (
            "received",
            ("handover.requested", "CAF"),
            "événements reçus\u00a0: passages de relais demandés",
            "institution\u00a0: CAF d’Ille-et-Vilaine",
        ),
        ("cdap_workshops", (), "ateliers", ""),
    ],
    ids=["a breakdown", "what was received", "a bare number"],
)
def test_a_cell_is_named_in_french(measure: str, dims: tuple[str, ...], words: str, detail: str) -> None:
    row = _cell_row(CellDifference(Cell("2026-03", measure, dims), replayed=1207, live=1204))
    assert ("2026-03", words, detail, "1\u202f207", "1\u202f204") == row
