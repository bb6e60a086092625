"""The parts of a report that hold the indicators: words of the convention, definition, figures, courses, tables."""

from collections.abc import Iterator
from typing import Final

from hub.domain.indicators.showing import ShownIndicator
from hub.reports.breakdowns import blocks_of
from hub.reports.document import Block, KeyFigures, Paragraph, Quote, Section, Style
from hub.reports.frame import Figures, ReportFrame
from hub.reports.pictures import PICTURED_BREAKDOWNS, PICTURED_SERIES, course_chart, has_course
from hub.reports.values import key_figure

_PARTS: Final = (
    ("volet-1", "Volet I : accueil et accès aux droits", "V1."),
    ("volet-2", "Volet II : accompagnement social", "V2."),
    ("ajouts", "Indicateurs ajoutés par les deux institutions", "A"),
)
_ELSEWHERE: Final = "D’autres tableaux de cet indicateur se trouvent dans la partie « L’essentiel en images »."


def indicator_parts(figures: Figures, frame: ReportFrame) -> Iterator[Section]:
    """The parts of the convention, each with its indicators."""
    course = {one.indicator.id: one for one in frame.course}
    for anchor, title, prefix in _PARTS:
        sections = tuple(
            _section(one, course.get(one.indicator.id)) for one in figures if one.indicator.id.startswith(prefix)
        )
        if sections:
            yield Section(anchor, title, (), sections, starts_page=True)


def place_of(article: str) -> str:
    """Where the convention asks for an indicator, as « convention, article I.2 »."""
    return f"convention, article {article}" if article[:1] == "I" else f"convention, {article[:1].lower()}{article[1:]}"


def _section(one: ShownIndicator, course: ShownIndicator | None) -> Section:
    key = one.indicator.id.lower().replace(".", "-")
    return Section(key, f"{one.indicator.id} – {one.indicator.title}", tuple(_blocks(key, one, course)))


def _blocks(key: str, one: ShownIndicator, course: ShownIndicator | None) -> Iterator[Block]:
    indicator = one.indicator
    if indicator.quote:
        place = place_of(indicator.article)
        yield Quote(f"« {indicator.quote} »", f"{place[:1].upper()}{place[1:]}", introduces=True)
    else:
        yield Paragraph(f"Indicateur ajouté, en rapport avec : {place_of(indicator.article)}.", Style.SMALL)
    yield Paragraph(indicator.definition)
    if not one.provided:
        yield Paragraph("Non fourni : aucun événement sur ce sujet n’a été transmis pour la période.", Style.NOTICE)
        return
    yield KeyFigures(f"{key}-chiffres", f"{indicator.id} : chiffres", tuple(map(key_figure, one.figures)))
    pictured = False
    for series in course.series if course is not None else ():
        if (indicator.id, series.key) in PICTURED_SERIES:
            pictured = True
        elif has_course(series):
            yield course_chart(f"{key}-{series.key}-mois".replace("_", "-"), series.label, (series,))
    for breakdown in one.breakdowns:
        if (indicator.id, breakdown.key) in PICTURED_BREAKDOWNS:
            pictured = True
        else:
            yield from blocks_of(breakdown, f"{key}-{breakdown.key}".replace("_", "-"))
    if pictured:
        yield Paragraph(_ELSEWHERE, Style.SMALL)
