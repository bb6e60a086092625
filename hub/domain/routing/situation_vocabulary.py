"""The closed lists of the data of situations (contract, section 3), with the words that a reception desk uses."""

from hub.domain.vocabulary import Labelled


class EmitterService(Labelled):
    """The desk that receives the person."""

    CDAS_RECEPTION = "CDAS_RECEPTION", "accueil d’un CDAS"
    CDAS_SOCIAL_WORKER = "CDAS_SOCIAL_WORKER", "travailleur social d’un CDAS"
    CAF_RECEPTION = "CAF_RECEPTION", "accueil de la CAF"
    CAF_BENEFITS = "CAF_BENEFITS", "Service Prestations-Relations de service de la CAF"
    CAF_SOCIAL_WORK = "CAF_SOCIAL_WORK", "service social de la CAF"
    CCAS = "CCAS", "CCAS"
    TOWN_HALL = "TOWN_HALL", "mairie"
    FRANCE_SERVICES = "FRANCE_SERVICES", "espace France services"
    ASSOCIATION = "ASSOCIATION", "association"
    OTHER = "OTHER", "autre lieu d’accueil"


class Need(Labelled):
    """Why the person comes: the « motif de la demande »."""

    BENEFIT = "BENEFIT", "une prestation de la CAF"
    DEPARTMENT_AID = "DEPARTMENT_AID", "une aide du Département"
    SOCIAL_SUPPORT = "SOCIAL_SUPPORT", "un accompagnement social"


class Answered(Labelled):
    """A question that may have no answer yet."""

    YES = "YES", "oui"
    NO = "NO", "non"
    NOT_KNOWN = "NOT_KNOWN", "on ne sait pas"


class Scheme(Labelled):
    """The social protection scheme of the household."""

    CAF = "CAF", "CAF"
    MSA = "MSA", "MSA"
    OTHER = "OTHER", "autre régime"
    NOT_KNOWN = "NOT_KNOWN", "on ne sait pas"


class LifeEventKind(Labelled):
    """The life events of annexe 2; any other one is OTHER."""

    SEPARATION = "SEPARATION", "une séparation"
    PARENT_DEATH = "PARENT_DEATH", "le décès d’un parent"
    CHILD_DEATH = "CHILD_DEATH", "le décès d’un enfant, y compris in utero"
    LONE_PARENT_CHILD = "LONE_PARENT_CHILD", "l’arrivée d’un enfant dans une famille monoparentale"
    PARTNER_DEATH = "PARTNER_DEATH", "le décès du conjoint"
    OTHER = "OTHER", "un autre évènement"


class SupportedBy(Labelled):
    """Who accompanies, or accompanied, the household."""

    CAF = "CAF", "le service social de la CAF"
    CD35 = "CD35", "un CDAS"
    OTHER = "OTHER", "un autre organisme"


class SupportStatus(Labelled):
    """Whether the accompaniment goes on."""

    OPEN = "OPEN", "en cours"
    CLOSED = "CLOSED", "clôturé"


class ChildProtection(Labelled):
    """What is known about the protection of a child."""

    NONE = "NONE", "rien de connu"
    KNOWN_TO_CDAS = "KNOWN_TO_CDAS", "situation connue du CDAS"
    IMMEDIATE_DANGER = "IMMEDIATE_DANGER", "danger grave et immédiat"


class BenefitFamily(Labelled):
    """Benefits as the definition of urgency tells them apart (R19, R20)."""

    AAH = "AAH", "AAH"
    RSA = "RSA", "RSA"
    OTHER = "OTHER", "une autre prestation"


class BenefitChange(Labelled):
    """What happened to the payment."""

    NONE = "NONE", "pas de changement"
    INTERRUPTED = "INTERRUPTED", "versement interrompu"
    STRONG_DECREASE = "STRONG_DECREASE", "forte diminution"
    DECREASE = "DECREASE", "diminution"


class UrgencyCategory(Labelled):
    """The social urgencies of article II.5."""

    FOOD = "FOOD", "aide alimentaire"
    HOUSING = "HOUSING", "hébergement, logement"
    ENERGY_CUT = "ENERGY_CUT", "coupure d’énergie"
    CHILD_PROTECTION = "CHILD_PROTECTION", "protection de l’enfance"
    DOMESTIC_VIOLENCE = "DOMESTIC_VIOLENCE", "violences conjugales"
    OTHER = "OTHER", "autre urgence"


class Direction(Labelled):
    """From which social work service to which."""

    CDAS_TO_CAF = "CDAS_TO_CAF", "du CDAS vers le service social de la CAF"
    CAF_TO_CDAS = "CAF_TO_CDAS", "du service social de la CAF vers le CDAS"


class Link(Labelled):
    """The link between the household and its worker."""

    STRONG = "STRONG", "fort"
    WEAK = "WEAK", "faible"
    NONE = "NONE", "rompu ou absent"


class HandoverReason(Labelled):
    """Why a support is handed over."""

    WEAK_LINK = "WEAK_LINK", "la relation de confiance ne s’est pas instaurée"
    LASTING_DIFFICULTIES = "LASTING_DIFFICULTIES", "difficultés durables, sans lien avec l’évènement"
    OTHER = "OTHER", "autre motif"


class JointReason(Labelled):
    """Why two services act together."""

    COMPLEMENTARY_SKILLS = "COMPLEMENTARY_SKILLS", "compétences complémentaires"
    COMPLEXITY = "COMPLEXITY", "complexité de la situation"


class OtherProfessional(Labelled):
    """The professional with whom a joint intervention is asked."""

    CDAS_SOCIAL_WORKER = "CDAS_SOCIAL_WORKER", "travailleur social d’un CDAS"
    CAF_SOCIAL_WORKER = "CAF_SOCIAL_WORKER", "travailleur social de la CAF"
    PMI = "PMI", "PMI"
    SCHOOL_SOCIAL_WORKER = "SCHOOL_SOCIAL_WORKER", "assistant social scolaire"
    CHILD_PLACEMENT_WORKER = "CHILD_PLACEMENT_WORKER", "travailleur social chargé d’un placement"
    RSA_REFERENT = "RSA_REFERENT", "référent RSA"
    OTHER = "OTHER", "autre professionnel"
