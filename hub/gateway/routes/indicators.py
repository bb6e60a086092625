"""GET /indicators: the convention's indicators for a period, masked, for systems and people of both institutions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, get
from litestar.openapi.spec import Operation
from litestar.params import QueryParameter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.periods import PeriodInvalid
from hub.domain.vocabulary import Institution
from hub.gateway.callers import Caller, caller_of, ledger_of
from hub.gateway.conditional import conditional
from hub.gateway.indicator_answers import PeriodAnswer, period_answer
from hub.gateway.openapi import problem_responses
from hub.gateway.problems import refusal
from hub.gateway.shown_indicators import compute, read_asked, year_start
from hub.ledger.sessions import contact_of
from hub.ledger.tables import contact

_SECURED: Final[list[dict[str, list[str]]]] = [{"token": []}]


@dataclass
class IndicatorsOperation(Operation):
    """The refusals of the address, beside the answer that the signature says."""

    def __post_init__(self) -> None:
        """Add what the handler's signature does not say."""
        self.responses = {**(self.responses or {}), **problem_responses(400, 401, 403, 429, 503)}


@get("/indicators", operation_class=IndicatorsOperation, security=_SECURED, tags=["indicators"])
async def show_indicators(
    request: Request[Any, Any, Any],
    period: Annotated[
        str | None,
        QueryParameter(description="A month (2026-03), a reference year (2026) or 2026-01..2026-06; the year to date."),
    ] = None,
    indicators: Annotated[
        list[str] | None, QueryParameter(name="indicator", description="Only this one (V1.4, A2); may be repeated.")
    ] = None,
    by: Annotated[
        Literal["rules_version"] | None, QueryParameter(description="Also by the rules' version that decided.")
    ] = None,
) -> Response[PeriodAnswer]:
    """Show the figures of a period with their definitions.

    Breakdowns and courses by month are masked: no number of 1 to 4, nor what would give one away. Of spans of months
    that are neither a month nor a reference year, whole or to date, breakdowns are withheld. What was not provided is
    said to be so, and is never a zero.
    """
    wanted, now = frozenset(indicators or INDICATORS), datetime.now(UTC)
    if not wanted <= INDICATORS.keys():
        raise refusal("REQUEST_INVALID", f"`indicator` is one of {', '.join(INDICATORS)}.")
    caller, begins = caller_of(request), year_start(request.app.state.parts.settings.parameters_file, now)
    async with ledger_of(request) as connection:
        if not await _is_of_the_convention(connection, caller, now):
            raise refusal("INDICATORS_FORBIDDEN", "They are shown to the CAF and to the Département.")
        try:
            read = await read_asked(connection, period, begins, now)
        except PeriodInvalid:
            detail = "`period` is a month (2026-03), a reference year (2026) or up to 120 months (2026-01..2026-06)."
            raise refusal("REQUEST_INVALID", detail) from None
    answer = period_answer(await compute(read, begins, now, by_version=by is not None))
    chosen = msgspec.structs.replace(
        answer,
        indicators=[one for one in answer.indicators if one.id in wanted],
        later=[one for one in answer.later if one.indicator in wanted],
    )
    return _answer(request, chosen)


def _answer(request: Request[Any, Any, Any], found: PeriodAnswer) -> Response[Any]:
    return conditional(request, msgspec.json.encode(found), "application/json")


async def _is_of_the_convention(connection: AsyncConnection, caller: Caller, now: datetime) -> bool:
    """Whether the caller is of one of the two institutions. Raises Refusal for a session that is over."""
    if caller.system is not None:
        return caller.system.institution.institution is not Institution.PARTNER
    assert caller.session is not None  # noqa: S101 -- one of the two is there
    reference = await contact_of(connection, caller.session, now)
    if reference is None:
        detail = "The session is over, or acts for no contact yet: sign in on the pages of the hub."
        raise refusal("NOT_AUTHENTICATED", detail, WWW_Authenticate='Bearer realm="hub"')
    institution = await connection.scalar(select(contact.c.institution).where(contact.c.ref == reference))
    return institution in {Institution.CAF.value, Institution.CD35.value}


ROUTES = [show_indicators]
