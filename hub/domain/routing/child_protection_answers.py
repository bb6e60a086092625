"""Child protection: article II.3 (contract, section 5, rows 0 and 1). Only that there is a concern, never which one."""

from typing import Final, NamedTuple

from hub.domain.routing.decision import Answer
from hub.domain.routing.draft import Draft
from hub.domain.routing.situation import Emitter, Home, Place
from hub.domain.vocabulary import Channel, Flag, Instruction, Outcome, Purpose, Role, WarningCode


class Concern(NamedTuple):
    """What the rules read of `child_protection.reported`."""

    emitter: Emitter
    place: Place
    home: Home | None
    known_to_cdas: bool
    family_told: bool


def answer_immediate_danger() -> Answer:
    """Row 0: off the hub, straight to the prosecutor; nothing is stored (R53)."""
    return _IMMEDIATE_DANGER


def answer_concern(concern: Concern) -> Answer:
    """Row 1: the CDAS is informed, and goes on where it knows the child already."""
    draft = Draft()
    home = concern.home
    if concern.place is Place.OUTSIDE:
        draft.flag(Flag.C18)
        home = None if concern.emitter.cdas is None else Home(concern.emitter.cdas)
    if concern.known_to_cdas:
        draft.apply("R51")
        draft.pass_over("R52", "La situation est déjà connue du CDAS : son travailleur social poursuit.")
        draft.route_home(home, Role.SOCIAL_WORKER, Channel.SECURE, Purpose.CONTINUITY, ("R51",))
    else:
        draft.apply("R52")
        draft.pass_over("R51", "La situation n’est pas connue du CDAS.")
        draft.route_home(home, Role.MANAGER, Channel.SECURE, Purpose.INFORMATION, ("R52",))
    draft.flag(Flag.C16)
    if concern.family_told:
        draft.pass_over("R54", "L’information de la famille est déclarée.")
    else:
        draft.warn(WarningCode.FAMILY_INFORMATION_REMINDER)
        draft.apply("R54")
    return draft.answer()


def _immediate_danger() -> Answer:
    draft = Draft()
    draft.apply("R53")
    return draft.answer(Outcome.OFF_HUB, instruction=Instruction.PROSECUTOR_DIRECT)


_IMMEDIATE_DANGER: Final = _immediate_danger()
