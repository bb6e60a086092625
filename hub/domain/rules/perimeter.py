"""Perimeter of the CAF social work service: annexe 2 of the convention (R31 to R42)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

PERIMETER: Final = Part(
    "perimeter",
    "Périmètre d’intervention du service social de la CAF",
    (
        Rule(
            id="R31",
            article="A2",
            quote="familles avec enfant(s) à charge",
            label="Le service social de la CAF intervient auprès des allocataires qui ont un enfant à charge, ou dont "
            "l’évènement de vie concerne lui-même un enfant, né ou à naître.",
            decides="Sans enfant à charge, met la séparation et le décès d’un parent hors du périmètre "
            "d’intervention ; le décès d’un enfant et l’arrivée d’un enfant y restent. Oriente vers le CDAS une "
            "personne qui n’est pas allocataire de la CAF ou qui relève de la MSA. Ce qui n’est pas connu n’exclut "
            "personne : un repère l’indique.",
            readings=("C02", "C03", "C17"),
        ),
        Rule(
            id="R32",
            article="A2",
            quote="Séparation en projet ou déclarée depuis moins de 2 ans",
            label="La séparation relève du service social de la CAF lorsqu’elle est en projet ou date de moins de "
            "deux ans.",
            decides="Met la séparation dans le périmètre d’intervention jusqu’à la veille de son deuxième "
            "anniversaire ; le jour même, elle en sort, avec un repère.",
            readings=("C14",),
        ),
        Rule(
            id="R33",
            article="A2",
            quote="Décès d’un des parents au sein d’une famille",
            label="Le décès d’un des parents relève du service social de la CAF pendant les deux ans qui le suivent.",
            decides="Met l’évènement dans le périmètre d’intervention jusqu’au deuxième anniversaire du décès, ce "
            "jour compris.",
            readings=("C03", "C14"),
        ),
        Rule(
            id="R34",
            article="A2",
            quote="Décès d’un enfant, y compris les décès in utéro",
            label="Le décès d’un enfant, y compris in utero, relève du service social de la CAF pendant les deux ans "
            "qui le suivent.",
            decides="Met l’évènement dans le périmètre d’intervention jusqu’au deuxième anniversaire du décès, ce "
            "jour compris, même sans autre enfant à charge. Aucune donnée ne distingue un décès in utero.",
            readings=("C02", "C14"),
        ),
        Rule(
            id="R35",
            article="A2",
            quote="Arrivée d’un enfant dans une famille monoparentale […] jusqu’aux 1 an de l’enfant",
            label="L’arrivée d’un enfant dans une famille monoparentale relève du service social de la CAF, de la "
            "grossesse au premier anniversaire de l’enfant.",
            decides="Met l’évènement dans le périmètre d’intervention dès la grossesse et jusqu’au premier "
            "anniversaire de l’enfant, ce jour compris.",
            readings=("C02", "C14"),
        ),
        Rule(
            id="R36",
            article="A2",
            quote="dans les deux ans suivant la date de l’évènement […] jusqu’à stabilisation",
            label="Les délais décident de l’entrée dans l’accompagnement ; un accompagnement en cours peut se "
            "poursuivre au-delà, jusqu’à stabilisation.",
            decides="N’applique les délais qu’à une demande nouvelle. Un accompagnement en cours passe avant eux "
            "(R07), et un délai écoulé ne clôt rien.",
            readings=("C09",),
        ),
        Rule(
            id="R37",
            article="A2",
            quote="un courrier lui est automatiquement adressé",
            label="La CAF écrit à l’allocataire qui déclare un évènement correspondant à une de ses offres de service.",
            decides="Ne décide d’aucune orientation : ce courrier (annexe 7) part de la CAF, hors du hub, où ne passe "
            "aucune adresse.",
        ),
        Rule(
            id="R38",
            article="A2",
            quote="un mail sur notre boite générale avec les coordonnées",
            label="Un partenaire oriente vers le service social de la CAF par la boîte générale du service ; le "
            "secrétariat rappelle la personne.",
            decides="Oriente vers le secrétariat du service social de la CAF par sa boîte générale. Les coordonnées "
            "ne circulent que dans le bloc chiffré pour ce service.",
            readings=("C15",),
        ),
        Rule(
            id="R39",
            article="A2",
            quote="d’évaluer si elle relève des compétences du service social CAF",
            label="Le secrétariat du service social de la CAF évalue si la demande relève du service et si la "
            "personne est suivie ailleurs, puis propose un rendez-vous ou réoriente.",
            decides="Laisse cet examen au secrétariat : une orientation vers lui est une proposition, et un passage "
            "de relais n’est pas refusé parce que la personne n’est pas allocataire ou relève de la MSA.",
            readings=("C17",),
        ),
        Rule(
            id="R40",
            article="A2",
            quote="référent du secteur d’habitation […] uniquement sur rendez-vous",
            label="Le travailleur social de la CAF est le référent du secteur d’habitation et reçoit uniquement sur "
            "rendez-vous.",
            decides="Oriente vers le secrétariat du service social de la CAF, jamais vers une permanence : le "
            "secrétariat propose le rendez-vous avec le référent du secteur (annexe 5).",
        ),
        Rule(
            id="R41",
            article="A2",
            quote="il est possible de renouveler l’intervention […] chaque clôture fait l’objet d’un temps de bilan",
            label="Un accompagnement a des objectifs et une échéance ; il fait l’objet d’un bilan, puis il est "
            "renouvelé, clos ou passé en relais.",
            decides="Ne décide d’aucune orientation : ce suivi reste dans les outils de chaque institution ; le hub "
            "ne connaît que l’accompagnement, en cours ou clos, que déclare un message.",
            readings=("C09",),
        ),
        Rule(
            id="R42",
            article="A2",
            quote="d’orienter la famille vers d’autres professionnel.les",
            label="Une orientation complémentaire (conseil juridique, emploi, PMI) ne met pas fin à l’accompagnement "
            "et n’est pas un passage de relais.",
            decides="Ne décide d’aucune orientation : elle ne clôt rien, et l’accompagnement en cours continue de "
            "compter.",
            readings=("C19",),
        ),
    ),
)
