"""The perimeter of the CAF social work service (annexe 2; R31 to R36), and who is eligible for it.

Windows are rows: which life event, until when, whether it may still be to come, which child condition. A window decides
entry only: an accompaniment that is open may run past it (R36).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.domain.calendar.dates import Elapsed
from hub.domain.routing.draft import Draft
from hub.domain.routing.situation import LifeEvent, Situation
from hub.domain.routing.situation_vocabulary import Answered, LifeEventKind, Scheme
from hub.domain.vocabulary import Flag

_FIRST_YEAR: Final = frozenset({Elapsed.WITHIN_A_YEAR})
_UNDER_TWO_YEARS: Final = _FIRST_YEAR | {Elapsed.WITHIN_TWO_YEARS}
_UP_TO_TWO_YEARS: Final = _UNDER_TWO_YEARS | {Elapsed.TWO_YEARS_TO_THE_DAY}


@dataclass(frozen=True, slots=True)
class Window:
    """When a life event opens the CAF social work service.

    `child_required`: outside without a dependent child. `child_flags` are flagged where the household has no dependent
    child, or may have none; `flags` always.
    """

    rule: str
    inside: frozenset[Elapsed]
    may_be_planned: bool
    child_required: bool
    too_old: str
    inside_label: str
    flags: tuple[Flag, ...] = ()
    no_child_flags: tuple[Flag, ...] = ()
    planned_flags: tuple[Flag, ...] = ()
    to_the_day_flags: tuple[Flag, ...] = ()


WINDOWS: Final = {
    LifeEventKind.SEPARATION: Window(
        "R32",
        _UNDER_TWO_YEARS,
        may_be_planned=True,
        child_required=True,
        too_old="la séparation date de deux ans ou plus",
        inside_label="La séparation est en projet, ou date de moins de deux ans.",
        to_the_day_flags=(Flag.C14,),
    ),
    LifeEventKind.PARENT_DEATH: Window(
        "R33",
        _UP_TO_TWO_YEARS,
        may_be_planned=False,
        child_required=True,
        too_old="le décès du parent date de plus de deux ans",
        inside_label="Le décès du parent date de deux ans au plus.",
        no_child_flags=(Flag.C03,),
    ),
    LifeEventKind.CHILD_DEATH: Window(
        "R34",
        _UP_TO_TWO_YEARS,
        may_be_planned=False,
        child_required=False,
        too_old="le décès de l’enfant date de plus de deux ans",
        inside_label="Le décès de l’enfant date de deux ans au plus.",
        no_child_flags=(Flag.C02,),
    ),
    LifeEventKind.LONE_PARENT_CHILD: Window(
        "R35",
        _FIRST_YEAR,
        may_be_planned=True,
        child_required=False,
        too_old="l’enfant a plus d’un an",
        inside_label="Le parent isolé attend un enfant, ou l’enfant a un an au plus.",
        no_child_flags=(Flag.C02,),
        planned_flags=(Flag.C02,),
    ),
    LifeEventKind.PARTNER_DEATH: Window(
        "R33",
        _UP_TO_TWO_YEARS,
        may_be_planned=False,
        child_required=True,
        too_old="le décès du conjoint date de plus de deux ans",
        inside_label="Le décès du conjoint, avec un enfant à charge, vaut celui d’un parent : deux ans au plus.",
        flags=(Flag.C03,),
    ),
}
"""The windows of annexe 2, one row for each life event; any other event is outside."""


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Whether a life event lies in the perimeter; `inside` is None where only a date that is not given could tell.

    `rule` is the window's, R10 where no window is meant. `why` ends a French sentence that begins with « le service
    social de la CAF n’est pas retenu : »; empty when inside.
    """

    inside: bool | None
    rule: str
    why: str
    flags: tuple[Flag, ...] = ()

    def explain(self, draft: Draft, event: LifeEvent | None) -> None:
        """Say in the draft what was decided, with the flags of the condition that decided."""
        draft.flag(*self.flags)
        if self.inside and event is not None:
            draft.apply(self.rule, WINDOWS[LifeEventKind(event.kind)].inside_label)
        elif self.rule == _OUTSIDE_ITS_OFFERS:
            draft.apply(self.rule, f"Le service social de la CAF n’est pas retenu : {self.why}.")
        elif self.inside is False:
            draft.pass_over(self.rule, f"Le service social de la CAF n’est pas retenu : {self.why}.")
        else:
            draft.pass_over(self.rule, "La date de l’évènement n’est pas connue : elle déciderait de l’orientation.")


_OUTSIDE_ITS_OFFERS: Final = "R10"
_NO_EVENT: Final = Perimeter(
    inside=False, rule=_OUTSIDE_ITS_OFFERS, why="aucun évènement de vie de ses offres n’est en cause"
)


@lru_cache(maxsize=1024)
def perimeter(event: LifeEvent | None, child: str) -> Perimeter:
    """Whether the event opens the CAF social work service, for a household with or without a dependent child."""
    if event is None or event.kind == LifeEventKind.OTHER:
        return _NO_EVENT
    window = WINDOWS[LifeEventKind(event.kind)]
    planned = window.may_be_planned and event.planned
    flags = _flags(window, event, child, planned=planned)
    if window.child_required and child == Answered.NO:
        return Perimeter(False, "R31", "le ménage n’a pas d’enfant à charge", flags)
    if planned or event.elapsed in window.inside:
        return Perimeter(True, window.rule, "", flags)
    if event.elapsed is Elapsed.NOT_DATED:
        return Perimeter(None, window.rule, "", flags)
    return Perimeter(False, window.rule, window.too_old, flags)


def _flags(window: Window, event: LifeEvent, child: str, *, planned: bool) -> tuple[Flag, ...]:
    flags = list(window.flags)
    if child == Answered.NO:
        flags += window.no_child_flags
    elif child == Answered.NOT_KNOWN:
        flags.append(Flag.CHILD_UNKNOWN)
    if planned:
        flags += window.planned_flags
    elif event.elapsed is Elapsed.TWO_YEARS_TO_THE_DAY:
        flags += window.to_the_day_flags
    if event.declared_only:
        flags.append(Flag.C14)
    return tuple(flags)


_CLOSED_BEFORE: Final = "R08"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether the CAF social work service comes first; `eligible` is None where only a missing date could tell."""

    eligible: bool | None
    perimeter: Perimeter
    obstacles: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]

    def explain(self, draft: Draft, event: LifeEvent | None) -> None:
        """Say in the draft what was decided, and every reason against."""
        self.perimeter.explain(draft, event)
        draft.flag(*self.flags)
        for rule, why in self.obstacles:
            say = draft.apply if rule == _CLOSED_BEFORE else draft.pass_over
            say(rule, f"Le service social de la CAF n’est pas retenu : {why}.")


def eligibility(situation: Situation) -> Eligibility:
    """Whether the household is eligible (contract, section 5, row 8): R08, R31, C09, C17."""
    inside = perimeter(situation.life_event, situation.child)
    obstacles: list[tuple[str, str]] = []
    flags: list[Flag] = []
    if is_outside_the_scheme(situation):
        obstacles.append(("R31", "le ménage n’est pas allocataire de la CAF, ou relève de la MSA"))
        flags.append(Flag.C17)
    if situation.beneficiary == Answered.NOT_KNOWN:
        flags.append(Flag.BENEFICIARY_UNKNOWN)
    if situation.closed_by_caf(same_event=True):
        obstacles.append((_CLOSED_BEFORE, "il a déjà clôturé un accompagnement pour ce même évènement"))
    if situation.closed_by_caf(same_event=False):
        flags.append(Flag.C09)
    eligible = False if obstacles or inside.inside is False else inside.inside
    return Eligibility(eligible, inside, tuple(obstacles), tuple(flags))


def is_outside_the_scheme(situation: Situation) -> bool:
    """Whether the household is no beneficiary of the CAF, or belongs to the MSA (C17)."""
    return situation.beneficiary == Answered.NO or situation.scheme == Scheme.MSA
