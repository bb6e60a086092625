"""What is counted: a cell is a month, a measure and its dimensions; its amount is an integer, so that sums are exact.

A median keeps the counted values as a dimension, a number of distinct codes one cell per code, the latest of a kind its
instant. Cells of disjoint sets of threads add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple


class Cell(NamedTuple):
    """Where an amount belongs. `dims` follow the measure's own list; "" stands for « not given »."""

    month: str
    measure: str
    dims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted: the indicator that it serves first, and the names of its dimensions."""

    id: str
    indicator: str
    dims: tuple[str, ...]
    label: str


_ROWS: Final = (
    Measure("received", "", ("type", "institution"), "événements reçus"),
    Measure("asip_sessions", "V1.1", ("site",), "actions de sensibilisation"),
    Measure("asip_participants", "V1.1", ("site",), "participants"),
    Measure("asip_audience", "V1.1", ("at", "size"), "public à atteindre"),
    Measure("cdap_messages", "V1.2", ("nature", "urgent", "cdas"), "messages CDAP"),
    Measure("cdap_workshops", "V1.3", (), "ateliers"),
    Measure("cdap_workshop_participants", "V1.3", (), "participants"),
    Measure("cdap_workshop_cdas", "V1.3", ("cdas",), "ateliers par CDAS"),
    Measure(
        "urgency_contacts",
        "V1.4",
        ("means", "benefit_kind", "cdas", "out_of_scope", "reached", "line_open"),
        "contacts pour une situation urgente d’accès aux droits",
    ),
    Measure("handling_delays", "V1.4", ("means", "hours"), "délais de traitement"),
    Measure("feedback", "V2.3", ("theme", "kind", "score"), "retours de terrain"),
    Measure("conclusions", "V1.5", ("direction", "justified", "reason"), "orientations conclues"),
    Measure("cdap_requests", "V1.6", ("information_available", "cdas"), "sollicitations par CDAP"),
    Measure("queries", "V2.1", ("origin", "nature"), "interpellations"),
    Measure("instructions", "V2.2", ("direction", "request_kind"), "orientations pour instruction seule"),
    Measure("handover_requests", "V2.3", ("direction", "communication"), "demandes de passage de relais"),
    Measure("transfer_answers", "V2.3", ("transfer", "direction", "answer"), "réponses"),
    Measure("transfer_delays", "V2.3", ("transfer", "direction", "days"), "délais de réponse"),
    Measure("mission_sessions", "V2.4", ("kind",), "actions de sensibilisation"),
    Measure("mission_cdas", "V2.4", ("kind", "cdas"), "actions par CDAS"),
    Measure("unhandled_urgencies", "V2.5", ("category", "cdas", "rules_version"), "situations urgentes"),
    Measure("notices", "A1", ("code", "issuer", "prior", "rules_version"), "informations préalables"),
    Measure("notice_leads", "A1", ("code", "issuer", "days"), "délais de prévenance"),
    Measure("notice_asked", "A1", ("code", "issuer", "service"), "accusés de lecture demandés"),
    Measure("notice_acknowledged", "A1", ("code", "issuer", "service"), "accusés de lecture à temps"),
    Measure("referrals", "A2", ("direction", "outcome", "rules_version"), "demandes d’orientation"),
    Measure("referral_services", "A2", ("origin", "service", "outcome", "rules_version"), "services d’orientation"),
    Measure(
        "transfers", "A2", ("transfer", "direction", "state", "outcome", "rules_version"), "relais et co-interventions"
    ),
    Measure("urgencies", "A2", ("kind", "direction", "outcome", "rules_version"), "situations urgentes signalées"),
    Measure("meetings", "A2", ("kind",), "réunions"),
)

MEASURES: Final[Mapping[str, Measure]] = {row.id: row for row in _ROWS}
"""Every measure by its id."""
