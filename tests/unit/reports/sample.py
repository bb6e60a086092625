"""A small document with every kind of block, for the formats."""

from datetime import UTC, datetime

from hub.domain.french_numbers import whole
from hub.reports.charts.bars import Row, stacked_bars
from hub.reports.charts.flows import flows
from hub.reports.charts.months import Bars, month_columns
from hub.reports.document import (
    MASKED,
    NOT_PROVIDED,
    Bullets,
    Chart,
    Column,
    Document,
    Entry,
    KeyFigure,
    KeyFigures,
    Mark,
    Paragraph,
    Quote,
    Section,
    State,
    Style,
    Table,
    Terms,
)

MADE_AT = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
SUMS: tuple[dict[str, Mark], dict[str, Mark]] = ({"CDAS": 550}, {"CDAS": 186})
HOSTILE = "=1+1 <script>alert(1)</script> & #panic() « ainsi »"


def document() -> Document:
    """The sample."""
    return Document(
        title="Indicateurs de la convention",
        subtitle="Rapport annuel 2026",
        institutions="CAF d’Ille-et-Vilaine – Département d’Ille-et-Vilaine",
        facts=(("Période", "janvier à décembre 2026"), ("Arrêté le", "12 janvier 2027"), ("Sceau", "0123abcd" * 8)),
        notice="Période ouverte : les chiffres peuvent encore changer.",
        made_on="Rapport annuel 2026, établi le 12 janvier 2027",
        sections=(
            Section(
                "resume",
                "Résumé",
                (
                    Paragraph("Les échanges ont progressé.", Style.LEAD),
                    KeyFigures(
                        "resume",
                        "Chiffres clés",
                        (
                            KeyFigure("messages reçus dans CDAP", Entry(whole(14250), 14250), "12 mois"),
                            KeyFigure("orientations injustifiées", Entry("12,5 %", 0.125), "8 sur 64"),
                            KeyFigure("note moyenne", NOT_PROVIDED),
                        ),
                    ),
                    Bullets(("Premier constat.", "Second constat ; il compte.")),
                ),
            ),
            Section("graphiques", "Graphiques", sections=_charts(), starts_page=True),
            Section(
                "paroles",
                "Retours du terrain",
                (
                    Quote(HOSTILE, "responsable de CDAS, mars 2026"),
                    Terms((("Masqué", "Le nombre existe et n’est pas montré."),)),
                    Paragraph("Fin.", Style.SMALL),
                    Paragraph("À noter : rien.", Style.NOTICE),
                ),
            ),
        ),
    )


def _charts() -> tuple[Section, ...]:
    calls = (Bars("dans la définition", (12, 8, 15, 20, 9, 11, State.NOT_PROVIDED, 5, 22, 19, 14, 10)),)
    outside = Bars("hors définition", (State.MASKED, 6, 5, 9, State.MASKED, 7, State.NOT_PROVIDED, 0, 8, 6, 5, 5))
    links: dict[tuple[str, str], Mark] = {
        ("CDAS", "service social de la CAF"): 210,
        ("CDAS", "Service Prestations-Relations de service"): 340,
        ("service social de la CAF", "CDAS"): 125,
        ("Service Prestations-Relations de service", "CDAS"): 61,
        ("Service Prestations-Relations de service", "référent d’un autre organisme"): State.MASKED,
    }
    kinds = (
        Row("demandée", (18, 25), 43),
        Row("passage de relais refusé ou retiré", (State.MASKED, 6), State.MASKED),
        Row("accomplie", (40, 31), 71),
    )
    return (
        Section(
            "mois",
            "Par mois",
            (
                _chart("columns", month_columns("columns", MONTHS, calls, "d")),
                _chart("stacks", month_columns("stacks", MONTHS, (*calls, outside), "d", stacked=True)),
                _chart("groups", month_columns("groups", MONTHS[:4], (*calls, outside), "d")),
            ),
        ),
        Section("flux", "Flux", (_chart("flows", flows("flows", links, SUMS, "d")),)),
        Section(
            "relais",
            "Relais",
            (_chart("bars", stacked_bars("bars", ("de la CAF", "du CDAS"), kinds, "d")),),
        ),
    )


def _chart(key: str, svg: str) -> Chart:
    rows = (
        (Entry("janvier 2026", "2026-01"), Entry("12", 12)),
        (Entry("février 2026", "2026-02"), MASKED),
        (Entry(HOSTILE, HOSTILE), NOT_PROVIDED),
    )
    table = Table(
        key, "Appels par mois", (Column("Mois"), Column("Appels", numeric=True)), rows, "Source : événements du hub."
    )
    return Chart(key, "Appels par mois", svg, "Douze colonnes.", table)
