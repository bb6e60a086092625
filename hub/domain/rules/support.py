"""Global support and joint intervention: articles II.2 and II.3 of the convention (R43 to R50)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

SUPPORT: Final = Part(
    "support",
    "Accompagnement social global et co-intervention",
    (
        Rule(
            id="R43",
            article="II.2",
            quote="c’est à lui de porter et d’accompagner l’instruction de toutes les demandes",
            label="Le travailleur social qui accompagne une famille porte l’instruction de toutes ses demandes, y "
            "compris les aides du Département et de la CAF.",
            decides="Garde une demande d’aide du Département au travailleur social dont l’accompagnement est en "
            "cours. Une personne adressée à l’autre service pour la seule instruction d’une demande est comptée "
            "(indicateur V2.2).",
            readings=("C06",),
        ),
        Rule(
            id="R44",
            article="II.3",
            quote="simultanément des compétences complémentaires",
            label="Une co-intervention se justifie par le besoin simultané de compétences complémentaires, ou par une "
            "situation particulièrement complexe.",
            decides="Sans l’un de ces deux motifs, la demande de co-intervention est incomplète : il manque le motif.",
            readings=("C08",),
        ),
        Rule(
            id="R45",
            article="II.3",
            quote="conjointe entre le travailleur social et la famille",
            label="La pertinence d’une co-intervention est évaluée par le travailleur social avec la famille.",
            decides="Sans cette évaluation conjointe, la demande de co-intervention est incomplète.",
        ),
        Rule(
            id="R46",
            article="II.3",
            quote="au cas par cas (PMI, ASS service social) à l’exception des situations relevant de la protection de "
            "l’enfance",
            label="La co-intervention s’apprécie au cas par cas, à l’exception du travailleur social enfants confiés "
            "et du référent RSA.",
            decides="Refuse une demande de co-intervention avec l’un de ces deux professionnels et suggère un contact "
            "de coordination. Un paramètre des deux institutions lève cette exclusion.",
            readings=("C07",),
        ),
        Rule(
            id="R47",
            article="II.3",
            quote="via le mail générique du CDAS (voir annexe 6) pour un passage en concertation de service social",
            label="Le service social de la CAF sollicite le CDAS par son mail générique, pour un passage en "
            "concertation de service social.",
            decides="De la CAF vers le CDAS, oriente la co-intervention ou le passage de relais vers la concertation "
            "de service social du CDAS du domicile, par son mail générique.",
            readings=("C01",),
        ),
        Rule(
            id="R48",
            article="II.3",
            quote="une demande de contact auprès du secrétariat du service social de la CAF",
            label="Le CDAS transmet une demande de contact au secrétariat du service social de la CAF, qui la remet "
            "au travailleur social du secteur pour un échange.",
            decides="Du CDAS vers la CAF, oriente la co-intervention ou le passage de relais vers le secrétariat du "
            "service social de la CAF, par sa boîte générale.",
            readings=("C15",),
        ),
        Rule(
            id="R49",
            article="II.3",
            quote="Ce sont ces deux temps d’échange qui valideront la co-intervention",
            label="La co-intervention est validée par la concertation du CDAS ou par l’échange avec le travailleur "
            "social de la CAF.",
            decides="Ne décide d’aucune orientation : la validation est un acte daté des professionnels, jamais "
            "automatique.",
        ),
        Rule(
            id="R50",
            article="II.3",
            quote="définir les périmètres d’intervention",
            label="Les deux intervenants définissent avec la famille le périmètre d’intervention de chacun.",
            decides="Ne décide d’aucune orientation : à la validation, les deux périmètres sont consignés par "
            "catégories, sans texte libre.",
        ),
    ),
)
