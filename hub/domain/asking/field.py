"""One row of the form: a field of the event, as a question, and which of its answers the rules treat alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from hub.domain.asking.question import NO, NOT_KNOWN, YES, Kind, Option
from hub.domain.vocabulary import Labelled

Answers = Mapping[str, str]
"""Answers by field id."""

YES_OR_NO: Final = (Option(YES, "oui"), Option(NO, "non"))


def always(_: Answers) -> bool:
    """A field that every form has."""
    return True


def given(name: str, *values: str) -> Callable[[Answers], bool]:
    """The condition that the field `name` has one of these answers."""
    return lambda answers: answers.get(name) in values


def both(*conditions: Callable[[Answers], bool]) -> Callable[[Answers], bool]:
    """The condition that all of these hold."""
    return lambda answers: all(condition(answers) for condition in conditions)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form, in the order in which the rules are looked at.

    `exists` says whether the form has the field, given the answers to the fields before it. `alike` maps an answer to
    the one that stands for it: both give the same conclusion, whatever the rest. For DATE, COMMUNE and CDAS,
    `stand_ins` are the answers that stand for all, and `hub.domain.asking.classes` says which for which.
    `texts` holds other wordings of the question, by the answer to another field. `only` holds the conditions of
    options that are not always there.
    """

    id: str
    kind: Kind
    text: str
    help: str
    exists: Callable[[Answers], bool] = always
    options: tuple[Option, ...] = ()
    may_be_unknown: bool = False
    alike: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    stand_ins: tuple[str, ...] = ()
    texts: tuple[str, Mapping[str, str]] = ("", MappingProxyType({}))
    only: Mapping[str, Callable[[Answers], bool]] = field(default_factory=lambda: MappingProxyType({}))
    _classes: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_classes", self._classes_of(self.options))

    def open_options(self, answers: Answers) -> tuple[Option, ...]:
        """The options that the answers before leave open."""
        return tuple(option for option in self.options if self.only.get(option.value, always)(answers))

    def wording(self, answers: Answers) -> str:
        """The question in French, in the words that fit the answers before."""
        name, texts = self.texts
        return texts.get(answers.get(name, ""), self.text)

    def representatives(self, answers: Answers) -> tuple[str, ...]:
        """One answer for each class of answers that the rules may tell apart."""
        return self._classes if not self.only else self._classes_of(self.open_options(answers))

    def _classes_of(self, options: tuple[Option, ...]) -> tuple[str, ...]:
        values = self.stand_ins or tuple(option.value for option in options)
        if self.may_be_unknown:
            values = (*values, NOT_KNOWN)
        return tuple(dict.fromkeys(self.alike.get(value, value) for value in values))


def options_of(labels: type[Labelled], *without: str, **instead: str) -> tuple[Option, ...]:
    """The members of a closed list as options, with their labels, or the ones given instead."""
    return tuple(
        Option(member.value, instead.get(member.value, member.label))
        for member in labels
        if member.value not in without
    )
