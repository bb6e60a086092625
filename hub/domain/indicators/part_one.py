"""What the follow-up asks of part I: reception and access to rights (V1.1 to V1.6)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from hub.domain.indicators.catalogue import INDICATORS
from hub.domain.indicators.shapes import (
    BY_BENEFIT,
    BY_CDAS,
    BY_DIRECTION,
    BY_REASON,
    CDAS_COUNT,
    Axis,
    Breakdown,
    Figure,
    Read,
    Series,
    counted,
    feedback_of,
    series_of,
)
from hub.domain.indicators.tally import Tally
from hub.domain.indicators.values import Count, change, median, share
from hub.domain.indicators.vocabulary import Means


def _v11(tally: Tally, _: Tally | None) -> Read:
    participants = tally.count("asip_participants")
    audience = [(at, int(size)) for at, size in tally.by("asip_audience", "at", "size")]
    return Read(
        (
            Figure("sessions", "Actions de sensibilisation", Count(tally.count("asip_sessions"))),
            Figure("participants", "Participants", Count(participants)),
            Figure("reach", "Taux d’atteinte", share(participants, max(audience)[1] if audience else 0)),
        ),
        (
            Breakdown(
                "sessions_by_site",
                "Actions par site",
                (Axis("site", "site", "site"),),
                tally.by("asip_sessions", "site"),
            ),
            Breakdown(
                "participants_by_site",
                "Participants par site",
                (Axis("site", "site", "site"),),
                tally.by("asip_participants", "site"),
            ),
        ),
    )


def _v12(tally: Tally, earlier: Tally | None) -> Read:
    messages = tally.count("cdap_messages")
    urgent = tally.count("cdap_messages", urgent="yes")
    before = None if earlier is None else earlier.count("cdap_messages")
    nature, flag = Axis("nature", "nature", "nature"), Axis("urgent", "signalé urgent", "flag")
    return Read(
        (
            Figure("messages", "Messages reçus", Count(messages)),
            Figure("urgent", "Part des messages signalés urgents", share(urgent, messages)),
            Figure("change", "Évolution sur un an", change(messages, before)),
        ),
        (
            Breakdown(
                "by_nature", "Messages par nature", (nature, flag), tally.by("cdap_messages", "nature", "urgent")
            ),
            Breakdown("by_cdas", "Messages par CDAS", (BY_CDAS,), tally.by("cdap_messages", "cdas")),
        ),
        (series_of(tally, "messages", "Messages reçus par mois", "cdap_messages", INDICATORS["V1.2"].fed_by),),
    )


def _v13(tally: Tally, _: Tally | None) -> Read:
    by_cdas = tally.by("cdap_workshop_cdas", "cdas")
    return Read(
        (
            Figure("workshops", "Ateliers", Count(tally.count("cdap_workshops"))),
            Figure("participants", "Participants", Count(tally.count("cdap_workshop_participants"))),
            Figure("cdas", "Part des CDAS touchés", share(len(by_cdas), CDAS_COUNT)),
        ),
        (Breakdown("by_cdas", "Participations des CDAS aux ateliers", (BY_CDAS,), by_cdas),),
    )


def _v14(tally: Tally, _: Tally | None) -> Read:
    shown: list[Figure] = []
    tables: list[Breakdown] = []
    courses: list[Series] = []
    contacts = frozenset({"benefit_urgency.contacted"})
    for means, prefix, what in ((Means.PRIORITY_LINE, "line", "appels"), (Means.CDAP_FORM, "form", "formulaires")):
        calls = tally.count("urgency_contacts", means=means)
        within = tally.count("urgency_contacts", means=means, out_of_scope="no")
        reached = tally.count("urgency_contacts", means=means, reached="yes")
        closed = counted(tally, "urgency_contacts", contacts, means=means, line_open="no")
        delays = {Decimal(hours): n for (hours,), n in tally.by("handling_delays", "hours", means=means).items()}
        name = means.label[0].upper() + means.label[1:]
        shown += [
            Figure(f"{prefix}_contacts", f"{name} : {what}", counted(tally, "urgency_contacts", contacts, means=means)),
            Figure(f"{prefix}_conforming", f"{name} : part conforme à la définition", share(within, calls)),
            Figure(f"{prefix}_reached", f"{name} : part des contacts aboutis", share(reached, calls)),
            Figure(f"{prefix}_closed", f"{name} : {what} pendant la fermeture de la ligne", closed),
            Figure(f"{prefix}_delay", f"{name} : délai médian de traitement", median(delays, "h")),
        ]
        rows = tally.by("urgency_contacts", "benefit_kind", "out_of_scope", means=means)
        scope = Axis("out_of_scope", "hors de la définition", "flag")
        tables += [
            Breakdown(f"{prefix}_by_benefit", f"{name} : par prestation", (BY_BENEFIT, scope), rows),
            Breakdown(
                f"{prefix}_by_cdas",
                f"{name} : par CDAS",
                (BY_CDAS,),
                tally.by("urgency_contacts", "cdas", means=means),
            ),
        ]
        for key, flag, scope_label in (
            ("in_scope", "no", "dans la définition"),
            ("out_of_scope", "yes", "hors de la définition"),
        ):
            label = f"{name} : {what} {scope_label}"
            wanted = {"means": means.value, "out_of_scope": flag}
            courses.append(series_of(tally, f"{prefix}_{key}", label, "urgency_contacts", contacts, **wanted))
    said, entries = feedback_of(tally, "line", ("PRIORITY_LINE",), "ligne téléphonique directe")
    return Read((*shown, *said), (*tables, entries), tuple(courses))


def _v15(tally: Tally, _: Tally | None) -> Read:
    no = tally.count("conclusions", justified="NO")
    judged = no + tally.count("conclusions", justified="YES")
    open_ones = tally.count("conclusions", justified=("NOT_KNOWN", "UNKNOWN"))
    justified = Axis("justified", "justifiée", "known")
    return Read(
        (
            Figure("unjustified", "Orientations jugées injustifiées", Count(no)),
            Figure("unjustified_share", "Part des orientations injustifiées", share(no, judged)),
            Figure("not_known", "Orientations sur lesquelles on ne sait pas", Count(open_ones)),
        ),
        (
            Breakdown(
                "by_direction",
                "Orientations conclues par sens",
                (BY_DIRECTION, justified),
                tally.by("conclusions", "direction", "justified"),
            ),
            Breakdown(
                "by_reason",
                "Orientations injustifiées par motif",
                (BY_REASON,),
                tally.by("conclusions", "reason", justified="NO"),
            ),
        ),
        (
            series_of(
                tally,
                "unjustified",
                "Orientations injustifiées par mois",
                "conclusions",
                INDICATORS["V1.5"].fed_by,
                justified="NO",
            ),
        ),
    )


def _v16(tally: Tally, _: Tally | None) -> Read:
    all_of_them = tally.count("cdap_requests")
    avoidable = tally.count("cdap_requests", information_available="YES")
    open_ones = tally.count("cdap_requests", information_available=("NOT_KNOWN", "UNKNOWN"))
    available = Axis("information_available", "information disponible dans CDAP", "known")
    return Read(
        (
            Figure("avoidable", "Sollicitations injustifiées", Count(avoidable)),
            Figure("avoidable_share", "Part des sollicitations injustifiées", share(avoidable, all_of_them)),
            Figure("not_known", "Sollicitations pour lesquelles on ne sait pas", Count(open_ones)),
        ),
        (
            Breakdown(
                "by_cdas",
                "Sollicitations par CDAS",
                (BY_CDAS, available),
                tally.by("cdap_requests", "cdas", "information_available"),
            ),
        ),
    )


PART_ONE: Final[Mapping[str, Callable[[Tally, Tally | None], Read]]] = {
    "V1.1": _v11,
    "V1.2": _v12,
    "V1.3": _v13,
    "V1.4": _v14,
    "V1.5": _v15,
    "V1.6": _v16,
}
"""The readers of the indicators of part I."""
