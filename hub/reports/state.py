"""Whether the period is frozen, over what, and what has arrived since: beside the figures, never among them."""

from collections.abc import Iterator

from hub.domain.french_numbers import instant_in_full, whole
from hub.reports.document import Block, Column, Entry, Paragraph, Section, Style, Table, Terms
from hub.reports.frame import Freeze, Late, ReportFrame
from hub.reports.values import entry_of, word


def state(frame: ReportFrame) -> Section:
    """The part « État des chiffres »."""
    return Section("etat", "État des chiffres", tuple(_blocks(frame)))


def versions(frame: ReportFrame) -> str:
    """The versions of the rules that decided in the period."""
    return ", ".join(frame.rules_versions) or "aucune décision dans la période"


def _blocks(frame: ReportFrame) -> Iterator[Block]:
    if frame.freeze is None:
        yield Paragraph(
            "Période ouverte. Les chiffres sont ceux des événements reçus au moment où ce rapport a été établi ; un "
            "événement tardif ou une correction peut encore les changer. Pour un rapport définitif, la période est "
            "d’abord figée."
        )
        yield Terms((("Versions des règles", versions(frame)),))
        return
    if not frame.freeze.holds:
        yield Paragraph("Le sceau ne correspond plus au contenu figé : ne pas utiliser ces chiffres.", Style.NOTICE)
    yield Paragraph(
        "Période figée : nombres, définitions, versions des règles et empreinte des événements comptés ont été "
        "enregistrés ensemble et ne changent plus. Recalculé sur les mêmes événements, le sceau est le même."
    )
    yield Terms(_seal(frame, frame.freeze))
    if frame.late is None:
        yield Paragraph("Aucun événement tardif ni aucune correction n’est arrivé depuis.")
        return
    rows = tuple(_changed(frame.late))
    if not rows:
        yield Paragraph("Des événements sont arrivés depuis ; ils ne changent aucun chiffre principal.")
        return
    names = ("Indicateur", "Chiffre", "Figé", "Avec les ajustements")
    yield Table(
        "ajustements",
        "Ce que changerait ce qui est arrivé depuis",
        tuple(Column(name, numeric=place > 1) for place, name in enumerate(names)),
        rows,
        "Les chiffres du rapport restent ceux de la colonne « Figé ».",
        heads=2,
    )


def _seal(frame: ReportFrame, freeze: Freeze) -> tuple[tuple[str, str], ...]:
    return (
        ("Période figée", freeze.period.label()),
        ("Figée le", instant_in_full(freeze.frozen_at)),
        ("Figée par", freeze.frozen_by),
        ("Événements comptés", whole(freeze.inputs)),
        ("Empreinte des événements (SHA-256)", freeze.inputs_sha256),
        ("Versions des règles", versions(frame)),
        ("Sceau (SHA-256)", freeze.seal),
    )


def _changed(late: tuple[Late, ...]) -> Iterator[tuple[Entry, ...]]:
    for one in late:
        before, after = entry_of(one.frozen)[0], entry_of(one.since)[0]
        if before.text != after.text:
            yield word(one.indicator), word(one.frozen.label), before, after
