"""What people in the field wrote, once somebody has read it over."""

from itertools import groupby

from hub.domain.indicators.vocabulary import FeedbackTheme
from hub.reports.document import Block, Paragraph, Quote, Section, Style
from hub.reports.frame import ReportFrame, Words
from hub.reports.numbers import month_in_full


def field(frame: ReportFrame) -> Section:
    """The texts by subject, in the order of the vocabulary."""
    order = list(FeedbackTheme)
    words = sorted(
        frame.words, key=lambda one: (len(order) if one.theme is None else order.index(one.theme), one.month)
    )
    sections = tuple(
        Section(f"paroles-{number}", _capital(theme.label if theme else "autre sujet"), tuple(map(_quote, texts)))
        for number, (theme, texts) in enumerate(groupby(words, key=lambda one: one.theme), 1)
    )
    blocks: list[Block] = []
    if not words:
        blocks.append(Paragraph("Aucun texte n’a été publié pour la période."))
    else:
        blocks.append(
            Paragraph("Ces textes ont été relus avant d’être publiés ; ils n’engagent que leurs auteurs.", Style.SMALL)
        )
    if frame.waiting:
        text = f"{frame.waiting} textes attendent d’être relus." if frame.waiting > 1 else "1 texte attend d’être relu."
        blocks.append(Paragraph(text, Style.SMALL))
    return Section("paroles", "Retours du terrain", tuple(blocks), sections)


def _order(words: Words) -> tuple[int, str]:
    themes = list(FeedbackTheme)
    return (len(themes) if words.theme is None else themes.index(words.theme), words.month)


def _quote(words: Words) -> Quote:
    said = [words.role.label if words.role else "auteur non précisé", month_in_full(words.month)]
    kind = f" – {words.kind.label}" if words.kind else ""
    return Quote(f"« {words.text.strip()} »", _capital(", ".join(said)) + kind)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
