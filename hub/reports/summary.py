"""The first part of a report: the numbers to be seen first, and what a reader must know before the others."""

from collections.abc import Iterator
from typing import Final

from hub.domain.french_numbers import day_of, whole
from hub.domain.indicators.shapes import Figure
from hub.domain.indicators.showing import ShownIndicator
from hub.reports.document import Block, Bullets, KeyFigures, Paragraph, Section, Style
from hub.reports.frame import Audience, Figures, ReportFrame
from hub.reports.values import key_figure

_FIRST: Final = (
    ("A2", "referrals", "demandes d’orientation"),
    ("V1.5", "unjustified_share", "d’orientations jugées injustifiées"),
    ("V1.2", "messages", "messages reçus dans CDAP"),
    ("V1.2", "change", "évolution des messages CDAP sur un an"),
    ("V1.6", "avoidable_share", "de messages CDAP dont la réponse y figurait déjà"),
    ("V1.4", "line_contacts", "appels sur la ligne téléphonique directe"),
    ("V1.4", "line_conforming", "d’appels conformes à la définition de l’urgence"),
    ("A2", "social_urgency", "situations sociales urgentes signalées"),
    ("V2.5", "situations", "orientées vers la CAF sans accompagnement ni traitement"),
    ("A2", "handover", "passages de relais demandés"),
    ("A2", "joint_intervention", "co-interventions demandées"),
    ("A1", "prior", "d’informations publiées avant la date d’effet"),
)
"""What is shown first: indicator, figure, and the words that follow the number."""


def summary(figures: Figures, frame: ReportFrame) -> Section:
    """The summary."""
    by_id = {one.indicator.id: one for one in figures}
    items = tuple(
        key_figure(found, words)
        for indicator, key, words in _FIRST
        if (found := _figure(by_id.get(indicator), key)) is not None
    )
    blocks: list[Block] = [
        Paragraph(_opening(frame), Style.LEAD),
        KeyFigures("chiffres-cles", "Chiffres clés", items),
        Bullets(tuple(_to_know(figures, frame))),
    ]
    return Section("resume", "Résumé", tuple(blocks))


def not_provided(figures: Figures) -> list[str]:
    """The indicators for which nothing was provided, as « V1.1 – Sensibilisation… »."""
    return [f"{one.indicator.id} – {one.indicator.title}" for one in figures if not one.provided]


def _opening(frame: ReportFrame) -> str:
    period = frame.period.label()
    if frame.audience is Audience.COMMITTEE:
        return (
            f"Ce rapport présente au comité de suivi les indicateurs de la convention pour la période {period}. "
            "Chaque chiffre est compté à partir des échanges enregistrés par les deux institutions, avec sa définition."
        )
    return (
        f"Ce rapport présente à la réunion technique les indicateurs de la convention pour {period}, et leur évolution "
        "depuis le début de l’année de référence."
    )


def _to_know(figures: Figures, frame: ReportFrame) -> Iterator[str]:
    missing = not_provided(figures)
    if len(missing) == 1:
        yield f"Un indicateur n’est pas fourni ({missing[0]}) : rien n’a été transmis, ce qui ne veut pas dire zéro."
    elif missing:
        number = f"{whole(len(missing))} indicateurs sur {len(figures)} ne sont pas fournis"
        yield f"{number} : rien n’a été transmis, ce qui ne veut pas dire zéro. La partie « Méthode » les nomme."
    else:
        yield f"Les {len(figures)} indicateurs sont fournis."
    if frame.differences is None:
        yield "Aucune des deux institutions n’a transmis son propre décompte : rien n’a pu être rapproché."
    elif frame.differences:
        many = len(frame.differences)
        gaps = f"{whole(many)} écarts" if many > 1 else "1 écart"
        yield f"{gaps} entre les décomptes, à examiner ensemble : voir la partie « Écarts entre les décomptes »."
    else:
        yield "Les décomptes transmis par les institutions sont les mêmes que ceux du hub."
    if frame.freeze is None:
        yield "La période n’est pas figée : un événement tardif peut encore changer un chiffre."
    else:
        since = "rien n’est arrivé depuis" if frame.late is None else "ce qui est arrivé depuis figure à part"
        yield f"La période est figée depuis le {day_of(frame.freeze.frozen_at)} ; {since}."
    if len(frame.rules_versions) > 1:
        versions = ", ".join(frame.rules_versions)
        yield f"Les règles ont changé au cours de la période : versions {versions}."


def _figure(found: ShownIndicator | None, key: str) -> Figure | None:
    return None if found is None else next((figure for figure in found.figures if figure.key == key), None)
