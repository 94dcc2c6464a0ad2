"""Who published a page: its publisher family, and whether a party speaks for itself.

"Reported by four outlets" counts families: the country editions of one title, its feeds
and its syndicated copies are one voice.  The registrable domain comes from a small rule
set of our own (no public suffix list is shipped); the groups are data, ``outlets.toml``.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from watchers.links import canonical_url, host_of

_HOST = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:].*)?$", re.I)
_CREDIT = re.compile(r"\(([^()/]+)/\s*([^()]+)\)\s*$")  # "(Writer/Outlet)" at the end of a headline
_CREDIT_ALONE = re.compile(r"\(([^()/]{2,40})\)\s*$")
_TAIL = re.compile(r"\s[-–—|]\s([^-–—|]{2,40})$")
_DATELINE = re.compile(
    r"^[^.]{0,60}?\((Reuters|AP|AFP|Bloomberg|dpa(?:-AFX)?|EFE|Kyodo(?: News)?|Xinhua)\)", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Press:
    """``outlets.toml``, ready for lookups."""

    family_of: Mapping[str, str]  # domain or host -> family
    named: Mapping[str, str]  # an outlet's name, case folded -> family
    relays: frozenset[str]
    filings: tuple[str, ...]
    own_pages: Mapping[str, tuple[str, ...]]  # slug -> hosts
    second_level: frozenset[str]
    shared_hosts: frozenset[str]


@cache
def _press() -> _Press:
    table = tomllib.loads(resources.files("watchers").joinpath("outlets.toml").read_text("utf-8"))
    return _Press(
        family_of={domain: group[0] for group in table["groups"] for domain in group},
        named={name.casefold(): domain for name, domain in table["names"].items()},
        relays=frozenset(table["relays"]),
        filings=tuple(table["filings"]),
        own_pages={slug: tuple(hosts) for slug, hosts in table["own_pages"].items()},
        second_level=frozenset(table["second_level"]),
        shared_hosts=frozenset(table["shared_hosts"]),
    )


def registrable(host: str) -> str:
    """The part of a host that somebody registered: ``news.bbc.co.uk`` gives ``bbc.co.uk``."""
    host = host.split(":")[0].lower().strip(".")
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit():
        return host
    if ".".join(labels[-2:]) in _press().shared_hosts:
        return ".".join(labels[-3:])
    if len(labels[-1]) == 2 and labels[-2] in _press().second_level:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def family(url: str, source: str = "", *, title: str = "", summary: str = "", author: str = "") -> str:
    """The publisher family of an entry: a domain, or the outlet's own name where none is known.

    A relay (Google News, Yahoo, MSN, Techmeme) stands for the outlet that it passes on when
    the entry says which; so does an agency named in the dateline or as the author.
    """
    own = _family_of_host(host_of(canonical_url(url)))
    agency = _DATELINE.match(summary)
    if agency:
        return _named(agency.group(1)) or own
    credited = _named(author) if own in _press().relays else None
    if credited:
        return credited
    named = _from_source(source)
    if not own or own in _press().relays:
        passed_on = _credited(title) if not named or named == own or named in _press().relays else None
        return passed_on or named or own or "unknown"
    return own


def is_primary(url: str, entities: Iterable[str] = ()) -> bool:
    """Whether the page is a party's own blog or newsroom, a filing or a press-release wire."""
    host = host_of(canonical_url(url))
    if not host:
        return False
    if _under(host, _press().filings):
        return True
    domain = registrable(host).split(".")[0]
    for slug in entities:
        if _under(host, _press().own_pages.get(slug, ())) or (
            len(domain) > 3 and domain == slug.replace("-", "")
        ):
            return True
    return False


def _under(host: str, sites: Iterable[str]) -> bool:
    return any(host == site or host.endswith("." + site) for site in sites)


@lru_cache(maxsize=1024)
def _family_of_host(host: str) -> str:
    if not host:
        return ""
    domain = registrable(host)
    return _press().family_of.get(host) or _press().family_of.get(domain, domain)


def _named(name: str) -> str | None:
    return _press().named.get(name.strip().strip(".").casefold())


def _from_source(source: str) -> str:
    """The family that a source's name or host stands for; '' when it says nothing."""
    name = source.strip()
    if "@" in name and not name.startswith("@"):  # "Techmeme @techmeme.com"
        name = name.rpartition("@")[2].strip()
    if found := _HOST.match(name):
        return _family_of_host(host_of("https://" + found.group(1)))
    return _named(name) or name.casefold()


def _credited(title: str) -> str | None:
    """The outlet that a headline credits: ``(Writer/Outlet)``, ``(Outlet)`` or ``… - Outlet``."""
    if found := _CREDIT.search(title):
        return _from_source(found.group(2))
    for shape in (_CREDIT_ALONE, _TAIL):
        if found := shape.search(title):
            name = found.group(1)
            if _named(name) or _HOST.match(name.strip()):
                return _from_source(name)
    return None
