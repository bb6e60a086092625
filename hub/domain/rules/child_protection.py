"""Child protection: article II.3 of the convention (R51 to R54)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

CHILD_PROTECTION: Final = Part(
    "child_protection",
    "Protection de l’enfance",
    (
        Rule(
            id="R51",
            article="II.3",
            quote="le CDAS maintiendra quoiqu’il arrive son intervention (co-intervention possible)",
            label="Lorsque le CDAS connaît déjà la situation en lien avec la protection de l’enfance, il maintient "
            "son intervention ; une co-intervention reste possible.",
            decides="Oriente vers le travailleur social du CDAS, à côté de tout autre accompagnement en cours. Refuse "
            "un passage de relais du CDAS vers la CAF et suggère une co-intervention.",
            readings=("C07", "C08"),
        ),
        Rule(
            id="R52",
            article="II.3",
            quote="celui-ci est tenu d’informer le CDAS qui appréciera les suites à donner",
            label="Un travailleur social de la CAF qui observe une problématique de protection de l’enfance inconnue "
            "du CDAS en informe le CDAS, qui apprécie les suites à donner.",
            decides="Oriente vers le responsable du CDAS du domicile par le canal sécurisé, pour information. Aucun "
            "contenu ne passe par le hub.",
            readings=("C16", "C18"),
        ),
        Rule(
            id="R53",
            article="II.3",
            quote="sauf en cas d’urgence art.40 directement auprès du parquet",
            label="En cas de danger immédiat, le signalement se fait hors du hub, directement auprès du parquet, "
            "selon les procédures de signalement.",
            decides="Répond par la consigne « selon les procédures de signalement », sans orientation. Rien n’est "
            "enregistré, tout au plus un simple compte.",
            readings=("C16",),
        ),
        Rule(
            id="R54",
            article="II.3",
            quote="il assume la responsabilité de ses déclarations face à la famille",
            label="Le travailleur social de la CAF assume ses déclarations face à la famille et l’en informe, sauf si "
            "l’intérêt de l’enfant s’y oppose.",
            decides="Rappelle d’informer la famille lorsque rien n’est indiqué à ce sujet ; ne bloque jamais.",
        ),
    ),
)
