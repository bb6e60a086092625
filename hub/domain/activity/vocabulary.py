"""The closed lists of the events that people record, with their French labels."""

from hub.domain.vocabulary import Labelled


class QueryNature(Labelled):
    """What a social worker of the CAF was asked for (V2.1)."""

    ADVICE = "ADVICE", "conseil"
    REFERRAL = "REFERRAL", "orientation"
    HANDOVER = "HANDOVER", "passage de relais"
    JOINT_INTERVENTION = "JOINT_INTERVENTION", "co-intervention"
    URGENCY = "URGENCY", "situation urgente"
    REQUEST_INSTRUCTION = "REQUEST_INSTRUCTION", "instruction d’une demande ou d’un dossier"
    OTHER = "OTHER", "autre"


class TrainingKind(Labelled):
    """Which session was held (V1.1, V1.3, V2.4)."""

    ASIP_FOR_CAF_FRONT_OFFICE = (
        "ASIP_FOR_CAF_FRONT_OFFICE",
        "modalités de l’ASIP, pour les conseillers de service à l’usager",
    )
    CDAP_WORKSHOP = "CDAP_WORKSHOP", "atelier de pratique de CDAP"
    CD35_MISSIONS_FOR_CAF = "CD35_MISSIONS_FOR_CAF", "missions du Département, pour la CAF"
    CAF_MISSIONS_FOR_CDAS = "CAF_MISSIONS_FOR_CDAS", "missions de la CAF, pour les CDAS"


class MeetingKind(Labelled):
    """Which meeting of the convention was held."""

    MONTHLY_TECHNICAL = "MONTHLY_TECHNICAL", "réunion technique mensuelle"
    FOLLOW_UP_COMMITTEE = "FOLLOW_UP_COMMITTEE", "comité de suivi annuel"
    SPECIAL = "SPECIAL", "réunion exceptionnelle"
    LOCAL_NETWORK = "LOCAL_NETWORK", "rencontre du réseau local"
    LOCAL_GOVERNANCE = "LOCAL_GOVERNANCE", "instance de gouvernance locale"


class FeedbackTheme(Labelled):
    """What field feedback is about (V1.4, V2.3)."""

    PRIORITY_LINE = "PRIORITY_LINE", "ligne téléphonique directe"
    CDAP = "CDAP", "CDAP"
    REFERRALS = "REFERRALS", "orientations"
    URGENCIES = "URGENCIES", "situations urgentes"
    HANDOVER = "HANDOVER", "passage de relais"
    JOINT_INTERVENTION = "JOINT_INTERVENTION", "co-intervention"
    NOTICES = "NOTICES", "information préalable"
    OTHER = "OTHER", "autre sujet"


class FeedbackKind(Labelled):
    """Whether feedback tells what works, or what could work better."""

    SUCCESS = "SUCCESS", "réussite"
    IMPROVEMENT = "IMPROVEMENT", "point à améliorer"


class FeedbackRole(Labelled):
    """Who gives feedback, by function."""

    CAF_SOCIAL_WORKER = "CAF_SOCIAL_WORKER", "travailleur social de la CAF"
    CDAS_MANAGER = "CDAS_MANAGER", "responsable de CDAS"
    OTHER = "OTHER", "autre fonction"


class UrgencyMeans(Labelled):
    """By which means the CAF was reached in an urgency (V1.4)."""

    PRIORITY_LINE = "PRIORITY_LINE", "ligne téléphonique directe"
    CDAP_FORM = "CDAP_FORM", "formulaire de contact de CDAP"
