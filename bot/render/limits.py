"""Discord's limits of a message, named, and a check of a payload against all of them.

Pages are named under ``developers/`` of Discord's documentation.  Characters are code
points.  Rendering keeps within these by construction; ``violations`` proves it, for every
payload that leaves us in a test and for whoever builds one by hand.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

# resources/message#create-message
CONTENT = 2_000
EMBEDS = 10
NONCE = 25
# resources/message#embed-object-embed-limits
TITLE = 256
DESCRIPTION = 4_096
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1_024
FOOTER = 2_048
AUTHOR = 256
EMBED_TOTAL = 6_000  # over all embeds of a message
EMBED_URL = 2_048  # undocumented on the page; the public OpenAPI document has it
COLOUR = 0xFFFFFF
# components/reference#action-row, #button
ROWS = 5
BUTTONS = 5  # in a row
LABEL = 80
CUSTOM_ID = 100
# interactions/application-commands#application-command-object
COMMAND_NAME = 32
COMMAND_DESCRIPTION = 100
COMMAND_OPTIONS = 25  # of a command; subcommands of a group; choices of an option
COMMAND_TOTAL = 8_000  # names, descriptions and values of a command and all below it
# interactions/application-commands#application-command-object-application-command-option-choice-structure
CHOICES = 25
CHOICE = 100  # a choice's name, and its value
# resources/message#message-object-message-flags
SUPPRESS_NOTIFICATIONS = 1 << 12
# resources/message#allowed-mentions-object
MENTIONED_ROLES = 100

ACTION_ROW, BUTTON, LINK_STYLE = 1, 2, 5  # components/reference


def violations(payload: Mapping[str, Any], *, partial: bool = False) -> list[str]:
    """What Discord would refuse in ``payload``, or what could ping; [] when it is sound.

    ``partial``: it changes a message, and says nothing of what stays.
    """
    found = [*_mentions(payload), *_length("content", payload.get("content"), CONTENT, empty=True)]
    embeds = payload.get("embeds") or []
    components = payload.get("components") or []
    if len(embeds) > EMBEDS:
        found.append(f"{len(embeds)} embeds")
    if not (partial or payload.get("content") or embeds):
        found.append("an empty message")
    for embed in embeds:
        found += _embed(embed)
    if (total := sum(map(_size, embeds))) > EMBED_TOTAL:
        found.append(f"embeds of {total} characters in all")
    found += _components(components)
    nonce = payload.get("nonce")
    if nonce is not None and not 0 < len(str(nonce)) <= NONCE:
        found.append(f"a nonce of {len(str(nonce))} characters")
    return found


def command_violations(command: Mapping[str, Any]) -> list[str]:
    """What Discord would refuse in a slash command as it is registered; [] when it is sound."""
    found = list(_command(command))
    if (total := _command_size(command)) > COMMAND_TOTAL:
        found.append(f"/{command['name']} of {total} characters in all")
    return found


def _command(command: Mapping[str, Any]) -> Iterable[str]:
    name, options = command["name"], command.get("options") or []
    if (
        not 0 < len(name) <= COMMAND_NAME
        or name != name.lower()
        or not all(s.isalnum() or s in "-_" for s in name)
    ):
        yield f"the name {name!r}"
    if not 0 < len(command.get("description", "")) <= COMMAND_DESCRIPTION:
        yield f"the description of {name}"
    if len(options) > COMMAND_OPTIONS or len({one["name"] for one in options}) != len(options):
        yield f"the options of {name}: too many, or one twice"
    for choice in command.get("choices") or []:
        if not 0 < len(choice["name"]) <= CHOICE or len(str(choice["value"])) > CHOICE:
            yield f"the choice {choice['name']!r} of {name}"
    if len(command.get("choices") or []) > CHOICES:
        yield f"too many choices of {name}"
    if any(not one.get("required") and after.get("required") for one, after in pairwise(options)):
        yield f"{name}: a required option after one that is not"
    for one in options:
        yield from _command(one)


def _command_size(command: Mapping[str, Any]) -> int:
    own = len(command["name"]) + len(command.get("description", ""))
    choices = sum(len(one["name"]) + len(str(one["value"])) for one in command.get("choices") or [])
    return own + choices + sum(map(_command_size, command.get("options") or []))


def _mentions(payload: Mapping[str, Any]) -> Iterable[str]:
    allowed = payload.get("allowed_mentions")
    if allowed is None:
        yield "no allowed_mentions: Discord would parse them all"
    elif allowed.get("parse") != []:
        yield "allowed_mentions parses"
    elif allowed.get("users") or allowed.get("replied_user"):
        yield "allowed_mentions names users"
    elif len(allowed.get("roles", ())) > MENTIONED_ROLES:
        yield "too many roles"


def _length(what: str, text: object, limit: int, *, empty: bool = False) -> Iterable[str]:
    if text is None:
        return
    if not isinstance(text, str):
        yield f"{what} is no text"
    elif len(text) > limit:
        yield f"{what} of {len(text)} characters"
    elif not empty and not text.strip():
        yield f"an empty {what}"
    elif any(0xD800 <= ord(sign) <= 0xDFFF or sign == "\0" for sign in text):
        yield f"{what} with a surrogate or NUL"


def _url(what: str, url: object, limit: int) -> Iterable[str]:
    if url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
        yield f"{what} is no http(s) link"
    elif isinstance(url, str) and (len(url) > limit or not url.isascii() or " " in url):
        yield f"{what} too long or not plain"


def _embed(embed: Mapping[str, Any]) -> list[str]:
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    found = [
        *_length("title", embed.get("title"), TITLE),
        *_length("description", embed.get("description"), DESCRIPTION),
        *_length("footer", footer.get("text"), FOOTER),
        *_length("author", author.get("name"), AUTHOR),
        *_url("embed url", embed.get("url"), EMBED_URL),
    ]
    fields = embed.get("fields") or []
    if len(fields) > FIELDS:
        found.append(f"{len(fields)} fields")
    for one in fields:
        found += [
            *_length("field name", one.get("name", ""), FIELD_NAME),
            *_length("field value", one.get("value", ""), FIELD_VALUE),
        ]
    if not 0 <= (embed.get("color") or 0) <= COLOUR:
        found.append("colour out of range")
    if not (embed.get("title") or embed.get("description") or fields):
        found.append("an empty embed")
    return found


def _size(embed: Mapping[str, Any]) -> int:
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    texts = [embed.get("title"), embed.get("description"), footer.get("text"), author.get("name")]
    for one in embed.get("fields") or []:
        texts += [one.get("name"), one.get("value")]
    return sum(len(text) for text in texts if text)


def _components(rows: list[Mapping[str, Any]]) -> Iterable[str]:
    if len(rows) > ROWS:
        yield f"{len(rows)} rows"
    ids: list[str] = []
    for row in rows:
        buttons = row.get("components") or []
        if row.get("type") != ACTION_ROW or not 0 < len(buttons) <= BUTTONS:
            yield "a row that is no row of one to five buttons"
        for button in buttons:
            yield from _length("label", button.get("label"), LABEL)
            yield from _length("custom_id", button.get("custom_id"), CUSTOM_ID)
            linked = button.get("style") == LINK_STYLE
            if linked != (button.get("url") is not None) or linked == (button.get("custom_id") is not None):
                yield "a button needs either a custom_id or, as a link, a url"
            if button.get("custom_id") is not None:
                ids.append(button["custom_id"])
    if len(ids) != len(set(ids)):
        yield "a custom_id twice"
