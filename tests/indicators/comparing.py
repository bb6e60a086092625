"""Two readings side by side."""

from collections.abc import Mapping

from tests.indicators.second_reading import Figures

_PARTS_OF_2026 = {"2026": ("2026-01", "2026-12")}


def months_of(period: str) -> tuple[str, str]:
    """First and last month of a period of the example year."""
    return _PARTS_OF_2026.get(period, (period, period))


def differences(wanted: Mapping[tuple[str, str, str], str], found: Figures) -> str:
    """A line for each figure that is not the same; empty where all are."""
    names = sorted(wanted.keys() | found.keys())
    lines = [
        f"{' | '.join(name)}: {wanted.get(name, 'not provided')} is wanted, the hub says {found.get(name, 'nothing')}"
        for name in names
        if wanted.get(name) != found.get(name)
    ]
    return "\n".join(lines)
