"""Each dimension of a counted cell has French words, and a symbol that says little has its name before it."""

import pytest

from hub.domain.indicators.cells import MEASURES
from hub.domain.indicators.part_words import NAMES, part_words, parts_words


def test_every_dimension_has_a_name_and_no_other_has() -> None:
    assert {name for measure in MEASURES.values() for name in measure.dims} == set(NAMES)


def test_a_name_has_small_letters_but_for_the_abbreviations_of_the_convention() -> None:
    words = {word for name in NAMES.values() for word in name.split()}
    assert {"CDAS", "CDAP"} == {word for word in words if word != word.lower()}


@pytest.mark.parametrize(
    ("measure", "name", "symbol", "expected"),
    [
        ("referrals", "direction", "CDAS_TO_CAF", "du CDAS vers la CAF"),
        ("cdap_messages", "urgent", "yes", "signalé urgent\u00a0: oui"),
        (
            "cdap_requests",
            "information_available",
            "NOT_KNOWN",
            "information disponible dans CDAP\u00a0: on ne sait pas",
        ),
        ("queries", "nature", "ADVICE", "conseil"),
        ("cdap_messages", "nature", "PAIEMENT", "PAIEMENT"),
        ("urgencies", "kind", "social_urgency", "situation sociale urgente"),
        ("meetings", "kind", "SPECIAL", "réunion particulière"),
        ("transfer_answers", "answer", "refused", "refusé"),
        ("urgency_contacts", "benefit_kind", "AAH", "AAH"),
        ("unhandled_urgencies", "category", "FOOD", "aide alimentaire"),
        ("notices", "code", "O1", "O1 – horaires ou fermeture prévus\u00a0: ligne, site de la CAF, CDAS"),
        ("handling_delays", "means", "PRIORITY_LINE", "ligne téléphonique directe"),
        ("queries", "origin", "CDAS_RECEPTION", "accueil d’un CDAS"),
        ("referrals", "outcome", "ROUTED", "orienté"),
        ("conclusions", "reason", "NOT_URGENT", "pas d’urgence"),
        ("instructions", "request_kind", "EMERGENCY_AID", "secours d’urgence"),
        ("transfers", "state", "completed", "réalisé"),
        ("transfers", "transfer", "handover", "passage de relais"),
        ("feedback", "theme", "REFERRALS", "orientations"),
        ("handling_delays", "hours", "2.0", "heures\u00a0: 2.0"),
        ("cdap_messages", "cdas", "CDAS-01", "CDAS-01"),
        ("cdap_messages", "cdas", "", "CDAS\u00a0: non précisé"),
        ("cdap_messages", "cdas", "35-01", "CDAS\u00a0: 35-01"),
        ("referral_services", "service", "CDAS", "service\u00a0: centre départemental d’action sociale"),
        ("conclusions", "reason", "", "motif\u00a0: non précisé"),
        ("received", "institution", "CD35", "institution\u00a0: Département d’Ille-et-Vilaine"),
    ],
)
def test_a_dimension_is_said_in_french(measure: str, name: str, symbol: str, expected: str) -> None:
    assert expected == part_words(measure, name, symbol)


def test_several_stand_side_by_side() -> None:
    dims = [("direction", "CAF_TO_CDAS"), ("outcome", "")]
    assert "de la CAF vers le CDAS, issue\u00a0: non précisé" == parts_words("referrals", dims)
    assert "accueil d’un CDAS, conseil" == parts_words("queries", [("origin", "CDAS_RECEPTION"), ("nature", "ADVICE")])
