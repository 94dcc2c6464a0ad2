"""A channel, written to with a bot token: each delivery arrives once.

The delivery's key is the nonce, so repeating within a minute gives the first message back
(resources/message#create-message: enforced "in the past few minutes").  After that, or when
another process made the attempt, the channel's history is read for the key before anything
is sent.  A nonce whose message was deleted answers 10008: it was sent, and is gone.
"""

from bot.render import Dress, bare, change, digest, message
from bot.sinks.base import Dead, Gone, Outcome, Parcel, RetryAt, Sent, fingerprint
from bot.sinks.history import Found, Missing, Search, Unanswered, find
from bot.sinks.outcomes import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, certain, failed, malformed
from bot.sinks.rest import Answer, Rest, Result

NONCE_HOLDS = 60.0  # seconds in which a nonce surely counts; the page says "a few minutes"
REMEDY = " (is the bot in the server, does it see the channel, may it send messages and embed links there?)"
LOST = "an earlier attempt may have arrived and the history cannot be read"


class ChannelSink:
    """One channel; ``at_most_once`` gives up where it cannot find out whether it arrived."""

    settle = 0.0  # the nonce covers what is still under way

    def __init__(self, rest: Rest, channel: int, *, at_most_once: bool = False) -> None:
        self.destination = f"channel:{channel}"
        self.fingerprint = fingerprint(self.destination, rest.author)
        self._rest = rest
        self._channel = channel
        self._at_most_once = at_most_once
        self._tried: dict[str, float] = {}  # key -> monotonic time of this process's first attempt
        self._route = f"POST channel:{channel}"

    def delay(self) -> float:
        """Seconds until the channel may be written to."""
        return self._rest.delay(self._route)

    async def send(self, parcel: Parcel) -> Outcome:
        """One message, once; an edit changes the story's first message."""
        if parcel.edits:
            return await self._edit(parcel)
        repeat = False
        if parcel.ambiguous and not self._nonce_holds(parcel.key):
            search = await self.find(parcel)
            if isinstance(search, Found):
                self._tried.pop(parcel.key, None)
                return Sent(message_id=search.message_id, found=True)
            if isinstance(search, Unanswered):
                return certain(failed(search.result, parcel, self._rest.clock, refused=REMEDY))
            if not isinstance(search, Missing):
                if self._at_most_once:
                    return Dead(why=f"{LOST} ({search.why})")
                repeat = True
        self._tried.setdefault(parcel.key, self._rest.clock.monotonic())
        outcome = await self._post(parcel, repeat)
        if not (isinstance(outcome, RetryAt) and outcome.ambiguous):
            self._tried.pop(parcel.key, None)
        return outcome

    async def find(self, parcel: Parcel) -> Search:
        """Look for the parcel's key in the channel's history."""
        since = min(one.created for one in parcel.deliveries)
        return await find(self._rest, str(self._channel), parcel.key, since)

    def _nonce_holds(self, key: str) -> bool:
        first = self._tried.get(key)
        return first is not None and self._rest.clock.monotonic() - first < NONCE_HOLDS

    async def _post(self, parcel: Parcel, repeat: bool) -> Outcome:
        payload = self._payload(parcel, repeat)
        result = await self._ask(payload)
        if malformed(result) and not parcel.folded:
            # Better the plain news than none: whatever Discord dislikes stood in the embed.
            result = await self._ask(bare(parcel.first.alert, Dress(key=parcel.key)) | _once(parcel))
        return self._outcome(result, parcel, repeat)

    async def _ask(self, payload: dict[str, object]) -> Result:
        return await self._rest.ask("POST", f"/channels/{self._channel}/messages", self._route, json=payload)

    def _payload(self, parcel: Parcel, repeat: bool) -> dict[str, object]:
        if parcel.folded:
            return digest(parcel.deliveries, parcel.key, repeat=repeat).payload | _once(parcel)
        dress = Dress(key=parcel.key, buttons=True, repeat=repeat, ping_role=parcel.first.ping_role)
        payload = message(parcel.first.alert, dress) | _once(parcel)
        if parcel.first.alert.update is not None and parcel.first.reply_to is not None:
            # The first message may have been deleted: then this one stands alone.
            payload["message_reference"] = {
                "message_id": parcel.first.reply_to,
                "fail_if_not_exists": False,
            }
        return payload

    def _outcome(self, result: Result, parcel: Parcel, repeat: bool) -> Outcome:
        if isinstance(result, Answer):
            if 200 <= result.status < 300:
                found = result.body.get("id") if isinstance(result.body, dict) else None
                return Sent(message_id=str(found) if found else None, repeat=repeat)
            if result.code == UNKNOWN_MESSAGE:
                return Gone(why="it arrived and was deleted there")
        return failed(result, parcel, self._rest.clock, refused=REMEDY)

    async def _edit(self, parcel: Parcel) -> Outcome:
        first = parcel.first
        dress = Dress(key=first.first_key or first.key, buttons=True)
        result = await self._change(first.reply_to, change(first.alert, dress))
        if malformed(result):
            result = await self._change(first.reply_to, bare(first.alert, dress))
        if isinstance(result, Answer):
            if 200 <= result.status < 300:
                return Sent(message_id=first.reply_to)
            if result.code == UNKNOWN_MESSAGE or (result.status == 404 and result.code != UNKNOWN_CHANNEL):
                return Gone(why="the story's message was deleted there")
        return certain(failed(result, parcel, self._rest.clock, refused=REMEDY))

    async def _change(self, message_id: str | None, payload: dict[str, object]) -> Result:
        path = f"/channels/{self._channel}/messages/{message_id}"
        return await self._rest.ask("PATCH", path, f"PATCH channel:{self._channel}", json=payload)


def _once(parcel: Parcel) -> dict[str, object]:
    return {"nonce": parcel.key, "enforce_nonce": True}
