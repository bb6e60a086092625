"""Where the counts of the hub and of the two institutions are not the same, down to the events that one side lacks."""

from collections.abc import Iterator
from typing import Final

from hub.domain.french_numbers import month_in_full, signed, whole
from hub.domain.indicators.masking import Shown
from hub.reports.document import Block, Column, Entry, Paragraph, Section, Style, Table
from hub.reports.frame import ReportFrame
from hub.reports.own_counts import ShownDifference
from hub.reports.values import entry, word

_TITLE: Final = "Écarts entre les décomptes"
_SHOWN: Final = 12
"""So many ids of events are read in a place of a table; the data files hold them all."""


def differences(frame: ReportFrame) -> Section:
    """The points on which the two institutions must agree."""
    return Section("ecarts", _TITLE, tuple(_blocks(frame.differences)), starts_page=True)


def _blocks(points: tuple[ShownDifference, ...] | None) -> Iterator[Block]:
    if points is None:
        yield Paragraph(
            "Non fourni : aucune des deux institutions n’a transmis son propre décompte pour la période. Les chiffres "
            "de ce rapport sont ceux du hub seul.",
            Style.NOTICE,
        )
        return
    if not points:
        yield Paragraph("Les décomptes transmis par les institutions sont les mêmes que ceux du hub.")
        return
    yield Paragraph(
        "Pour chaque mois où les nombres diffèrent : celui du hub, celui de chaque institution pour ses propres "
        "événements, et l’écart."
    )
    yield _counts(points)
    lacking = tuple(_lacking(points))
    if lacking:
        yield _events(lacking)


def _counts(points: tuple[ShownDifference, ...]) -> Table:
    names = ("Mois", "Ce qui est compté", "Hub", "CAF", "Écart CAF", "Département", "Écart Département")
    return Table(
        "ecarts",
        "Nombres qui diffèrent",
        tuple(Column(name, numeric=place > 1) for place, name in enumerate(names)),
        tuple(
            (
                Entry(month_in_full(point.month), point.month),
                word(_capital(point.label)),
                entry(point.hub),
                entry(point.caf),
                _gap(point.hub, point.caf),
                entry(point.cd35),
                _gap(point.hub, point.cd35),
            )
            for point in points
        ),
        "Écart : le nombre de l’institution moins celui du hub. Deux nombres égaux peuvent recouvrir des événements "
        "différents.",
        heads=2,
    )


def _gap(hub: Shown, institution: Shown | None) -> Entry:
    if isinstance(hub, int) and isinstance(institution, int):
        return Entry(signed(institution - hub), institution - hub)
    return entry(institution)  # masked, or not provided


_Lacking = tuple[ShownDifference, str, tuple[str, ...]]


def _lacking(points: tuple[ShownDifference, ...]) -> Iterator[_Lacking]:
    for point in points:
        institution = "la CAF" if point.caf is not None else "le Département"
        yield from (
            (point, who, ids)
            for who, ids in (("le hub", point.lacked_by_hub), (institution, point.lacked_by_institution))
            if ids
        )


def _events(found: tuple[_Lacking, ...]) -> Table:
    names = ("Mois", "Événements", "Ne les a pas", "Nombre", "Identifiants")
    return Table(
        "ecarts-evenements",
        "Événements qui manquent d’un côté",
        tuple(Column(name, numeric=name == "Nombre") for name in names),
        tuple(
            (
                Entry(month_in_full(point.month), point.month),
                word(_capital(point.label)),
                word(who),
                Entry(whole(len(ids)), len(ids)),
                Entry(_listed(ids), " ".join(ids)),
            )
            for point, who, ids in found
        ),
        f"Au plus {_SHOWN} identifiants par ligne ; les fichiers CSV les donnent tous.",
        heads=2,
    )


def _listed(ids: tuple[str, ...]) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return shown if len(ids) <= _SHOWN else f"{shown} et {len(ids) - _SHOWN} autres"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
