"""Which network a caller comes from: what the limit of one caller is counted by."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

_HOUSEHOLD: Final = 64  # bits of an IPv6 address that name a network; whoever has one has 2^64 addresses (RFC 4291)


def caller_network(given: Sequence[str], connection: str) -> str:
    """The IPv4 address of a caller, or its IPv6 network.

    `given` holds the lines of the proxy's header. Proxies add to what the caller sent itself: only the last entry of
    the last line is the proxy's own. Where it is no address, `connection` counts, the address of the connection.
    """
    last = given[-1].rpartition(",")[2].strip() if given else ""
    return _network(last) or _network(connection) or connection


def _network(text: str) -> str | None:
    try:
        # « 192.0.2.1 », « 192.0.2.1:50000 », « 2001:db8::1 » and « [2001:db8::1]:50000 » all occur.
        host = text if text.count(":") > 1 and not text.startswith("[") else urlsplit(f"//{text}").hostname or ""
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _HOUSEHOLD), strict=False))
