"""The form of a rule that decides on a notice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hub.domain.decision import Explanation
from hub.domain.vocabulary import Flag, Impact, Institution, NoticeNature, Role, Service

RIGHTS: Final = frozenset({Impact.RIGHTS_OPENED, Impact.RIGHTS_CHANGED})
"""The impacts on beneficiaries' rights, RIGHTS_* in the contract."""

Audience = tuple[Service, Role]


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
    """A rule on change notices: id, article, short quote, French sentence, condition, and the audience it gives."""

    id: str
    article: str
    quote: str
    label: str
    applies: Callable[[Change], bool]
    audience: tuple[Audience, ...] = ()
    flags: Callable[[Change], tuple[Flag, ...]] = lambda _: ()

    def explained(self, *, matched: bool) -> Explanation:
        """The rule in an explanation."""
        return Explanation(self.id, self.article, self.quote, self.label, matched)
