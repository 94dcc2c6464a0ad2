"""From an alert to what people see: embed, webhook, console, plain text.  Pure.

``embed`` gives Discord's message as data, ``console`` a rich text, ``plain`` a string;
``digest`` folds many deliveries into one message.  Nothing here opens anything.
"""

from bot.render.embed import Digest, Dress, bare, change, message
from bot.render.gathered import digest, in_order, pages, plain_digest
from bot.render.limits import violations
from bot.render.terminal import console, plain, wrapped
from storage.model import Alert

__all__ = [
    "Digest",
    "Dress",
    "bare",
    "change",
    "console",
    "digest",
    "embed",
    "in_order",
    "message",
    "pages",
    "plain",
    "plain_digest",
    "violations",
    "wrapped",
]


def embed(alert: Alert, key: str = "", *, buttons: bool = False) -> dict[str, object]:
    """The Discord message of ``alert``: the short form of ``message`` for shows and tests."""
    return message(alert, Dress(key=key, buttons=buttons))
