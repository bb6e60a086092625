"""What people in the field wrote, once somebody has read it over."""

from itertools import groupby

from hub.domain.activity.feedback import Feedback
from hub.domain.french_numbers import month_in_full, whole
from hub.domain.indicators.vocabulary import FeedbackTheme, label_of
from hub.reports.document import Block, Paragraph, Quote, Section, Style
from hub.reports.frame import ReportFrame


def field(frame: ReportFrame) -> Section:
    """The texts by subject, in the order of the vocabulary, each by month."""
    texts = sorted((one for one in frame.texts if one.text), key=_order)
    sections = tuple(
        Section(f"paroles-{number}", _capital(label_of("theme", theme)), tuple(map(_quote, found)), listed=False)
        for number, (theme, found) in enumerate(groupby(texts, key=lambda one: one.theme), 1)
    )
    blocks: list[Block] = []
    if texts:
        said = "Ces textes ont été relus avant d’être publiés ; ils n’engagent que leurs auteurs."
        blocks.append(Paragraph(said, Style.SMALL))
    else:
        blocks.append(Paragraph("Aucun texte n’a été publié pour la période."))
    if frame.waiting:
        many = frame.waiting > 1
        said = f"{whole(frame.waiting)} textes attendent d’être relus." if many else "Un texte attend d’être relu."
        blocks.append(Paragraph(said, Style.SMALL))
    return Section("paroles", "Retours du terrain", tuple(blocks), sections)


def _order(feedback: Feedback) -> tuple[int, str, str, str]:
    themes = [theme.value for theme in FeedbackTheme]
    place = themes.index(feedback.theme) if feedback.theme in themes else len(themes)
    return place, feedback.theme, feedback.month, feedback.id


def _quote(feedback: Feedback) -> Quote:
    who = _capital(label_of("role", feedback.role))
    kind = label_of("feedback", feedback.kind)
    return Quote(f"« {feedback.text} »", f"{who}, {month_in_full(feedback.month)} – {kind}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
