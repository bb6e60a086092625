"""However a calendar is damaged, it is read or refused: no other error leaves the reader, and no work is unbounded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.inbound.absences.lines import NotACalendar
from connectors.inbound.absences.reading import read_calendar
from connectors.inbound.absences.recurrence import TooComplex
from hub.domain.directory.absence_calendar import CalendarReads
from tests.unit.absences.test_reading import TODAY, sample

LINES = [line for name in ("outlook", "google", "nextcloud") for line in sample(name).decode().split("\r\n")]
VALUES = [
    "",
    "\x00",
    "é",
    "-1",
    "99999999T999999Z",
    "00010101",
    "99991231",
    "P99999999D",
    "MO,XX",
    "2",
    ";",
    ",",
    "1/P1D",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A calendar with lines left out, repeated, exchanged, and with other values."""
    lines = sample(draw(st.sampled_from(("outlook", "google", "nextcloud")))).decode().split("\r\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, draw(st.sampled_from(LINES)))
            case 2:
                lines[at] = lines[at].partition(":")[0] + ":" + draw(st.sampled_from(VALUES))
            case _:
                lines[at] = lines[at].partition("=")[0] + "=" + draw(st.sampled_from(VALUES))
    return "\r\n".join(lines).encode()


@given(damaged(), st.sampled_from(CalendarReads))
@settings(max_examples=100, deadline=None)
def test_a_damaged_calendar_is_read_or_refused(body: bytes, reads: CalendarReads) -> None:
    try:
        found = read_calendar(body, reads, TODAY)
    except (NotACalendar, TooComplex):
        return
    assert all(days.first <= days.last for days in found.days)
    assert found.unreadable >= 0
