"""The closed lists of the public contract: each member carries its wire symbol and its French label.

The symbols are final (contract, sections 1 to 4 of the public documentation). ``UNKNOWN`` is no member: it is what Avro
reads where a newer producer sent a symbol that this version lacks; the rules meet it as the plain string of `UNKNOWN`.
Labels use the convention's own words.
"""

from enum import StrEnum
from typing import Final, Self

UNKNOWN: Final = "UNKNOWN"
"""The symbol that an Avro reader puts in place of one it does not know. Never sent by a producer."""


class Labelled(StrEnum):
    """A closed list whose members are their wire symbol and know their French label."""

    label: str

    def __new__(cls, symbol: str, label: str = "") -> Self:
        """Build the member `symbol`, shown to people as `label`."""
        member = str.__new__(cls, symbol)
        member._value_ = symbol
        member.label = label
        return member


class Confidentiality(Labelled):
    """How far an event may travel, from public to protected; the symbols sort by level."""

    C0 = "C0", "public"
    C1 = "C1", "interne"
    C2 = "C2", "personnel, pseudonymisé"
    C3 = "C3", "protégé"


class Kind(Labelled):
    """The families of event types; a topic carries one of them."""

    NOTICES = "notices", "informations préalables"
    REFERRALS = "referrals", "orientations"
    URGENCIES = "urgencies", "situations urgentes"
    ACTIVITY = "activity", "activité, pour les indicateurs"
    DIRECTORY = "directory", "annuaire et calendriers"
    EMITTED = "emitted", "messages émis par le hub"


class Institution(Labelled):
    """Who signs: the two institutions of the convention, or one of their partners."""

    CAF = "CAF", "CAF d’Ille-et-Vilaine"
    CD35 = "CD35", "Département d’Ille-et-Vilaine"
    PARTNER = "PARTNER", "partenaire"


class Service(Labelled):
    """Where a routing goes (contract, section 4)."""

    CAF_BENEFITS = "CAF_BENEFITS", "Service Prestations-Relations de service"
    CAF_SOCIAL_WORK = "CAF_SOCIAL_WORK", "service social de la CAF"
    CDAS = "CDAS", "centre départemental d’action sociale"
    EXTERNAL_REFERENT = "EXTERNAL_REFERENT", "référent d’un autre organisme"
    CAF_REFERENTS = "CAF_REFERENTS", "interlocuteurs.rices référent.es de la CAF"
    CD35_SOCIAL_LIFE_REFERENTS = (
        "CD35_SOCIAL_LIFE_REFERENTS",
        "interlocuteurs.rices référent.es de la Délégation à la vie sociale",
    )
    ASIP = "ASIP", "acteurs de l’accueil social inconditionnel de proximité"


class Role(Labelled):
    """Whom a routing reaches inside a service (contract, section 4)."""

    FRONT_OFFICE = "FRONT_OFFICE", "accueil"
    PRIORITY_CONTACT = "PRIORITY_CONTACT", "contact privilégié"
    SECRETARIAT = "SECRETARIAT", "secrétariat"
    SOCIAL_WORKER = "SOCIAL_WORKER", "travailleur social"
    MANAGER = "MANAGER", "responsable"
    RECEPTION = "RECEPTION", "accueil de premier niveau"
    RECEPTION_SECOND_LEVEL = "RECEPTION_SECOND_LEVEL", "accueil de second niveau"
    CONCERTATION = "CONCERTATION", "concertation de service social"
    REFERENT = "REFERENT", "référent"
    GENERIC_MAILBOX = "GENERIC_MAILBOX", "boîte générique"
    ACTOR = "ACTOR", "acteur local"


class Channel(Labelled):
    """The way by which a routing travels (contract, section 4)."""

    PUBLIC = "PUBLIC", "modalités de contact existantes"
    PRIORITY_LINE = "PRIORITY_LINE", "ligne téléphonique directe"
    CDAP_FORM = "CDAP_FORM", "formulaire de contact de CDAP"
    CAF_SOCIAL_WORK_MAILBOX = "CAF_SOCIAL_WORK_MAILBOX", "boîte générale du service social de la CAF"
    CDAS_MAILBOX = "CDAS_MAILBOX", "mail générique du CDAS"
    CDAS_RECEPTION = "CDAS_RECEPTION", "accueil du CDAS"
    DIRECT = "DIRECT", "contact direct"
    SECURE = "SECURE", "canal sécurisé"
    HUB = "HUB", "hub"


class Purpose(Labelled):
    """Why a service is asked (contract, section 4)."""

    COMPETENCE = "COMPETENCE", "service compétent"
    SUPPORT = "SUPPORT", "soutien dans la demande"
    CONTINUITY = "CONTINUITY", "continuité de l’accompagnement"
    FIRST_INTENTION = "FIRST_INTENTION", "orientation en première intention"
    NEW_REQUEST = "NEW_REQUEST", "nouvelle demande"
    URGENT_RESPONSE = "URGENT_RESPONSE", "réponse à l’urgence"
    APPOINTMENT = "APPOINTMENT", "demande de rendez-vous"
    INFORMATION = "INFORMATION", "information"
    CONCERTATION = "CONCERTATION", "passage en concertation"
    ALERT = "ALERT", "alerte"


class Urgency(Labelled):
    """Which of the convention's two urgencies is met, if any."""

    NONE = "NONE", "pas d’urgence"
    BENEFIT = "BENEFIT", "situation urgente d’accès aux droits"
    SOCIAL = "SOCIAL", "situation sociale urgente"


class Outcome(Labelled):
    """What a decision comes to (contract, section 4)."""

    ROUTED = "ROUTED", "orienté"
    REJECTED = "REJECTED", "refusé"
    INCOMPLETE = "INCOMPLETE", "incomplet"
    HUMAN_QUALIFICATION = "HUMAN_QUALIFICATION", "à qualifier par un professionnel"
    OFF_HUB = "OFF_HUB", "hors du hub"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "hors du territoire de la convention"
    INFORMATION_ONLY = "INFORMATION_ONLY", "pour information, sans envoi"


class Rejection(Labelled):
    """Why a request is refused."""

    AGREEMENT_MISSING = "AGREEMENT_MISSING", "l’accord de la personne n’est pas donné"
    LINK_ACTIVE = "LINK_ACTIVE", "le lien avec le travailleur social est actif"
    OUT_OF_PERIMETER = "OUT_OF_PERIMETER", "hors du périmètre d’intervention du service social de la CAF"
    REASON_NOT_RECOGNISED = "REASON_NOT_RECOGNISED", "motif non prévu par la convention"
    CHILD_PROTECTION_MAINTAINED = "CHILD_PROTECTION_MAINTAINED", "le CDAS maintient son intervention"
    EXCLUDED_PROFESSIONAL = "EXCLUDED_PROFESSIONAL", "co-intervention exclue avec ce professionnel"
    URGENCY_NOT_HANDLED = "URGENCY_NOT_HANDLED", "urgence non traitée avant l’orientation"


class Missing(Labelled):
    """What a decision lacked."""

    NEED = "NEED", "le motif de la demande"
    COMMUNE = "COMMUNE", "la commune du domicile"
    LIFE_EVENT_DATE = "LIFE_EVENT_DATE", "la date de l’évènement de vie"
    COMMUNICATION = "COMMUNICATION", "la communication écrite ou orale"
    EVALUATION = "EVALUATION", "l’évaluation conjointe avec la famille"
    REASON = "REASON", "le motif de la co-intervention"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL", "une valeur que cette version du hub ne connaît pas"


class Suggestion(Labelled):
    """What a professional may consider beside the answer."""

    JOINT_INTERVENTION = "JOINT_INTERVENTION", "co-intervention"
    COORDINATION_CONTACT = "COORDINATION_CONTACT", "contact de coordination"
    CONTINUITY = "CONTINUITY", "demander à l’autre institution si un accompagnement est en cours"


class WarningCode(Labelled):
    """What the emitter should know; never blocks."""

    CDAP_NOT_CONSULTED = "CDAP_NOT_CONSULTED", "CDAP n’a pas été consulté"
    PRIORITY_CHANNEL_RESERVED = "PRIORITY_CHANNEL_RESERVED", "contact privilégié réservé aux CDAS"
    FAMILY_INFORMATION_REMINDER = "FAMILY_INFORMATION_REMINDER", "rappel : informer la famille"
    NOT_PRIOR = "NOT_PRIOR", "information publiée le jour de la prise d’effet, ou après"


class Flag(Labelled):
    """What a decision leaned on: the readings C01 to C24 of the convention's ambiguities, and facts not known."""

    C01 = "C01", "la boîte du CDAS est celle de l’annexe 6"
    C02 = "C02", "grossesse ou enfant concerné par l’évènement"
    C03 = "C03", "décès du conjoint ou d’un parent"
    C04 = "C04", "un seul nom pour le service des prestations"
    C05 = "C05", "compétence et soutien : deux orientations liées"
    C06 = "C06", "l’accompagnement en cours l’emporte"
    C07 = "C07", "placement ou référent RSA"
    C08 = "C08", "subsidiarité du CDAS"
    C09 = "C09", "accompagnement clos pour un autre évènement"
    C10 = "C10", "urgence d’une autre nature : à apprécier"
    C11 = "C11", "diminution sans seuil"
    C12 = "C12", "trois mois calendaires depuis la première échéance impayée"
    C13 = "C13", "calendrier de la ligne, ou accès à CDAP"
    C14 = "C14", "jour limite, ou date de déclaration"
    C15 = "C15", "demande de contact au secrétariat"
    C15B = "C15b", "urgence hors des cas prévus"
    C16 = "C16", "destinataire légal des informations préoccupantes"
    C16B = "C16b", "référents des deux institutions et tous les CDAS"
    C17 = "C17", "MSA, ou non allocataire"
    C18 = "C18", "commune inconnue ou hors du département"
    C19 = "C19", "noms anciens des organismes"
    C20 = "C20", "référence d’article"
    C21 = "C21", "orientation injustifiée"
    C22 = "C22", "année de référence"
    C23 = "C23", "éléments qualitatifs"
    C24 = "C24", "protection des données"
    BENEFICIARY_UNKNOWN = "BENEFICIARY_UNKNOWN", "qualité d’allocataire non connue"
    CHILD_UNKNOWN = "CHILD_UNKNOWN", "enfant à charge non connu"
    ISSUER_NOT_CAF = "ISSUER_NOT_CAF", "législation annoncée par une autre institution que la CAF"
    GENERIC_MAILBOX_USED = "GENERIC_MAILBOX_USED", "boîte générique utilisée, faute de contact nommé"
    SUBSTITUTE_USED = "SUBSTITUTE_USED", "suppléant sollicité, en l’absence du contact"


class Instruction(Labelled):
    """What to do outside the hub."""

    PROSECUTOR_DIRECT = "PROSECUTOR_DIRECT", "selon les procédures de signalement"


class NoticeNature(Labelled):
    """What kind of thing changes."""

    ORGANISATION = "ORGANISATION", "organisation"
    LEGISLATION = "LEGISLATION", "législation"
    SCHEME = "SCHEME", "dispositif propre du Département"


class Impact(Labelled):
    """What a change touches."""

    COLLABORATION = "COLLABORATION", "modalités de collaboration entre les deux institutions"
    RIGHTS_OPENED = "RIGHTS_OPENED", "ouverture de droits nouveaux"
    RIGHTS_CHANGED = "RIGHTS_CHANGED", "modification des droits des allocataires"


class NoticeCode(Labelled):
    """The rows of the notice matrix."""

    O1 = "O1", "horaires ou fermeture prévus : ligne, site de la CAF, CDAS"
    O2 = "O2", "fermeture imprévue : grève, panne"
    O3 = "O3", "contact, référent, secteur ou adresse générique"
    O4 = "O4", "réorganisation, transfert de compétence"
    O5 = "O5", "nouveau canal, outil ou procédure"
    O6 = "O6", "lieux d’accueil, espaces France services"
    L1 = "L1", "loi : droits nouveaux"
    L2 = "L2", "loi : droits modifiés"
    L3 = "L3", "loi : collaboration seule, ou changement mineur"
    L4 = "L4", "revalorisation annuelle"
    L5 = "L5", "texte publié le jour de sa prise d’effet, ou après"
    D1 = "D1", "dispositif du Département touchant les allocataires"
    D2 = "D2", "aides du Département : secours d’urgence, FSL"
    G1 = "G1", "convention, écrit de référence ou règles"
    X1 = "X1", "correction ou retrait"


class ActorKind(Labelled):
    """The actors of the ASIP."""

    TOWN_HALL = "TOWN_HALL", "mairie"
    CCAS = "CCAS", "CCAS"
    CDAS = "CDAS", "CDAS"
    FRANCE_SERVICES = "FRANCE_SERVICES", "espace France services"
    ASSOCIATION = "ASSOCIATION", "association"
    OTHER = "OTHER", "autre acteur"


class Medium(Labelled):
    """What carries a delivery to its contact."""

    PORTAL = "PORTAL", "portail"
    MAIL = "MAIL", "courriel"
    WEBHOOK = "WEBHOOK", "webhook"
    FEED = "FEED", "flux"


class DeliveryStatus(Labelled):
    """The states of a delivery; `hub.domain.delivery.states` says which may follow which."""

    SCHEDULED = "SCHEDULED", "à envoyer"
    SENDING = "SENDING", "envoi en cours"
    RETRYING = "RETRYING", "nouvel essai prévu"
    ACCEPTED = "ACCEPTED", "accepté par le canal"
    SHOWN = "SHOWN", "affiché"
    TAKEN_IN_CHARGE = "TAKEN_IN_CHARGE", "pris en charge"
    CONCLUDED = "CONCLUDED", "terminé"
    FAILED = "FAILED", "échec"
    REDIRECTED = "REDIRECTED", "redirigé"
    ESCALATED = "ESCALATED", "escaladé"
    CANCELLED = "CANCELLED", "annulé"
