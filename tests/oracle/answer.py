"""What the second reading answers: plain sets, so that two answers compare without any order."""

from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, str, str, str, str, str | None]
"""A routing without its rules and recipients: service, role, channel, purpose, urgency, CDAS code."""


@dataclass(slots=True)
class Reading:
    """An answer in the making; routings that differ in nothing but their rules are one, with both sets of rules.

    `flags` are those that every reading of the text asks for; `arguable` those that some reading could ask for as well.
    """

    outcome: str = "ROUTED"
    routings: dict[Place, set[str]] = field(default_factory=dict)
    rejections: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    suggestions: set[str] = field(default_factory=set)
    warnings: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    arguable: set[str] = field(default_factory=set)
    instruction: str | None = None
    keyword: str | None = None

    def route(self, to: str, how: str, purpose: str, rules: set[str], *, urgency: str = "NONE") -> None:
        """Add a routing to a service without CDAS code; `to` is SERVICE/ROLE, `how` the channel."""
        self.route_cdas(to, how, purpose, rules, None, urgency=urgency)

    def route_cdas(
        self, to: str, how: str, purpose: str, rules: set[str], cdas: str | None, *, urgency: str = "NONE"
    ) -> None:
        """Add a routing to a CDAS of this code; None when it is not known without a map."""
        service, role = to.split("/")
        self.routings.setdefault((service, role, how, purpose, urgency, cdas), set()).update(rules)

    def ask_a_human(self, missing: str) -> None:
        """End in HUMAN_QUALIFICATION, which has no routing."""
        self.outcome = "HUMAN_QUALIFICATION"
        self.missing.add(missing)
        self.routings.clear()

    def as_dict(self) -> dict[str, Any]:
        """The answer with the names of contract §4, and `arguable`."""
        return {name: getattr(self, name) for name in self.__slots__}
