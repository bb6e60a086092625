"""What an operator does to a delivery brings it to a state that the table of states allows."""

from hub.domain.delivery.operations import STATE_AFTER, OperatorAct
from hub.domain.delivery.states import TRANSITIONS
from hub.domain.vocabulary import DeliveryStatus


def test_a_retried_delivery_is_scheduled_and_a_redirected_one_ends() -> None:
    expected = {OperatorAct.RETRIED: DeliveryStatus.SCHEDULED, OperatorAct.REDIRECTED: DeliveryStatus.REDIRECTED}
    assert expected == STATE_AFTER


def test_a_failed_delivery_may_come_to_either() -> None:
    assert set(STATE_AFTER.values()) <= TRANSITIONS[DeliveryStatus.FAILED]
