"""Axes: round steps that a reader can count in."""

from math import ceil, floor, log10


def steps(highest: float, wanted: int = 5) -> list[float]:
    """The round values from zero to at least the highest, `wanted` of them or a few more."""
    if highest <= 0:
        return [0, 1]
    rough = highest / wanted
    power = 10 ** floor(log10(rough))
    step = max(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough), 1)
    return [step * place for place in range(ceil(highest / step) + 1)]
