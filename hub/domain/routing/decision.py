"""The answer of the routing engine, field by field as the contract's section 4 lists it."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.vocabulary import (
    Channel,
    Instruction,
    Missing,
    Outcome,
    Purpose,
    Rejection,
    Role,
    Service,
    Suggestion,
    Urgency,
    WarningCode,
)


@dataclass(frozen=True, slots=True)
class Routing:
    """One destination: where, whom, by which channel, why, by which rules, and which contacts.

    `cdas` is the code of the home CDAS, or None when all are meant or it is not known. `recipients` are references of
    contacts.
    """

    service: Service
    role: Role
    channel: Channel
    purpose: Purpose
    urgency: Urgency
    cdas: str | None
    rules: tuple[str, ...]
    recipients: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, object]:
        """The routing as plain data, in the contract's order of fields."""
        return {
            "service": self.service.value,
            "role": self.role.value,
            "channel": self.channel.value,
            "purpose": self.purpose.value,
            "urgency": self.urgency.value,
            "cdas": self.cdas,
            "rules": list(self.rules),
            "recipients": list(self.recipients),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule that was looked at: id, article of the convention, short quote and one sentence, both in French."""

    rule: str
    article: str
    quote: str
    label: str
    matched: bool

    @property
    def data(self) -> dict[str, object]:
        """The explanation as plain data, in the contract's order of fields."""
        return {
            "rule": self.rule,
            "article": self.article,
            "quote": self.quote,
            "label": self.label,
            "matched": self.matched,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules answer: all of a decision but the event, the instant and the version."""

    outcome: Outcome
    routings: tuple[Routing, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    missing: tuple[Missing, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    warnings: tuple[WarningCode, ...] = ()
    flags: tuple[str, ...] = ()
    instruction: Instruction | None = None
    keyword: str | None = None
    lead_days: int | None = None
    explanation: tuple[Explanation, ...] = ()

    def addressed(self, routings: tuple[Routing, ...], flags: tuple[str, ...]) -> "Answer":
        """The same answer with the contacts that it reaches, and the flags that go with them."""
        # Not dataclasses.replace: it looks the fields up by name, for every decision of the router.
        return Answer(
            self.outcome,
            routings,
            self.rejections,
            self.missing,
            self.suggestions,
            self.warnings,
            flags,
            self.instruction,
            self.keyword,
            self.lead_days,
            self.explanation,
        )

    @property
    def data(self) -> dict[str, object]:
        """The answer as plain data, in the contract's order of fields."""
        return {
            "outcome": self.outcome.value,
            "routings": [routing.data for routing in self.routings],
            "rejections": [code.value for code in self.rejections],
            "missing": [code.value for code in self.missing],
            "suggestions": [code.value for code in self.suggestions],
            "warnings": [code.value for code in self.warnings],
            "flags": list(self.flags),
            "instruction": self.instruction.value if self.instruction is not None else None,
            "keyword": self.keyword,
            "lead_days": self.lead_days,
            "explanation": [step.data for step in self.explanation],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The proposal of the hub for one event, at the instant `as_of`, by one version of the rules."""

    event_id: str
    event_type: str
    as_of: datetime
    rules_version: str
    answer: Answer

    @property
    def outcome(self) -> Outcome:
        """What the decision comes to."""
        return self.answer.outcome

    @property
    def routings(self) -> tuple[Routing, ...]:
        """The destinations; their order carries no meaning."""
        return self.answer.routings

    @property
    def data(self) -> dict[str, object]:
        """The data of `routing.decided`, in the contract's order."""
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "as_of": self.as_of.isoformat(),
            "rules_version": self.rules_version,
            **self.answer.data,
        }
