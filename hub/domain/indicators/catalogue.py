"""The indicators: where the convention asks for each, and how it is counted. Texts are French, for the reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.indicators.transfers import TRANSFER_TYPES


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: `quote` is a short extract of the convention, "" for what both institutions added.

    `fed_by`: the event types without which there is nothing to show.
    """

    id: str
    title: str
    article: str
    quote: str
    definition: str
    fed_by: frozenset[str]


_ROWS: Final = (
    Indicator(
        "V1.1",
        "Sensibilisation des conseillers de service à l’usager à l’ASIP",
        "Suivi, volet I",
        "modalités de l’ASIP auprès des conseillers de service à l’usager",
        "Nombre d’actions de sensibilisation et de participants. Le taux d’atteinte rapporte le nombre de participants "
        "au dernier effectif communiqué par la CAF : une personne venue deux fois compte deux fois.",
        frozenset({"training.held"}),
    ),
    Indicator(
        "V1.2",
        "Flux et nature des messages reçus dans CDAP",
        "Suivi, volet I",
        "évolution des flux et nature des mails reçus dans CDAP",
        "Nombre de messages reçus, part des messages signalés urgents, et évolution par rapport aux mêmes mois de "
        "l’année précédente.",
        frozenset({"cdap_message.received"}),
    ),
    Indicator(
        "V1.3",
        "Ateliers de pratique de CDAP",
        "Suivi, volet I",
        "déploiement effectif d’ateliers de pratique de CDAP",
        "Nombre d’ateliers et de participants, et part des 22 CDAS qui ont pris part à un atelier au moins.",
        frozenset({"training.held"}),
    ),
    Indicator(
        "V1.4",
        "Utilisation de la ligne téléphonique directe",
        "Suivi, volet I",
        "utilisation de la ligne téléphonique selon le cadre posé",
        "Nombre d’appels, part des appels conformes à la définition de l’urgence, part des appels aboutis, appels hors "
        "des horaires d’ouverture, délai médian de traitement des situations concernées et retours de terrain. Le "
        "formulaire de CDAP, qui prend le relais quand la ligne est fermée, est compté à part.",
        frozenset({"benefit_urgency.contacted", "benefit_urgency.handled", "field_feedback.submitted"}),
    ),
    Indicator(
        "V1.5",
        "Orientations injustifiées du public",
        "I.2",
        "le nombre d’orientations injustifiées du public",
        "Part des orientations jugées injustifiées par le service qui les reçoit, parmi celles sur lesquelles il s’est "
        "prononcé. Celles dont on ne sait pas si elles étaient justifiées sont comptées à part.",
        frozenset({"referral.concluded"}),
    ),
    Indicator(
        "V1.6",
        "Sollicitations injustifiées par CDAP",
        "I.2",
        "le nombre de sollicitations injustifiées via CDAP",
        "Part des messages dont la réponse figurait déjà dans CDAP, de l’avis de la CAF, parmi tous les messages "
        "reçus. Ceux pour lesquels on ne sait pas sont comptés à part.",
        frozenset({"cdap_message.received"}),
    ),
    Indicator(
        "V2.1",
        "Interpellations des travailleurs sociaux de la CAF",
        "Suivi, volet II",
        "nature des interpellations auprès des travailleurs sociaux CAF",
        "Nombre d’interpellations, par origine et par nature.",
        frozenset({"social_worker_query.received"}),
    ),
    Indicator(
        "V2.2",
        "Orientations pour l’instruction d’une demande",
        "Suivi, volet II",
        "pour l’instruction de demandes ou de dossiers",
        "Nombre d’orientations faites seulement pour l’instruction d’une demande, alors que le service qui oriente "
        "accompagne la personne. Le sens est celui du service qui oriente.",
        frozenset({"referral.concluded"}),
    ),
    Indicator(
        "V2.3",
        "Passages de relais et co-interventions : qualité de la relation partenariale",
        "Suivi, volet II",
        "permettent une relation partenariale apaisée",
        "Note moyenne (de 1 à 5) et nombre des retours de terrain sur ces deux sujets. À titre indicatif : part des "
        "demandes de relais précédées d’une communication, part des demandes acceptées ou validées parmi celles qui "
        "ont reçu une réponse, délai médian entre la demande et la concertation ou l’échange.",
        frozenset(
            {
                "handover.requested",
                "handover.accepted",
                "handover.refused",
                "joint_intervention.requested",
                "joint_intervention.validated",
                "joint_intervention.refused",
                "field_feedback.submitted",
            }
        ),
    ),
    Indicator(
        "V2.4",
        "Sensibilisation aux missions des deux services sociaux",
        "Suivi, volet II",
        "actions de sensibilisation sur les missions du service social départemental",
        "Nombre d’actions dans chaque sens, et part des 22 CDAS qui y ont pris part.",
        frozenset({"training.held"}),
    ),
    Indicator(
        "V2.5",
        "Situations urgentes orientées vers la CAF sans accompagnement en cours ni traitement de l’urgence",
        "Suivi, volet II",
        "alors que l’accompagnement n’est pas en cours et sans traitement de l’urgence",
        "Nombre de situations signalées par un CDAS et orientées vers le service social de la CAF, sans accompagnement "
        "de la CAF en cours et sans que l’urgence ait été traitée. Chaque situation compte une fois, au mois du "
        "premier signalement concerné ; la protection de l’enfance est comptée avec les autres urgences.",
        frozenset({"social_urgency.reported"}),
    ),
    Indicator(
        "A1",
        "Informations préalables aux changements",
        "I.4",
        "",
        "Part des informations publiées avant la date d’effet du changement, délai de prévenance médian, et part des "
        "accusés de lecture donnés avant cette date parmi ceux qui sont demandés. Chaque information compte une fois, "
        "avec sa première publication et sa dernière date d’effet ; celles qui sont retirées ne comptent pas.",
        frozenset({"notice.published", "notice.corrected"}),
    ),
    Indicator(
        "A2",
        "Volume des échanges",
        "Suivi",
        "",
        "Demandes d’orientation selon leur issue et le service proposé, passages de relais et co-interventions selon "
        "leur dernier état, situations urgentes signalées, et nombre brut des refus faute d’accord de la personne.",
        frozenset({"referral.requested", "benefit_urgency.reported", "social_urgency.reported"}).union(
            *TRANSFER_TYPES.values()
        ),
    ),
)

INDICATORS: Final[Mapping[str, Indicator]] = {row.id: row for row in _ROWS}
"""Every indicator by its id, in the order of the reports."""
