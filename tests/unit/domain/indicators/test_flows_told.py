"""The flows between services tell who proposed whom."""

from datetime import UTC, datetime

from hub.domain.indicators.facts import Fact
from hub.domain.indicators.figures import figures
from hub.domain.indicators.increments import increments
from hub.domain.indicators.periods import parse_period

VALUES = {
    "outcome": "ROUTED",
    "emitter": "CDAS_RECEPTION",
    "services": ["CAF_BENEFITS", "CAF_SOCIAL_WORK"],
    "direction": "CDAS_TO_CAF",
}


def test_each_service_that_a_referral_is_proposed_to_is_a_flow_from_its_desk() -> None:
    instant = datetime(2026, 3, 4, 9, tzinfo=UTC)
    fact = Fact("urn:hub:cd35:cdas", "1", "referral.requested", instant, "2026-03", "t", None, "1.0", VALUES)
    volumes = figures(increments([fact]), parse_period("2026-03"))[-1]
    flows = next(table for table in volumes.breakdowns if table.key == "flows")
    assert {("CDAS_RECEPTION", "CAF_BENEFITS"): 1, ("CDAS_RECEPTION", "CAF_SOCIAL_WORK"): 1} == dict(flows.rows)
    assert ["accueil d’un CDAS", "service social de la CAF"] == [
        axis.label_of(symbol) for axis, symbol in zip(flows.by, ("CDAS_RECEPTION", "CAF_SOCIAL_WORK"), strict=True)
    ]
