"""A whole report from masked figures and what stands around them."""

from collections.abc import Iterator

from hub.domain.french import MONTHS
from hub.domain.french_numbers import day_of, instant_in_full
from hub.reports.differences import differences
from hub.reports.document import Document
from hub.reports.field import field
from hub.reports.frame import Audience, Figures, ReportFrame
from hub.reports.indicator_parts import indicator_parts
from hub.reports.method import method
from hub.reports.pictures import pictures
from hub.reports.state import state, versions
from hub.reports.summary import summary


def report(figures: Figures, frame: ReportFrame) -> Document:
    """The document; `figures` are those of the frame's period, masked."""
    subtitle = _subtitle(frame)
    return Document(
        title="Indicateurs de la convention",
        subtitle=subtitle,
        institutions="CAF d’Ille-et-Vilaine – Département d’Ille-et-Vilaine",
        facts=tuple(_facts(frame)),
        notice=_notice(frame),
        made_on=f"{subtitle} – établi le {instant_in_full(frame.made_at)}",
        sections=(
            summary(figures, frame),
            pictures(figures, frame),
            *indicator_parts(figures, frame),
            field(frame),
            differences(frame),
            state(frame),
            method(figures, frame),
        ),
    )


def _subtitle(frame: ReportFrame) -> str:
    if frame.audience is Audience.TECHNICAL_MEETING:
        month = frame.period.label()
        elided = "d’" if month[:1] in {"a", "o"} else "de "
        return f"Réunion technique {elided}{month}" if month.split()[0] in MONTHS else f"Réunion technique, {month}"
    return f"Comité de suivi, année {frame.period.name}"


def _facts(frame: ReportFrame) -> Iterator[tuple[str, str]]:
    yield "Période", frame.period.label()
    yield "Établi le", instant_in_full(frame.made_at)
    yield "Versions des règles", versions(frame)
    if frame.freeze is None:
        yield "État", "période ouverte"
    else:
        yield "État", f"figée le {day_of(frame.freeze.frozen_at)}"
        yield "Sceau", frame.freeze.seal


def _notice(frame: ReportFrame) -> str:
    if frame.freeze is None:
        return "La période n’est pas figée : ces chiffres peuvent encore changer."
    if not frame.freeze.holds:
        return "Le sceau ne correspond plus au contenu figé : ne pas utiliser ces chiffres."
    return ""
