"""The personal block has the form of a JWE, and receivers have one name each."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.data import load_territory
from hub.domain.personal_block import PERSON_KINDS, Receiver, ReceiverInvalid, block_faults, parse_receiver, receiver_of
from hub.domain.semantics import semantic_faults
from hub.domain.vocabulary import Institution, Kind, Service
from tests.unit.domain.domain_building import envelope

TERRITORY = load_territory()
FAULT = ("PERSONAL_BLOCK_NOT_JWE", "/data/personal_block")
PARTS = st.text(string.ascii_letters + string.digits + "-_", min_size=1)


def faults(block: str | None) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in block_faults({"personal_block": block}, TERRITORY)]


@given(PARTS, st.one_of(st.just(""), PARTS), PARTS, PARTS, PARTS)
def test_every_compact_jwe_passes_also_without_an_encrypted_key(
    header: str, key: str, vector: str, ciphertext: str, tag: str
) -> None:
    assert [] == faults(f"eyJ{header}.{key}.{vector}.{ciphertext}.{tag}")


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("06 12 34 56 78", id="a telephone number"),
        pytest.param("06.12.34.56.78", id="a dotted telephone number"),
        pytest.param("zoe.perrin@mail.example", id="a mail address"),
        pytest.param("", id="nothing"),
        pytest.param("eyJ0ZWwiOiIwNjEyMzQ1Njc4In0", id="encoded and not encrypted"),
        pytest.param("eyJhbGciOiJub25lIn0.eyJ0ZWwiOiIwNiJ9.c2ln", id="a signature"),
        pytest.param("eyJhbGciOiJkaXIifQ..aXY..dGFn", id="no ciphertext"),
        pytest.param("eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn.", id="six parts"),
        pytest.param("eyJhbGciOiJkaXIifQ..aXY.Y3Q=.dGFn", id="padding"),
        pytest.param("eyJhbGciOiJkaXIifQ..aXY.06 12.dGFn", id="a space in a part"),
        pytest.param("eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn\n", id="a line end"),
        pytest.param("Zoe.Perrin.06.12.34", id="another beginning"),
    ],
)
def test_what_is_no_jwe_is_a_fault_at_the_block(block: str) -> None:
    assert [FAULT] == faults(block)


def test_no_block_is_no_fault() -> None:
    assert [] == faults(None)
    assert [] == list(block_faults({}, TERRITORY))


@pytest.mark.parametrize(
    "event_type",
    ["referral.requested", "referral.confirmed", "handover.accepted", "social_urgency.reported", "continuity.asked"],
)
def test_every_type_with_a_block_has_it_checked(event_type: str) -> None:
    data = {
        "situation": "s-1",
        "personal_block": "06.12.34.56.78",
        "category": "FOOD",
        "decision": "FOLLOWED",
        "concertation_on": None,
        "exchange_on": "given",
    }
    found = semantic_faults(envelope(event_type, data), data, TERRITORY)
    assert [FAULT] == [(fault.code, fault.pointer) for fault in found]
    assert "06" not in found[0].detail


@pytest.mark.parametrize(
    ("text", "institution"),
    [
        ("CAF_SOCIAL_WORK", Institution.CAF),
        ("CAF_BENEFITS", Institution.CAF),
        ("CDAS", Institution.CD35),
        ("CDAS/CDAS-07", Institution.CD35),
    ],
)
def test_a_receiver_belongs_to_one_institution_and_keeps_its_text(text: str, institution: Institution) -> None:
    receiver = parse_receiver(text)
    assert (text, institution) == (str(receiver), receiver.institution)


@pytest.mark.parametrize(
    ("service", "cdas"),
    [
        pytest.param("ASIP", None, id="a service without situations"),
        pytest.param("EXTERNAL_REFERENT", None, id="a body outside both institutions"),
        pytest.param("cdas", None, id="small letters"),
        pytest.param("CAF_SOCIAL_WORK", "CDAS-07", id="a CDAS of the CAF"),
        pytest.param("CDAS", "", id="an empty CDAS"),
        pytest.param("CDAS", "cdas 7", id="no code"),
    ],
)
def test_what_receives_no_block_is_no_receiver_and_is_not_echoed(service: str, cdas: str | None) -> None:
    with pytest.raises(ReceiverInvalid) as caught:
        receiver_of(service, cdas)
    assert "cdas 7" not in str(caught.value)
    assert "ASIP" not in str(caught.value)
    services = "service must be one of CAF_BENEFITS, CAF_SOCIAL_WORK, CDAS"
    goes_with = "cdas must be a CDAS code, and goes with the service CDAS only"
    assert (services if cdas is None else goes_with) == str(caught.value)


def test_a_slash_without_a_code_is_no_receiver() -> None:
    with pytest.raises(ReceiverInvalid):
        parse_receiver("CDAS/")


def test_a_service_without_a_code_stands_for_all_of_it() -> None:
    assert Receiver(Service.CDAS, None) == Receiver(Service.CDAS) == receiver_of("CDAS")


def test_only_events_about_a_person_may_carry_a_block() -> None:
    assert {Kind.REFERRALS, Kind.URGENCIES} == PERSON_KINDS
