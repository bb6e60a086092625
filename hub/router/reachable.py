"""What the router's metrics tell about its directory: who is reached today, and which absences do not hold."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Final

from hub import metrics
from hub.domain.directory.contacts import Directory
from hub.domain.directory.lint import (
    CASE_ROLES,
    DAYS_AHEAD,
    NOTICE_ROLES,
    FindingKind,
    areas_on,
    lint_absences,
    nobody_for,
    unheld,
)
from hub.domain.vocabulary import Service

_OF_ABSENCES: Final = (FindingKind.LOOP, FindingKind.GAP, FindingKind.OVERLAP, FindingKind.DEPUTY_AWAY)


async def show_reachable(directory: Directory, day: date) -> None:
    """Set the metrics to the directory as it stands on a day.

    It gives way to other tasks between two roles, so that no urgency waits for it: the caller is the one who changes
    the directory, and waits.
    """
    areas, homeless = areas_on(directory, day), len(unheld(directory, day))
    for service, role in (*CASE_ROLES, *NOTICE_ROLES):
        found = nobody_for(directory, day, areas, service, role)
        lost = sum(len(finding.places) + finding.unplaced for finding in found)
        if service is Service.CDAS and (service, role) in CASE_ROLES:
            lost += homeless
        metrics.DIRECTORY_UNREACHABLE.labels(service, role).set(lost)
        await asyncio.sleep(0)
    counts = Counter(f.kind for f in lint_absences(directory, day, day + timedelta(days=DAYS_AHEAD - 1)))
    for kind in _OF_ABSENCES:
        metrics.DIRECTORY_ABSENCES.labels(kind).set(counts[kind])
