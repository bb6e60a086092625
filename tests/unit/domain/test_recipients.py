"""Whom a decision names: the contacts of its routings, and the generic mailbox as the last resort."""

from datetime import date
from typing import Any

from hub.data import load_territory
from hub.domain.directory.absence import Absence
from hub.domain.directory.contacts import Contact, Directory
from tests.unit.domain.situations import A_COMMUNE, answer, concern, followed, life_event, referral

LAST_YEAR = life_event("SEPARATION", "2025-05-04")


def contact(reference: str, place: str, **changed: Any) -> Contact:
    service, role = place.split("/")
    fields: dict[str, Any] = {"institution": "CD35", "label": reference, "valid_from": date(2024, 1, 1)}
    return Contact(**({"contact": reference, "service": service, "role": role} | fields | changed))


def directory(*contacts: Contact) -> Directory:
    held = Directory(load_territory())
    for each in contacts:
        held.apply(each)
    return held


MAILBOX = contact("mailbox", "CDAS/GENERIC_MAILBOX", cdas="CDAS-01", communes=(A_COMMUNE,))
RECEPTION = contact("reception", "CDAS/RECEPTION_SECOND_LEVEL", cdas="CDAS-01")
SECRETARIAT = contact("secretariat", "CAF_SOCIAL_WORK/SECRETARIAT")
HERE = contact("here", "CAF_SOCIAL_WORK/SOCIAL_WORKER", communes=(A_COMMUNE,))
THERE = contact("there", "CAF_SOCIAL_WORK/SOCIAL_WORKER", communes=("35001",))


def test_the_contact_of_the_service_and_role_is_named() -> None:
    answered = answer(referral(life_event=LAST_YEAR), directory=directory(SECRETARIAT, MAILBOX))
    assert ([("secretariat",)], ()) == ([r.recipients for r in answered.routings], answered.flags)


def test_without_a_directory_nobody_is_named() -> None:
    assert [()] == [routing.recipients for routing in answer(referral()).routings]


def test_the_contact_of_the_home_cdas_is_named() -> None:
    answered = answer(referral(), directory=directory(MAILBOX, RECEPTION))
    assert ([("reception",)], ()) == ([r.recipients for r in answered.routings], answered.flags)


def test_the_generic_mailbox_is_the_last_resort_and_is_flagged() -> None:
    answered = answer(referral(), directory=directory(MAILBOX))
    assert ([("mailbox",)], ("GENERIC_MAILBOX_USED",)) == ([r.recipients for r in answered.routings], answered.flags)


def test_the_flag_stands_beside_those_of_the_rules() -> None:
    answered = answer(concern(), directory=directory(MAILBOX))
    assert ("C16", "GENERIC_MAILBOX_USED") == answered.flags


def test_one_last_resort_among_several_routings_is_flagged() -> None:
    event = referral(support=[followed("CD35"), followed("CAF")])
    answered = answer(event, directory=directory(MAILBOX, HERE))
    assert {("mailbox",), ("here",)} == {routing.recipients for routing in answered.routings}
    assert ("GENERIC_MAILBOX_USED",) == answered.flags


def test_a_social_worker_of_the_caf_is_the_one_of_the_sector() -> None:
    answered = answer(referral(support=[followed("CAF")]), directory=directory(HERE, THERE))
    assert [("here",)] == [routing.recipients for routing in answered.routings]


def test_a_contact_is_named_in_its_days_only() -> None:
    ended = contact("ended", "CAF_SOCIAL_WORK/SECRETARIAT", valid_to=date(2026, 5, 3))
    answered = answer(referral(life_event=LAST_YEAR), directory=directory(ended, SECRETARIAT))
    assert [("secretariat",)] == [routing.recipients for routing in answered.routings]


def test_addressing_changes_nothing_else() -> None:
    event = referral(life_event=LAST_YEAR, beneficiary="NOT_KNOWN", support=None)
    plain, addressed = answer(event), answer(event, directory=directory(SECRETARIAT))
    told = {name: (plain.data[name], addressed.data[name]) for name in plain.data if name != "routings"}
    assert [] == [name for name, (before, after) in told.items() if before != after]
    [before], [after] = plain.routings, addressed.routings
    assert before.data | {"recipients": ["secretariat"]} == after.data


def test_one_substitute_among_several_routings_is_flagged() -> None:
    """Whichever of the routings comes first."""
    both = referral(support=[followed("CD35"), followed("CAF")])
    deputies = contact("office", "CDAS/MANAGER", cdas="CDAS-01"), contact("desk", "CAF_SOCIAL_WORK/MANAGER")
    workers = contact("cdas", "CDAS/SOCIAL_WORKER", cdas="CDAS-01"), HERE
    for away, deputy in (("cdas", "office"), ("here", "desk")):
        known = directory(*workers, *deputies, MAILBOX)
        known.declare("a", Absence(away, date(2026, 5, 1), date(2026, 5, 31), deputy))
        answered = answer(both, directory=known)
        assert (deputy,) in [routing.recipients for routing in answered.routings]
        assert ("SUBSTITUTE_USED",) == answered.flags
