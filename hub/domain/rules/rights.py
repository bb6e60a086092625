"""Access to rights and benefit urgency: article I.2 of the convention (R13 to R24)."""

from typing import Final

from hub.domain.rules.rule import Part, Rule

RIGHTS_AND_URGENCY: Final = Part(
    "rights",
    "Accès aux droits et situations urgentes d’accès aux droits",
    (
        Rule(
            id="R13",
            article="I.2",
            quote="gérées par les structures compétentes",
            label="Une demande d’accès aux droits reste à la structure compétente, même si la personne a besoin "
            "d’aide pour remplir son dossier ou manque d’autonomie.",
            decides="Garde la demande au service compétent : ni l’aide au remplissage d’un dossier ni le manque "
            "d’autonomie ne la font changer de service.",
        ),
        Rule(
            id="R14",
            article="I.2",
            quote="les orienter prioritairement vers ce travailleur social pour le soutien",
            label="Une personne qui n’est pas autonome et dont l’accompagnement est en cours est soutenue dans sa "
            "demande par son travailleur social.",
            decides="Ajoute à l’orientation vers le Service Prestations-Relations de service une seconde "
            "orientation, de soutien, vers chaque travailleur social dont l’accompagnement est en cours.",
            readings=("C05",),
        ),
        Rule(
            id="R15",
            article="I.2",
            quote="s’engagent à consulter les informations disponibles en amont de toute sollicitation",
            label="Les professionnels des CDAS qui ont accès à CDAP le consultent avant de solliciter la CAF.",
            decides="Signale que CDAP n’a pas été consulté, sans jamais bloquer la demande. La règle ne s’applique "
            "pas à un professionnel sans accès à CDAP.",
        ),
        Rule(
            id="R16",
            article="I.2",
            quote="une ligne téléphonique directe ouverte à tous les CDAS à compter du 02/10/2024",
            label="En situation urgente d’accès aux droits, un CDAS joint le contact privilégié de la CAF par la "
            "ligne téléphonique directe, réservée aux CDAS.",
            decides="Pour un CDAS, lorsque la ligne est ouverte, oriente vers le contact privilégié du Service "
            "Prestations-Relations de service par cette ligne. Tout autre émetteur garde les modalités de contact "
            "existantes, avec le rappel que ce contact est réservé aux CDAS.",
            readings=("C13",),
        ),
        Rule(
            id="R17",
            article="I.2",
            quote="Lorsque la ligne téléphonique est fermée (congés scolaires notamment) […] URGENCE DEFINIE",
            label="Lorsque la ligne téléphonique directe est fermée, un CDAS utilise le formulaire de contact de CDAP "
            "avec le mot clé « URGENCE DEFINIE ».",
            decides="Pour un CDAS, lorsque la ligne est fermée, oriente la situation urgente vers le contact "
            "privilégié par le formulaire de contact de CDAP, avec exactement ce mot clé.",
            readings=("C13",),
        ),
        Rule(
            id="R18",
            article="I.2",
            quote="réservées aux situations d’urgence telles que définies ci-dessous",
            label="La ligne téléphonique directe et le mot clé sont réservés aux situations urgentes d’accès aux "
            "droits que signale un CDAS.",
            decides="Dans tout autre cas, oriente par les modalités de contact existantes, sans ligne ni mot clé. Un "
            "usage hors de ce cadre est compté (indicateur V1.4).",
        ),
        Rule(
            id="R19",
            article="I.2",
            quote="toute interruption ou forte diminution de prestation AAH ou RSA",
            label="Toute interruption ou forte diminution de l’AAH ou du RSA est une situation urgente, quelle qu’en "
            "soit la durée.",
            decides="Tient la situation pour urgente. La forte diminution est déclarée par un professionnel ; le hub "
            "ne la calcule jamais.",
            readings=("C11",),
        ),
        Rule(
            id="R20",
            article="I.2",
            quote="pour toute autre prestation : une interruption de versement depuis 3 mois",
            label="Pour une autre prestation, la situation est urgente lorsque le versement est interrompu depuis "
            "trois mois ou plus ; une simple diminution ne l’est jamais.",
            decides="Tient la situation pour urgente à partir du jour où trois mois calendaires se sont écoulés "
            "depuis la première échéance impayée. Sans cette date, elle n’est pas urgente.",
            readings=("C12",),
        ),
        Rule(
            id="R21",
            article="I.2",
            quote="un suivi régulier spécifique et d’un bilan annuel",
            label="L’usage de la ligne et du mot clé est suivi régulièrement et fait l’objet d’un bilan annuel, qui "
            "peut faire évoluer ces modalités.",
            decides="Ne décide d’aucune orientation : chaque usage est compté (indicateur V1.4), et chaque décision "
            "garde la version des règles qui l’a rendue.",
        ),
        Rule(
            id="R22",
            article="I.2",
            quote="le nombre d’orientations injustifiées du public",
            label="Les deux institutions engagent une réflexion pour établir le nombre d’orientations et de "
            "sollicitations injustifiées.",
            decides="Ne décide d’aucune orientation : le service qui reçoit peut dire une orientation ou un message "
            "injustifié, avec un motif d’une liste fermée ; c’est facultatif (indicateurs V1.5 et V1.6).",
            readings=("C21",),
        ),
        Rule(
            id="R23",
            article="I.2",
            quote="la CAF travaille en continu sur leur optimisation",
            label="La convention ne fixe aucun délai chiffré de traitement ni de réponse ; la CAF travaille en "
            "continu à les optimiser.",
            decides="Ne décide d’aucune orientation : un délai visé est un paramètre, inactif par défaut, toujours "
            "présenté comme un objectif interne.",
        ),
        Rule(
            id="R24",
            article="I.2",
            quote="accompagner les professionnels dans la prise en main de l’outil",
            label="La CAF accompagne les professionnels dans la prise en main de CDAP et porte leurs demandes "
            "d’évolution auprès de la CNAF.",
            decides="Ne décide d’aucune orientation : les ateliers de pratique sont comptés (indicateur V1.3), et les "
            "souhaits d’évolution sont recueillis comme retours de terrain.",
        ),
    ),
)
