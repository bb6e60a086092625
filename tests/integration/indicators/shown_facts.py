"""Facts of messages through CDAP, for the tests of what is shown: so many of a nature, by CDAS and month."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from hub.domain.indicators.facts import Fact

_NUMBERS = count(1)


def messages(month: str, cdas: str, number: int, *, nature: str = "PAIEMENT", urgent: bool = False) -> Iterator[Fact]:
    """So many messages of a CDAS in a month."""
    year, of_year = map(int, month.split("-"))
    for _ in range(number):
        name = f"m-{next(_NUMBERS)}"
        yield Fact(
            source="urn:hub:caf35:si-partenaires",
            id=name,
            type="cdap_message.received",
            time=datetime(year, of_year, 12, 9, 0, tzinfo=UTC),
            month=month,
            thread=name,
            corrects=None,
            rules_version="1",
            values={"nature": nature, "urgent": urgent, "information_available": "NO", "cdas": cdas},
        )
