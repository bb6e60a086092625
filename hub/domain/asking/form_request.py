"""The form's first part: who asks, for what; the urgency; the benefit; the hand-over and the joint intervention."""

from typing import Final

from hub.domain.asking.field import YES_OR_NO, Field, both, given, options_of
from hub.domain.asking.question import NO, NOT_KNOWN, OUTSIDE, YES, Kind, Option
from hub.domain.routing.situation_vocabulary import (
    BenefitChange,
    Direction,
    EmitterService,
    HandoverReason,
    JointReason,
    Link,
    Need,
    OtherProfessional,
    UrgencyCategory,
)

REFERRAL: Final = "REFERRAL"
SOCIAL_URGENCY: Final = "SOCIAL_URGENCY"
HANDOVER: Final = "HANDOVER"
JOINT_INTERVENTION: Final = "JOINT_INTERVENTION"

ANY_COMMUNE_HERE: Final = "35238"
BENEFIT_LOST: Final = "2026-01-15"
BENEFIT_LOST_LATELY: Final = "2026-05-15"

DIRECTION_OF: Final = {
    EmitterService.CDAS_SOCIAL_WORKER.value: Direction.CDAS_TO_CAF.value,
    EmitterService.CAF_SOCIAL_WORK.value: Direction.CAF_TO_CDAS.value,
}
"""From whom to whom a social worker hands over or asks for help: no question, the service says it."""

BENEFITS: Final = (
    Option("AAH", "AAH, allocation aux adultes handicapés"),
    Option("RSA", "RSA, revenu de solidarité active"),
    Option("APL", "APL ou autre aide au logement"),
    Option("AF", "allocations familiales"),
    Option("ASF", "allocation de soutien familial"),
    Option("PPA", "prime d’activité"),
    Option("OTHER", "une autre prestation"),
)
"""The benefits named at a desk; the rules tell AAH and RSA from all others (R19, R20)."""

REQUESTS: Final = (REFERRAL, SOCIAL_URGENCY, HANDOVER, JOINT_INTERVENTION)

no_danger = given("danger", NO)
any_request = given("request", *REQUESTS)
_is_referral = given("request", REFERRAL)
_is_urgency = given("request", SOCIAL_URGENCY)
_is_handover = given("request", HANDOVER)
_is_joint = given("request", JOINT_INTERVENTION)
_is_benefit = both(_is_referral, given("need", Need.BENEFIT))
_of_social_work = given("emitter.service", *DIRECTION_OF)
_of_cdas = given("emitter.service", EmitterService.CDAS_RECEPTION, EmitterService.CDAS_SOCIAL_WORKER)

WHO_ASKS_WHAT: Final = (
    Field(
        "danger",
        Kind.YES_NO,
        "Un enfant est-il en danger grave et immédiat ?",
        "Dans ce cas, rien ne passe par le hub : la procédure de signalement s’applique sans attendre.",
        options=YES_OR_NO,
    ),
    Field(
        "emitter.service",
        Kind.CHOICE,
        "Dans quel service travaillez-vous ?",
        "Les contacts possibles ne sont pas les mêmes pour un CDAS, pour la CAF et pour un partenaire.",
        no_danger,
        options=options_of(EmitterService),
        alike={
            member.value: EmitterService.CCAS.value
            for member in EmitterService
            if member not in (EmitterService.CDAS_RECEPTION, *DIRECTION_OF)
        },
    ),
    Field(
        "request",
        Kind.CHOICE,
        "Que souhaitez-vous faire ?",
        "Une urgence sociale, un passage de relais et une co-intervention suivent chacun leurs propres règles.",
        no_danger,
        options=(
            Option(REFERRAL, "orienter une personne selon sa demande"),
            Option(SOCIAL_URGENCY, "répondre à une urgence sociale : nourriture, hébergement, énergie, violences…"),
            Option(HANDOVER, "passer le relais à l’autre service social"),
            Option(JOINT_INTERVENTION, "demander une co-intervention"),
        ),
        only={HANDOVER: _of_social_work, JOINT_INTERVENTION: _of_social_work},
    ),
    Field(
        "need",
        Kind.CHOICE,
        "Que demande la personne ?",
        "Le motif de la demande désigne le service compétent ; sans lui, un professionnel qualifie la demande.",
        _is_referral,
        options=options_of(Need),
        may_be_unknown=True,
    ),
    Field(
        "category",
        Kind.CHOICE,
        "De quelle urgence s’agit-il ?",
        "La convention cite cinq urgences ; toute autre est appréciée par un professionnel.",
        _is_urgency,
        options=options_of(UrgencyCategory),
        alike={
            member.value: UrgencyCategory.FOOD.value
            for member in UrgencyCategory
            if member is not UrgencyCategory.OTHER
        },
    ),
    Field(
        "household.commune",
        Kind.COMMUNE,
        "Dans quelle commune la personne habite-t-elle ?",
        "Le domicile désigne le CDAS et le secteur. Donnez le nom de la commune, ou son code INSEE.",
        any_request,
        may_be_unknown=True,
        stand_ins=(ANY_COMMUNE_HERE, OUTSIDE),
    ),
    Field(
        "directed_to",
        Kind.YES_NO,
        "Avez-vous déjà adressé la personne au service social de la CAF ?",
        "Ce service ne peut pas recevoir en urgence une personne qu’il n’accompagne pas.",
        both(_is_urgency, _of_cdas),
        options=YES_OR_NO,
    ),
    Field(
        "handled_before_referral",
        Kind.YES_NO,
        "L’urgence a-t-elle été traitée avant de l’adresser ?",
        "Le CDAS répond d’abord à l’urgence, puis relaie une demande de rendez-vous.",
        given("directed_to", YES),
        options=YES_OR_NO,
    ),
)

ACCESS_TO_RIGHTS: Final = (
    Field(
        "benefit.code",
        Kind.CHOICE,
        "De quelle prestation s’agit-il ?",
        "L’urgence se définit autrement pour l’AAH et le RSA que pour les autres prestations.",
        _is_benefit,
        options=BENEFITS,
        may_be_unknown=True,
        alike={option.value: "APL" if option.value not in ("AAH", "RSA") else "RSA" for option in BENEFITS},
    ),
    Field(
        "benefit.change",
        Kind.CHOICE,
        "Qu’est-il arrivé au versement ?",
        "Une interruption, ou une forte diminution de l’AAH ou du RSA, peut être une situation urgente. La convention "
        "ne fixe pas de seuil : le professionnel juge si la diminution est forte.",
        both(_is_benefit, given("benefit.code", *(option.value for option in BENEFITS))),
        options=options_of(BenefitChange, NONE="rien : première demande, question ou démarche"),
        alike={BenefitChange.DECREASE.value: BenefitChange.NONE.value},
    ),
    Field(
        "benefit.since",
        Kind.DATE,
        "Depuis quand le versement est-il interrompu ?",
        "Donnez la date de la première échéance impayée : après trois mois, la situation est urgente.",
        given("benefit.change", BenefitChange.INTERRUPTED),
        may_be_unknown=True,
        stand_ins=(BENEFIT_LOST, BENEFIT_LOST_LATELY),
    ),
    Field(
        "emitter.cdap_access",
        Kind.YES_NO,
        "Avez-vous accès à CDAP (Mon Compte Partenaire) ?",
        "Les professionnels qui y ont accès consultent le dossier avant de solliciter la CAF.",
        _is_benefit,
        options=YES_OR_NO,
    ),
    Field(
        "emitter.cdap_consulted",
        Kind.YES_NO,
        "Avez-vous consulté le dossier dans CDAP ?",
        "La réponse à la demande s’y trouve peut-être déjà.",
        given("emitter.cdap_access", YES),
        options=YES_OR_NO,
    ),
    Field(
        "autonomous",
        Kind.YES_NO,
        "La personne est-elle autonome dans ses démarches ?",
        "Si elle ne l’est pas, le travailleur social qui l’accompagne la soutient dans sa demande.",
        _is_benefit,
        options=YES_OR_NO,
        may_be_unknown=True,
        alike={NOT_KNOWN: YES},
    ),
)

BETWEEN_SERVICES: Final = (
    Field(
        "agreement.given",
        Kind.YES_NO,
        "La personne est-elle d’accord pour ce passage de relais ?",
        "Sans son accord, rien n’est transmis ni conservé.",
        _is_handover,
        options=YES_OR_NO,
    ),
    Field(
        "link",
        Kind.CHOICE,
        "Comment est le lien entre la personne et son travailleur social ?",
        "Quand le lien est fort, une co-intervention est préférée à un passage de relais.",
        _is_handover,
        options=options_of(Link),
        alike={Link.NONE.value: Link.WEAK.value},
    ),
    Field(
        "handover.reason",
        Kind.CHOICE,
        "Pour quel motif passer le relais ?",
        "La convention prévoit un motif dans chaque sens.",
        _is_handover,
        options=options_of(HandoverReason),
    ),
    Field(
        "communication",
        Kind.CHOICE,
        "Quelle communication accompagne la demande ?",
        "Toute orientation entre services sociaux s’accompagne d’une communication, écrite ou orale.",
        _is_handover,
        options=(Option("WRITTEN", "une note écrite"), Option("ORAL", "un échange oral"), Option("NONE", "aucune")),
        alike={"ORAL": "WRITTEN"},
    ),
    Field(
        "other_professional",
        Kind.CHOICE,
        "Avec quel professionnel la co-intervention est-elle demandée ?",
        "Avec certains professionnels, un contact de coordination remplace la co-intervention.",
        _is_joint,
        options=options_of(OtherProfessional),
        alike={
            member.value: OtherProfessional.RSA_REFERENT.value
            if member in (OtherProfessional.RSA_REFERENT, OtherProfessional.CHILD_PLACEMENT_WORKER)
            else OtherProfessional.PMI.value
            for member in OtherProfessional
        },
    ),
    Field(
        "evaluated_with_family",
        Kind.YES_NO,
        "La co-intervention a-t-elle été évaluée avec la famille ?",
        "Le travailleur social et la famille en évaluent ensemble la pertinence.",
        _is_joint,
        options=YES_OR_NO,
    ),
    Field(
        "joint_intervention.reason",
        Kind.CHOICE,
        "Pour quel motif intervenir à deux ?",
        "La convention en connaît deux ; sans motif, la demande est incomplète.",
        _is_joint,
        options=options_of(JointReason),
        may_be_unknown=True,
        alike={JointReason.COMPLEXITY.value: JointReason.COMPLEMENTARY_SKILLS.value},
    ),
)
