"""A webhook: certain failures are retried, and what is uncertain is looked up or owned up to.

Webhooks have no nonce.  An attempt of unknown outcome is looked for in the channel's history
where a bot token can read it; otherwise the destination's policy decides: ``at_least_once``
sends again and says in the message that it may be a repeat, ``at_most_once`` gives up and
says so.  After a 404 the webhook is never asked again (topics/rate-limits).
"""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from bot.render import Dress, bare, change, digest, message
from bot.sinks.base import Dead, Gone, Outcome, Parcel, RetryAt, Sent, fingerprint
from bot.sinks.history import Found, Missing, Search, Unanswered, Unreadable, find
from bot.sinks.outcomes import INVALID_WEBHOOK_TOKEN, UNKNOWN_MESSAGE, certain, failed, malformed
from bot.sinks.rest import Answer, Rest, Result

# Seconds that Discord may take with a request before its message shows in the history: as
# long as we would have waited for the answer.
SETTLE = 20.0
RETIRED = "the webhook does not exist any more: make a new one and put its URL into the settings"
LOST = "an earlier attempt may have arrived, and this destination sends at most once"
NO_READER = "no bot token to read the channel with"


class WebhookSink:
    """One webhook; ``rest`` is its own API, ``reader`` one with a bot token, if there is any."""

    def __init__(
        self,
        url: str,
        rest: Rest,
        *,
        destination: str = "webhook",
        reader: Rest | None = None,
        at_most_once: bool = False,
    ) -> None:
        parts = urlsplit(url)
        self.destination = destination
        self.fingerprint = fingerprint(self.destination, url)
        self.settle = SETTLE if reader is not None else 0.0
        self._path = "/webhooks/" + parts.path.rstrip("/").rpartition("/webhooks/")[2]
        self._thread = parse_qs(parts.query).get("thread_id", [None])[0]
        self._rest = rest
        self._reader = reader
        self._at_most_once = at_most_once
        self._about: dict[str, str] = {}  # channel_id and guild_id, once asked
        number = self._path.split("/")[2]
        self._number = number
        self._route = f"POST webhook:{number}"

    def delay(self) -> float:
        """Seconds until the webhook may be executed."""
        return self._rest.delay(self._route)

    async def send(self, parcel: Parcel) -> Outcome:
        """One message; an edit changes the story's first message."""
        if parcel.edits:
            return await self._edit(parcel)
        repeat = False
        if parcel.ambiguous:
            search = await self.find(parcel)
            if isinstance(search, Found):
                return Sent(message_id=search.message_id, found=True)
            if isinstance(search, Unanswered):
                return certain(self._failed(search.result, parcel))
            if not isinstance(search, Missing):
                if self._at_most_once:
                    return Dead(why=f"{LOST} ({search.why})")
                repeat = True
        outcome = await self._post(parcel, repeat)
        if isinstance(outcome, RetryAt) and outcome.ambiguous and self.settle:
            return self._settled(outcome)
        return outcome

    async def find(self, parcel: Parcel) -> Search:
        """Look for the parcel's key in the history of the webhook's channel."""
        if self._reader is None:
            return Unreadable(why=NO_READER)
        about = await self._ask_about()
        if not isinstance(about, dict):
            return Unanswered(result=about)
        channel = self._thread or about.get("channel_id")
        if not channel:
            return Unreadable(why="the webhook does not say which channel it writes to")
        since = min(one.created for one in parcel.deliveries)
        return await find(self._reader, channel, parcel.key, since, look=self._look)

    async def _look(self, message_id: str) -> Result:
        path = f"{self._path}/messages/{message_id}"
        return await self._rest.ask("GET", path, f"GET webhook:{self._number}", query=self._in_thread())

    async def _ask_about(self) -> dict[str, str] | Result:
        """Where the webhook writes: it tells whoever holds its token (resources/webhook)."""
        if not self._about:
            result = await self._rest.ask("GET", self._path, f"GET webhook:{self._number}")
            if not isinstance(result, Answer) or result.status != 200 or not isinstance(result.body, dict):
                return result
            told = {name: result.body.get(name) for name in ("channel_id", "guild_id")}
            self._about = {name: str(value) for name, value in told.items() if value}
            self._about.setdefault("channel_id", "")
        return self._about

    async def _post(self, parcel: Parcel, repeat: bool) -> Outcome:
        first = parcel.first
        if parcel.folded:
            payload = digest(parcel.deliveries, parcel.key, repeat=repeat).payload
        else:
            dress = Dress(
                key=parcel.key,
                repeat=repeat,
                ping_role=first.ping_role,
                first_link=await self._first_link(first.reply_to) if first.alert.update else None,
            )
            payload = message(first.alert, dress)
        result = await self._execute(payload)
        if malformed(result) and not parcel.folded:
            result = await self._execute(bare(first.alert, Dress(key=parcel.key)))
        if isinstance(result, Answer) and 200 <= result.status < 300:
            found = result.body.get("id") if isinstance(result.body, dict) else None
            return Sent(message_id=str(found) if found else None, repeat=repeat)
        return self._failed(result, parcel)

    async def _execute(self, payload: dict[str, object]) -> Result:
        # Without wait=true a message that was not saved is no error (resources/webhook).
        query = {"wait": "true"} | self._in_thread()
        return await self._rest.ask("POST", self._path, self._route, json=payload, query=query)

    async def _edit(self, parcel: Parcel) -> Outcome:
        first = parcel.first
        dress = Dress(key=first.first_key or first.key)
        result = await self._change(first.reply_to, change(first.alert, dress))
        if malformed(result):
            result = await self._change(first.reply_to, bare(first.alert, dress))
        if isinstance(result, Answer):
            if 200 <= result.status < 300:
                return Sent(message_id=first.reply_to)
            if result.code == UNKNOWN_MESSAGE:
                return Gone(why="the story's message was deleted there")
        return certain(self._failed(result, parcel))

    async def _change(self, message_id: str | None, payload: dict[str, object]) -> Result:
        path, route = f"{self._path}/messages/{message_id}", f"PATCH webhook:{self._number}"
        return await self._rest.ask("PATCH", path, route, json=payload, query=self._in_thread())

    async def _first_link(self, message_id: str | None) -> str | None:
        if message_id is None:
            return None
        about = await self._ask_about()
        if not isinstance(about, dict) or not about.get("guild_id"):
            return None
        channel = self._thread or about["channel_id"]
        return f"https://discord.com/channels/{about['guild_id']}/{channel}/{message_id}"

    def _in_thread(self) -> dict[str, str]:
        return {"thread_id": self._thread} if self._thread else {}

    def _failed(self, result: Result, parcel: Parcel) -> Outcome:
        if isinstance(result, Answer) and (
            result.status == 404 or (result.status == 401 and result.code == INVALID_WEBHOOK_TOKEN)
        ):
            return Dead(why=f"{RETIRED} ({result.said})", retires=True)
        return failed(
            result,
            parcel,
            self._rest.clock,
            refused=" (look at the webhook's channel)",
            token="copy the webhook's URL again",
        )

    def _settled(self, outcome: RetryAt) -> RetryAt:
        """The history is read once the lost attempt has had its time to show there."""
        now = self._rest.clock.now()
        settled = now + timedelta(seconds=self.settle)
        return RetryAt(when=max(outcome.when, settled), why=outcome.why, ambiguous=True, holds=outcome.holds)
