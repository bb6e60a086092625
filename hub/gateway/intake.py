"""POST /events: one request from its headers to its answer."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from hub import metrics
from hub.domain.events import EVENT_TYPES
from hub.domain.vocabulary import Rejection
from hub.errors import BrokerUnavailable, LedgerUnavailable
from hub.gateway.acceptance import Acceptor, Answer, Verdict
from hub.gateway.answers import Reply, reply_to_batch, reply_to_one
from hub.gateway.checks import LABELS, Candidate, check_event
from hub.gateway.credentials import Credentials, System
from hub.gateway.limits import RateLimit, read_body
from hub.gateway.problems import Refusal, refusal
from hub.gateway.recently_refused import RecentlyRefused
from hub.gateway.refused import AgreementRefusals
from hub.gateway.requests import BATCHED, RequestHead, mode_of, read_events, read_head
from hub.settings import Settings
from hub.wire.cloudevents import EventReader

log = structlog.get_logger()

RETRY_AFTER: Final = "2"
_YIELD_EVERY: Final = 50  # events of a batch that are checked before other requests get their turn
_NO_KIND: Final = "none"


@dataclass(frozen=True, slots=True)
class Intake:
    """What publishing needs."""

    settings: Settings
    credentials: Credentials
    rate: RateLimit
    reader: EventReader
    acceptor: Acceptor
    refusals: AgreementRefusals
    recently: RecentlyRefused

    def authenticate(self, head: RequestHead) -> System:
        """The system that sends. Raises Refusal NOT_AUTHENTICATED."""
        scheme, _, token = (head.authorization or b"").partition(b" ")
        if scheme.lower() == b"bearer":
            system = self.credentials.authenticate(token.strip())
            if system is not None:
                return system
        detail = "Send `Authorization: Bearer <token>` with a token of this hub."
        raise refusal("NOT_AUTHENTICATED", detail, WWW_Authenticate='Bearer realm="hub"')

    async def publish(self, raw_headers: list[tuple[bytes, bytes]], receive: Callable[[], Awaitable[Any]]) -> Reply:
        """Answer one request. Raises Refusal for a fault of the request, and of its event when it holds just one."""
        head = read_head(raw_headers)
        try:
            system = self.authenticate(head)
            self.hold_rate(system)
            mode = mode_of(head)
            body = await read_body(receive, head.content_length, self.settings.max_body_bytes)
            deadline = time.monotonic() + self.settings.broker_timeout_seconds
            events = read_events(
                mode,
                head,
                body,
                most_events=self.settings.max_batch_events,
                most_depth=self.settings.max_json_depth,
            )
        except Refusal as found:
            metrics.GATEWAY_EVENTS.labels(_NO_KIND, found.problem.code).inc()
            raise
        self.rate.spend(system.name, len(events))
        outcomes = await self._check(events, system)
        verdicts = await self._accept(outcomes, deadline)
        _count(outcomes, verdicts)
        unagreed = [event for event, outcome in zip(events, outcomes, strict=True) if _wants_agreement(outcome)]
        names = [(event.get("source"), event.get("id")) for event in unagreed if isinstance(event, dict)]
        await self.refusals.count(self.recently.new(system.name, names))
        if mode == BATCHED:
            entries = [(event, *pair) for event, pair in zip(events, _pairs(outcomes, verdicts), strict=True)]
            return reply_to_batch(entries, self.settings.public_url)
        outcome = outcomes[0]
        if isinstance(outcome, Refusal):
            raise outcome
        return reply_to_one(outcome, verdicts[0], self.settings.public_url)

    def hold_rate(self, system: System) -> None:
        """Raise Refusal RATE_EXCEEDED when the system must wait before its next request."""
        wait = self.rate.wait_seconds(system.name)
        if wait > 0:
            seconds = math.ceil(wait)
            raise refusal("RATE_EXCEEDED", f"Send on in {seconds} s.", Retry_After=str(seconds))

    async def _check(self, events: list[dict[str, Any] | Refusal], system: System) -> list[Candidate | Refusal]:
        outcomes: list[Candidate | Refusal] = []
        for number, event in enumerate(events, 1):
            try:
                outcomes.append(event if isinstance(event, Refusal) else check_event(event, system, self.reader))
            except Refusal as found:
                outcomes.append(found)
            if number % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return outcomes

    async def _accept(self, outcomes: list[Candidate | Refusal], deadline: float) -> list[Verdict]:
        candidates = [outcome for outcome in outcomes if isinstance(outcome, Candidate)]
        if not candidates:
            return []
        # Never less than half of the time for the acknowledgement, however long the batch took to check.
        deadline = max(deadline, time.monotonic() + self.settings.broker_timeout_seconds / 2)
        try:
            return await self.acceptor.accept(candidates, deadline)
        except (BrokerUnavailable, LedgerUnavailable) as error:
            code = "BROKER_AWAY" if isinstance(error, BrokerUnavailable) else "LEDGER_AWAY"
            for candidate in candidates:
                metrics.GATEWAY_EVENTS.labels(candidate.row.kind, code).inc()
            raise refusal(code, error.way_out, Retry_After=RETRY_AFTER) from None


def _pairs(
    outcomes: list[Candidate | Refusal], verdicts: list[Verdict]
) -> list[tuple[Candidate | Refusal, Verdict | None]]:
    left = iter(verdicts)
    return [(outcome, next(left) if isinstance(outcome, Candidate) else None) for outcome in outcomes]


def _wants_agreement(outcome: Candidate | Refusal) -> bool:
    return isinstance(outcome, Refusal) and outcome.problem.code == Rejection.AGREEMENT_MISSING.value


def _count(outcomes: list[Candidate | Refusal], verdicts: list[Verdict]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for outcome, verdict in _pairs(outcomes, verdicts):
        if isinstance(outcome, Refusal):
            if outcome.problem.code in LABELS:
                metrics.NEVER_STORED.labels(outcome.problem.code).inc()
            else:
                counts[_NO_KIND, outcome.problem.code] += 1
        elif verdict is not None:
            answer = "ID_CONFLICT" if verdict.answer is Answer.CONFLICT else verdict.answer.value
            counts[EVENT_TYPES[outcome.row.type].kind.value, answer] += 1
    for (kind, answer), number in counts.items():
        metrics.GATEWAY_EVENTS.labels(kind, answer).inc(number)
