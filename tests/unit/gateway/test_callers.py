"""By what the limit of one caller is counted: nothing that the caller writes itself."""

import pytest

from hub.gateway.portal.callers import caller_network

PROXY = "10.0.0.9"


@pytest.mark.parametrize(
    ("given", "network"),
    [
        ([], PROXY),
        (["192.0.2.1"], "192.0.2.1"),
        (["192.0.2.1:50000"], "192.0.2.1"),
        (["203.0.113.7, 192.0.2.1"], "192.0.2.1"),
        (["203.0.113.7", "192.0.2.1"], "192.0.2.1"),
        (["unknown"], PROXY),
        (["192.0.2.1, "], PROXY),
        (["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (["[2001:db8:1:2::9]:50000"], "2001:db8:1:2::/64"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        (["[192.0.2.1"], PROXY),
    ],
    ids=[
        "no header", "address", "with port", "list", "two lines", "no address", "empty entry", "IPv6",
        "IPv6 with port", "mapped", "broken",
    ],
)  # fmt: skip
def test_the_last_address_counts_an_ipv6_one_by_its_network(given: list[str], network: str) -> None:
    assert network == caller_network(given, PROXY)


def test_a_connection_without_address_counts_as_one_caller() -> None:
    assert "" == caller_network([], "")
