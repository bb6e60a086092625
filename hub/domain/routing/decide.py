"""One event in, one decision out: the function that the router and `hub route` share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from hub.domain.calendar.line import Calendar
from hub.domain.calendar.paris import paris
from hub.domain.directory.contacts import Directory
from hub.domain.events import Data, Event
from hub.domain.routing.cases import CASES, Grounds, answer_case, read_case
from hub.domain.routing.decision import Answer, Decision, Routing
from hub.domain.routing.notice_answers import decide_notice, decide_withdrawal
from hub.domain.rules.catalogue import version_on
from hub.domain.rules.parameters import NO_ROWS, ParameterTable
from hub.domain.vocabulary import Flag

NoticeDecider = Callable[[str, Data, date, Directory | None], Answer]


class NotRouted(ValueError):
    """Events of this type are accepted and kept, but no rule decides on them."""


def is_routed(event_type: str) -> bool:
    """Whether the rules decide on events of this type."""
    return event_type in CASES or event_type in _NOTICES


def decide(
    event: Event,
    as_of: datetime | None = None,
    directory: Directory | None = None,
    calendar: Calendar | None = None,
    parameters: ParameterTable = NO_ROWS,
) -> Decision:
    """Decide on a valid event, by the rules, the calendar and the parameters in force at `as_of`.

    `as_of` (with an offset) defaults to the event's time; its calendar date in Europe/Paris is what dates are compared
    with. Without a directory the recipients are empty and the code of a home CDAS is not known; without a calendar the
    priority line counts as closed (C13). Raises NotRouted for a type that no rule decides on, and nothing else.
    """
    envelope = event.envelope
    data = event.data
    instant = as_of if as_of is not None else envelope.time
    on = instant.astimezone(paris()).date()
    if data is None:
        answer = None
    elif envelope.type in CASES:
        answer = _person_level(envelope.type, data, Grounds(instant, on, directory, calendar, parameters.on(on)))
    else:
        decider = _NOTICES.get(envelope.type)
        answer = decider(envelope.type, data, on, directory) if decider is not None else None
    if answer is None:
        msg = f"{envelope.type} is not routed by these rules"
        raise NotRouted(msg)
    return Decision(envelope.id, envelope.type, instant, version_on(on).id, answer)


def _person_level(event_type: str, data: Data, grounds: Grounds) -> Answer:
    """The answer to a case, with the contacts that it reaches where a directory is known."""
    answer = answer_case(read_case(event_type, data, grounds))
    if grounds.directory is None or not answer.routings:
        return answer
    return _addressed(answer, grounds.directory, data["household"]["commune"], grounds.on)


def _addressed(answer: Answer, directory: Directory, commune: str | None, on: date) -> Answer:
    routings: list[Routing] = []
    last_resort = substituted = False
    for r in answer.routings:
        reach = directory.reach(r.service, r.role, on, cdas=r.cdas, commune=commune)
        last_resort |= reach.last_resort
        substituted |= reach.substituted
        routings.append(Routing(r.service, r.role, r.channel, r.purpose, r.urgency, r.cdas, r.rules, reach.recipients))
    flags = (*answer.flags, Flag.GENERIC_MAILBOX_USED) if last_resort else answer.flags
    return answer.addressed(tuple(routings), (*flags, Flag.SUBSTITUTE_USED) if substituted else flags)


_NOTICES: Final[dict[str, NoticeDecider]] = {
    "notice.published": decide_notice,
    "notice.corrected": decide_notice,
    "notice.withdrawn": decide_withdrawal,
}
"""The deciders of notices (contract, section 7)."""
