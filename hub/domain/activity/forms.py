"""The forms of the events that people record: one row per field, one form per type."""

from typing import Final

from hub.domain.activity.field import CORRECTS, TIME, Field, Form, Kind
from hub.domain.asking.field import YES_OR_NO, options_of
from hub.domain.indicators.vocabulary import (
    FeedbackKind,
    FeedbackRole,
    FeedbackTheme,
    Means,
    MeetingKind,
    QueryNature,
    TrainingKind,
)
from hub.domain.routing.situation_vocabulary import Answered, BenefitFamily, EmitterService
from hub.domain.vocabulary import Institution

_CODE: Final = "Un code n’a que des capitales, des chiffres, des tirets et des soulignés. N’écrivez jamais de nom."
_CDAS: Final = "Le code du CDAS dans l’annuaire, par exemple CDAS-07."

_TIME: Final = Field(
    TIME,
    "date et heure",
    Kind.MOMENT,
    "Quel jour, et à quelle heure ?",
    "Quand le fait s’est produit, et non quand vous l’enregistrez : il compte dans le mois de ce jour. "
    "L’heure peut manquer.",
)
_CORRECTS: Final = Field(
    CORRECTS,
    "corrige",
    Kind.REFERENCE,
    "Quel enregistrement cela remplace-t-il ?",
    "L’identifiant d’un enregistrement plus ancien du même système, pris sur son reçu : il ne compte plus, "
    "celui-ci compte à sa place.",
    optional=True,
)


def _held(day: str) -> tuple[Field, Field]:
    """The day of something that was held, and the time of day at which it began."""
    return (
        Field("held_on", "jour", Kind.DATE, f"Quel jour {day} ?", "La date, qui décide du mois où il compte."),
        Field(
            TIME,
            "heure",
            Kind.MOMENT,
            "À quelle heure ?",
            "L’heure du début, par exemple 14:30. Elle peut manquer.",
            optional=True,
        ),
    )


FORMS: Final = {
    form.type: form
    for form in (
        Form(
            "cdap_message.received",
            "message reçu par CDAP",
            "Compté dans V1.2 et V1.6.",
            (
                _TIME,
                Field(
                    "nature",
                    "nature",
                    Kind.CODE,
                    "De quelle nature est le message ?",
                    f"Un code de la liste que tient la CAF, par exemple DOSSIER_STATUS. {_CODE}",
                ),
                Field(
                    "urgent",
                    "urgent",
                    Kind.YES_NO,
                    "Le message signale-t-il une urgence ?",
                    "Oui lorsque le message porte sur une situation urgente d’accès aux droits (article I.2).",
                    YES_OR_NO,
                ),
                Field(
                    "keyword_present",
                    "mot-clé présent",
                    Kind.YES_NO,
                    "Porte-t-il le mot-clé convenu ?",
                    "Le mot-clé est « URGENCE DEFINIE » (article I.2).",
                    YES_OR_NO,
                ),
                Field(
                    "information_available",
                    "information disponible",
                    Kind.CHOICE,
                    "L’information se trouvait-elle dans CDAP ?",
                    "De l’avis de la CAF : l’expéditeur pouvait-il la lire dans CDAP sans écrire ? Compté dans V1.6.",
                    options_of(Answered),
                ),
                Field(
                    "response_hours",
                    "délai de réponse en heures",
                    Kind.DECIMAL,
                    "En combien d’heures a-t-il reçu une réponse ?",
                    "Du message à la réponse, par exemple 22,5. Rien s’il n’y a pas eu de réponse ou de mesure.",
                    optional=True,
                    most=100_000,
                ),
                Field("cdas", "CDAS", Kind.ONE_CDAS, "De quel CDAS vient-il ?", _CDAS, optional=True),
                _CORRECTS,
            ),
        ),
        Form(
            "social_worker_query.received",
            "interpellation d’un travailleur social de la CAF",
            "Comptée dans V2.1.",
            (
                _TIME,
                Field(
                    "origin",
                    "origine",
                    Kind.CHOICE,
                    "Quel service a interpellé ?",
                    "Le service du professionnel qui interpelle, jamais son nom.",
                    options_of(EmitterService),
                ),
                Field(
                    "nature",
                    "nature",
                    Kind.CHOICE,
                    "Que demandait-il ?",
                    "L’objet de l’interpellation, au plus près.",
                    options_of(QueryNature),
                ),
                _CORRECTS,
            ),
        ),
        Form(
            "training.held",
            "formation ou sensibilisation",
            "Comptée dans V1.1, V1.3 et V2.4.",
            (
                Field(
                    "kind",
                    "sorte",
                    Kind.CHOICE,
                    "Quelle session ?",
                    "Chaque sorte de session nourrit son propre indicateur.",
                    options_of(TrainingKind),
                ),
                *_held("a-t-elle eu lieu"),
                Field(
                    "site",
                    "site",
                    Kind.CODE,
                    "Sur quel site de la CAF ?",
                    f"Le code du site ; rien si la session s’est tenue ailleurs. {_CODE}",
                    optional=True,
                ),
                Field(
                    "cdas",
                    "CDAS",
                    Kind.CDAS,
                    "Quels CDAS y ont pris part ?",
                    "Leurs codes, par exemple CDAS-07 | CDAS-12. Rien si aucun.",
                    optional=True,
                ),
                Field(
                    "participants",
                    "participants",
                    Kind.WHOLE,
                    "Combien de personnes y ont pris part ?",
                    "Un nombre, sans liste de présence.",
                    most=100_000,
                ),
                Field(
                    "audience_size",
                    "public visé",
                    Kind.WHOLE,
                    "Combien de personnes sont à former en tout ?",
                    "Le nombre que donne la CAF ; il sert au taux de V1.1. Rien s’il n’est pas connu.",
                    optional=True,
                    most=100_000,
                ),
                _CORRECTS,
            ),
            day="held_on",
        ),
        Form(
            "meeting.held",
            "réunion de la convention",
            "Gardée pour le suivi de la convention.",
            (
                Field(
                    "kind",
                    "sorte",
                    Kind.CHOICE,
                    "Quelle réunion ?",
                    "Réunions du suivi de la convention, et rencontres locales de l’article I.3.",
                    options_of(MeetingKind),
                ),
                *_held("a-t-elle eu lieu"),
                Field(
                    "attended_by",
                    "participation",
                    Kind.CHOICES,
                    "Qui y était représenté ?",
                    "Les institutions présentes, jamais les personnes.",
                    options_of(Institution),
                ),
                Field(
                    "epci",
                    "EPCI",
                    Kind.EPCI,
                    "Quels EPCI concernait-elle ?",
                    "Leurs numéros SIREN, par exemple 243500139. Rien si elle n’en concernait aucun en particulier.",
                    optional=True,
                ),
                Field(
                    "requested_by",
                    "demandée par",
                    Kind.CHOICE,
                    "Qui l’a demandée ?",
                    "L’institution qui l’a demandée ; rien pour une réunion régulière.",
                    options_of(Institution, "PARTNER"),
                    optional=True,
                ),
                Field(
                    "reason",
                    "motif",
                    Kind.CODE,
                    "Pour quel motif ?",
                    f"Le code du motif d’une réunion exceptionnelle. {_CODE}",
                    optional=True,
                    only=("kind", frozenset({MeetingKind.SPECIAL.value})),
                ),
                Field(
                    "agenda",
                    "ordre du jour",
                    Kind.CODES,
                    "Quels sujets à l’ordre du jour ?",
                    f"Les codes des sujets, par exemple PRIORITY_LINE | NOTICES. {_CODE}",
                    optional=True,
                ),
                _CORRECTS,
            ),
            day="held_on",
        ),
        Form(
            "field_feedback.submitted",
            "retour du terrain",
            "Compté dans V1.4 et V2.3 ; son texte est relu avant d’être montré.",
            (
                _TIME,
                Field(
                    "theme",
                    "thème",
                    Kind.CHOICE,
                    "Sur quel sujet ?",
                    "Le sujet de la convention dont il s’agit.",
                    options_of(FeedbackTheme),
                ),
                Field(
                    "kind",
                    "sorte",
                    Kind.CHOICE,
                    "Est-ce une réussite ou un point à améliorer ?",
                    "Un retour dit une chose ; s’il en dit deux, enregistrez-en deux.",
                    options_of(FeedbackKind),
                ),
                Field(
                    "score",
                    "note",
                    Kind.WHOLE,
                    "Quelle note, de 1 à 5 ?",
                    "De 1 (mauvais) à 5 (très bon). Rien si vous ne voulez pas noter.",
                    optional=True,
                    least=1,
                    most=5,
                ),
                Field(
                    "text",
                    "texte",
                    Kind.TEXT,
                    "En quelques mots ?",
                    "Ni nom, ni coordonnées, ni situation reconnaissable : le texte est relu, puis peut être lu par "
                    "tous. Rien si vous n’avez rien à ajouter.",
                    optional=True,
                    most=1_000,
                ),
                Field(
                    "role",
                    "fonction",
                    Kind.CHOICE,
                    "Quelle est la fonction de la personne qui le donne ?",
                    "Sa fonction seule, jamais son nom.",
                    options_of(FeedbackRole),
                ),
                Field(
                    "year",
                    "année",
                    Kind.WHOLE,
                    "Sur quelle année porte-t-il ?",
                    "L’année civile dont il parle, qui peut être passée.",
                    least=2019,
                    most=2200,
                ),
                _CORRECTS,
            ),
        ),
        Form(
            "benefit_urgency.contacted",
            "appel de la ligne directe, ou formulaire, sans lien avec une situation suivie",
            "Compté dans V1.4.",
            (
                _TIME,
                Field(
                    "means",
                    "moyen",
                    Kind.CHOICE,
                    "Par quel moyen ?",
                    "La ligne téléphonique directe, ou le formulaire de CDAP quand elle est fermée (article I.2).",
                    options_of(Means),
                ),
                Field(
                    "line_open",
                    "ligne ouverte",
                    Kind.YES_NO,
                    "La ligne était-elle ouverte à ce moment ?",
                    "« hub calendar » le dit pour n’importe quel instant.",
                    YES_OR_NO,
                ),
                Field(
                    "keyword_present",
                    "mot-clé présent",
                    Kind.YES_NO,
                    "Le formulaire portait-il le mot-clé convenu ?",
                    "Le mot-clé est « URGENCE DEFINIE » (article I.2).",
                    YES_OR_NO,
                    optional=True,
                    only=("means", frozenset({Means.CDAP_FORM.value})),
                ),
                Field(
                    "duration_minutes",
                    "durée en minutes",
                    Kind.WHOLE,
                    "Combien de minutes l’appel a-t-il duré ?",
                    "En minutes entières. Rien si la durée n’a pas été relevée.",
                    optional=True,
                    most=1_440,
                    only=("means", frozenset({Means.PRIORITY_LINE.value})),
                ),
                Field(
                    "reached",
                    "réponse obtenue",
                    Kind.YES_NO,
                    "Quelqu’un a-t-il répondu ?",
                    "Oui si un agent de la CAF a répondu.",
                    YES_OR_NO,
                ),
                Field(
                    "out_of_scope",
                    "hors définition",
                    Kind.YES_NO,
                    "Le contact sortait-il de la définition de l’urgence ?",
                    "Oui s’il ne s’agissait d’aucune des urgences de l’article I.2, ou si ce n’était pas un CDAS.",
                    YES_OR_NO,
                ),
                Field(
                    "benefit_kind",
                    "prestation",
                    Kind.CHOICE,
                    "Quelle prestation ?",
                    "AAH et RSA ont une définition de l’urgence à part (article I.2).",
                    options_of(BenefitFamily),
                ),
                Field("cdas", "CDAS", Kind.ONE_CDAS, "Quel CDAS a appelé ?", _CDAS, optional=True),
                _CORRECTS,
            ),
            alone=True,
        ),
    )
}
"""Every form, by event type, in the order in which the types are proposed."""
