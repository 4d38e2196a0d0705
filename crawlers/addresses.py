"""Which addresses a crawler may connect to: public ones, on every hop, and no other than the one that was checked.

A name is resolved once, all its addresses are checked, and the connection is made to a checked one; a second
answer of the name server (DNS rebinding) is never used.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
_KEEP_S = 300.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.ip_network("::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Refused(IgnoreRequest):
    """Never to be fetched: a private address, a foreign domain, robots.txt. The message is for operators."""


class Postponed(IgnoreRequest):
    """Not to be fetched in this run: the site asked to come back later."""


class AddressGuard:
    """Resolves, checks and remembers. `allowed` names hosts (`host` or `host:port`) that may be private."""

    def __init__(self, allowed: Sequence[str], lookup: Lookup | None = None) -> None:
        self._allowed = frozenset(name.lower() for name in allowed)
        self._lookup = lookup or _lookup
        self._checked: dict[tuple[str, int], tuple[float, tuple[str, ...]]] = {}

    async def check(self, url: str) -> tuple[str, ...]:
        """The addresses that a connection for `url` may use. Raises Refused; OSError when it does not resolve."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise Refused(f"Chỉ thu thập địa chỉ http và https: {url[:200]}")
        host, port = parts.hostname.lower(), parts.port or _DEFAULT_PORTS[parts.scheme]
        if fresh := self.checked(host, port):
            return fresh
        addresses = tuple(await self._lookup(host, port))
        if not self._may_be_private(host, port):
            for address in addresses:
                if not is_public(address):
                    raise Refused(f"Địa chỉ nội bộ bị chặn: {host} → {address}")
        self._checked[host, port] = (time.monotonic(), addresses)
        return addresses

    def checked(self, host: str, port: int) -> tuple[str, ...]:
        """Addresses found good within the last minutes; empty if none were."""
        at, addresses = self._checked.get((host.lower(), port), (0.0, ()))
        return addresses if time.monotonic() - at < _KEEP_S else ()

    def _may_be_private(self, host: str, port: int) -> bool:
        return host in self._allowed or f"{host}:{port}" in self._allowed


@implementer(IHostnameResolver)
class PinnedResolver:
    """The reactor's only resolver: hands out addresses that the guard has checked, and looks nothing up itself."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: object = None,  # noqa: ARG002, N803
        transportSemantics: str = "TCP",  # noqa: ARG002, N803
    ) -> "_Resolution":
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in self._guard.checked(hostName, portNumber):
            kind = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way: the answer was known."""


def is_public(address: str) -> bool:
    """False for private, loopback, link-local, CGNAT, ULA, multicast and reserved ones, however wrapped in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(part.is_global and not part.is_multicast and not part.is_reserved for part in _parts(ip))


def _parts(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address and any IPv4 address inside it, to which a gateway would send the packets."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.ipv4_mapped or ip in _NAT64 or ip in _V4_COMPATIBLE:
        yield inside
        return
    yield ip
    if ip.sixtofour:
        yield ip.sixtofour
    if ip.teredo:
        yield from ip.teredo


async def _lookup(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
