"""The next question from the answers so far, or the conclusion: the function that `hub ask` and the portal share."""

import re
from datetime import date, datetime
from typing import Final

from hub.domain.asking.building import build_event
from hub.domain.asking.dependence import Basis, dependence
from hub.domain.asking.field import Answers, Field
from hub.domain.asking.form import FIELDS, FORM
from hub.domain.asking.question import NOT_KNOWN, OUTSIDE, AnswerInvalid, Conclusion, Kind, Option, Question
from hub.domain.calendar.line import Calendar
from hub.domain.calendar.paris import paris
from hub.domain.directory.contacts import Directory
from hub.domain.directory.places import CDAS_CODE
from hub.domain.routing.decide import decide
from hub.domain.rules.parameters import NO_ROWS, ParameterTable
from hub.domain.vocabulary import Role, Service

_FIRST_DAY: Final = date(1900, 1, 1)
_COMMUNE: Final = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}(?:[0-9]{4})?")
_REACHED: Final = (
    (Service.CAF_BENEFITS, (Role.FRONT_OFFICE, Role.PRIORITY_CONTACT)),
    (Service.CAF_SOCIAL_WORK, (Role.SECRETARIAT, Role.SOCIAL_WORKER, Role.MANAGER)),
    (Service.EXTERNAL_REFERENT, (Role.SOCIAL_WORKER,)),
    (
        Service.CDAS,
        (Role.RECEPTION, Role.RECEPTION_SECOND_LEVEL, Role.SOCIAL_WORKER, Role.MANAGER, Role.CONCERTATION),
    ),
)


def next_step(
    answers: Answers,
    on: datetime,
    directory: Directory | None = None,
    calendar: Calendar | None = None,
    parameters: ParameterTable = NO_ROWS,
) -> Question | Conclusion:
    """What to ask next, given the answers so far, at the instant `on` (with an offset).

    A question is put only when two of its answers can lead to different conclusions. Answers to fields that the form
    does not have after the others are left aside, so that an earlier answer may be changed. The conclusion is the
    decision of `decide` on the event that the answers make, with the same directory, calendar and parameters.
    Raises AnswerInvalid for an answer that its question does not allow, and KeyError for an id that is no field's.
    """
    day = on.astimezone(paris()).date()
    kept = kept_answers(answers, day)
    line_open = calendar is not None and calendar.line(on).is_open
    exclusion = parameters.on(day).joint_intervention_exclusion
    by_commune = _by_commune(directory, day) if directory is not None else frozenset[tuple[str, str]]()
    field = dependence(Basis(line_open, exclusion, directory is not None, by_commune)).next_field(kept, day)
    if field is not None:
        return _question(field, kept, directory, day)
    event = build_event(kept, on)
    return Conclusion(decide(event, on, directory, calendar, parameters), event)


def kept_answers(answers: Answers, day: date) -> dict[str, str]:
    """The answers to the fields that the form has, in its order, each checked on the day when it is given.

    Raises AnswerInvalid and KeyError as `next_step` does.
    """
    for name in answers:
        FIELDS[name]
    kept: dict[str, str] = {}
    for field in FORM:
        if field.id in answers and field.exists(kept):
            _check(field, answers[field.id], kept, day)
            kept[field.id] = answers[field.id]
    return kept


def _check(field: Field, answer: str, before: Answers, day: date) -> None:
    if answer == NOT_KNOWN:
        if not field.may_be_unknown and NOT_KNOWN not in [option.value for option in field.options]:
            raise AnswerInvalid(field.id, "Cette question demande une réponse.")
    elif field.kind in (Kind.CHOICE, Kind.YES_NO):
        if answer not in [option.value for option in field.open_options(before)]:
            raise AnswerInvalid(field.id, "Ce n’est pas une des réponses proposées.")
    elif field.kind is Kind.DATE:
        _check_date(field, answer, day)
    elif field.kind is Kind.COMMUNE:
        if _COMMUNE.fullmatch(answer) is None:
            raise AnswerInvalid(field.id, "Un code INSEE a cinq caractères, par exemple 35238.")
    elif CDAS_CODE.fullmatch(answer) is None:
        raise AnswerInvalid(field.id, "Un code de CDAS s’écrit en capitales, par exemple CDAS-07.")


def _check_date(field: Field, answer: str, day: date) -> None:
    try:
        given = date.fromisoformat(answer)
    except ValueError:
        raise AnswerInvalid(field.id, "Donnez une date complète, par exemple 12/03/2025.") from None
    if given > day:
        raise AnswerInvalid(field.id, "Cette date n’est pas encore passée.")
    if given < _FIRST_DAY:
        raise AnswerInvalid(field.id, "Cette date est trop ancienne.")


def _question(field: Field, kept: Answers, directory: Directory | None, day: date) -> Question:
    options = field.open_options(kept)
    if field.kind is Kind.COMMUNE:
        options = (Option(OUTSIDE, "hors du département"),)
    elif field.kind is Kind.CDAS and directory is not None:
        options = _cdas_options(directory, day)
    return Question(field.id, field.kind, field.wording(kept), field.help, options, field.may_be_unknown)


def _cdas_options(directory: Directory, day: date) -> tuple[Option, ...]:
    """The CDAS of the directory on a day by code, called after their mailbox, or by their code."""
    labels: dict[str, str] = {}
    for contact in directory:
        if contact.service == Service.CDAS and contact.cdas is not None and contact.is_valid_on(day):
            if contact.role == Role.GENERIC_MAILBOX:
                labels[contact.cdas] = contact.label
            else:
                labels.setdefault(contact.cdas, contact.cdas)
    return tuple(Option(code, labels[code]) for code in sorted(labels))


def _by_commune(directory: Directory, day: date) -> frozenset[tuple[str, str]]:
    return directory.remembered(("asking", day), lambda: _find_by_commune(directory, day))


def _find_by_commune(directory: Directory, day: date) -> frozenset[tuple[str, str]]:
    """The services and roles whose contacts depend on the commune on a day."""
    places = (None, OUTSIDE, *directory.territory.communes)
    codes = tuple(option.value for option in _cdas_options(directory, day))
    return frozenset(
        (service, role)
        for service, roles in _REACHED
        for role in roles
        for cdas in (codes if service is Service.CDAS else (None,))
        if len({directory.reach(service, role, day, cdas=cdas, commune=place) for place in places}) > 1
    )
