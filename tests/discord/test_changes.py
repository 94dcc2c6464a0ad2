"""What a server changes for itself, what only the owner changes, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord
from discord import app_commands

from bot import watching
from bot.commands.route_options import WISHES
from bot.sinks.base import REAL
from storage.model import FeedState, FinishedPoll, NewDelivery, Occasion, ParsedEntry, Route
from tests.cli.conftest import rss, site  # noqa: F401
from tests.delivery.made import alert
from tests.discord.conftest import own
from tests.discord.test_commands import shown

CHANGES = {
    "watch add": {"name": "Bay Labs"},
    "watch remove": {"name": "meta"},
    "watch mute": {"name": "meta"},
    "watch unmute": {"name": "meta"},
    "watch list": {},
    "feeds add": {"address": "https://bay-ledger.example/"},
    "feeds remove": {"address": "https://bay-ledger.example/feed"},
    "feeds list": {},
    "feeds health": {},
    "route add": {},
    "route list": {},
    "route change": {"route": 1},
    "route remove": {"route": 1},
    "route test": {"route": 1},
    "digest now": {},
    "digest set": {"when": "daily"},
}


def words(result):
    return result.response.content or shown(result)


@pytest.fixture
def keep(server):
    """Calls a command as somebody who manages the server; always answered to them alone."""

    async def call(name, /, **options):
        result = await server.keeper.slash(server.channel, name, **options)
        assert result.ephemeral
        return words(result)

    return call


class Elsewhere:
    """Calls a command in another server, as somebody who manages it."""

    def __init__(self, keeper, channel):
        self.keeper, self.channel = keeper, channel

    async def __call__(self, name, /, **options):
        return words(await self.keeper.slash(self.channel, name, **options))


@pytest.fixture
async def elsewhere(server):
    """Another server with the bot in it, and somebody who manages it."""
    other = server.env.create_guild(name="Elsewhere")
    role = other.create_role("keepers", permissions=discord.Permissions(manage_guild=True))
    keeper = other.add_member(server.env.create_user("stranger"), roles=[role])
    channel = other.create_text_channel("news")
    await server.env.settle()

    return Elsewhere(keeper, channel)


async def test_all_that_changes_something_needs_manage_server(server):
    for name, options in CHANGES.items():
        with pytest.raises(simcord.SetupError):
            await server.reader.slash(server.channel, name, **options)


async def test_every_command_that_needs_manage_server_is_among_those(server):
    hidden = set(server.keeper.available_commands(server.channel)) - set(
        server.reader.available_commands(server.channel)
    )
    assert hidden == set(CHANGES)


# --- mutes ------------------------------------------------------------------------------


async def test_a_mute_is_the_servers_own_and_ends_when_it_is_unmuted(server, store, keep, elsewhere):
    assert "muted here" in await keep("watch mute", name="Facebook", length="7d")
    [mute] = store.mutes.of(server.guild.id, REAL.now())
    assert mute.entity == "meta"
    assert mute.by == server.keeper.id
    assert mute.until > REAL.now() + timedelta(days=6)
    assert "Meta · meta · muted until" in await keep("watch list")
    assert "muted" not in await elsewhere("watch list")
    assert "heard here again" in await keep("watch unmute", name="meta")
    assert store.mutes.of(server.guild.id, REAL.now()) == []


async def test_a_length_that_cannot_be_read_mutes_nobody(server, store, keep):
    assert (await keep("watch mute", name="meta", length="a while")).startswith("length: ")
    assert store.mutes.of(server.guild.id, REAL.now()) == []


# --- private additions ------------------------------------------------------------------


async def test_an_addition_is_watched_by_its_server_alone(server, store, keep, elsewhere):
    told = await keep(
        "watch add", name="Bay Labs", kind="organisation", tier="context", alias="BayLabs, ベイ"
    )
    assert "for this server alone" in told
    assert "also written BayLabs, ベイ" in told
    assert "Bay Labs" not in [one.name for one in store.watchlist.load().entities]
    assert "Bay Labs" in await keep("watch list")
    assert "Bay Labs" not in await elsewhere("watch list")
    assert "there is no entity" in await elsewhere("entity", name="Bay Labs")
    assert "Bay Labs" in await keep_public(server, "entity", name="ベイ")
    assert "watched no longer" in await keep("watch remove", name="BayLabs")
    assert "Bay Labs" not in await keep("watch list")


async def keep_public(server, name, /, **options):
    return shown(await server.keeper.slash(server.channel, name, **options))


async def test_names_of_another_servers_additions_are_not_offered(server, keep, elsewhere):
    await keep("watch add", name="Bay Labs")
    mine = await server.reader.autocomplete(server.channel, "entity", "name", "bay l")
    assert [one["name"] for one in mine] == ["Bay Labs"]
    theirs = await elsewhere.keeper.autocomplete(elsewhere.channel, "entity", "name", "bay l")
    assert theirs == []


async def test_a_server_adds_no_more_than_its_share(server, store, keep, monkeypatch):
    monkeypatch.setattr(watching, "OWN_FORMS", 2)
    monkeypatch.setattr(watching, "OWN_ENTITIES", 1)
    assert "at most 2 written forms" in await keep("watch add", name="Bay Labs", alias="Bay, BayL, Labs")
    assert "is watched" in await keep("watch add", name="Bay Labs", alias="BayL")
    assert "at most 2 written forms" in await keep("watch add", name="Bay Labs", alias="BayLab, BLabs")
    assert "at most 1 names" in await keep("watch add", name="Harbour Robotics")
    assert "is watched" in await keep("watch add", name="Bay Labs", tier="related")
    own(server, server.keeper)
    assert "is watched" in await keep("watch add", name="Harbour Robotics", everywhere=True)


async def test_a_server_adds_no_word_that_every_headline_has(server, store, keep):
    titles = [f"The bakery of street {number} opens のは" for number in range(60)]
    entries = tuple(
        ParsedEntry(guid=title, url=f"https://gazette.example/{at}", title=title)
        for at, title in enumerate(titles)
    )
    feed = store.feeds.add("https://gazette.example/rss2", now=REAL.now())
    store.feeds.finish_polls([FinishedPoll(feed=feed, seen=REAL.now(), entries=entries)])
    assert "too common for one server" in await keep("watch add", name="bakery")
    assert "too common for one server" in await keep("watch add", name="Bay Labs", alias="BayL, のは")
    assert "is watched" in await keep("watch add", name="Bay Labs", alias="BayL")
    own(server, server.keeper)
    assert "is watched" in await keep("watch add", name="the", everywhere=True)


@pytest.mark.parametrize(
    ("form", "why"),
    [("the", "one of the commonest words in English"), ("人", "a single sign"), ("2031", "a number alone")],
)
async def test_a_server_adds_no_form_that_texts_about_anybody_hold(keep, form, why):
    assert f"'{form}' is {why}" in await keep("watch add", name=form)
    assert f"'{form}' is {why}" in await keep("watch add", name="Bay Labs", alias=form)


async def test_what_all_watch_is_no_servers_to_add_or_remove(store, keep):
    assert "watched already, for everybody" in await keep("watch add", name="Meta")
    assert "only the owner" in await keep("watch remove", name="meta")
    assert "Only the owner" in await keep("watch add", name="Bay Labs", everywhere=True)
    assert store.watchlist.find("meta") != []
    assert store.watchlist.find("Bay Labs") == []


async def test_the_owner_adds_and_removes_for_all(server, store, keep, elsewhere):
    own(server, server.keeper)
    assert "everywhere" in await keep("watch add", name="Bay Labs", everywhere=True)
    assert "Bay Labs" in await elsewhere("watch list")
    await keep("watch remove", name="Bay Labs")
    assert store.watchlist.find("Bay Labs") == []


# --- feeds ------------------------------------------------------------------------------


async def test_feeds_are_the_owners_to_change(server, store, keep, site):  # noqa: F811
    assert "Only the owner" in await keep("feeds add", address=site.url("/feed"))
    assert "Only the owner" in await keep("feeds remove", address="https://bay-ledger.example/feed")
    assert site.asked == []
    assert store.feeds.get("https://bay-ledger.example/feed") is not None


async def test_a_feed_is_asked_once_and_what_it_holds_is_old_news(server, store, keep, site):  # noqa: F811
    own(server, server.keeper)
    site.pages["/feed"] = rss(("https://x.example/1", "Ruben Mayer joins Meta"))
    told = await keep("feeds add", address=site.url("/feed"))
    assert "1 entry taken as old news" in told
    assert site.asked == ["/feed"]
    [entry] = [one for one in [store.entries.by_url("https://x.example/1")] if one]
    assert entry.baseline
    assert "Followed already" in await keep("feeds add", address=site.url("/feed"))
    assert "followed no longer" in await keep("feeds remove", address=site.url("/feed"))
    assert store.feeds.get(site.url("/feed")) is None


async def test_a_page_without_a_feed_is_refused_with_what_to_do(server, keep, site):  # noqa: F811
    own(server, server.keeper)
    site.pages["/page"] = ("text/html", b"<html><title>no feed</title></html>")
    assert "give the address of the feed itself" in await keep("feeds add", address=site.url("/page"))


async def test_feeds_are_offered_to_their_owner_by_title_or_address(server):
    assert await server.keeper.autocomplete(server.channel, "feeds remove", "address", "ledger") == []
    own(server, server.keeper)
    found = await server.keeper.autocomplete(server.channel, "feeds remove", "address", "ledger")
    assert [one["value"] for one in found] == ["https://bay-ledger.example/feed"]


async def test_addresses_of_feeds_are_shown_to_their_owner_alone(server, store, keep):
    secret = "https://gazette.example/rss?key=s3cret"
    feed = store.feeds.add(secret, title="The Gazette", now=REAL.now())
    ailing = replace(feed, site="https://gazette.example/", state=FeedState.FAILING, last_error="HTTP 503")
    store.feeds.finish_polls([FinishedPoll(feed=ailing, seen=REAL.now())])
    for name in ("feeds list", "feeds health"):
        told = await keep(name)
        assert "[The Gazette](https://gazette.example/)" in told
        assert "s3cret" not in told
    own(server, server.keeper)
    assert secret in await keep("feeds list")


# --- routes -----------------------------------------------------------------------------


async def test_a_route_is_added_listed_changed_and_removed(server, store, keep):
    role = server.guild.create_role("readers")
    told = await keep(
        "route add",
        channel=server.channel,
        kinds="Departure, hire",
        entities="Facebook, scale-ai",
        tiers="primary",
        languages="en, pt",
        confidence=70,
        ping=role,
        ping_kinds="departure",
        quiet="22:00 - 7:00",
        pause="6h",
        digest="daily",
    )
    [route] = store.routes.of(server.guild.id)
    assert route == Route(
        id=route.id,
        destination=f"channel:{server.channel.id}",
        guild=server.guild.id,
        kinds=("departure", "hire"),
        entities=("meta", "scale-ai"),
        tiers=("primary",),
        langs=("en", "pt"),
        min_score=0.7,
        ping_role=role.id,
        ping_kinds=("departure",),
        quiet_hours="22:00-07:00",
        digest="daily",
        cooldown=timedelta(hours=6),
        created=route.created,
    )
    for mark in ("departure, hire", "Meta, Scale AI", "70%", "22:00-07:00", "6h", "digest daily"):
        assert mark in told
    assert f"<#{server.channel.id}>" in await keep("route list")

    await keep(
        "route change",
        route=route.id,
        kinds="all",
        entities="all",
        quiet="off",
        ping=server.guild.default_role,
    )
    [after] = store.routes.of(server.guild.id)
    assert (after.kinds, after.entities, after.quiet_hours, after.ping_role) == ((), (), None, None)
    assert after.langs == ("en", "pt")

    assert "removed" in await keep("route remove", route=route.id)
    assert store.routes.of(server.guild.id) == []
    assert "Nothing is told in this server yet" in await keep("route list")


async def test_a_route_without_a_channel_goes_to_where_it_was_asked(server, store, keep):
    await keep("route add")
    assert [one.destination for one in store.routes.of(server.guild.id)] == [f"channel:{server.channel.id}"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"kinds": "departures"}, "kinds: 'departures' is none"),
        ({"tiers": "upper"}, "tiers: "),
        ({"languages": "english please"}, "languages: "),
        ({"entities": "nobody at all"}, "there is no entity"),
        ({"quiet": "at night"}, "quiet: "),
        ({"pause": "long"}, "pause: "),
    ],
)
async def test_a_wish_that_cannot_be_read_is_refused_with_what_is_allowed(server, store, keep, wish, said):
    assert said in await keep("route add", **wish)
    assert store.routes.of(server.guild.id) == []


async def test_a_role_is_pinged_for_chosen_kinds_only(server, keep):
    role = server.guild.create_role("readers")
    assert "for which kinds" in await keep("route add", ping=role)


async def test_routes_of_another_server_are_out_of_reach(server, store, keep, elsewhere):
    await keep("route add")
    [route] = store.routes.of(server.guild.id)
    assert "has no route" in await elsewhere("route remove", route=route.id)
    assert "has no route" in await elsewhere("route change", route=route.id, kinds="hire")
    assert store.routes.of(server.guild.id) == [route]


async def test_a_test_posts_a_silent_sample_where_the_route_leads(server, store, keep):
    await keep("route add")
    [route] = store.routes.of(server.guild.id)
    assert "posted in" in await keep("route test", route=route.id)
    sent = [one for one in server.env.http_requests if one.path == f"/channels/{server.channel.id}/messages"]
    assert sent[-1].json["flags"] == 1 << 12
    assert sent[-1].json["allowed_mentions"]["parse"] == []


async def test_what_the_bot_may_not_do_is_said_with_the_remedy(server, store, keep):
    me = server.guild.default_role
    shut = server.guild.create_text_channel(
        "shut", overwrites={me: discord.PermissionOverwrite(send_messages=False, embed_links=False)}
    )
    told = await keep("route add", channel=shut)
    assert "give it Send Messages, Embed Links" in told
    [route] = store.routes.of(server.guild.id)
    assert "may not post" in await keep("route test", route=route.id)


async def test_a_role_that_the_bot_may_not_ping_is_named(server, keep):
    role = server.guild.create_role("readers")
    everyone = server.guild.default_role
    calm = server.guild.create_text_channel(
        "calm",
        overwrites={
            everyone: discord.PermissionOverwrite(mention_everyone=False),
            server.keeper: discord.PermissionOverwrite(mention_everyone=True),
        },
    )
    told = await keep("route add", channel=calm, ping=role, ping_kinds="hire")
    assert "will not be pinged" in told


async def test_nobody_has_a_role_pinged_that_they_may_not_mention(server, store, keep):
    role = server.guild.create_role("readers")
    calm = server.guild.create_text_channel(
        "calm",
        overwrites={server.guild.default_role: discord.PermissionOverwrite(mention_everyone=False)},
    )
    assert "may not mention readers" in await keep("route add", channel=calm, ping=role, ping_kinds="hire")
    assert store.routes.of(server.guild.id) == []
    await keep("route add", channel=calm)
    [route] = store.routes.of(server.guild.id)
    told = await keep("route change", route=route.id, ping=role, ping_kinds="hire")
    assert "may not mention readers" in told
    assert store.routes.of(server.guild.id) == [route]


async def test_a_changed_route_says_what_the_bot_may_not_do_there(server, keep):
    shut = server.guild.create_text_channel(
        "shut", overwrites={server.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    await keep("route add")
    assert "give it Send Messages" in await keep("route change", route=1, channel=shut)


async def test_a_route_leads_to_a_webhook_of_the_server_and_its_token_is_never_shown(server, store, keep):
    channel = server.env.bot.get_channel(server.channel.id)
    webhook = await channel.create_webhook(name="alerts")
    url = f"https://discord.com/api/webhooks/{webhook.id}/{webhook.token}"
    told = await keep("route add", webhook=url, kinds="hire")
    [route] = store.routes.of(server.guild.id)
    assert route.destination == f"webhook:{webhook.id}"
    assert store.routes.webhook_secret(webhook.id) == webhook.token
    assert "by the webhook" in await keep("route test", route=route.id)
    assert webhook.token not in told + await keep("route list")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://evil.example/api/webhooks/1/secret", "no webhook's URL"),
        ("https://discord.com/api/webhooks/123/gone", "does not know it"),
    ],
)
async def test_a_webhook_that_is_none_is_refused_without_its_words(store, keep, url, said):
    told = await keep("route add", webhook=url)
    assert said in told
    assert "secret" not in told
    assert "gone" not in told


async def test_a_webhook_of_another_server_is_refused(server, store, keep, elsewhere):
    webhook = await server.env.bot.get_channel(elsewhere.channel.id).create_webhook(name="theirs")
    url = f"https://discord.com/api/webhooks/{webhook.id}/{webhook.token}"
    assert "another server" in await keep("route add", webhook=url)
    assert store.routes.of(server.guild.id) == []


async def test_every_option_that_is_completed_offers_few_choices_at_once(server, keep):
    await keep("route add")
    asked = [
        (command.qualified_name, option.display_name)
        for command in server.env.bot.tree.walk_commands()
        if not isinstance(command, app_commands.Group)
        for option in command.parameters
        if option.autocomplete
    ]
    assert len(asked) > 10
    for command, option in asked:
        for typed in ("", "a", "@everyone", "\N{PILE OF POO}" * 50):
            found = await server.keeper.autocomplete(server.channel, command, option, typed)
            assert len(found) <= 25


async def test_kinds_are_offered_after_each_comma(server):
    found = await server.keeper.autocomplete(server.channel, "route add", "kinds", "departure, hi")
    assert found[0]["value"] == "departure, hire"


async def test_routes_are_offered_by_number(server, store, keep):
    await keep("route add", kinds="hire")
    [route] = store.routes.of(server.guild.id)
    found = await server.keeper.autocomplete(server.channel, "route remove", "route", "")
    assert [one["value"] for one in found] == [route.id]
    assert "hire" in found[0]["name"]


def test_every_option_of_a_route_is_described():
    assert all(0 < len(text) <= 100 for text in WISHES.values())


# --- digests ----------------------------------------------------------------------------


async def test_a_digest_comes_at_once_when_asked(server, store, keep):
    await keep("route add", digest="daily")
    assert "Nothing waits" in await keep("digest now")
    line = NewDelivery(
        destination=f"channel:{server.channel.id}",
        alert=alert(),
        occasion=Occasion.DIGEST,
        guild=server.guild.id,
    )
    [number] = [story.id for story in store.stories.recent(1)]
    store.outbox.enqueue(number, 0, [line], REAL.now())
    assert "1 story on the way" in await keep("digest now")
    assert store.outbox.lines.count() == 0
    [sent] = [one for one in store.deliveries.for_story(number) if one.destination == line.destination]
    assert sent.batch is not None


async def test_digests_and_their_zone_are_set_for_all_routes_or_one(server, store, keep):
    assert "no route yet" in await keep("digest set", when="daily")
    await keep("route add")
    await keep("digest set", when="weekly", timezone="Europe/Berlin")
    [route] = store.routes.of(server.guild.id)
    assert (route.digest, route.timezone) == ("weekly", "Europe/Berlin")
    assert "is no time zone" in await keep("digest set", timezone="Mars/Base")
    assert "Say when" in await keep("digest set")


async def test_time_zones_are_offered(server):
    found = await server.keeper.autocomplete(server.channel, "digest set", "timezone", "new york")
    assert [one["value"] for one in found] == ["America/New_York"]


# --- servers ----------------------------------------------------------------------------


async def test_servers_are_remembered_as_the_bot_comes_and_goes(server, store, keep):
    await keep("route add")
    assert store.guilds.get(server.guild.id).left is None
    server.env.backend.emit("GUILD_DELETE", {"id": str(server.guild.id)})
    await server.env.settle()
    gone = store.guilds.get(server.guild.id)
    assert gone.left is not None
    assert len(store.routes.of(server.guild.id)) == 1  # kept for 30 days
    assert datetime.now(UTC) - gone.left < timedelta(minutes=5)
