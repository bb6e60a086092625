"""An answer while the rules are being applied to it."""

from functools import cache

from hub.domain.routing.decision import Answer, Explanation, Routing
from hub.domain.routing.situation import Home
from hub.domain.rules.catalogue import RULES
from hub.domain.vocabulary import (
    Channel,
    Flag,
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

_Place = tuple[Service, Role, Channel, Purpose, Urgency, str | None]


class Draft:
    """Collects routings, reasons and explanations; `answer` closes it.

    Routings that differ in nothing but their rules become one with all of the rules. A routing to the home CDAS when
    there is none turns the whole answer into a question to a human: the commune is missing (contract, section 5).
    """

    def __init__(self) -> None:
        self._routings: dict[_Place, list[str]] = {}
        self._rejections: list[Rejection] = []
        self._missing: list[Missing] = []
        self._suggestions: list[Suggestion] = []
        self._warnings: list[WarningCode] = []
        self._flags: list[Flag] = []
        self._explanation: list[Explanation] = []
        self._home_missing = False

    def route(
        self,
        service: Service,
        role: Role,
        channel: Channel,
        purpose: Purpose,
        rules: tuple[str, ...],
        *,
        urgency: Urgency = Urgency.NONE,
        cdas: str | None = None,
    ) -> None:
        """Add a routing."""
        known = self._routings.setdefault((service, role, channel, purpose, urgency, cdas), [])
        known += (rule for rule in rules if rule not in known)

    def route_home(
        self,
        home: Home | None,
        role: Role,
        channel: Channel,
        purpose: Purpose,
        rules: tuple[str, ...],
        *,
        urgency: Urgency = Urgency.NONE,
    ) -> None:
        """Add a routing to the home CDAS, or note that there is none."""
        if home is None:
            self._home_missing = True
            self.apply("R05", "Ni la commune du domicile ni le CDAS de l’émetteur ne sont connus : à qualifier.")
            return
        if home.by_emitter:
            self.flag(Flag.C18)
        self.route(Service.CDAS, role, channel, purpose, rules, urgency=urgency, cdas=home.code)

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against the request so far."""
        return not self._rejections and not self._missing

    def reject(self, reason: Rejection) -> None:
        """Refuse, for one reason more."""
        self._rejections.append(reason)

    def lack(self, what: Missing) -> None:
        """Note what is missing."""
        self._missing.append(what)

    def suggest(self, what: Suggestion) -> None:
        """Suggest something beside the answer, once."""
        if what not in self._suggestions:
            self._suggestions.append(what)

    def warn(self, code: WarningCode) -> None:
        """Warn the emitter."""
        self._warnings.append(code)

    def flag(self, *flags: Flag) -> None:
        """Note what the decision leans on, once each."""
        self._flags += (flag for flag in flags if flag not in self._flags)

    def apply(self, rule: str, label: str | None = None) -> None:
        """Explain that a rule applied, in its own words or in those of the case."""
        self._explanation.append(_explained(rule, label, matched=True))

    def pass_over(self, rule: str, label: str) -> None:
        """Explain why a rule that one might expect did not apply."""
        self._explanation.append(_explained(rule, label, matched=False))

    def answer(
        self,
        outcome: Outcome | None = None,
        *,
        instruction: Instruction | None = None,
        keyword: str | None = None,
    ) -> Answer:
        """The answer. Without an outcome: what the reasons collected come to (contract, section 6)."""
        decided = outcome or self._outcome()
        missing = tuple(self._missing)
        if decided is Outcome.ROUTED and self._home_missing:
            decided = Outcome.HUMAN_QUALIFICATION
            missing += (Missing.COMMUNE,)
        return Answer(
            outcome=decided,
            routings=() if self._home_missing else self._built(),
            rejections=tuple(self._rejections),
            missing=missing,
            suggestions=tuple(self._suggestions),
            warnings=tuple(self._warnings),
            flags=tuple(self._flags),
            instruction=instruction,
            keyword=keyword,
            explanation=tuple(self._explanation),
        )

    def _outcome(self) -> Outcome:
        if self._rejections:
            return Outcome.REJECTED
        return Outcome.INCOMPLETE if self._missing else Outcome.ROUTED

    def _built(self) -> tuple[Routing, ...]:
        return tuple(Routing(*place, tuple(rules)) for place, rules in self._routings.items())


@cache
def _explained(rule: str, label: str | None, *, matched: bool) -> Explanation:
    """One object for each rule and sentence: there are some hundreds of them, and millions of decisions."""
    return RULES[rule].explained(matched=matched, label=label)
