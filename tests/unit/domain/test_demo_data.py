"""The demo data is invented, complete and acceptable."""

from datetime import date

import pytest

from hub.data import load_territory
from hub.demo import demo_directory_rows, demo_notices
from hub.domain.directory.contact_import import LineStatus, plan_import
from hub.domain.directory.contacts import Directory
from hub.domain.routing.decide import decide
from hub.wire.cloudevents import EventReader
from hub.wire.schemas import load_catalogue

ROWS = demo_directory_rows()


@pytest.fixture(scope="module")
def directory() -> Directory:
    built = Directory(load_territory())
    for receipt in plan_import(ROWS, built, date(2026, 5, 4)):
        assert receipt.status is LineStatus.ADDED, receipt.reason
        assert receipt.contact is not None
        built.apply(receipt.contact)
    return built


def test_the_22_cdas_share_out_the_332_communes() -> None:
    offices = [row for row in ROWS if row["service"] == "CDAS" and row["role"] == "GENERIC_MAILBOX"]
    assert 22 == len({row["cdas"] for row in offices})
    places = [code for row in offices for code in row["communes"].split("|")]
    assert sorted(load_territory().communes) == sorted(code for code in places if len(code) == 5)
    assert {"35238"} == {code[:5] for code in places if len(code) > 5}


def test_the_23_sectors_of_the_caf_share_out_the_332_communes() -> None:
    sectors = [row for row in ROWS if (row["service"], row["role"]) == ("CAF_SOCIAL_WORK", "SOCIAL_WORKER")]
    assert 23 == len(sectors)
    assert sorted(load_territory().communes) == sorted(code for row in sectors for code in row["communes"].split("|"))


def test_every_deputy_is_a_contact_of_the_same_service() -> None:
    places = {row["contact"]: (row["service"], row["cdas"]) for row in ROWS}
    for row in ROWS:
        if row["deputy"]:
            assert (row["service"], row["cdas"]) == places[row["deputy"]]
            assert row["contact"] != row["deputy"]


def test_every_commune_has_an_asip_actor_of_its_own(directory: Directory) -> None:
    served = {code for contact in directory if contact.service == "ASIP" for code in contact.communes}
    assert set(load_territory().communes) == served


def test_both_institutions_have_several_referents() -> None:
    services = [row["service"] for row in ROWS]
    assert min(services.count("CAF_REFERENTS"), services.count("CD35_SOCIAL_LIFE_REFERENTS")) > 1


def test_addresses_and_numbers_can_reach_nobody() -> None:
    assert all(row["email"].endswith(".example") for row in ROWS)
    assert all(row["phone"].startswith("02 61 91 ") for row in ROWS)
    assert len(ROWS) == len({row["email"] for row in ROWS}) == len({row["phone"] for row in ROWS})


def test_every_demo_notice_is_valid_and_reaches_named_contacts(directory: Directory) -> None:
    reader = EventReader(load_catalogue(), load_territory())
    decisions = [decide(reader.from_json(event), directory=directory) for event in demo_notices()]
    assert 5 == len(decisions)
    assert all(routing.recipients for decision in decisions for routing in decision.routings)


def test_the_demo_notices_reach_884_contacts_none_of_whom_handles_persons_cases(directory: Directory) -> None:
    reader = EventReader(load_catalogue(), load_territory())
    routings = [r for event in demo_notices() for r in decide(reader.from_json(event), directory=directory).routings]
    reached = [reference for routing in routings for reference in routing.recipients]
    roles = {contact.role for contact in directory if contact.contact in set(reached)}
    assert (884, {"REFERENT", "GENERIC_MAILBOX", "ACTOR"}) == (len(reached), roles)


def test_the_demo_notices_are_the_cases_that_newcomers_know() -> None:
    cases = {event["data"]["code"]: event["data"] for event in demo_notices()}
    assert {"O2", "O4", "O5", "L1", "L4"} == set(cases)
    fsl, line = cases["O4"], cases["O5"]
    assert ("CD35", "2024-10-01", "2024-12-01") == (fsl["issuer"], fsl["published_on"], fsl["effective_on"])
    assert ("CAF", "2024-10-02") == (line["issuer"], line["effective_on"])
