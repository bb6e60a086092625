"""The closed lists that only the indicators read, and the French label of every dimension's symbols."""

from collections.abc import Mapping
from typing import Final

from hub.domain.routing.situation_vocabulary import Answered, BenefitFamily, EmitterService, UrgencyCategory
from hub.domain.vocabulary import Institution, Labelled, NoticeCode, Outcome, Service

NOT_GIVEN: Final = "non précisé"
"""The label of an empty symbol."""


class FlowDirection(Labelled):
    """From which institution to which."""

    CDAS_TO_CAF = "CDAS_TO_CAF", "du CDAS vers la CAF"
    CAF_TO_CDAS = "CAF_TO_CDAS", "de la CAF vers le CDAS"
    OTHER = "OTHER", "autre"


class UnjustifiedReason(Labelled):
    """Why a referral was unjustified (C21)."""

    WRONG_SERVICE = "WRONG_SERVICE", "mauvais service"
    INFORMATION_IN_CDAP = "INFORMATION_IN_CDAP", "information disponible dans CDAP"
    ALREADY_SUPPORTED = "ALREADY_SUPPORTED", "personne déjà accompagnée"
    OUT_OF_PERIMETER = "OUT_OF_PERIMETER", "hors du périmètre d’intervention"
    NOT_URGENT = "NOT_URGENT", "pas d’urgence"


class RequestKind(Labelled):
    """What is to be filled in."""

    HOUSING_FUND = "HOUSING_FUND", "fonds de solidarité pour le logement (FSL)"
    EMERGENCY_AID = "EMERGENCY_AID", "secours d’urgence"
    CAF_AID = "CAF_AID", "aide de la CAF"
    OTHER = "OTHER", "autre demande"


class QueryNature(Labelled):
    """What a CAF social worker is asked for."""

    ADVICE = "ADVICE", "conseil"
    REFERRAL = "REFERRAL", "orientation"
    HANDOVER = "HANDOVER", "passage de relais"
    JOINT_INTERVENTION = "JOINT_INTERVENTION", "co-intervention"
    URGENCY = "URGENCY", "situation urgente"
    REQUEST_INSTRUCTION = "REQUEST_INSTRUCTION", "instruction d’une demande"
    OTHER = "OTHER", "autre"


class TrainingKind(Labelled):
    """The sessions that the convention foresees."""

    ASIP_FOR_CAF_FRONT_OFFICE = "ASIP_FOR_CAF_FRONT_OFFICE", "l’ASIP pour les conseillers de service à l’usager"
    CDAP_WORKSHOP = "CDAP_WORKSHOP", "atelier de pratique de CDAP"
    CD35_MISSIONS_FOR_CAF = "CD35_MISSIONS_FOR_CAF", "missions du service social départemental, pour la CAF"
    CAF_MISSIONS_FOR_CDAS = "CAF_MISSIONS_FOR_CDAS", "missions du service social de la CAF, pour les CDAS"


class MeetingKind(Labelled):
    """The meetings of the two institutions and of the local networks."""

    MONTHLY_TECHNICAL = "MONTHLY_TECHNICAL", "réunion technique mensuelle"
    FOLLOW_UP_COMMITTEE = "FOLLOW_UP_COMMITTEE", "comité de suivi"
    SPECIAL = "SPECIAL", "réunion particulière"
    LOCAL_NETWORK = "LOCAL_NETWORK", "réseau local"
    LOCAL_GOVERNANCE = "LOCAL_GOVERNANCE", "instance locale de gouvernance"


class FeedbackTheme(Labelled):
    """What a field feedback is about."""

    PRIORITY_LINE = "PRIORITY_LINE", "ligne téléphonique directe"
    CDAP = "CDAP", "CDAP"
    REFERRALS = "REFERRALS", "orientations"
    URGENCIES = "URGENCIES", "situations urgentes"
    HANDOVER = "HANDOVER", "passages de relais"
    JOINT_INTERVENTION = "JOINT_INTERVENTION", "co-interventions"
    NOTICES = "NOTICES", "informations préalables"
    OTHER = "OTHER", "autre sujet"


class FeedbackKind(Labelled):
    """Whether it went well."""

    SUCCESS = "SUCCESS", "élément de réussite"
    IMPROVEMENT = "IMPROVEMENT", "point d’amélioration"


class FeedbackRole(Labelled):
    """Who gives a feedback, by function."""

    CAF_SOCIAL_WORKER = "CAF_SOCIAL_WORKER", "travailleur social de la CAF"
    CDAS_MANAGER = "CDAS_MANAGER", "responsable de CDAS"
    OTHER = "OTHER", "autre"


class Means(Labelled):
    """How the CAF was reached about an urgency."""

    PRIORITY_LINE = "PRIORITY_LINE", "ligne téléphonique directe"
    CDAP_FORM = "CDAP_FORM", "formulaire de contact de CDAP"


class Transfer(Labelled):
    """What passes between the two social work services."""

    HANDOVER = "handover", "passage de relais"
    JOINT_INTERVENTION = "joint_intervention", "co-intervention"


class TransferState(Labelled):
    """The last state of a hand-over or joint intervention."""

    REQUESTED = "requested", "demandé"
    POSTPONED = "postponed", "reporté"
    ACCEPTED = "accepted", "accepté"
    VALIDATED = "validated", "validé"
    REFUSED = "refused", "refusé"
    COMPLETED = "completed", "réalisé"
    ENDED = "ended", "terminé"


class UrgencyKind(Labelled):
    """The two urgencies of the convention."""

    BENEFIT = "benefit_urgency", "situation urgente d’accès aux droits"
    SOCIAL = "social_urgency", "situation sociale urgente"


class YesNo(Labelled):
    """A flag."""

    YES = "yes", "oui"
    NO = "no", "non"


def _labels(*lists: type[Labelled]) -> Mapping[str, str]:
    return {member.value: member.label for members in lists for member in members}


_BY_DIMENSION: Final[Mapping[str, Mapping[str, str]]] = {
    "direction": _labels(FlowDirection),
    "reason": _labels(UnjustifiedReason),
    "request_kind": _labels(RequestKind),
    "origin": _labels(EmitterService),
    "query": _labels(QueryNature),
    "training": _labels(TrainingKind),
    "meeting": _labels(MeetingKind),
    "theme": _labels(FeedbackTheme),
    "feedback": _labels(FeedbackKind),
    "role": _labels(FeedbackRole),
    "means": _labels(Means),
    "transfer": _labels(Transfer),
    "state": _labels(TransferState),
    "urgency": _labels(UrgencyKind),
    "flag": _labels(YesNo),
    "category": _labels(UrgencyCategory),
    "benefit_kind": _labels(BenefitFamily),
    "known": _labels(Answered),
    "outcome": _labels(Outcome),
    "service": _labels(Service),
    "issuer": _labels(Institution),
    "institution": _labels(Institution),
    "code": {code.value: f"{code.value} – {code.label}" for code in NoticeCode},
}

_OF_DIMENSION: Final[Mapping[str, str]] = {
    **dict.fromkeys(("urgent", "out_of_scope", "reached", "line_open", "communication", "prior"), "flag"),
    **dict.fromkeys(("justified", "information_available"), "known"),
    "answer": "state",
}
_OF_MEASURE: Final[Mapping[tuple[str, str], str]] = {
    ("queries", "nature"): "query",
    ("feedback", "kind"): "feedback",
    ("mission_sessions", "kind"): "training",
    ("mission_cdas", "kind"): "training",
    ("urgencies", "kind"): "urgency",
    ("meetings", "kind"): "meeting",
}

_UNKNOWN: Final = "valeur que le hub ne connaît pas"


def label_of(vocabulary: str, symbol: str) -> str:
    """The French label of a symbol; a code of no closed list (site, CDAS, nature of a message) is its own label."""
    if not symbol:
        return NOT_GIVEN
    if symbol == "UNKNOWN":
        return _UNKNOWN
    return _BY_DIMENSION.get(vocabulary, {}).get(symbol, symbol)


def dimension_label(measure: str, dimension: str, symbol: str) -> str:
    """The French label of a symbol of one of a measure's dimensions."""
    vocabulary = _OF_MEASURE.get((measure, dimension)) or _OF_DIMENSION.get(dimension, dimension)
    return label_of(vocabulary, symbol)
