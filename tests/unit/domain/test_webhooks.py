"""When an address is tried again, what identifies it, and which reasons the directory may take back."""

from datetime import timedelta

import pytest

from hub.domain.delivery.webhooks import FROM_DIRECTORY, MOST_KEYS, EndpointReason, endpoint_id, next_handshake


@pytest.mark.parametrize(
    ("tried", "minutes"),
    [(1, 1), (2, 5), (3, 30), (4, 120), (5, 360), (6, 360), (1000, 360)],
    ids=["first", "second", "third", "fourth", "fifth", "sixth", "much later"],
)
def test_handshakes_come_less_and_less_often_but_never_end(tried: int, minutes: int) -> None:
    assert timedelta(minutes=minutes) == next_handshake(tried)


def test_the_id_of_an_address_does_not_change_from_one_version_to_the_next() -> None:
    assert "3f23db6b-9a91-50e9-aa6a-212a5659dcb9" == str(endpoint_id("c-1", "https://x.example/hub"))


def test_two_contacts_never_share_the_id_of_an_address() -> None:
    assert endpoint_id("c-1", "https://x.example") != endpoint_id("c-1h", "ttps://x.example")


def test_the_directory_takes_back_what_it_gave_and_nothing_else() -> None:
    assert {EndpointReason.REPLACED, EndpointReason.CONTACT_REMOVED} == FROM_DIRECTORY


def test_two_keys_are_valid_while_a_receiver_changes_over() -> None:
    assert 2 == MOST_KEYS
