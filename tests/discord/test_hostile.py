"""Whatever strangers type, every command answers within Discord's limits, and nothing fails or pings."""

import logging

import pytest

from bot.gateway import FAILED
from bot.render import violations
from tests.discord.conftest import own
from tests.discord.test_changes import CHANGES

WORDS = {
    "mentions": "@everyone <@&1> <@1> <#1> </why:1> <t:1:R> <id:guide>",
    "markdown": "[here](https://evil.example) **x** __x__ ~~x~~ ||x|| `x` ```x``` > # - 1. x",
    "unseen": "\u202e\u2066\u200b\u00ad\ufeff\u0000\u001b[31m",
    "stacked": "M" + "\u0301" * 150,
    "endless": "Meta " * 39,
    "quotes": "\"' OR 1=1; -- \\ % _ * ( NEAR AND NOT",
    "number": "9" * 190,
    "duration": "9" * 100 + "d",
    "reference": "e99999999999999999999",
    "commas": "," * 100 + "a," * 40,
    "wide": "Ｍｅｔａ \U0001f600\U0001f1e9\U0001f1ea 家",
}
TEXTS = {
    "search": ["text", "entity", "since"],
    "entity": ["name"],
    "timeline": ["name"],
    "moves": ["person", "from", "to", "since"],
    "why": ["reference"],
    "watch add": ["name", "alias"],
    "watch remove": ["name"],
    "watch mute": ["name", "length"],
    "watch unmute": ["name"],
    "feeds add": ["address"],
    "feeds remove": ["address"],
    "route add": ["kinds", "entities", "tiers", "languages", "ping_kinds", "quiet", "pause", "webhook"],
    "digest set": ["timezone"],
}
LONGEST = {"timezone": 60, "since": 40, "length": 40}  # what Discord lets through
NEEDED = {"search": {"text": "Meta"}, "watch mute": {"name": "meta"}, "watch add": {"name": "Bay Labs"}}


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
async def test_every_command_answers_whatever_is_typed(server, caplog, text):
    own(server, server.keeper)
    with caplog.at_level(logging.ERROR):
        for name, options in TEXTS.items():
            for option in options:
                given = {**NEEDED.get(name, {}), option: text[: LONGEST.get(option, 200)]}
                result = await server.keeper.slash(server.channel, name, **given)
                said = result.response.content or ""
                embeds = [embed.to_dict() for embed in result.response.embeds]
                payload = {"content": said, "embeds": embeds, "allowed_mentions": {"parse": []}}
                assert violations(payload) == [], (name, option)
                assert said != FAILED, (name, option)
                shown = said + "".join(f"{one.get('title')}{one.get('description')}" for one in embeds)
                assert "@everyone" not in shown, (name, option)
                assert "](https://evil" not in shown, (name, option)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("bot")] == []


def test_every_command_with_words_is_among_those():
    assert set(CHANGES) - set(TEXTS) == {
        "watch list", "feeds list", "feeds health", "route list", "route change", "route remove",
        "route test", "digest now",
    }  # fmt: skip
