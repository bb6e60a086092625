"""How the hub reads what the convention leaves open (C01 to C24); the ids stand in the `flags` of a decision."""

from typing import Final

from hub.domain.rules.rule import Reading

_PROJECT: Final = "Lecture du projet, à soumettre au comité de suivi"
_NEW_VERSION: Final = "puis publier une nouvelle version des règles, avec sa date d’effet."

ALL_READINGS: Final[tuple[Reading, ...]] = (
    Reading(
        id="C01",
        question="Où trouver le mail générique du CDAS : à l’annexe 6 (article II.3) ou à l’annexe 5 (article II.4) ?",
        reading="À l’annexe 6, carte et coordonnées des CDAS ; l’annexe 5 est celle du service social de la CAF. Le "
        "renvoi de l’article II.4 est une erreur matérielle.",
        settled_by=_PROJECT,
        change="Corriger l’adresse dans l’annuaire : aucune règle ne dépend du numéro de l’annexe.",
    ),
    Reading(
        id="C02",
        question="« Grossesse isolée » (II) ou « arrivée d’un enfant dans une famille monoparentale » (annexe 2) ? Et "
        "que veut dire « enfant à charge » pour une première grossesse ou le décès d’un enfant unique ?",
        reading="Une seule offre, de la grossesse au premier anniversaire de l’enfant ; l’évènement vaut lui-même "
        "enfant à charge. Au-delà, et pour une adoption plus tardive, la situation est hors du périmètre ; un "
        "professionnel peut en décider autrement en confirmant l’orientation.",
        settled_by=_PROJECT,
        change=f"Modifier les conditions de R31, R34 et R35, {_NEW_VERSION}",
    ),
    Reading(
        id="C03",
        question="Quel décès ouvre l’accompagnement : celui « d’un conjoint » (II), « d’un des parents » ou « d’un "
        "parent » (annexe 2) ?",
        reading="Celui d’un parent. Le décès d’un conjoint qui n’est pas parent est traité de même s’il y a un enfant "
        "à charge, et va au CDAS sinon ; le décès d’un parent sans enfant à charge est hors du périmètre. Un repère "
        "l’indique dans chaque cas.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R33, {_NEW_VERSION}",
    ),
    Reading(
        id="C04",
        question="La convention donne plusieurs noms aux agents des prestations de la CAF : lequel retenir ?",
        reading="Un seul service, le Service Prestations-Relations de service, joint par son accueil ou par son "
        "contact privilégié.",
        settled_by=_PROJECT,
        change="Modifier le libellé du service dans le vocabulaire du hub ; les orientations ne changent pas.",
    ),
    Reading(
        id="C05",
        question="Les prestations relèvent « uniquement » du Service Prestations-Relations de service (II.1), mais une "
        "personne non autonome va à son travailleur social (I.2) : vers qui orienter ?",
        reading="Deux orientations liées : le service compétent traite la demande, et chaque travailleur social dont "
        "l’accompagnement est en cours apporte son soutien.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R14, {_NEW_VERSION}",
    ),
    Reading(
        id="C06",
        question="Une aide du Département relève du CDAS (I.1), mais le travailleur social qui accompagne porte toutes "
        "les demandes (II.2) : qui l’emporte ?",
        reading="L’accompagnement en cours l’emporte ; à défaut, le CDAS du domicile.",
        settled_by=_PROJECT,
        change=f"Modifier les conditions de R04 et R43, {_NEW_VERSION}",
    ),
    Reading(
        id="C07",
        question="La co-intervention est-elle exclue avec le travailleur social enfants confiés et le référent RSA, ou "
        "seulement soustraite à l’examen au cas par cas ?",
        reading="Aucun dossier de co-intervention n’est ouvert avec eux : les deux mandats se poursuivent, et un "
        "contact de coordination est suggéré. R51 vise le travailleur social généraliste du CDAS, avec qui la "
        "co-intervention reste possible.",
        settled_by=_PROJECT,
        change="Mettre le paramètre joint_intervention_exclusion à « non », avec sa date d’effet.",
    ),
    Reading(
        id="C08",
        question="Le CDAS s’efface-t-il devant un travailleur social compétent, ou intervient-il avec lui ?",
        reading="Il s’efface par défaut ; la co-intervention et la protection de l’enfance (R44 à R51) sont les "
        "exceptions.",
        settled_by=_PROJECT,
        change=f"Modifier les conditions de R07 et R51, {_NEW_VERSION}",
    ),
    Reading(
        id="C09",
        question="Un accompagnement clos l’est même dans les deux ans (II.1), mais il peut être renouvelé (annexe 2) : "
        "que faire d’une nouvelle demande ?",
        reading="Le renouvellement n’est possible que tant que l’accompagnement est en cours. Après sa clôture, le "
        "CDAS évalue la demande ; pour un autre évènement, le service social de la CAF redevient possible, avec un "
        "repère.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R08, {_NEW_VERSION}",
    ),
    Reading(
        id="C10",
        question="Comment se combinent l’urgence d’accès aux droits (I.2) et l’urgence sociale (II.5), et que faire "
        "d’une urgence sociale que la liste ne prévoit pas ?",
        reading="Elles sont indépendantes : deux messages, un même fil. Une urgence sociale d’une autre nature suit "
        "le même chemin, avec un repère : un professionnel l’apprécie.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R63, {_NEW_VERSION}",
    ),
    Reading(
        id="C11",
        question="À partir de quel seuil une diminution de l’AAH ou du RSA est-elle « forte » ?",
        reading="Aucun seuil n’est appliqué : un professionnel déclare la forte diminution. Une autre diminution n’est "
        "pas urgente, avec un repère. Un écran peut afficher une indication, jamais une décision.",
        settled_by=_PROJECT,
        change="Changer l’indication par le paramètre strong_decrease_hint_percent ; pour un seuil qui décide, "
        f"modifier la condition de R19, {_NEW_VERSION}",
    ),
    Reading(
        id="C12",
        question="« 3 mois » : des mois calendaires, ou des échéances impayées ?",
        reading="Des mois calendaires, comptés depuis la première échéance impayée. Si elle n’est pas connue, la "
        "situation n’est pas urgente, avec un repère.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R20, {_NEW_VERSION}",
    ),
    Reading(
        id="C13",
        question="Quels sont les horaires de la ligne, les ponts et les fermetures imprévues, et que fait un "
        "professionnel sans accès à CDAP lorsque la ligne est fermée ?",
        reading="Un calendrier tenu à jour par la CAF, amorcé avec les congés scolaires de la zone B. Sans accès à "
        "CDAP, un collègue envoie le formulaire, avec un repère. Au-delà des dates connues, la ligne est réputée "
        "fermée.",
        settled_by="Lecture du projet, à soumettre au comité de suivi ; les horaires et les fermetures reviennent à la "
        "CAF",
        change="Publier les horaires et les fermetures dans le calendrier de la ligne (calendar.changed) ; aucune "
        "règle ne change.",
    ),
    Reading(
        id="C14",
        question="Le jour limite est-il compris, et faut-il compter depuis l’évènement ou depuis sa déclaration ?",
        reading="Le jour limite est exclu pour une séparation, compris pour un décès ou l’arrivée d’un enfant. La date "
        "de l’évènement prime ; celle de la déclaration ne sert que si elle est seule connue, avec un repère. Une "
        "séparation qui a deux ans ce jour même est hors du périmètre, avec un repère.",
        settled_by=_PROJECT,
        change=f"Modifier les conditions de R32 à R35, {_NEW_VERSION}",
    ),
    Reading(
        id="C15",
        question="Par quelle voie passe la « demande de contact auprès du secrétariat » ?",
        reading="Par la boîte générale du service social de la CAF ; le téléphone reste possible.",
        settled_by=_PROJECT,
        change=f"Modifier le canal dans R38, R48 et R60, {_NEW_VERSION}",
    ),
    Reading(
        id="C15b",
        question="L’article II.5 ne dit rien d’une personne dont l’accompagnement est clos, de celle que suit un autre "
        "organisme, ni d’une première urgence reçue à la CAF : qui répond ?",
        reading="Accompagnement clos : le CDAS. Autre organisme : son référent. Urgence reçue à la CAF ou chez un "
        "partenaire : le CDAS du domicile, et une demande de rendez-vous au service social de la CAF si la situation "
        "en relève.",
        settled_by=_PROJECT,
        change=f"Modifier les conditions de R65 et R67, {_NEW_VERSION}",
    ),
    Reading(
        id="C16",
        question="L’article 40 vise les agents publics, et les agents de la CAF relèvent du droit privé ; le "
        "destinataire légal des informations préoccupantes est la présidence du conseil départemental (CRIP), non le "
        "CDAS. Que faire ?",
        reading="Les écrans disent « selon les procédures de signalement » et R52 s’applique telle qu’elle est écrite. "
        "La CRIP est indiquée comme un contact hors du hub ; un signalement direct au parquet suppose une copie à la "
        "présidence du conseil départemental, à confirmer.",
        settled_by="Lecture du projet, dans l’attente d’une analyse juridique des deux institutions",
        change=f"Modifier R52 et R53 selon l’analyse juridique, {_NEW_VERSION}",
    ),
    Reading(
        id="C16b",
        question="Comment lire « aux interlocuteurs.rices référent.es de la CAF et de la Délégation à la vie sociale "
        "et aux CDAS » ?",
        reading="Les référents de la CAF, ceux de la Délégation à la vie sociale, et tous les CDAS par leur boîte "
        "générique.",
        settled_by=_PROJECT,
        change=f"Modifier le public de R27, {_NEW_VERSION}",
    ),
    Reading(
        id="C17",
        question="Que faire d’une personne qui relève de la MSA, ou qui n’est pas allocataire, et vit un évènement du "
        "périmètre ?",
        reading="Elle ne relève pas du service social de la CAF : le CDAS la reçoit, avec un repère. L’écran peut "
        "citer le service social de la MSA. Pour un passage de relais, le secrétariat du service "
        "social de la CAF examine.",
        settled_by=_PROJECT,
        change=f"Modifier la condition de R31, {_NEW_VERSION}",
    ),
    Reading(
        id="C18",
        question="Que faire d’une personne sans domicile, en cours de déménagement, ou hors du département (deux EPCI "
        "en dépassent les limites) ?",
        reading="Le code Insee de la commune, qui commence par 35, décide ; jamais l’EPCI. Sans commune : le CDAS de "
        "l’émetteur, avec un repère. Hors du département : la demande n’est pas orientée, avec un repère, sauf "
        "l’urgence sociale et l’information au titre de la protection de l’enfance, qui vont au CDAS de l’émetteur.",
        settled_by=_PROJECT,
        change=f"Modifier la détermination du CDAS du domicile (R04), {_NEW_VERSION}",
    ),
    Reading(
        id="C19",
        question="Que désignent aujourd’hui « Pôle emploi », « EFS », « FS » et « ESC » ?",
        reading="France Travail ; les espaces France services (EFS et FS) ; l’espace social commun.",
        settled_by=_PROJECT,
        change="Modifier le libellé dans le vocabulaire du hub ; les orientations ne changent pas.",
    ),
    Reading(
        id="C20",
        question="« Article 123-2 » du code de l’action sociale et des familles : quel article ?",
        reading="L’article L. 123-2 ; sans effet sur les règles.",
        settled_by=_PROJECT,
        change="Corriger le texte de la convention ; aucune règle n’en dépend.",
    ),
    Reading(
        id="C21",
        question="Qu’est-ce qu’une orientation ou une sollicitation « injustifiée » ?",
        reading="Une liste fermée de motifs, à convenir : service erroné, information disponible dans CDAP, personne "
        "déjà accompagnée, hors du périmètre d’intervention, absence d’urgence.",
        settled_by=_PROJECT,
        change="Modifier la liste par une nouvelle version du schéma de referral.concluded.",
    ),
    Reading(
        id="C22",
        question="Quelle est l’année de référence des bilans, alors que la ligne a ouvert avant la convention ?",
        reading="L’année civile, par défaut.",
        settled_by=_PROJECT,
        change="Modifier le paramètre reference_year_start, avec sa date d’effet.",
    ),
    Reading(
        id="C23",
        question="Le suivi du volet II annonce des « éléments qualitatifs », mais son dernier point est « le nombre "
        "de » : que recueillir ?",
        reading="Les deux : des comptes, et des retours de terrain.",
        settled_by=_PROJECT,
        change="Retirer un indicateur du rapport : chacun est facultatif (R73).",
    ),
    Reading(
        id="C24",
        question="La convention ne contient aucune clause de protection des données : qui est responsable, pour "
        "quelle durée, avec quelle sécurité ?",
        reading="Le développement se fait avec des données inventées. L’usage réel attend un accord entre les deux "
        "responsables de traitement.",
        settled_by="Reste à établir par les deux institutions, avec leurs délégués à la protection des données",
        change="Signer l’accord de responsabilité conjointe, puis ajuster les durées de conservation dans les "
        "réglages.",
    ),
)
