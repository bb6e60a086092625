"""What the follow-up asks of part II: social support (V2.1 to V2.5)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.shapes import (
    BY_CDAS,
    BY_DIRECTION,
    CDAS_COUNT,
    Axis,
    Breakdown,
    Figure,
    Read,
    feedback_of,
    series_of,
)
from hub.domain.indicators.tally import Tally
from hub.domain.indicators.values import Count, median, share


def _v21(tally: Tally, _: Tally | None) -> Read:
    axes = (Axis("origin", "origine", "origin"), Axis("nature", "nature", "query"))
    return Read(
        (Figure("queries", "Interpellations", Count(tally.count("queries"))),),
        (
            Breakdown(
                "by_origin", "Interpellations par origine et nature", axes, tally.by("queries", "origin", "nature")
            ),
        ),
        (series_of(tally, "queries", "Interpellations par mois", "queries", INDICATORS["V2.1"].fed_by),),
    )


def _v22(tally: Tally, _: Tally | None) -> Read:
    axes = (BY_DIRECTION, Axis("request_kind", "demande", "request_kind"))
    fed_by = INDICATORS["V2.2"].fed_by
    return Read(
        (Figure("instructions", "Orientations pour instruction seule", Count(tally.count("instructions"))),),
        (
            Breakdown(
                "by_direction", "Par sens et par demande", axes, tally.by("instructions", "direction", "request_kind")
            ),
        ),
        (series_of(tally, "instructions", "Orientations pour instruction seule, par mois", "instructions", fed_by),),
    )


def _v23(tally: Tally, _: Tally | None) -> Read:
    said, entries = feedback_of(tally, "transfer", ("HANDOVER", "JOINT_INTERVENTION"), "relais et co-interventions")
    requests = tally.count("handover_requests")
    told = tally.count("handover_requests", communication="yes")
    shown = [Figure("communication", "Part des demandes de relais avec communication", share(told, requests))]
    for transfer, yes, label in (
        ("handover", "accepted", "Part des passages de relais acceptés"),
        ("joint_intervention", "validated", "Part des co-interventions validées"),
    ):
        positive = tally.count("transfer_answers", transfer=transfer, answer=yes)
        answers = positive + tally.count("transfer_answers", transfer=transfer, answer="refused")
        shown.append(Figure(f"{transfer}_{yes}", label, share(positive, answers)))
    delays = {Decimal(days): number for (days,), number in tally.by("transfer_delays", "days").items()}
    shown.append(Figure("delay", "Délai médian jusqu’à la concertation ou l’échange", median(delays, "j")))
    axes = (BY_DIRECTION, Axis("answer", "réponse", "state"))
    tables = tuple(
        Breakdown(
            f"{transfer}_answers",
            label,
            axes,
            tally.by("transfer_answers", "direction", "answer", transfer=transfer),
        )
        for transfer, label in (
            ("handover", "Réponses aux demandes de relais"),
            ("joint_intervention", "Réponses aux demandes de co-intervention"),
        )
    )
    asked = Breakdown(
        "handover_requests",
        "Demandes de relais par sens, avec ou sans communication",
        (BY_DIRECTION, Axis("communication", "communication", "flag")),
        tally.by("handover_requests", "direction", "communication"),
    )
    return Read((*said, *shown), (entries, asked, *tables))


def _v24(tally: Tally, _: Tally | None) -> Read:
    shown = []
    for kind, label in (
        ("CD35_MISSIONS_FOR_CAF", "Missions du service social départemental, auprès de la CAF"),
        ("CAF_MISSIONS_FOR_CDAS", "Missions du service social de la CAF, auprès des CDAS"),
    ):
        reached = tally.by("mission_cdas", "cdas", kind=kind)
        shown += [
            Figure(f"{kind.lower()}_sessions", f"{label} : actions", Count(tally.count("mission_sessions", kind=kind))),
            Figure(f"{kind.lower()}_cdas", f"{label} : part des CDAS touchés", share(len(reached), CDAS_COUNT)),
        ]
    return Read(tuple(shown))


def _v25(tally: Tally, _: Tally | None) -> Read:
    axes = (Axis("category", "urgence", "category"),)
    measure, fed_by = "unhandled_urgencies", INDICATORS["V2.5"].fed_by
    return Read(
        (Figure("situations", "Situations concernées", Count(tally.count(measure))),),
        (
            Breakdown("by_category", "Par catégorie d’urgence", axes, tally.by(measure, "category")),
            Breakdown("by_cdas", "Par CDAS", (BY_CDAS,), tally.by(measure, "cdas")),
        ),
        (series_of(tally, "situations", "Situations concernées, par mois", measure, fed_by),),
    )


PART_TWO: Final[Mapping[str, Callable[[Tally, Tally | None], Read]]] = {
    "V2.1": _v21,
    "V2.2": _v22,
    "V2.3": _v23,
    "V2.4": _v24,
    "V2.5": _v25,
}
"""The readers of the indicators of part II."""
