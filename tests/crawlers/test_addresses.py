"""Which addresses a crawler may connect to."""

import asyncio
from collections.abc import Sequence

import pytest
from twisted.internet.address import IPv4Address

from crawlers.addresses import AddressGuard, PinnedResolver, Refused, is_public


class Names:
    """A name server that gives its answers one after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        return self.answers.pop(0)


def check(guard: AddressGuard, url: str) -> tuple[str, ...]:
    return asyncio.run(guard.check(url))


class Receiver:
    def __init__(self) -> None:
        self.found: list[str] = []

    def resolutionBegan(self, _: object) -> None: ...  # noqa: N802

    def addressResolved(self, address: IPv4Address) -> None:  # noqa: N802
        self.found.append(f"{address.host}:{address.port}")

    def resolutionComplete(self) -> None: ...  # noqa: N802


def resolve(guard: AddressGuard, host: str, port: int) -> list[str]:
    receiver = Receiver()
    PinnedResolver(guard).resolveHostName(receiver, host, port)
    return receiver.found


@pytest.mark.parametrize("address", ["113.161.1.1", "8.8.8.8", "2001:ee0::1", "::ffff:113.161.1.1", "64:ff9b::808:808"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "not an address",
    ],
)
def test_addresses_inside_a_network_are_refused_however_wrapped(address: str) -> None:
    assert not is_public(address)


def test_one_private_address_among_several_is_enough_to_refuse() -> None:
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        check(AddressGuard((), Names(["113.161.1.1", "10.0.0.1"])), "http://bao.vn/")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://bao.vn/", "data:text/plain,x", "gopher://bao.vn/", "http:///x", "javascript:1"]
)
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        check(AddressGuard((), Names(["113.161.1.1"])), url)


def test_a_second_answer_of_the_name_server_is_not_used() -> None:
    guard = AddressGuard((), Names(["113.161.1.1"], ["127.0.0.1"]))
    check(guard, "https://bao.vn/a")
    assert check(guard, "https://bao.vn/b") == ("113.161.1.1",)
    assert resolve(guard, "bao.vn", 443) == ["113.161.1.1:443"]


def test_the_resolver_knows_only_what_was_checked() -> None:
    guard = AddressGuard((), Names(["127.0.0.1"]))
    with pytest.raises(Refused):
        check(guard, "http://noi-bo.vn/")
    assert resolve(guard, "noi-bo.vn", 80) == []
    assert resolve(guard, "127.0.0.1", 80) == []


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://localhost:8000/", True),
        ("http://LOCALHOST:8000/", True),
        ("http://localhost:22/", False),
        ("http://noi-bo.vn:1/", True),
        ("http://khac.vn/", False),
    ],
)
def test_hosts_an_operator_allows_by_name_or_by_name_and_port(url: str, may: bool) -> None:
    guard = AddressGuard(("localhost:8000", "noi-bo.vn"), Names(["127.0.0.1"]))
    if may:
        assert check(guard, url) == ("127.0.0.1",)
    else:
        with pytest.raises(Refused):
            check(guard, url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost"])
def test_odd_spellings_of_loopback_are_seen_through(host: str) -> None:
    with pytest.raises((Refused, OSError)):
        check(AddressGuard(()), f"http://{host}/")
