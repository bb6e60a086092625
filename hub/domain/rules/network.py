"""Local network and duty to inform: articles I.3 and I.4 of the convention (R25 to R30b)."""

from typing import Final

from hub.domain.rules.notices import R27, R30A, R30B
from hub.domain.rules.rule import Part, Rule

R29: Final = Rule(
    id="R29",
    article="I.4",
    quote="améliorer la compréhension de l’information […] anticiper autant que possible les changements annoncés",
    label="Une information préalable dit clairement ce qui change et pour qui, et elle est publiée avant sa date "
    "d’effet.",
    decides="Mesure le délai entre la publication et la prise d’effet (indicateur A1) et signale une information "
    "publiée le jour de sa prise d’effet ou après. Elle est envoyée dans tous les cas.",
)

X1: Final = Rule(
    id="X1",
    article="I.4",
    quote="améliorer la compréhension de l’information",
    label="Une correction ou un retrait parvient à tous ceux qui ont reçu une version de l’information.",
    decides="Adresse la correction au public de son nouveau contenu et à tous ceux qui ont reçu une version "
    "précédente ; adresse le retrait à tous ceux qui en ont reçu une et annule ce qui n’est pas encore parti.",
)
"""The last row of the notice matrix, which the convention leaves to the « écrit de référence » (R28)."""

NETWORK: Final = Part(
    "network",
    "Démarches locales et information préalable",
    (
        Rule(
            id="R25",
            article="I.3",
            quote="organisés sur les territoires d’EPCI […] agents de mairie, CCAS, CDAS, EFS, associations de "
            "solidarité",
            label="Des rencontres organisées par territoire d’EPCI présentent aux acteurs locaux les missions et le "
            "rôle de chaque institution.",
            decides="Ne décide d’aucune orientation : l’annuaire tient les acteurs de l’accueil social "
            "inconditionnel de proximité par EPCI et par type d’acteur, et les rencontres sont consignées.",
            readings=("C19",),
        ),
        Rule(
            id="R26",
            article="I.3",
            quote="peut être invitée à siéger dans ces instances",
            label="La CAF peut être invitée aux instances locales de gouvernance ; sa représentation dépend de "
            "l’ordre du jour.",
            decides="Ne décide d’aucune orientation : une réunion consigne qui y a participé, sans rôle fixe.",
        ),
        R27.rule,
        Rule(
            id="R28",
            article="I.4",
            quote="à définir conjointement et à formaliser par un écrit de référence",
            label="La typologie des informations et leurs modalités de communication sont définies conjointement dans "
            "un écrit de référence.",
            decides="Ajoute au public d’une information préalable ce que prévoit l’écrit de référence : "
            "destinataires, médias, délai, accusé de réception. Ne retire jamais un destinataire.",
        ),
        R29,
        R30A.rule,
        R30B.rule,
        X1,
    ),
)
