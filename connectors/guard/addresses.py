"""Which addresses may be called: none of the hub's own network, unless an operator allows it.

A contact's address is written by many hands. Whoever writes one must not be able to make the hub call something that
only the hub can reach (OWASP, server-side request forgery).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_PORTS: Final = {"https": 443, "http": 80}
_USUAL: Final = frozenset({443, 8443})
_LONGEST: Final = 2048  # characters of an address
# IPv6 that holds an IPv4 address: it leads to where that one leads.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_CARRIERS: Final = tuple(IPv6Network(text) for text in ("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48"))
_ISATAP: Final = 0x5EFE  # the third quarter of an interface that leads to an IPv4 address (RFC 5214 §6.1)
# What some releases of Python call global: old site-local addresses, documentation, protocols, the relays of 6to4.
_NOT_GLOBAL: Final = tuple(ip_network(text) for text in ("fec0::/10", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24"))


class AddressRefused(Exception):
    """The address is not called; the message says why, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: `host` in ASCII and lower case, `target` the path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def receiver(self) -> str:
        """The system behind the address: scheme, host and port."""
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an operator allows beside public https: hosts by name, with or without a port, and networks."""

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[Network, ...] = ()

    def has_host(self, host: str, port: int) -> bool:
        """Whether everything is allowed of a host: http, its port, and private addresses."""
        if (host, None) in self.hosts or (host, port) in self.hosts:
            return True
        try:
            return self.has_address(ip_address(host))
        except ValueError:
            return False

    def has_address(self, address: Address) -> bool:
        """Whether an address may be called although it is not public."""
        return any(address.version == network.version and address in network for network in self.networks)


def allowed_of(entries: Sequence[str]) -> Allowed:
    """What these entries allow: `host`, `host:port`, an address, or a network as `10.1.0.0/16`.

    Raises ValueError for an entry that is none of it.
    """
    hosts: set[tuple[str, int | None]] = set()
    networks: list[Network] = []
    for entry in entries:
        try:
            networks.append(ip_network(entry.strip("[]")))
            continue
        except ValueError:
            pass
        parts = urlsplit(f"//{entry}")
        if not parts.hostname or parts.netloc != entry or "@" in entry or "/" in entry:
            msg = f"{entry!r} is neither host, host:port, address nor network"
            raise ValueError(msg)
        hosts.add((ascii_host(parts.hostname), parts.port))
    return Allowed(frozenset(hosts), tuple(networks))


def ascii_host(host: str) -> str:
    """A host's name as DNS carries it. Raises ValueError where it cannot."""
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        msg = "its host is no name of DNS"
        raise ValueError(msg) from error


def target_of(url: str, allowed: Allowed) -> Target:
    """Read a contact's address. Raises AddressRefused; which addresses its host has is asked when it is called."""
    try:
        parts = urlsplit(url)
        host, port = ascii_host((parts.hostname or "").strip("[]")), parts.port
    except ValueError:
        msg = "address unreadable"
        raise AddressRefused(msg) from None
    if parts.scheme not in _PORTS or not host or len(url) > _LONGEST or not url.isprintable() or " " in url:
        msg = "address unreadable"
        raise AddressRefused(msg)
    if parts.username is not None or parts.password is not None:
        msg = "address with a user"
        raise AddressRefused(msg)
    number = port if port is not None else _PORTS[parts.scheme]
    if not allowed.has_host(host, number):
        if parts.scheme != "https":
            msg = "address without TLS"
            raise AddressRefused(msg)
        if number not in _USUAL:
            msg = "port not allowed"
            raise AddressRefused(msg)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii():
        msg = "address unreadable"
        raise AddressRefused(msg)
    return Target(parts.scheme, host, number, target)


def check_addresses(found: Sequence[str], target: Target, allowed: Allowed) -> list[str]:
    """The addresses of a host, if all of them may be called: one that may not makes the name suspect.

    Raises AddressRefused.
    """
    by_name = (target.host, None) in allowed.hosts or (target.host, target.port) in allowed.hosts
    for text in found:
        address = _behind(ip_address(text.partition("%")[0]))
        if not by_name and not allowed.has_address(address) and not _is_public(address):
            msg = "private address not allowed"
            raise AddressRefused(msg)
    return list(found)


def _behind(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in carrier for carrier in _CARRIERS):
        return False
    if isinstance(address, IPv6Address) and int(address) >> 32 & 0xFDFFFFFF == _ISATAP:
        return False
    if any(address.version == network.version and address in network for network in _NOT_GLOBAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
