"""What the catalogue holds: rules, parts of the convention, readings, and the rules that decide on notices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hub.domain.routing.decision import Explanation
from hub.domain.vocabulary import Flag, Impact, Institution, NoticeNature, Role, Service

RIGHTS: Final = frozenset({Impact.RIGHTS_OPENED, Impact.RIGHTS_CHANGED})
"""The impacts on beneficiaries' rights, RIGHTS_* in the contract."""

Audience = tuple[Service, Role]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one passage of the convention says, and what the hub makes of it; all texts are French.

    `quote` is a short extract of the original, cut with « […] », without its outer guillemets. `label` is one sentence
    that stands alone in an explanation. `decides` says what follows in the hub; where nothing is routed by it, it
    begins with « Ne décide d’aucune orientation ». `readings` are the ids of the readings that it leans on.
    """

    id: str
    article: str
    quote: str
    label: str
    decides: str
    readings: tuple[str, ...] = ()

    def explained(self, *, matched: bool, label: str | None = None) -> Explanation:
        """The rule in an explanation; `label` replaces its sentence where the case has a more telling one."""
        return Explanation(self.id, self.article, self.quote, self.label if label is None else label, matched)


@dataclass(frozen=True, slots=True)
class Part:
    """Rules that are read together: the name that the command line takes, a French title, the rules in their order."""

    name: str
    title: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the hub reads a passage that can be read in several ways; all texts are French.

    `question` is what the convention leaves open, `reading` the answer retained, `settled_by` whose answer it is, and
    `change` how to have another one.
    """

    id: str
    question: str
    reading: str
    settled_by: str
    change: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the rules read of a notice, and nothing else: who changes what, and what it touches."""

    issuer: Institution
    nature: NoticeNature
    impacts: frozenset[Impact]
    significant: bool

    @property
    def touches_rights(self) -> bool:
        """Whether rights are opened or changed."""
        return not self.impacts.isdisjoint(RIGHTS)


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A rule on change notices, with its condition and the audience and flags that it gives."""

    rule: Rule
    applies: Callable[[Change], bool]
    audience: tuple[Audience, ...] = ()
    flags: Callable[[Change], tuple[Flag, ...]] = lambda _: ()

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.rule.id

    def explained(self, *, matched: bool) -> Explanation:
        """The rule in an explanation."""
        return self.rule.explained(matched=matched)


def article_in_full(article: str) -> str:
    """An article as people read it: « I.1 » as « article I.1 », « A2 » as « annexe 2 »."""
    return ", ".join(_PLACES.get(place, f"article {place}") for place in article.split(", "))


_PLACES: Final = {
    "Objet": "objet de la convention",
    "A2": "annexe 2",
    "Suivi": "suivi de la convention",
    "Durée": "durée et date d’effet de la convention",
    "Délib.": "délibération du 2 décembre 2024",
}
