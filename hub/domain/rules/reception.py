"""Reception and first referral: articles Objet, I.1, II and II.1 and annexe 2 of the convention (R01 to R12)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

RECEPTION: Final = Part(
    "reception",
    "Accueil et première orientation",
    (
        Rule(
            id="R01",
            article="Objet, I.1",
            quote="garantir à toute personne […] évaluer la demande",
            label="Toute personne qui s’adresse à la CAF ou à un CDAS est écoutée et sa demande est évaluée, quel que "
            "soit son statut.",
            decides="Ne refuse jamais une demande faute d’un statut ou d’une adresse : ce qui manque pour orienter "
            "est nommé, et un professionnel qualifie la demande.",
            readings=("C18",),
        ),
        Rule(
            id="R02",
            article="I.1, II.1",
            quote="uniquement auprès du Service Prestations-Relations de service",
            label="Une demande sur les droits et prestations de la CAF relève uniquement du Service "
            "Prestations-Relations de service, que la personne soit suivie ou non par un travailleur social.",
            decides="Oriente vers le Service Prestations-Relations de service, comme service compétent. Un "
            "accompagnement en cours n’y change rien : il peut seulement ajouter un soutien (R14).",
            readings=("C04", "C05"),
        ),
        Rule(
            id="R03",
            article="I.1, II.1",
            quote="modalités de contact existantes",
            label="Hors situation urgente, le Service Prestations-Relations de service se joint par ses modalités de "
            "contact ouvertes à tous.",
            decides="Oriente vers l’accueil du Service Prestations-Relations de service par les modalités de contact "
            "existantes, jamais par la ligne téléphonique directe.",
        ),
        Rule(
            id="R04",
            article="I.1",
            quote="des aides et domaines d’intervention du Département […] vers le CDAS du domicile",
            label="Une demande sur les aides ou les domaines d’intervention du Département relève du CDAS du domicile.",
            decides="Oriente vers l’accueil de premier niveau du CDAS du domicile lorsqu’aucun accompagnement social "
            "n’est en cours.",
            readings=("C06", "C18"),
        ),
        Rule(
            id="R05",
            article="I.1",
            quote="il convient de qualifier le besoin",
            label="Une demande d’accompagnement social est qualifiée avant d’être orientée : évènement de vie, date, "
            "composition du ménage.",
            decides="Sans motif de la demande, n’oriente pas : un professionnel qualifie le besoin. Pour un "
            "accompagnement social, la date de l’évènement n’est demandée que si elle change la réponse.",
        ),
        Rule(
            id="R06",
            article="I.1, II.1",
            quote="l’orientation doit être faite prioritairement vers celui-ci, et réciproquement pour le CDAS",
            label="Une demande d’accompagnement social va en priorité au service social de la CAF lorsque l’évènement "
            "de vie relève de son périmètre d’intervention, au CDAS sinon.",
            decides="Oriente en première intention vers le secrétariat du service social de la CAF lorsque la "
            "situation en relève (R31 à R36), vers l’accueil de second niveau du CDAS du domicile sinon.",
            readings=("C02", "C03", "C17"),
        ),
        Rule(
            id="R07",
            article="II.1",
            quote="orienter vers le travailleur social qui accompagne déjà la personne",
            label="Une personne déjà accompagnée est orientée vers le travailleur social qui l’accompagne, avant tout "
            "examen du périmètre d’intervention.",
            decides="Oriente vers chaque travailleur social dont l’accompagnement est en cours, à la CAF, au CDAS ou "
            "dans un autre organisme. Si rien n’est dit des accompagnements, suggère de demander à l’autre "
            "institution.",
            readings=("C05", "C06"),
        ),
        Rule(
            id="R08",
            article="II.1",
            quote="Si le travailleur social CAF a clôturé […] même si l’évènement se situe toujours dans les 2 ans",
            label="Lorsque le service social de la CAF a clos l’accompagnement lié à cet évènement, le CDAS évalue la "
            "nouvelle demande, même dans les deux ans.",
            decides="Oriente vers l’accueil de second niveau du CDAS du domicile, comme nouvelle demande : le délai "
            "n’ouvre pas un second accompagnement à la CAF pour le même évènement.",
            readings=("C09",),
        ),
        Rule(
            id="R09",
            article="A2",
            quote="vocation à s’appliquer de manière subsidiaire",
            label="Le CDAS n’ouvre pas de second accompagnement lorsqu’un travailleur social compétent accompagne "
            "déjà la personne.",
            decides="N’ajoute pas le CDAS lorsqu’un travailleur social compétent agit déjà ; la co-intervention (R44 "
            "à R50) et la protection de l’enfance (R51) font exception.",
            readings=("C08",),
        ),
        Rule(
            id="R10",
            article="II",
            quote="accompagne uniquement le public concerné par ses offres",
            label="Le service social de la CAF accompagne uniquement le public concerné par ses offres de service ; "
            "il n’est pas un service généraliste.",
            decides="Hors de ces offres, oriente vers le CDAS. Un passage de relais vers la CAF est alors refusé, "
            "avec son motif : hors du périmètre d’intervention.",
        ),
        Rule(
            id="R11",
            article="A2",
            quote="Un travailleur social assure alors l’accueil",
            label="L’accueil de premier niveau informe et oriente ; celui de second niveau précise la demande, "
            "l’autonomie et l’urgence. En urgence sociale, un travailleur social reçoit la personne.",
            decides="Dirige l’urgence sociale vers l’accueil de second niveau du CDAS. Le niveau d’accueil de "
            "l’émetteur ne change aucune orientation : il sert aux indicateurs.",
        ),
        Rule(
            id="R12",
            article="I.1",
            quote="former les Conseillers de services à l’usager de la CAF aux modalités de l’ASIP",
            label="Les deux institutions forment les conseillers de service à l’usager de la CAF à l’accueil social "
            "inconditionnel de proximité.",
            decides="Ne décide d’aucune orientation : chaque session de formation est comptée (indicateur V1.1).",
        ),
    ),
)
