"""What was added to the convention's list: prior notices and the volume of flows (A1, A2)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.shapes import (
    BY_CODE,
    BY_DIRECTION,
    BY_ISSUER,
    BY_OUTCOME,
    BY_SERVICE,
    Axis,
    Breakdown,
    Figure,
    Read,
    counted,
    series_of,
)
from hub.domain.indicators.tally import Tally
from hub.domain.indicators.transfers import TRANSFER_TYPES
from hub.domain.indicators.values import Count, median, share


def _a1(tally: Tally, _: Tally | None) -> Read:
    notices = tally.count("notices")
    prior = tally.count("notices", prior="yes")
    leads = {Decimal(days): number for (days,), number in tally.by("notice_leads", "days").items()}
    asked, read = tally.count("notice_asked"), tally.count("notice_acknowledged")
    audience = Axis("service", "public", "service")
    return Read(
        (
            Figure("notices", "Informations publiées", Count(notices)),
            Figure("prior", "Part publiée avant la date d’effet", share(prior, notices)),
            Figure("lead", "Délai de prévenance médian", median(leads, "j")),
            Figure("acknowledged", "Part des accusés de lecture donnés avant la date d’effet", share(read, asked)),
        ),
        (
            Breakdown(
                "by_code",
                "Informations par nature et émetteur",
                (BY_CODE, BY_ISSUER),
                tally.by("notices", "code", "issuer"),
            ),
            Breakdown(
                "asked", "Accusés de lecture demandés, par public", (audience,), tally.by("notice_asked", "service")
            ),
            Breakdown(
                "acknowledged",
                "Accusés de lecture donnés à temps, par public",
                (audience,),
                tally.by("notice_acknowledged", "service"),
            ),
            Breakdown(
                "leads",
                "Délais de prévenance",
                (Axis("lead", "délai de prévenance", "lead"),),
                _leads(tally),
            ),
        ),
        (series_of(tally, "notices", "Informations publiées par mois", "notices", INDICATORS["A1"].fed_by),),
    )


_LEAD_STEPS: Final = ((1, "le jour même ou après"), (15, "1 à 14 jours"), (30, "15 à 29 jours"), (60, "30 à 59 jours"))


def _leads(tally: Tally) -> Mapping[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for (days,), number in tally.by("notice_leads", "days").items():
        step = next((label for end, label in _LEAD_STEPS if int(days) < end), "60 jours et plus")
        found[(step,)] = found.get((step,), 0) + number
    return found


def _a2(tally: Tally, _: Tally | None) -> Read:
    requested = frozenset({"referral.requested"})
    shown = [Figure("referrals", "Demandes d’orientation", counted(tally, "referrals", requested))]
    tables = [
        Breakdown(
            "referrals",
            "Orientations par sens et issue",
            (BY_DIRECTION, BY_OUTCOME),
            tally.by("referrals", "direction", "outcome"),
        ),
        Breakdown(
            "services",
            "Services proposés, par issue",
            (BY_SERVICE, BY_OUTCOME),
            tally.by("referral_services", "service", "outcome"),
        ),
        Breakdown(
            "flows",
            "Orientations proposées : de qui vers qui",
            (Axis("origin", "de", "origin"), Axis("service", "vers", "service")),
            tally.by("referral_services", "origin", "service"),
        ),
    ]
    courses = [
        series_of(tally, "referrals", "Demandes d’orientation par mois", "referrals", frozenset({"referral.requested"}))
    ]
    state = Axis("state", "dernier état", "state")
    for transfer, label in (("handover", "Passages de relais"), ("joint_intervention", "Co-interventions")):
        fed_by = TRANSFER_TYPES[transfer]
        shown.append(Figure(transfer, label, counted(tally, "transfers", fed_by, transfer=transfer)))
        rows = tally.by("transfers", "direction", "state", transfer=transfer)
        tables.append(Breakdown(transfer, f"{label} par sens et dernier état", (BY_DIRECTION, state), rows))
        courses.append(series_of(tally, transfer, f"{label} par mois", "transfers", fed_by, transfer=transfer))
    for kind, label in (
        ("benefit_urgency", "Situations urgentes d’accès aux droits"),
        ("social_urgency", "Situations sociales urgentes"),
    ):
        fed_by = frozenset({f"{kind}.reported"})
        shown.append(Figure(kind, label, counted(tally, "urgencies", fed_by, kind=kind)))
        rows = tally.by("urgencies", "direction", "outcome", kind=kind)
        tables.append(Breakdown(kind, f"{label} par sens et issue", (BY_DIRECTION, BY_OUTCOME), rows))
        courses.append(series_of(tally, kind, f"{label} par mois", "urgencies", fed_by, kind=kind))
    return Read(tuple(shown), tuple(tables), tuple(courses))


ADDED: Final[Mapping[str, Callable[[Tally, Tally | None], Read]]] = {
    "A1": _a1,
    "A2": _a2,
}
"""The readers of the indicators that both institutions added."""
