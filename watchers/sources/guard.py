"""Which addresses a feed may reach: the public ones, and those that the settings allow.

Pure: takes host names and addresses, opens nothing.  ``transport`` asks it about every
address just before it connects, so a name that resolves differently the second time, or a
literal in an odd notation, meets the same answer.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from watchers.sources.base import AddressRefused

Address = IPv4Address | IPv6Address

# Not public, though ``is_global`` passes some of them: IANA special-purpose registries
# (https://www.iana.org/assignments/iana-ipv4-special-registry, …-ipv6-special-registry).
NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay anycast
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/96",  # unspecified, loopback, deprecated IPv4-compatible
        "::ffff:0:0/96",  # mapped: judged by the IPv4 address inside, see _inner
        "64:ff9b::/96",  # NAT64: likewise
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",  # IETF assignments, Teredo (2001::/32) included
        "2001:db8::/32",
        "2002::/16",  # 6to4: reaches the IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",  # multicast
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")  # all that IANA has given out for global unicast


KEPT = 1024  # addresses and hosts that are kept read: each is met again within its poll


@lru_cache(maxsize=KEPT)
def as_address(host: str) -> Address | None:
    """The address that a host is in itself, None where it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


@lru_cache(maxsize=KEPT)
def is_public(address: Address) -> bool:
    """Whether the whole internet means the same machine by this address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id is not None or address not in _PUBLIC_V6:
            return False
    return not any(address.version == net.version and address in net for net in NOT_PUBLIC)


class AddressGuard:
    """The rule of one installation: public addresses, and what its owner allows.

    ``allow`` holds host names, addresses and networks (``MOVEWIRE_ALLOW_PRIVATE``).
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        hosts: set[str] = set()
        networks = []
        for text in (part.strip() for part in allow):
            if not text:
                continue
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError:
                hosts.add(text.lower().rstrip("."))
        self._hosts = frozenset(hosts)
        self._networks = tuple(networks)
        self._verdicts: dict[tuple[str, str], bool] = {}

    def allows(self, host: str, address: str) -> bool:
        """Whether ``host``, which resolved to ``address``, may be connected to."""
        key = (host, address)
        verdict = self._verdicts.get(key)
        if verdict is None:
            if len(self._verdicts) > 20_000:
                self._verdicts.clear()
            verdict = self._verdicts[key] = self._judge(host, address)
        return verdict

    def check(self, host: str, address: str) -> None:
        """Raise AddressRefused unless ``allows``."""
        if not self.allows(host, address):
            raise AddressRefused(
                f"{host} is not a public address; MOVEWIRE_ALLOW_PRIVATE can allow it"
                if host == address
                else f"{host} leads to {address}, which is not public; MOVEWIRE_ALLOW_PRIVATE can allow it"
            )

    def _judge(self, host: str, address: str) -> bool:
        parsed = as_address(address)
        if parsed is None:
            return False
        if host.lower().rstrip(".") in self._hosts:
            return True
        inner = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        candidates = (parsed,) if inner is None else (parsed, inner)
        if any(one.version == net.version and one in net for one in candidates for net in self._networks):
            return True
        return is_public(parsed)
