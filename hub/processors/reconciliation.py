"""The daily reconciliation: yesterday is accounted for once, and again each hour while it is not all accounted for."""

from datetime import date, datetime, timedelta
from typing import Final

import structlog

from hub import metrics
from hub.domain.calendar.paris import paris
from hub.domain.delivery.reconciliation import Fate, Gap, Reached
from hub.ledger.reconciliation import Readers, Report, Sources, keep_bare_numbers, reconcile
from hub.processors.parts import Parts
from hub.settings import Settings

log = structlog.get_logger()

TURN_SECONDS: Final = 60.0
"""How often a process looks whether there is something to do."""

_AFTER_MIDNIGHT: Final = timedelta(minutes=15)  # what was published at the end of the day is through by then
_AGAIN: Final = timedelta(hours=1)
_LOGGED_AT_MOST: Final = 100  # differences; `hub reconcile` names all


class DailyReconciliation:
    """Accounts for each day once it is over, and says what came of it as metrics and in the log."""

    def __init__(self, parts: Parts, settings: Settings, readers: Readers) -> None:
        self._parts = parts
        self._sources = Sources(settings, parts.engine, parts.catalogue, readers)
        self._done: date | None = None
        self._next = datetime.min.replace(tzinfo=parts.clock().tzinfo)

    async def turn(self) -> None:
        """Reconcile yesterday if it is time to; a fault is logged, and the next turn tries again.

        Nothing of it leaves: a report that fails must never stop the intake. The alert on its age tells.
        """
        now = self._parts.clock()
        day = (now - _AFTER_MIDNIGHT).astimezone(paris()).date() - timedelta(days=1)
        if day == self._done and now < self._next:
            return
        try:
            report = await reconcile(self._sources, day, now)
            await keep_bare_numbers(self._sources.engine, report)
        except Exception as error:  # noqa: BLE001 -- the outermost loop of a report: intake goes on without it
            log.warning("reconciliation_failed", day=day.isoformat(), error=type(error).__name__)
            return
        tell(report, now)
        self._done = day
        over = report.adds_up and not any(fates[Fate.IN_FLIGHT] for fates in report.fates.values())
        self._next = datetime.max.replace(tzinfo=now.tzinfo) if over else now + _AGAIN


def tell(report: Report, now: datetime) -> None:
    """Say what came of a day as metrics, and each difference in the log."""
    for topic, fates in report.fates.items():
        for fate in Fate:
            metrics.RECONCILED_RECORDS.labels(topic, fate.value).set(fates[fate])
        for reached in Reached:
            metrics.RECONCILED_DELIVERIES.labels(topic, reached.value).set(report.reached[topic][reached])
    for gap in Gap:
        metrics.RECONCILIATION_DIFFERENCES.labels(gap.value).set(report.gaps[gap])
    metrics.RECONCILED_AT.set(now.timestamp())
    for one in report.differences[:_LOGGED_AT_MOST]:
        place = f"{one.topic}-{one.partition}-{one.offset}"
        log.error(
            "reconciliation_difference",
            difference=one.gap.value,
            record=place,
            source=one.source,
            id=one.id,
            detail=one.detail,
        )
    log.info("reconciled", day=report.day.isoformat(), adds_up=report.adds_up, differences=report.gaps.total())
