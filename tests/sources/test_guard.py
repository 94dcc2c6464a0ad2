"""Which addresses a feed may reach."""

import pytest

from watchers.sources.base import AddressRefused
from watchers.sources.guard import AddressGuard

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "192.0.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450::5",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.7",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.4",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]
NO_ADDRESS = ["", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "localhost", "[::1]"]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert AddressGuard().allows("feeds.example", address) is True


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressGuard().allows("feeds.example", address) is False


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    assert AddressGuard().allows(address, address) is False


def test_a_public_address_mapped_into_ipv6_is_allowed() -> None:
    assert AddressGuard().allows("feeds.example", "::ffff:1.1.1.1") is True


def test_an_allowed_network_opens_its_addresses_and_no_others() -> None:
    guard = AddressGuard(["127.0.0.1/32", "fd00::/8"])
    judged = {
        one: guard.allows("h", one)
        for one in ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2", "fd00::5", "fc00::5")
    }
    assert judged == {
        "127.0.0.1": True,
        "::ffff:127.0.0.1": True,
        "127.0.0.2": False,
        "fd00::5": True,
        "fc00::5": False,
    }


def test_an_allowed_host_may_resolve_to_any_address_and_others_may_not_use_it() -> None:
    guard = AddressGuard(["Feeds.Internal"])
    assert guard.allows("feeds.internal", "10.1.2.3") is True
    assert guard.allows("FEEDS.internal.", "10.1.2.3") is True
    assert guard.allows("evil.example", "10.1.2.3") is False


def test_blank_parts_of_the_setting_allow_nothing() -> None:
    assert AddressGuard(["", "  "]).allows("h", "127.0.0.1") is False


def test_the_refusal_names_host_address_and_remedy() -> None:
    with pytest.raises(AddressRefused) as refused:
        AddressGuard().check("intranet.example", "10.0.0.8")
    assert refused.value.name == "address-refused"
    assert str(refused.value) == (
        "intranet.example leads to 10.0.0.8, which is not public; MOVEWIRE_ALLOW_PRIVATE can allow it"
    )
