"""Which addresses of contacts are read, and which are refused before anything is called."""

import pytest

from connectors.guard.addresses import AddressRefused, Target, allowed_of, check_addresses, target_of

NOTHING = allowed_of([])
INSIDE = allowed_of(["si.example:8080", "inside.example", "10.1.0.0/16", "[fd00::1]"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://caf.example", Target("https", "caf.example", 443, "/")),
        ("https://caf.example:8443/a/b?x=1#part", Target("https", "caf.example", 8443, "/a/b?x=1")),
        ("https://CAF.example./", Target("https", "caf.example", 443, "/")),
        ("https://forêt.example/", Target("https", "xn--fort-ipa.example", 443, "/")),
        ("https://[2606:2800:220:1::1]:8443/", Target("https", "2606:2800:220:1::1", 8443, "/")),
    ],
    ids=["no path", "port, path and query", "capitals and a dot", "accents", "IPv6"],
)
def test_a_public_address_is_read(url: str, expected: Target) -> None:
    assert expected == target_of(url, NOTHING)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://caf.example/", "without TLS"),
        ("ftp://caf.example/", "unreadable"),
        ("https:///path", "unreadable"),
        ("https://caf.example:0x1bb/", "unreadable"),
        ("https://caf.example:99999/", "unreadable"),
        ("https://user@caf.example/", "user"),
        ("https://user:secret@caf.example/", "user"),
        ("https://caf.example:22/", "port"),
        ("https://caf.example/\r\nHost: other", "unreadable"),
        ("https://caf.example/é", "unreadable"),
        ("https://" + "a" * 64 + ".example/", "unreadable"),
        ("https://caf.example/" + "a" * 2048, "unreadable"),
    ],
)
def test_another_one_is_refused_and_the_reason_says_nothing_of_it(url: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why) as refused:
        target_of(url, NOTHING)
    assert "caf.example" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["http://si.example:8080/", "http://inside.example/", "https://inside.example:22/", "http://10.1.2.3:9000/"],
)
def test_what_an_operator_allows_may_go_without_tls_and_to_any_port(url: str) -> None:
    assert url.startswith(target_of(url, INSIDE).receiver.rpartition(":")[0])


@pytest.mark.parametrize("url", ["http://si.example/", "http://si.example:8081/", "http://10.2.0.1/"])
def test_what_is_beside_it_is_not_allowed(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url, INSIDE)


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("caf.example", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]),
        ("caf.example", ["64:ff9b::5db8:d822"]),
        ("other.example", ["10.1.255.255"]),
        ("other.example", ["::ffff:10.1.2.3"]),
        ("other.example", ["fd00::1"]),
        ("inside.example", ["127.0.0.1"]),
    ],
    ids=["public", "public behind NAT64", "allowed network", "the same, mapped", "allowed address", "allowed host"],
)
def test_a_host_is_called_at_public_and_at_allowed_addresses(host: str, found: list[str]) -> None:
    assert found == check_addresses(found, Target("https", host, 443, "/"), INSIDE)


@pytest.mark.parametrize("entry", ["", "https://caf.example", "user@caf.example", "10.0.0.1/8", "caf.example/path"])
def test_what_is_no_host_and_no_network_cannot_be_allowed(entry: str) -> None:
    with pytest.raises(ValueError, match="neither host"):
        allowed_of([entry])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1", "2001:0:7f00:1::", "2002:7f00:1::", "2606:2800:220:1:0:5efe:10.0.0.1",
        "2606:2800:220:1:200:5efe:10.0.0.1", "3fff::1", "fc00::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_no_form_of_an_address_of_one_s_own_network_is_called(address: str) -> None:
    with pytest.raises(AddressRefused, match="private"):
        check_addresses(["93.184.216.34", address], Target("https", "caf.example", 443, "/"), NOTHING)


@pytest.mark.parametrize(
    "url", ["https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://\u24db\u24de\u24d2al.example/"]
)
def test_what_looks_like_no_address_is_read_as_a_name_whose_addresses_are_checked(url: str) -> None:
    assert target_of(url, INSIDE).host.isascii()
    with pytest.raises(AddressRefused, match="without TLS"):
        target_of(url.replace("https", "http"), INSIDE)
