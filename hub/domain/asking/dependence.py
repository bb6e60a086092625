"""Which field comes next: the first one without an answer on which the conclusion depends.

It depends on a field when two answers to it, with one and the same rest of the form, end in different essences. Samples
of the rest show most dependences. Where they show none, every rest is tried that can make a difference: from one rest
on, only the fields that the rules read are varied, for the others cannot have changed the answer. This module knows no
rule: it calls them, and watches what they read.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from hub.domain.asking.building import build_data, event_type_of
from hub.domain.asking.classes import REFERENCE_DAY, stand_in
from hub.domain.asking.essence import Essence, essence
from hub.domain.asking.field import Answers, Field
from hub.domain.asking.form import FORM
from hub.domain.asking.watching import BY_COMMUNE, SHOWN_IN, watch
from hub.domain.calendar.line import Line
from hub.domain.routing.cases import Case, Grounds, read_case
from hub.domain.routing.decision import Routing
from hub.domain.routing.situation import Home, Place, Situation
from hub.domain.rules.parameters import Parameters

Key = TypeVar("Key")
Value = TypeVar("Value")

_SAMPLES: Final = 24
_KEPT: Final = 100_000
_ANY_HOME: Final = "HOME"


class Basis(NamedTuple):
    """What a conclusion depends on besides the answers.

    Whether the priority line is open, the parameter of C07, whether a directory is there, and the services and roles
    whose contacts depend on the commune.
    """

    line_open: bool
    exclusion_in_force: bool
    has_directory: bool
    by_commune: frozenset[tuple[str, str]]


@lru_cache(maxsize=16)
def dependence(basis: Basis) -> "Dependence":
    """What is known so far of the dependences in these circumstances; it grows with the questions."""
    return Dependence(basis)


class Dependence:
    """Finds the next field; a state holds, by field id, the answers that stand for those given."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._line = Line(is_open=basis.line_open, beyond_data=False, sentence="")
        parameters = Parameters(joint_intervention_exclusion=basis.exclusion_in_force)
        # An instant is read in a calendar only; whether the line is open, the basis says.
        self._grounds = Grounds(datetime.min.replace(tzinfo=UTC), REFERENCE_DAY, None, None, parameters)
        self._ends: dict[tuple[tuple[str, str], ...], tuple[Essence, frozenset[str]]] = {}
        self._found: dict[tuple[object, ...], bool] = {}

    def next_field(self, answers: Answers, on: date) -> Field | None:
        """The first field of the form that has no answer and on which the conclusion depends; None when none does.

        `answers` are valid answers, given on the day `on`, to fields that the form has.
        """
        given = {field.id: stand_in(field, answers[field.id], on) for field in FORM if field.id in answers}
        state: dict[str, str] = {}
        for position, field in enumerate(FORM):
            if not field.exists(state):
                continue
            if field.id in given:
                state[field.id] = given[field.id]
            elif self._depends(position, state, given):
                return field
            else:
                state[field.id] = field.representatives(state)[0]
        return None

    def _depends(self, position: int, state: Answers, given: Answers) -> bool:
        key = (position, _key(state), frozenset(given.items()))
        known = self._found.get(key)
        if known is None:
            field = FORM[position]
            first, *others = [{**state, field.id: value} for value in field.representatives(state)]
            apart = (self._sampled_apart, self._ever_apart)
            known = any(look(position + 1, first, other, given) for look in apart for other in others)
            _keep(self._found, key, known)
        return known

    def _sampled_apart(self, position: int, one: Answers, other: Answers, rest: Answers) -> bool:
        """Whether a few samples of the rest end apart: quick, and often enough to know."""
        for sample in range(_SAMPLES):
            (here, read_here), (there, read_there) = (
                self._end(_completed(position, state, rest, sample)) for state in (one, other)
            )
            if here != there:
                return True
            if not self._varied(position, read_here | read_there, rest):
                return False
        return False

    def _ever_apart(self, position: int, one: Answers, other: Answers, rest: Answers) -> bool:
        """Whether any rest ends apart that agrees with `rest`, which may answer fields from `position` on."""
        here, there = _completed(position, one, rest, 0), _completed(position, other, rest, 0)
        (end_here, read_here), (end_there, read_there) = self._end(here), self._end(there)
        if end_here != end_there:
            return True
        for field in self._varied(position, read_here | read_there, rest):
            with_field = here if field.id in here else there
            if field.id in with_field:
                values = field.representatives(with_field)
                return any(self._ever_apart(position, one, other, {**rest, field.id: value}) for value in values)
        return False

    def _varied(self, position: int, read: frozenset[str], rest: Answers) -> list[Field]:
        """The fields from `position` on that `rest` does not answer and that show in what was read."""
        return [field for field in FORM[position:] if field.id not in rest and not SHOWN_IN[field.id].isdisjoint(read)]

    def _end(self, state: Answers) -> tuple[Essence, frozenset[str]]:
        """Where a full form ends, and the parts of the case that were read on the way."""
        key = _key(state)
        known = self._ends.get(key)
        if known is None:
            known = self._decide(state)
            _keep(self._ends, key, known)
        return known

    def _decide(self, state: Answers) -> tuple[Essence, frozenset[str]]:
        event_type = event_type_of(state)
        case = self._placed(read_case(event_type, build_data(event_type, state, REFERENCE_DAY), self._grounds))
        answer, reads = watch(case)
        by_commune = self._basis.by_commune
        if any((routing.service, routing.role) in by_commune for routing in answer.routings):
            reads.add(BY_COMMUNE)
        commune = state.get("household.commune")

        def contacts(routing: Routing) -> object:
            return commune if (routing.service, routing.role) in by_commune else None

        return essence(answer, contacts), frozenset(reads)

    def _placed(self, case: Case) -> Case:
        """The case with the line and the home CDAS that the calendar and the directory would give."""
        about = case.about
        if not isinstance(about, Situation):
            return case
        if about.line is not None:
            about = about._replace(line=self._line)
        if self._basis.has_directory and about.place is Place.HERE:
            about = about._replace(home=Home(_ANY_HOME))
        return case._replace(about=about)


def _completed(position: int, state: Answers, rest: Answers, sample: int) -> Mapping[str, str]:
    """The state with every field from `position` on answered: by `rest`, else in a way that depends on the sample."""
    full = dict(state)
    for number in range(position, len(FORM)):
        field = FORM[number]
        if field.exists(full):
            if field.id in rest:
                full[field.id] = rest[field.id]
            else:
                values = field.representatives(full)
                full[field.id] = values[_choice(sample, number) % len(values)]
    return full


def _choice(sample: int, number: int) -> int:
    """A number that depends on both and looks like chance; 0 for sample 0, so that it takes the first answers."""
    return sample * (number * 2_654_435_761 + 40_503) >> 8 & 0xFFFF


def _key(state: Answers) -> tuple[tuple[str, str], ...]:
    """The state as a key: its items, which always stand in the form's order."""
    return tuple(state.items())


def _keep(known: dict[Key, Value], key: Key, value: Value) -> None:
    if len(known) >= _KEPT:
        known.clear()
    known[key] = value
