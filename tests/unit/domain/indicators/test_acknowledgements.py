"""A1: of whom an acknowledgement is asked, and who gave it in time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.events import Envelope
from hub.domain.indicators.cells import Cell
from hub.domain.indicators.facts import Fact, fact_of
from hub.domain.indicators.increments import increments
from hub.domain.vocabulary import Confidentiality

DUE = "2026-04-25T22:00:00+00:00"
LEDGER = "urn:hub:hub:ledger"


def fact(id_: str, type_: str, data: dict[str, Any], source: str = LEDGER) -> Fact:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    envelope = Envelope(id_, source, type_, at, "N-1", "N-1", Confidentiality.C1)
    found = fact_of(envelope, data, {"outcome": "ROUTED", "routings": ()}, "2026.1")
    assert found is not None
    return found


def notice(id_: str, version: int) -> Fact:
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    data = {
        "version": version, "code": "O4", "issuer": "CD35", "published_on": day,
        "effective_on": day.replace(month=5),
    }  # fmt: skip
    type_ = "notice.published" if version == 1 else "notice.corrected"
    return fact(id_, type_, data, "urn:hub:cd35:si-social")


def told(
    status: str, contact: str, medium: str = "MAIL", event: str = "v1", at: str = "2026-03-02", service: str = "CDAS"
) -> Fact:
    data = {
        "delivery": f"{event} {contact} {medium}", "event_id": event, "contact": contact, "service": service,
        "role": "GENERIC_MAILBOX", "status": status, "at": f"{at}T12:00:00+00:00", "acknowledge_by": DUE,
    }  # fmt: skip
    return fact(f"{event} {contact} {medium} {status}", "delivery.status_changed", data)


def counted(facts: Sequence[Fact]) -> tuple[int, int]:
    """How many are asked, and how many gave it in time."""
    cells = increments(facts)
    assert cells == increments(facts[::-1])
    assert all(amount > 0 for amount in cells.values())
    asked, given = (
        sum(amount for cell, amount in cells.items() if cell.measure == measure)
        for measure in ("notice_asked", "notice_acknowledged")
    )
    return asked, given


FIRST, SECOND = notice("v1", 1), notice("v2", 2)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([FIRST], (0, 0)),
        ([FIRST, told("SCHEDULED", "a"), told("SCHEDULED", "b")], (2, 0)),
        ([FIRST, told("SCHEDULED", "a"), told("SCHEDULED", "a", "PORTAL"), told("TAKEN_IN_CHARGE", "a")], (1, 1)),
        ([FIRST, told("SCHEDULED", "a"), told("TAKEN_IN_CHARGE", "a", at="2026-04-30")], (1, 1)),
        ([FIRST, told("SCHEDULED", "a"), told("TAKEN_IN_CHARGE", "a", at="2026-05-01")], (1, 0)),
        (
            [
                FIRST,
                told("SCHEDULED", "a"),
                told("TAKEN_IN_CHARGE", "a", at="2026-05-01"),
                told("TAKEN_IN_CHARGE", "a", "PORTAL"),
            ],
            (1, 1),
        ),
        ([FIRST, told("SCHEDULED", "a", service="CDAS"), told("SCHEDULED", "a", "PORTAL", service="ASIP")], (1, 0)),
        ([FIRST, told("TAKEN_IN_CHARGE", "unasked")], (0, 0)),
        ([FIRST, told("SCHEDULED", "a"), told("REDIRECTED", "a"), told("SCHEDULED", "b")], (1, 0)),
        ([FIRST, told("SCHEDULED", "a"), told("SCHEDULED", "a", "WEBHOOK"), told("REDIRECTED", "a")], (1, 0)),
        ([FIRST, SECOND, told("SCHEDULED", "a"), told("SCHEDULED", "a", event="v2")], (1, 0)),
        (
            [FIRST, SECOND, told("SCHEDULED", "a"), told("TAKEN_IN_CHARGE", "a"), told("SCHEDULED", "a", event="v2")],
            (2, 1),
        ),
    ],
    ids=[
        "nobody-asked",
        "two-asked",
        "two-media-are-one-contact",
        "on-the-last-evening",
        "once-it-is-in-force",
        "late-and-in-time",
        "asked-for-two-services",
        "unasked",
        "redirected-to-another",
        "one-of-two-media-redirected",
        "a-correction-asks-instead",
        "what-was-confirmed-stays",
    ],
)
def test_a_contact_is_asked_once_for_the_version_in_force_and_for_what_it_confirmed(
    facts: list[Fact], expected: tuple[int, int]
) -> None:
    assert expected == counted(facts)


def test_what_the_hub_tells_is_received_from_no_institution() -> None:
    cells = increments([told("SCHEDULED", "a")])
    assert {} == cells
    assert 1 == increments([FIRST])[Cell("2026-03", "received", ("notice.published", "CD35"))]
