"""The one address of a page, whatever road a feed took to it.

Two links that a reader would call the same give the same string: wrappers are opened,
tracking is dropped, mobile and AMP copies become the page they copy.  Pure: no redirect
is followed, so a link that hides its target (a shortener, Google News' newer ids) stays
what it is.  The result is a key for comparing; alerts show the link as the feed gave it.
"""

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

# Wrappers that carry their target in a parameter: host, path prefix, parameters to look in.
_WRAPPERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("google.*", "/url", ("q", "url")),
    ("google.*", "/imgres", ("imgrefurl",)),
    ("translate.google.*", "/", ("u",)),
    ("bing.com", "/news/apiclick.aspx", ("url",)),
    ("duckduckgo.com", "/l", ("uddg",)),
    ("facebook.com", "/l.php", ("u",)),
    ("l.facebook.com", "/", ("u",)),
    ("lm.facebook.com", "/", ("u",)),
    ("l.instagram.com", "/", ("u",)),
    ("l.messenger.com", "/", ("u",)),
    ("out.reddit.com", "/", ("url",)),
    ("youtube.com", "/redirect", ("q",)),
    ("linkedin.com", "/redir/redirect", ("url",)),
    ("linkedin.com", "/safety/go", ("url",)),
    ("t.umblr.com", "/redirect", ("z",)),
    ("vk.com", "/away.php", ("to",)),
    ("medium.com", "/r", ("url",)),
    ("exit.sc", "/", ("url",)),
    ("disq.us", "/", ("url",)),
    ("go.redirectingat.com", "/", ("url",)),
    ("go.skimresources.com", "/", ("url",)),
    ("getpocket.com", "/redirect", ("url",)),
    ("slack-redir.net", "/link", ("url",)),
    ("safelinks.protection.outlook.com", "/", ("url",)),
    ("link.zhihu.com", "/", ("target",)),
    ("link.juejin.cn", "/", ("target",)),
    ("jump.bdimg.com", "/safecheck", ("url",)),
    ("12ft.io", "/proxy", ("q",)),
    ("feedproxy.google.com", "/", ("url",)),
    ("feeds.feedburner.com", "/", ("url",)),
)

# Wrappers that carry their target in the path.
_PATH_WRAPPERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("google.*", re.compile(r"^/amp/(?P<s>s/)?(?P<rest>.+)")),
    (".cdn.ampproject.org", re.compile(r"^/[a-z]/(?P<s>s/)?(?P<rest>.+)")),
    ("cdn.ampproject.org", re.compile(r"^/[a-z]/(?P<s>s/)?(?P<rest>.+)")),
    (".bing-amp.com", re.compile(r"^/[a-z]/(?P<s>s/)?(?P<rest>.+)")),
    ("web.archive.org", re.compile(r"^/web/\d{4,14}(?:[a-z]{2}_)?/(?:https?:/+)?(?P<rest>.+)")),
    ("r.search.yahoo.com", re.compile(r".*/RU=(?:https?(?:://?|%3[aA]%2[fF]%2[fF]))(?P<rest>[^/]+)/RK=.*")),
    ("urldefense.com", re.compile(r"^/v3/__https?:/+(?P<rest>.+?)__;")),
)

# Parameters that say who shared a link, never which page it is.
_TRACKING_PREFIXES = (
    "utm_", "hsa_", "mtm_", "pk_", "piwik_", "matomo_", "at_", "ns_", "guce_", "soc_", "sr_share",
    "mc_", "vero_", "oly_", "trk", "wt.", "_hs", "__hs", "__tw", "wpmp_", "xtor", "mkt_tok",
    "stm_", "share_", "rss_",
)  # fmt: skip
_TRACKING = frozenset(
    """
    __mk __source _branch_match_id _ga _gl _openstat amp amp_js_v campaign_id cmp cmpid cndid
    cvid dclid ef_id embedly emc enews esrc eventsource fb_action_ids fb_action_types fb_comment_id
    fb_source fbclid fbrefresh ftag gaa_at gaa_n gaa_sig gaa_ts gbraid gclid gclsrc gi guccounter
    ia_share_url icid igsh igshid irclickid ito ito_campaign mbid mibextid mod msclkid ncid
    nr_email_referer nsrc ocampaign ocid outputtype partner pfrom rdt ref_src ref_url referer
    referrer reflink rss s_cid s_kwcid sara_ecid scid sfnsn sharetype smid smtyp spm sref
    srnd srsltid st_source tag_id taid tpcc traffic_source truid ttclid twclid usqp vgo_ee wbraid
    wickedid yclid yptr zanpid
    """.split()
)
# Parameters that track on most sites, and mean something on a few.
_MOSTLY_TRACKING = {
    "ref": ("github.com", "gitlab.com", "codeberg.org"),
    "source": ("google.*", "archive.org"),
    "src": ("archive.org",),
}
# Parameters that track on a few sites, and mean something elsewhere.
_ONLY_ON = {
    "feature": ("youtube.com", "youtu.be"),
    "output": ("ampproject.org",),
    "t": ("x.com",),
    "s": ("x.com",),
    "si": ("youtube.com", "youtu.be", "spotify.com"),
    "from": ("weibo.com", "weixin.qq.com", "mp.weixin.qq.com", "36kr.com"),
}
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp|touch|wap|3g|i)\.(?=[^.]+\.)")
_INNER_MOBILE = re.compile(r"^([a-z]{2,3})\.m\.(?=[^.]+\.)")  # en.m.wikipedia.org
_SAME_HOST = {
    "twitter.com": "x.com",
    "nitter.net": "x.com",
    "old.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "amp.reddit.com": "reddit.com",
    "uk.reuters.com": "reuters.com",
}
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)
_AMP_TAIL = re.compile(r"(?:/amp|/amp\.html|\.amp|\?amp)$", re.I)
_AMP_HTML = re.compile(r"\.amp\.html$", re.I)
_AMP_HEAD = re.compile(r"^/amp/(?=[^/]+)", re.I)
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.I)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]+")
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_SIMPLE = re.compile(r"(?:/[\w~-]+)*", re.ASCII)  # paths in which nothing is to be mended, but for /amp
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"

_EVERYDAY = re.compile(r"https?://([\w.-]+(?::\d+)?)((?:/[\w.~-]+)*)/?", re.ASCII)
_TELLING_PATHS = frozenset(("news.google.com", "youtu.be"))

HOSTS = 4096  # whose plain form and wrappers are remembered: the entries of a feed share theirs


def canonical_url(url: str) -> str:
    """The address by which two links to one page compare equal.

    Idempotent.  Anything that is not an http(s) address comes back trimmed and otherwise
    as it was: a guid, a ``mailto:``, nonsense.
    """
    if (plain := _EVERYDAY.fullmatch(url)) and (host := _everyday_host(plain[1])):
        path = plain[2]
        lower = path.lower()
        if not ("/amp" in lower or ".amp" in lower or "/index." in lower or "/default." in lower):
            return f"https://{host}{path}"
    text = _CONTROL.sub("", url)
    while True:
        inner = _unwrapped(text)
        if inner is None or len(inner) >= len(text):
            break
        text = inner
    shortened = _plain_form(text)
    inner = _unwrapped(shortened)
    if inner is not None and len(inner) < len(shortened):  # dropping a port or prefix bared a wrapper
        return canonical_url(inner)
    return shortened


def host_of(url: str) -> str:
    """The host in lower case without port, ``www.`` and mobile prefixes; '' when there is none."""
    parts = _split(_CONTROL.sub("", url))
    return _plain_host(parts[0]) if parts else ""


def _split(text: str) -> tuple[str, str, str, str] | None:
    """Host with port, path, query and fragment of an http(s) address, else None."""
    if text.startswith("//"):
        text = "https:" + text
    found = _SCHEME.match(text)
    if not found:
        return None
    scheme = found.group(1).lower()
    if scheme in {"feed", "itms", "itpc"}:
        rest = text[found.end() :]
        text = rest if rest.lower().startswith("http") else "https:" + rest
    elif scheme not in {"http", "https"}:
        return None
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    if not host or parts.scheme.lower() not in {"http", "https"}:
        return None
    return host, parts.path, parts.query, parts.fragment


def _host_is(host: str, pattern: str) -> bool:
    """Whether a host is the pattern's; ``google.*`` takes any ending, ``.x.org`` any subdomain."""
    if pattern.startswith("."):
        return host.endswith(pattern)
    if pattern.endswith(".*"):
        return host.startswith(pattern[:-1]) and host.count(".") <= pattern.count(".") + 1
    return host == pattern or (pattern.count(".") >= 2 and host.endswith("." + pattern))


def _unwrapped(text: str) -> str | None:
    """The target that a redirect wrapper carries in itself, or None."""
    parts = _split(text)
    if parts is None:
        return None
    netloc, path, query, _ = parts
    host = _plain_host(netloc)
    by_parameter, by_path = _wrappers(host)
    for start, names in by_parameter:
        if path.startswith(start):
            given = dict(parse_qsl(query))
            for name in names:
                target = given.get(name, "").strip()
                if target.lower().startswith(("http://", "https://")):
                    return _CONTROL.sub("", target)
    for quoted, shape in by_path:
        if found := shape.match(path):
            rest = re.sub(r"^https?:/+", "", unquote(found["rest"]) if quoted else found["rest"])
            if "." in rest.split("/")[0]:
                return f"https://{rest}" + (f"?{query}" if query else "")
    if host == "href.li" and query.lower().startswith("http"):
        return query
    if host == "news.google.com":
        return _google_news_target(path)
    return None


@lru_cache(maxsize=HOSTS)
def _wrappers(host: str) -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[bool, re.Pattern[str]]]]:
    """How a host wraps, mostly not at all: path prefixes with parameters; shapes of paths, quoted or not."""
    return (
        [(start.rstrip("/"), names) for name, start, names in _WRAPPERS if _host_is(host, name)],
        [("yahoo" in name, shape) for name, shape in _PATH_WRAPPERS if _host_is(host, name)],
    )


@lru_cache(maxsize=HOSTS)
def _everyday_host(netloc: str) -> str | None:
    """The plain form of a host whose links without a query hide nothing; None: look closer."""
    host = _plain_host(netloc)
    return None if _wrappers(host)[1] or host in _TELLING_PATHS else host


def _google_news_target(path: str) -> str | None:
    """The address inside an older Google News id (a base64 protobuf), None for the newer ones."""
    found = re.search(r"/articles/([A-Za-z0-9_-]{20,})", path)
    if not found:
        return None
    token = found.group(1)
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    inside = re.search(rb"https?://[\x21-\x7e]+", raw)
    return inside.group().decode("ascii") if inside else None


@lru_cache(maxsize=HOSTS)
def _plain_host(netloc: str) -> str:
    host, _, port = netloc.partition(":") if not netloc.startswith("[") else (netloc, "", "")
    host = host.lower().rstrip(".")
    before = ""
    while before != host:
        before = host
        host = _INNER_MOBILE.sub(r"\1.", _MOBILE.sub("", host))
        host = _SAME_HOST.get(host, host)
    return host if port in {"", "80", "443"} else f"{host}:{port}"


def _plain_form(text: str) -> str:
    """Scheme, host, path and query without what does not say which page it is."""
    parts = _split(text)
    if parts is None:
        return text
    netloc, path, query, fragment = parts
    host = _plain_host(netloc)
    path = _plain_path(path)
    kept = _kept_parameters(query, host)
    if host == "youtu.be" and path.strip("/"):
        kept.append(("v", path.strip("/")))
        host, path = "youtube.com", "/watch"
    ends = "" if not fragment.startswith("!") else fragment
    return urlunsplit(("https", host, path, urlencode(sorted(kept)), ends))


def _plain_path(path: str) -> str:
    if _SIMPLE.fullmatch(path) and "/amp" not in path.lower():
        return path
    before = None
    while before != path:
        before = path
        path = _UNRESERVED.sub(_unescape, path)
        path = quote(path, safe=_PATH_SAFE)
        path = re.sub(r"/{2,}", "/", path)
        path = _INDEX.sub("/", path)
        path = _AMP_HTML.sub(".html", path)
        path = _AMP_TAIL.sub("", path)
        path = _AMP_HEAD.sub("/", path)
        path = path.rstrip("/")
    return path


def _unescape(found: re.Match[str]) -> str:
    """An unreserved character instead of its escape, RFC 3986 6.2.2.2; else the escape in capitals."""
    char = chr(int(found.group(1), 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else found.group().upper()


def _kept_parameters(query: str, host: str) -> list[tuple[str, str]]:
    if not query:
        return []
    kept = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if not _tracks(name.lower(), host):
            kept.append((name, value))
    return kept


def _tracks(name: str, host: str) -> bool:
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name in _ONLY_ON:
        return any(_host_is(host, site) for site in _ONLY_ON[name])
    if name in _MOSTLY_TRACKING:
        return not any(_host_is(host, site) for site in _MOSTLY_TRACKING[name])
    return False
