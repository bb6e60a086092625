"""Connections to the very address that was checked, for httpcore: a name is resolved once, and leads nowhere else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

import httpcore

from connectors.guard.addresses import Allowed, Target, check_addresses

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine's resolver gives them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=1)  # 1: a stream; otherwise each address comes three times
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked: a name that changes its address in between leads nowhere else."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._below = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature that httpcore calls
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve once, check every address, and connect to the first that answers."""
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            msg = "the host has no address"
            raise httpcore.ConnectError(msg) from error
        addresses = check_addresses(found, Target("", host, port, ""), self._allowed)
        failure = httpcore.ConnectError("the host has no address")
        for address in addresses:
            try:
                return await self._below.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure


def authority(target: Target) -> str:
    """The `Host` header of a call."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    return host if target.port == usual else f"{host}:{target.port}"
