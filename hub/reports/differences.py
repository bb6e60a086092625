"""Where the counts of the hub and of the two institutions are not the same, down to the events that one side lacks."""

from typing import Final

from hub.reports.document import Column, Entry, Paragraph, Section, Style, Table
from hub.reports.event_names import event_name
from hub.reports.frame import Difference, ReportFrame
from hub.reports.numbers import month_in_full, signed, whole
from hub.reports.values import entry, word

_SHOWN: Final = 12
"""So many ids of events are read in a place of a table; the data files hold them all."""


def differences(frame: ReportFrame) -> Section:
    """The points on which the two institutions must agree."""
    title, anchor = "Écarts entre les décomptes", "ecarts"
    if frame.differences is None:
        text = (
            "Non fourni : aucune des deux institutions n’a transmis son propre décompte pour la période. Les chiffres "
            "de ce rapport sont ceux du hub seul."
        )
        return Section(anchor, title, (Paragraph(text, Style.NOTICE),))
    if not frame.differences:
        text = "Les décomptes transmis par les institutions sont les mêmes que ceux du hub, événement par événement."
        return Section(anchor, title, (Paragraph(text),))
    text = (
        "Pour chaque type d’événement et chaque mois où les nombres diffèrent : celui du hub, celui de chaque "
        "institution pour les événements de ses propres systèmes, et l’écart."
    )
    lacking = tuple(_lacking(frame.differences))
    blocks = (Paragraph(text), _counts(frame.differences))
    if not lacking:
        return Section(anchor, title, blocks)
    return Section(anchor, title, (*blocks, _events(lacking)))


def _counts(rows: tuple[Difference, ...]) -> Table:
    columns = ("Mois", "Événements", "Hub", "CAF", "Écart CAF", "Département", "Écart Département")
    return Table(
        "ecarts",
        "Nombres qui diffèrent",
        tuple(Column(name, numeric=place > 1) for place, name in enumerate(columns)),
        tuple(
            (
                Entry(month_in_full(row.month), row.month),
                word(_capital(event_name(row.type))),
                Entry(whole(row.hub), row.hub),
                entry(row.caf),
                _gap(row.hub, row.caf),
                entry(row.cd35),
                _gap(row.hub, row.cd35),
            )
            for row in rows
        ),
        "Écart : le nombre de l’institution moins celui du hub.",
        heads=2,
    )


def _gap(hub: int, institution: int | None) -> Entry:
    if institution is None:
        return entry(None)
    return Entry(signed(institution - hub), institution - hub)


Lacking = tuple[Difference, str, tuple[str, ...]]


def _lacking(rows: tuple[Difference, ...]) -> list[Lacking]:
    return [(row, who, ids) for row in rows for who, ids in row.lacking if ids]


def _events(found: tuple[Lacking, ...]) -> Table:
    names = ("Mois", "Événements", "Manquent", "Nombre", "Identifiants")
    return Table(
        "ecarts-evenements",
        "Événements qui manquent d’un côté",
        tuple(Column(name, numeric=name == "Nombre") for name in names),
        tuple(
            (
                Entry(month_in_full(row.month), row.month),
                word(_capital(event_name(row.type))),
                word(who),
                Entry(whole(len(ids)), len(ids)),
                Entry(_listed(ids), " ".join(ids)),
            )
            for row, who, ids in found
        ),
        f"Au plus {_SHOWN} identifiants par ligne ; les fichiers de données les donnent tous.",
        heads=2,
    )


def _listed(ids: tuple[str, ...]) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return shown if len(ids) <= _SHOWN else f"{shown} et {len(ids) - _SHOWN} autres"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
