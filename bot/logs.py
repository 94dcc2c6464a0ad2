"""Logs go to stderr, one line each, and never hold a secret, nor what would steer a terminal.

Libraries log the URLs that they ask for (httpx at INFO, with a webhook's token in it), so
the scrubbing sits in the formatter, which sees everything: messages, arguments, tracebacks.
"""

import logging
import re
import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

# The token of a webhook or an interaction in any URL: developers/resources/webhook.
_WEBHOOK = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]+")
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]+@")  # of a feed's address
# What steers a terminal or turns its lines around: a log is read in one, and quotes strangers.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SHORTEST_SECRET = 4  # anything shorter would blacken ordinary words


class Scrubber:
    """Replaces secrets in a text, as they are and as a URL writes them."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
        forms = {form for form in forms if len(form) >= SHORTEST_SECRET}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """``text`` with every secret as ``***``, and the credentials of addresses."""
        if self._known is not None:
            text = self._known.sub("***", text)
        return _CREDENTIALS.sub("***@", _WEBHOOK.sub(r"\1***", text))


def scrub(secrets: Sequence[str], text: str) -> str:
    """``text`` with every one of ``secrets`` as ``***``."""
    return _scrubber(tuple(secrets))(text)


@lru_cache(maxsize=8)
def _scrubber(secrets: tuple[str, ...]) -> Scrubber:
    return Scrubber(secrets)


class _Formatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def __init__(self, scrub: Scrubber) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        return self._scrub(_STEERING.sub("", super().format(record)))


def configure(level: int, secrets: Sequence[str] = (), *, requests: bool = True) -> None:
    """Log to stderr from ``level`` on, with ``secrets`` scrubbed; replaces an earlier set-up.

    ``requests`` False leaves out the line that httpx writes for each request.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(Scrubber(secrets)))
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one.formatter, _Formatter)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.NOTSET if requests else logging.WARNING)
