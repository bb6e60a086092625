"""Hand-over: article II.4 and annexe 2 of the convention (R55 to R62)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

HANDOVER: Final = Part(
    "handover",
    "Passage de relais",
    (
        Rule(
            id="R55",
            article="II.4",
            quote="n’a pas permis l’instauration d’une relation de confiance",
            label="Le CDAS peut passer le relais au service social de la CAF lorsque la relation de confiance n’a pu "
            "s’instaurer et que l’évènement de vie relève du périmètre d’intervention de ce service.",
            decides="Du CDAS vers la CAF, refuse tout autre motif que le lien faible, et un évènement hors du "
            "périmètre. Si la date de l’évènement manque et qu’elle change la réponse, la demande est incomplète.",
            readings=("C14", "C17"),
        ),
        Rule(
            id="R56",
            article="II.4",
            quote="qui rencontre des difficultés dans la durée et qui ne sont plus en lien avec l’évènement générateur",
            label="Le service social de la CAF peut passer le relais au CDAS pour des difficultés durables qui ne "
            "sont plus en lien avec l’évènement d’origine.",
            decides="De la CAF vers le CDAS, refuse tout autre motif.",
        ),
        Rule(
            id="R57",
            article="II.4",
            quote="celui-ci se fait en accord avec la personne",
            label="Le passage de relais se fait en accord avec la personne.",
            decides="Sans cet accord, refuse la demande : rien n’en est transmis ni conservé, hormis un compte "
            "anonyme.",
        ),
        Rule(
            id="R58",
            article="II.4",
            quote="pour des situations connues, uniquement lorsqu’il y a peu ou plus de liens",
            label="Le passage de relais n’est possible que s’il y a peu de liens, ou plus aucun, entre la personne et "
            "le service qui l’accompagne.",
            decides="Lorsque le lien est fort, refuse la demande et suggère une co-intervention.",
        ),
        Rule(
            id="R59",
            article="II.4",
            quote="toute orientation doit être accompagnée d’une communication écrite ou orale",
            label="Toute orientation est accompagnée d’une communication écrite ou orale entre les professionnels.",
            decides="Sans communication, un passage de relais est incomplet. Pour une autre orientation, elle est "
            "indiquée lorsqu’un professionnel la confirme.",
        ),
        Rule(
            id="R60",
            article="II.4",
            quote="via le mail générique du CDAS (voir annexe 5) pour un passage en concertation",
            label="Le passage de relais emprunte les mêmes voies que la co-intervention : la concertation du CDAS, ou "
            "le secrétariat du service social de la CAF.",
            decides="Vers la CAF, oriente vers le secrétariat du service social de la CAF par sa boîte générale, pour "
            "un rendez-vous ; vers le CDAS, vers la concertation de service social du CDAS du domicile par son mail "
            "générique.",
            readings=("C01", "C15"),
        ),
        Rule(
            id="R61",
            article="II.4",
            quote="une rencontre commune avec la famille permet d’acter le passage de relais",
            label="Lorsque cela paraît pertinent, une rencontre commune avec la famille acte le passage de relais.",
            decides="Ne décide d’aucune orientation : la rencontre est facultative, et consignée par oui ou non.",
        ),
        Rule(
            id="R62",
            article="A2",
            quote="C’est une instance d’échanges et de validation au sein de chaque CDAS",
            label="Chaque CDAS valide dans sa concertation de service social les passages de relais et les "
            "co-interventions qui lui sont demandés.",
            decides="Oriente un passage de relais vers la concertation du CDAS, qui accepte, refuse ou reporte ; le "
            "hub ne valide rien.",
        ),
    ),
)
