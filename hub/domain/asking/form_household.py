"""The form's second part: who accompanies the household, what is known of it, and its life event."""

from typing import Final

from hub.domain.asking.field import YES_OR_NO, Field, both, given, options_of
from hub.domain.asking.form_request import REFERRAL, SOCIAL_URGENCY, any_request
from hub.domain.asking.question import NO, NOT_KNOWN, YES, Kind, Option
from hub.domain.routing.situation_vocabulary import EmitterService, LifeEventKind, Scheme

THIS_YEAR: Final = "2026-01-15"
LAST_YEAR: Final = "2025-01-15"
TWO_YEARS_AGO: Final = "2024-06-15"
LONG_AGO: Final = "2020-01-15"
_DATES: Final = (THIS_YEAR, LAST_YEAR, TWO_YEARS_AGO, LONG_AGO)

ANY_OWN_CDAS: Final = "OWN"
ANY_WORKERS_CDAS: Final = "WORKERS"

OPEN: Final = "OPEN"
CLOSED: Final = "CLOSED"

DATED: Final = tuple(kind.value for kind in LifeEventKind if kind is not LifeEventKind.OTHER)
PLANNED: Final = (LifeEventKind.SEPARATION.value, LifeEventKind.LONE_PARENT_CHILD.value)

_asks_support = given("request", REFERRAL, SOCIAL_URGENCY)
_is_urgency = given("request", SOCIAL_URGENCY)
_is_known = given("support", YES)
_of_cdas = given("emitter.service", EmitterService.CDAS_RECEPTION, EmitterService.CDAS_SOCIAL_WORKER)

SUPPORT: Final = (
    Field(
        "support",
        Kind.YES_NO,
        "Un travailleur social accompagne-t-il la personne, ou l’a-t-il accompagnée ?",
        "Un accompagnement en cours se poursuit, et personne ne recommence de zéro. Au besoin, demandez à la personne.",
        _asks_support,
        options=YES_OR_NO,
        may_be_unknown=True,
    ),
    Field(
        "support.caf",
        Kind.CHOICE,
        "Est-ce un travailleur social de la CAF ?",
        "Un accompagnement clôturé n’ouvre pas les mêmes droits qu’un accompagnement en cours.",
        _is_known,
        options=(
            Option(OPEN, "oui, l’accompagnement est en cours"),
            Option(CLOSED, "oui, mais l’accompagnement est clôturé"),
            Option(NO, "non"),
        ),
    ),
    Field(
        "support.caf.same_event",
        Kind.YES_NO,
        "Cet accompagnement clôturé portait-il sur le même évènement que la demande d’aujourd’hui ?",
        "Après une clôture pour le même évènement, le CDAS évalue la nouvelle demande.",
        given("support.caf", CLOSED),
        options=YES_OR_NO,
    ),
    Field(
        "support.caf.worker_absent",
        Kind.YES_NO,
        "Ce travailleur social de la CAF est-il absent ?",
        "En son absence, son service répond tout de même à l’urgence.",
        both(_is_urgency, given("support.caf", OPEN)),
        options=YES_OR_NO,
    ),
    Field(
        "support.cd35",
        Kind.CHOICE,
        "Un travailleur social d’un CDAS l’accompagne-t-il en ce moment ?",
        "Tous les travailleurs sociaux qui accompagnent la personne sont sollicités.",
        _is_known,
        options=(Option(OPEN, "oui"), Option(NO, "non, ou plus maintenant")),
    ),
    Field(
        "support.cd35.cdas",
        Kind.CDAS,
        "De quel CDAS est ce travailleur social ?",
        "Ce n’est pas toujours celui du domicile. Sans réponse, le CDAS du domicile est sollicité.",
        given("support.cd35", OPEN),
        may_be_unknown=True,
        stand_ins=(ANY_WORKERS_CDAS,),
    ),
    Field(
        "support.cd35.worker_absent",
        Kind.YES_NO,
        "Ce travailleur social du CDAS est-il absent ?",
        "En son absence, le responsable du CDAS est sollicité.",
        both(_is_urgency, given("support.cd35", OPEN)),
        options=YES_OR_NO,
    ),
    Field(
        "support.other",
        Kind.CHOICE,
        "Un travailleur social d’un autre organisme l’accompagne-t-il en ce moment ?",
        "Un établissement, une association, la MSA… : ce référent est sollicité lui aussi.",
        _is_known,
        options=(Option(OPEN, "oui"), Option(NO, "non, ou plus maintenant")),
    ),
    Field(
        "child_protection",
        Kind.YES_NO,
        "Le CDAS suit-il le ménage au titre de la protection de l’enfance ?",
        "Dans ce cas le CDAS poursuit son intervention. Sans information, répondez non.",
        any_request,
        options=YES_OR_NO,
    ),
)

HOUSEHOLD: Final = (
    Field(
        "life_event.kind",
        Kind.CHOICE,
        "Quel évènement a touché la famille ?",
        "Le service social de la CAF intervient en premier après certains évènements de la vie familiale.",
        any_request,
        options=options_of(LifeEventKind, OTHER="aucun de ceux-là"),
    ),
    Field(
        "household.dependent_child",
        Kind.YES_NO,
        "Y a-t-il un enfant à charge ?",
        "Le service social de la CAF accompagne d’abord les familles avec enfant.",
        given("life_event.kind", *DATED),
        options=YES_OR_NO,
        may_be_unknown=True,
        alike={NOT_KNOWN: YES},
    ),
    Field(
        "life_event.planned",
        Kind.YES_NO,
        "L’évènement est-il encore à venir ?",
        "Un évènement à venir ouvre déjà le service social de la CAF.",
        given("life_event.kind", *PLANNED),
        options=YES_OR_NO,
        texts=(
            "life_event.kind",
            {
                LifeEventKind.SEPARATION: "La séparation est-elle encore en projet ?",
                LifeEventKind.LONE_PARENT_CHILD: "La naissance est-elle encore à venir ?",
            },
        ),
    ),
    Field(
        "life_event.date",
        Kind.DATE,
        "Quand l’évènement a-t-il eu lieu ?",
        "Le service social de la CAF intervient pendant un temps limité : deux ans, ou un an après une naissance.",
        given("life_event.kind", *DATED),
        may_be_unknown=True,
        stand_ins=_DATES,
        texts=(
            "life_event.kind",
            {
                LifeEventKind.SEPARATION: "Quand la séparation a-t-elle eu lieu ?",
                LifeEventKind.LONE_PARENT_CHILD: "Quand l’enfant est-il né ?",
                LifeEventKind.PARENT_DEATH: "Quand le décès a-t-il eu lieu ?",
                LifeEventKind.CHILD_DEATH: "Quand le décès a-t-il eu lieu ?",
                LifeEventKind.PARTNER_DEATH: "Quand le décès a-t-il eu lieu ?",
            },
        ),
    ),
    Field(
        "life_event.declared_on",
        Kind.DATE,
        "Quand l’évènement a-t-il été déclaré ?",
        "À défaut de la date de l’évènement, celle de sa déclaration sert de repère.",
        given("life_event.date", NOT_KNOWN),
        may_be_unknown=True,
        stand_ins=_DATES,
    ),
    Field(
        "household.caf_beneficiary",
        Kind.YES_NO,
        "La personne est-elle allocataire de la CAF ?",
        "Le service social de la CAF accompagne les allocataires de la CAF.",
        any_request,
        options=YES_OR_NO,
        may_be_unknown=True,
        alike={NOT_KNOWN: YES},
    ),
    Field(
        "household.scheme",
        Kind.CHOICE,
        "De quel régime de protection sociale relève le ménage ?",
        "Les ménages qui relèvent de la MSA sont accompagnés par le CDAS.",
        any_request,
        options=options_of(Scheme, NOT_KNOWN),
        may_be_unknown=True,
        alike={Scheme.OTHER.value: Scheme.CAF.value, NOT_KNOWN: Scheme.CAF.value},
    ),
    Field(
        "emitter.cdas",
        Kind.CDAS,
        "Dans quel CDAS travaillez-vous ?",
        "Quand le domicile ne désigne pas de CDAS, le vôtre répond.",
        both(any_request, _of_cdas),
        may_be_unknown=True,
        stand_ins=(ANY_OWN_CDAS,),
    ),
)
