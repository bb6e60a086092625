"""Follow-up, duration and deliberation: what the convention asks beside the routing (R69 to R77)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

GOVERNANCE: Final = Part(
    "governance",
    "Suivi, durée et délibération",
    (
        Rule(
            id="R69",
            article="Suivi",
            quote="communiquer et d’accompagner son contenu et sa mise en œuvre auprès de ses équipes",
            label="Chaque institution fait connaître à ses équipes le contenu de la convention et sa mise en œuvre.",
            decides="Ne décide d’aucune orientation : le hub offre des pages lisibles et des flux, y compris celle de "
            "ces règles.",
        ),
        Rule(
            id="R70",
            article="Suivi",
            quote="se tiennent mensuellement",
            label="Des réunions techniques interinstitutionnelles se tiennent chaque mois.",
            decides="Ne décide d’aucune orientation : un jeu de données est arrêté chaque mois à date fixe.",
        ),
        Rule(
            id="R71",
            article="Suivi",
            quote="Un comité de suivi se réunit annuellement",
            label="Un comité de suivi évalue chaque année la coopération des deux institutions.",
            decides="Ne décide d’aucune orientation : le rapport annuel est figé, et peut être recalculé à "
            "l’identique.",
            readings=("C22",),
        ),
        Rule(
            id="R72",
            article="Suivi",
            quote="recenser les éléments de réussite ainsi que les points d’amélioration",
            label="Avant chaque comité de suivi, les équipes de terrain de la CAF et des CDAS sont consultées.",
            decides="Ne décide d’aucune orientation : les retours de terrain sont recueillis avant chaque comité.",
            readings=("C23",),
        ),
        Rule(
            id="R73",
            article="Suivi",
            quote="Les indicateurs suivants pourront être examinés",
            label="Les indicateurs peuvent être examinés ; aucun n’est obligatoire.",
            decides="Ne décide d’aucune orientation : un indicateur est affiché, absent ou « non fourni » ; l’absence "
            "n’est jamais un zéro.",
        ),
        Rule(
            id="R74",
            article="Suivi",
            quote="une réunion particulière sera planifiée",
            label="En cas de difficulté de l’une des institutions, une réunion particulière est planifiée.",
            decides="Ne décide d’aucune orientation : la réunion est consignée, avec l’institution qui la demande et "
            "un motif codé.",
        ),
        Rule(
            id="R75",
            article="Durée",
            quote="prend effet à la date de signature […] se renouvelle annuellement par tacite reconduction",
            label="La convention prend effet à sa signature et se renouvelle chaque année, dans la limite du schéma "
            "départemental de l’action sociale de proximité 2024-2028.",
            decides="Ne décide d’aucune orientation : la date de signature est un paramètre, qui sert à rappeler "
            "chaque anniversaire.",
        ),
        Rule(
            id="R76",
            article="Délib.",
            quote="des conventions bilatérales ont été signées en 2019",
            label="Des conventions bilatérales ont été signées en 2019 avec cinq organismes ; celle de la CAF a été "
            "renouvelée par la délibération du 2 décembre 2024.",
            decides="Ne décide d’aucune orientation : les institutions sont des données, et en ajouter une ne demande "
            "aucun développement.",
            readings=("C19",),
        ),
        Rule(
            id="R77",
            article="Délib.",
            quote="situations individuelles d’accès aux droits bloquées ou urgentes",
            label="La délibération parle de situations « bloquées ou urgentes » ; la convention ne définit que "
            "l’urgence.",
            decides="N’élargit pas l’urgence de R19 et R20 : une situation bloquée n’est urgente que si elle y répond.",
        ),
    ),
)
