"""What `hub up` shows: steps while it starts, then a live view on a terminal, or plain lines in a pipe."""

import shutil
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from hub.up.endpoints import Endpoints
from hub.up.figures import Figures
from hub.up.roles import Role

_MESSAGES = 5
_GOOD = {"ROUTED", "ACCEPTED", "SHOWN", "TAKEN_IN_CHARGE", "CONCLUDED"}
_BAD = {"FAILED", "REJECTED"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that the view shows at one moment."""

    figures: Figures
    roles: Sequence[Role]
    endpoints: Endpoints


class Screen:
    """Tells an operator what happens: on a terminal with a live view, else in lines that a script can read."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live: Live | None = None
        self._messages: deque[tuple[datetime, str]] = deque(maxlen=_MESSAGES)
        self._steps: dict[str, float] = {}
        self._last_line = ""

    def begin(self, step: str) -> None:
        """A step of the start is under way."""
        self._steps[step] = time.monotonic()
        self._show_steps()

    def done(self, step: str, detail: str) -> None:
        """The step is done; `detail` says where or with what result."""
        seconds = time.monotonic() - self._steps.pop(step, time.monotonic())
        line = Text.assemble(("  ✓ ", "green"), f"{step:<14}", (detail, "bold"), (f"  {seconds:.1f} s", "dim"))
        self._print(line, f"{step}: {detail} ({seconds:.1f} s)")
        self._show_steps()

    def say(self, message: str) -> None:
        """Something happened that an operator wants to know."""
        self._messages.append((datetime.now().astimezone(), message))
        if self.live is None or not self.console.is_terminal:
            self._print(Text(f"  · {message}"), message)

    def started(self, endpoints: Endpoints) -> None:
        """Everything runs: say where to look. On a terminal the live view says it."""
        if self.console.is_terminal:
            return
        places = {
            "Gateway": endpoints.gateway.url,
            "Mails": endpoints.mail.web or "sent through HUB_SMTP_HOST",
            "Metrics": f"{endpoints.gateway.metrics}; each role has its own",
            "Addresses and demo credentials": str(Path(endpoints.home) / "endpoints.json"),
        }
        for name, place in places.items():
            self._print(Text(f"{name}: {place}"), f"{name}: {place}")

    def view(self, moment: Moment) -> None:
        """Show how things stand: redraw the view, or print a line where the figures changed."""
        if self.console.is_terminal:
            self._draw(_view(moment, list(self._messages)))
            return
        line = one_line(moment)
        if line != self._last_line:
            self._last_line = line
            self._print(Text(line), line)

    def close(self) -> None:
        """Leave the last picture on the terminal and give the cursor back."""
        if self.live is not None:
            self.live.stop()
            self.live = None

    def _show_steps(self) -> None:
        if not self.console.is_terminal:
            return
        if self._steps:
            self._draw(Spinner("dots", text=Text(f" {', '.join(self._steps)} …", style="dim")), transient=True)
        else:
            self.close()

    def _draw(self, picture: RenderableType, *, transient: bool = False) -> None:
        if self.live is None:
            self.live = Live(picture, console=self.console, refresh_per_second=4, transient=transient)
            self.live.start()
        else:
            self.live.update(picture)

    def _print(self, rich: Text, plain: str) -> None:
        if self.console.is_terminal:
            self.console.print(rich)
        else:
            self.console.print(plain, markup=False, highlight=False, soft_wrap=True)


def one_line(moment: Moment) -> str:
    """The figures in one line: names and numbers, the same names as on a terminal."""
    figures = moment.figures
    parts = [
        f"events {figures.events}",
        *(f"{name} {count}" for name, count in figures.kinds.items()),
        *(f"{name} {count}" for name, count in figures.outcomes.items()),
        f"deliveries {sum(figures.deliveries.values())}",
        *(f"{name} {count}" for name, count in figures.deliveries.items()),
        f"mails {figures.mails}",
        f"contacts {figures.contacts}",
        f"rejects {figures.rejects}",
    ]
    if figures.conflicts:
        parts.append(f"conflicts {figures.conflicts}")
    parts += [f"{role.name} not ready" for role in moment.roles if not role.ready]
    return " · ".join(parts)


def _view(moment: Moment, messages: list[tuple[datetime, str]]) -> RenderableType:
    parts: list[RenderableType] = [_flow(moment.figures), _places(moment), _latest(moment.figures)]
    if messages:
        lines = Text("\n").join(Text.assemble((f"{at:%H:%M:%S} ", "dim"), text) for at, text in messages)
        parts.append(Panel(lines, title="Messages", title_align="left", border_style="dim"))
    parts.append(Text("  Ctrl-C stops everything cleanly; the data stays for the next start.", style="dim"))
    return Group(*parts)


def _flow(figures: Figures) -> RenderableType:
    grid = Table.grid(expand=True)
    cards: tuple[tuple[str, int, dict[str, int]], ...] = (
        ("Events in", figures.events, figures.kinds),
        ("Decisions", sum(figures.outcomes.values()), figures.outcomes),
        ("Deliveries", sum(figures.deliveries.values()), figures.deliveries),
        ("Mails caught", figures.mails, {}),
        ("Rejects", figures.rejects, {"id conflicts": figures.conflicts} if figures.conflicts else {}),
    )
    for _ in cards:
        grid.add_column(ratio=1)
    height = 3 + max(len(detail) for _, _, detail in cards)
    grid.add_row(*(_card(title, total, detail, height) for title, total, detail in cards))
    return grid


def _card(title: str, total: int, detail: dict[str, int], height: int) -> Panel:
    text = Text(f"{total:,}".replace(",", " "), style="bold")
    for name, count in detail.items():
        style = "green" if name in _GOOD else "red" if name in _BAD else "dim"
        text.append(f"\n{name.lower().replace('_', ' ')} {count:,}".replace(",", " "), style=style)
    return Panel(text, title=title, title_align="left", border_style="cyan", height=height)


def _places(moment: Moment) -> RenderableType:
    places = moment.endpoints
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    health = Text("  ").join(
        Text.assemble(("● ", "green" if role.ready else "red" if role.gave_up else "yellow"), role.name)
        for role in moment.roles
    )
    table.add_row("roles", health)
    for role in moment.roles:
        if not role.ready and role.reasons:
            table.add_row("", Text(f"{role.name}: {'; '.join(role.reasons)}", style="yellow"))
    table.add_row("gateway", places.gateway.url)
    if places.mail.web:
        table.add_row("mails", places.mail.web)
    table.add_row("metrics", f"{places.gateway.metrics}  (each role has its own: see endpoints.json)")
    table.add_row("addresses", f"{places.home}/endpoints.json  (credentials of the demo systems included)")
    tries = ("events tail", "events show ID", "directory show", "publish FILE")
    table.add_row("try", "   ".join(f"{_command()} {words}" for words in tries))
    return Panel(table, title="Where to look", title_align="left", border_style="cyan")


def _command() -> str:
    """How the `hub` command is called from here."""
    own = Path(sys.executable).with_name("hub")
    if shutil.which("hub") == str(own) or not own.exists():
        return "hub"
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else str(own)


def _latest(figures: Figures) -> RenderableType:
    table = Table(expand=True, box=None, header_style="dim", pad_edge=False)
    for column in ("time", "event", "subject", "outcome", "accepted", "id"):
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    for event in figures.latest:
        outcome = event.outcome or "—"
        table.add_row(
            f"{event.recorded_at.astimezone():%H:%M:%S}",
            event.type,
            event.subject,
            Text(outcome, style="green" if outcome in _GOOD else "red" if outcome in _BAD else ""),
            f"{event.accepted}/{event.deliveries}" if event.deliveries else "",
            event.id,
        )
    return Panel(table, title="Last events", title_align="left", border_style="cyan")
