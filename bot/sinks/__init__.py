"""Where messages go: console, webhook, channel, each behind the seam of ``base.Sink``.

Besides ``watchers.sources`` the only place that opens sockets.  ``Sinks`` makes and keeps
the sink of each destination; nothing is opened before the first message.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO
from urllib.parse import quote, urlsplit

from bot.sinks.base import REAL, Clock, Sink
from bot.sinks.limits import Limits
from bot.sinks.rest import Rest

__all__ = ["Learned", "Sinks"]


@dataclass(slots=True)
class Learned:
    """What was learned of Discord's limits: kept by whoever makes sinks more than once."""

    bot: Limits = field(default_factory=Limits)
    webhook: Limits = field(default_factory=Limits)


class Sinks:
    """The sinks that the settings allow, by destination; made when first asked for.

    With a token "channel:<id>" can be reached, with webhooks "webhook" and "ops"; the console always.
    ``webhook_secret`` knows the tokens of servers' own webhooks: "webhook:<id>", "webhook:<id>/<thread>".
    ``at_most_once`` names destinations that rather lose a message than repeat it.
    """

    def __init__(
        self,
        *,
        api: str,
        token: str | None = None,
        webhook_url: str | None = None,
        ops_webhook_url: str | None = None,
        stream: TextIO | None = None,
        clock: Clock = REAL,
        scrub: Callable[[str], str] = str,
        at_most_once: frozenset[str] = frozenset(),
        learned: Learned | None = None,
        webhook_secret: Callable[[int], str | None] | None = None,
    ) -> None:
        learned = learned or Learned()
        self._bot = Rest(api, token, clock=clock, scrub=scrub, limits=learned.bot) if token else None
        self._webhooks = {
            name: (url, Rest(_base(url), clock=clock, scrub=scrub, limits=learned.webhook))
            for name, url in (("webhook", webhook_url), ("ops", ops_webhook_url))
            if url
        }
        # Servers give numbers and tokens alone, so their webhooks lead nowhere but to this API.
        self._servers = Rest(api, clock=clock, scrub=scrub, limits=learned.webhook)
        self._webhook_secret = webhook_secret
        self._stream = stream
        self._clock = clock
        self._at_most_once = at_most_once
        self._made: dict[str, Sink] = {}

    def get(self, destination: str) -> Sink | None:
        """The sink of a destination; None where nothing is set up to reach it."""
        sink = self._made.get(destination) or self._make(destination)
        if sink is not None and not destination.startswith("webhook:"):  # a server may change its token
            self._made[destination] = sink
        return sink

    def _make(self, destination: str) -> Sink | None:
        kind, _, name = destination.partition(":")
        once = destination in self._at_most_once
        if kind == "console":
            from bot.sinks.console import ConsoleSink

            return ConsoleSink(self._stream, self._clock)
        if destination in self._webhooks:
            from bot.sinks.webhook import WebhookSink

            url, rest = self._webhooks[destination]
            return WebhookSink(url, rest, destination=destination, reader=self._bot, at_most_once=once)
        if kind == "webhook" and (address := self._url(name)) is not None:
            from bot.sinks.webhook import WebhookSink

            return WebhookSink(
                address, self._servers, destination=destination, reader=self._bot, at_most_once=once
            )
        if kind == "channel" and self._bot is not None and name.isdecimal():
            from bot.sinks.channel import ChannelSink

            return ChannelSink(self._bot, int(name), at_most_once=once)
        return None

    def _url(self, name: str) -> str | None:
        """The address of a server's own webhook, by what follows "webhook:"."""
        number, _, thread = name.partition("/")
        secret = self._webhook_secret(int(number)) if self._webhook_secret and number.isdecimal() else None
        if secret is None:
            return None
        query = f"?thread_id={thread}" if thread else ""
        return f"{self._servers.api}/webhooks/{number}/{quote(secret, safe='')}{query}"

    async def aclose(self) -> None:
        """Close all connections."""
        for rest in (self._bot, self._servers, *(rest for _, rest in self._webhooks.values())):
            if rest is not None:
                await rest.aclose()


def _base(url: str) -> str:
    """The API below which a webhook lies: everything before "/webhooks/"."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/webhooks/')[0]}"
