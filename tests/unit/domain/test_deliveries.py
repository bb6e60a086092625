"""The life of a delivery."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.delivery.states import (
    DUE,
    FINAL,
    PERMANENT,
    PURSUED,
    TRANSITIONS,
    DeliveryReason,
    TransitionRefused,
    after_taken_by_another,
    check_transition,
    delivery_id,
    states_before,
)
from hub.domain.vocabulary import DeliveryStatus

STATUSES = st.sampled_from(DeliveryStatus)
S = DeliveryStatus


def test_every_state_has_its_row() -> None:
    assert set(DeliveryStatus) == set(TRANSITIONS)


def test_the_way_of_a_delivery_that_works_is_open_from_end_to_end() -> None:
    way = [S.SCHEDULED, S.SENDING, S.ACCEPTED, S.SHOWN, S.TAKEN_IN_CHARGE, S.CONCLUDED]
    for before, after in pairwise(way):
        check_transition(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.CANCELLED, S.SENDING),
        (S.CONCLUDED, S.SCHEDULED),
        (S.ACCEPTED, S.SENDING),
        (S.ACCEPTED, S.CANCELLED),
        (S.TAKEN_IN_CHARGE, S.SHOWN),
        (S.TAKEN_IN_CHARGE, S.ESCALATED),
        (S.SCHEDULED, S.ACCEPTED),
    ],
    ids=lambda status: status.value,
)
def test_a_step_that_would_undo_or_skip_is_refused(before: DeliveryStatus, after: DeliveryStatus) -> None:
    with pytest.raises(TransitionRefused, match=f"{before.value}.*{after.value}"):
        check_transition(before, after)


@given(STATUSES, STATUSES)
def test_states_before_is_the_table_read_backwards(before: DeliveryStatus, after: DeliveryStatus) -> None:
    assert (after in TRANSITIONS[before]) == (before in states_before(after))


@given(STATUSES)
def test_every_state_can_come_to_an_end(status: DeliveryStatus) -> None:
    reached, waiting = {status}, [status]
    while waiting:
        for following in TRANSITIONS[waiting.pop()] - reached:
            reached.add(following)
            waiting.append(following)
    assert reached & FINAL


@given(STATUSES)
def test_every_state_is_reached_from_scheduled(status: DeliveryStatus) -> None:
    reached = {S.SCHEDULED}
    while more := {after for before in reached for after in TRANSITIONS[before]} - reached:
        reached |= more
    assert status in reached


def test_what_has_not_left_can_be_cancelled_and_what_has_left_cannot() -> None:
    assert DUE == states_before(S.CANCELLED)


@given(STATUSES)
def test_what_another_took_in_charge_goes_no_way_that_the_table_refuses_and_is_never_sent(
    status: DeliveryStatus,
) -> None:
    after = after_taken_by_another(status)
    assert after is None or after in TRANSITIONS[status]
    assert after not in {*DUE, S.SENDING}
    assert (after is S.CANCELLED) == (status in DUE)


def test_whoever_has_not_answered_may_take_in_charge_even_while_another_try_is_under_way() -> None:
    expected = {S.SCHEDULED, S.SENDING, S.RETRYING, S.ACCEPTED, S.SHOWN, S.FAILED, S.ESCALATED}
    assert expected == states_before(S.TAKEN_IN_CHARGE)


def test_only_what_no_later_attempt_can_mend_is_permanent() -> None:
    expected = {
        "NO_USABLE_CHANNEL",
        "CONTACT_REMOVED",
        "CONTACT_OPTED_OUT",
        "ADDRESS_REFUSED",
        "MESSAGE_REFUSED",
        "SENDER_REFUSED",
        "RETRIES_EXHAUSTED",
        "RETURNED",
    }
    assert expected == {reason.value for reason in PERMANENT}
    assert expected < {reason.value for reason in DeliveryReason}


def test_nothing_follows_the_end_and_the_hub_pursues_what_it_has_still_to_send() -> None:
    assert {S.CONCLUDED, S.REDIRECTED, S.CANCELLED} == FINAL
    assert {S.SCHEDULED, S.RETRYING, S.SENDING} == PURSUED


def test_the_id_of_a_delivery_does_not_change_from_one_version_to_the_next() -> None:
    expected = "a4acea1a-08e3-5f58-90c2-15bc20009461"
    assert expected == str(delivery_id("urn:hub:cd35:si", "e-1", "c-1", "MAIL"))


PARTS = st.tuples(*[st.text(max_size=4)] * 4)


@given(PARTS, PARTS)
def test_two_deliveries_share_an_id_only_when_they_are_the_same(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    assert (one == other) == (delivery_id(*one) == delivery_id(*other))


def test_each_occasion_makes_another_delivery_and_none_is_the_first_one() -> None:
    first = delivery_id("urn:hub:cd35:si", "e-1", "c-1", "MAIL")
    assert first == delivery_id("urn:hub:cd35:si", "e-1", "c-1", "MAIL", "")
    assert 3 == len({first, *(delivery_id("urn:hub:cd35:si", "e-1", "c-1", "MAIL", o) for o in ("step-1", "step-2"))})
