"""What every benchmark shares: the form of its result, the machine, and runs that alternate between the two sides."""

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

Report = Callable[[str], None]
"""Takes one line about how far a benchmark is."""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What a benchmark is run with: events per run and side, runs of each side, and where progress goes."""

    events: int
    runs: int
    report: Report


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure has to be: at most `bound`, or at least it where `least` is true."""

    what: str
    figure: float
    bound: float
    unit: str
    least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within the bound."""
        return self.figure >= self.bound if self.least else self.figure <= self.bound


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The medians of both sides in `unit`, and their ratio; `memory_mib` is the measured process's peak, in MiB.

    `runs` holds what each run of each side gave, in the order in which they ran; `detail` says what was measured;
    `goals` is what a benchmark with more than one figure is held to.
    """

    name: str
    measured: float
    bare: float
    ratio: float
    unit: str
    machine: str
    memory_mib: float
    runs: dict[str, list[float]]
    detail: dict[str, Any] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self) | {"goals": [asdict(goal) | {"kept": goal.kept} for goal in self.goals]}


def machine() -> str:
    """Processor, usable cores, memory and Python of this machine, in one line."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def peak_memory_mib() -> float:
    """The most memory that this process ever held, in MiB (Linux's VmHWM)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def alternate(
    sides: Mapping[str, Callable[[], float]], runs: int, report: Report, unit: str
) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Run the sides in turn, `runs` times: the median of each, and all figures.

    The order changes from run to run, so that a machine that gets slower or warmer favours neither side.
    """
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(runs):
        order = list(sides) if run % 2 == 0 else list(sides)[::-1]
        for name in order:
            figure = round(sides[name](), 1)
            figures[name].append(figure)
            report(f"run {run + 1}/{runs}, {name}: {figure:,.0f} {unit}")
    return {name: round(median(values), 1) for name, values in figures.items()}, figures
