"""Social urgency: article II.5 of the convention (R63 to R68)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

SOCIAL_URGENCY: Final = Part(
    "social_urgency",
    "Situations sociales urgentes",
    (
        Rule(
            id="R63",
            article="II.5",
            quote="l’aide alimentaire […] les violences conjugales",
            label="L’urgence sociale concerne l’aide alimentaire, l’absence de logement ou d’hébergement, la menace "
            "de coupure d’énergie, la protection de l’enfance et les violences conjugales.",
            decides="Traite ces demandes comme des urgences sociales. Une urgence d’une autre nature suit le même "
            "chemin, avec un repère : un professionnel l’apprécie.",
            readings=("C10",),
        ),
        Rule(
            id="R64",
            article="II.5",
            quote="vulnérabilité, détresse, enfants en bas âge, isolement",
            label="L’urgence s’apprécie en tenant compte de la personne : vulnérabilité, détresse, enfants en bas "
            "âge, isolement.",
            decides="Ne décide d’aucune orientation : ces éléments guident le professionnel ; le hub ne les "
            "enregistre pas et n’en fait aucun score.",
        ),
        Rule(
            id="R65",
            article="II.5",
            quote="(interne ou externe) […] La demande sera prioritairement traitée par le référent social",
            label="La demande urgente est traitée en priorité par le travailleur social référent de la personne, quel "
            "que soit son organisme.",
            decides="Oriente l’urgence vers chaque référent dont l’accompagnement est en cours, à la CAF, au CDAS ou "
            "dans un autre organisme ; au CDAS, vers le responsable lorsque le référent est absent.",
            readings=("C15b",),
        ),
        Rule(
            id="R66",
            article="II.5",
            quote="n’est pas doté d’une organisation permettant de recevoir en urgence une personne",
            label="Le service social de la CAF n’est pas organisé pour recevoir en urgence une personne qu’il "
            "n’accompagne pas encore.",
            decides="N’oriente jamais vers lui l’urgence d’une personne qu’il n’accompagne pas. Lorsqu’un CDAS l’a "
            "fait sans traiter l’urgence, refuse l’orientation, alerte le responsable de ce CDAS et compte le cas "
            "(indicateur V2.5).",
        ),
        Rule(
            id="R67",
            article="II.5",
            quote="première demande (situation connue d’aucun service) […] de relayer la demande de rendez-vous",
            label="Pour une première demande, le CDAS organise la réponse à l’urgence et relaie la demande de "
            "rendez-vous au service social de la CAF lorsque la situation en relève.",
            decides="Oriente l’urgence vers l’accueil de second niveau du CDAS du domicile et, si la situation relève "
            "du service social de la CAF, ajoute une demande de rendez-vous auprès de son secrétariat.",
            readings=("C15b", "C18"),
        ),
        Rule(
            id="R68",
            article="II.5",
            quote="même en l’absence de la personne référente",
            label="Le service social de la CAF traite les demandes urgentes des personnes qu’il accompagne, même en "
            "l’absence du travailleur social référent.",
            decides="Oriente vers le travailleur social de la CAF ; s’il est absent, vers le secrétariat et vers le "
            "responsable du service.",
        ),
    ),
)
