"""What each server changes for its own channels, from the entry to the message on loopback."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.courier import drain
from bot.values import Secret
from storage.model import Alias, Entity, EntityKind, Occasion, Tier, Verdict
from tests.routing.conftest import HOME, A, B, World
from tests.storage.made import parsed, poll
from watchers import lessons
from watchers.listening import reasons_here
from watchers.pipeline import Pipeline

LAYOFFS = "Scale AI lays off 300 employees"
FUNDING = "Mercor raises $100 million from Benchmark"
LAUNCH = "OpenAI launches a coding model for schools"
OTHER = "https://other.example/feed.xml"


async def test_each_channel_gets_what_its_routes_take(world: World) -> None:
    world.server(A, {"kinds": ("funding",)}, {"destination": "channel:102", "entities": ("scale-ai",)})
    world.tell(LAYOFFS)
    world.tell(FUNDING)
    await world.deliver()
    assert len(world.shown(HOME)) == 2
    assert ["Mercor" in one for one in world.shown(101)] == [True]
    assert ["Scale AI" in one for one in world.shown(102)] == [True]


async def test_a_channel_with_routes_of_its_own_has_not_the_default_one(world: World) -> None:
    world.server(A, {"destination": f"channel:{HOME}", "kinds": ("funding",)})
    world.tell(LAYOFFS)
    world.tell(FUNDING)
    await world.deliver()
    assert ["Mercor" in one for one in world.shown(HOME)] == [True]


async def test_a_webhook_of_a_server_is_written_to(world: World) -> None:
    world.server(A)
    assert world.discord.webhook_url  # made on the loopback
    destination = world.store.routes.keep_webhook(A, 77, world.discord.hook_secret)
    world.server(A, {"destination": destination})
    world.tell(LAYOFFS)
    await world.deliver()
    assert ["Scale AI" in one for one in world.shown(4242)] == [True]


async def test_an_update_reaches_the_channels_of_the_first_message_whatever_routes_say(world: World) -> None:
    world.server(A, {})
    world.server(B, {"kinds": ("funding",)})
    world.tell("Mercor is in talks to raise $100 million, sources say")
    await world.deliver()
    [route] = world.store.routes.of(A)
    world.store.routes.put(replace(route, kinds=("hire",)), world.now)
    [other] = world.store.routes.of(B)
    world.store.routes.remove(B, other.id)
    world.wait(hours=1)
    judged = world.tell("Mercor confirms it has raised $100 million", outlet=OTHER)
    assert judged.outcome.decision is not None
    assert judged.outcome.decision.verdict is Verdict.UPDATE
    await world.deliver()
    for channel in (HOME, 101, 201):
        first, reply = world.messages(channel)
        assert reply["message_reference"]["message_id"] == first["id"]


async def test_after_a_webhook_gave_way_to_a_bot_nothing_is_left_over_for_it(world: World) -> None:
    with_bot = world.settings
    world.settings = replace(
        with_bot, discord_token=None, discord_webhook_url=Secret(world.discord.webhook_url)
    )
    world.tell("Mercor is in talks to raise $100 million, sources say")
    sinks = world.discord.sinks(token=False, webhook=True, clock=world.clock)
    await drain(world.store, sinks, world.clock)
    world.settings = with_bot
    world.wait(hours=1)
    world.tell("Mercor confirms it has raised $100 million", outlet=OTHER)
    await world.deliver()
    assert world.store.deliveries.pending_count() == 0
    [news] = world.messages(HOME)
    assert "message_reference" not in news  # the new channel hears of it with the new fact


async def test_an_edited_headline_changes_the_message_in_every_channel_that_has_it(world: World) -> None:
    world.server(A, {})
    globex = Entity(slug="globex", name="Globex Dynamics", kind=EntityKind.ORGANISATION, tier=Tier.PRIMARY)
    world.store.guilds.watch(A, globex)
    world.tell("Globex Dynamics opens an office in Lisbon")
    world.tell(LAYOFFS)
    await world.deliver()
    for number, title in ((1, "Globex Dynamics opens two offices in Lisbon"), (2, f"{LAYOFFS} at once")):
        entry = parsed(f"n{number}", title=title, url=f"https://news.example/{number}", published=world.now)
        poll(world.store, replace(entry, summary="", source="news.example"), seen=world.now)
        list(Pipeline(world.store, world.app.routes).process(world.now))
    await world.deliver()
    office, layoffs = world.shown(101)
    assert "Globex Dynamics opens two offices in Lisbon" in office
    assert office.startswith("📰 In the news · Globex Dynamics")
    assert f"{LAYOFFS} at once" in layoffs
    assert [f"{LAYOFFS} at once" in one for one in world.shown(HOME)] == [True]


async def test_a_muted_entity_is_held_back_in_its_server_and_listed_when_the_mute_ends(world: World) -> None:
    world.server(A, {})
    world.server(B, {})
    world.store.mutes.mute(A, "scale-ai", world.now + timedelta(days=1), world.now)
    judged = world.tell(LAYOFFS)
    world.tell(FUNDING)
    await world.deliver()
    assert [len(world.shown(channel)) for channel in (HOME, 101, 201)] == [2, 1, 2]
    assert judged.outcome.decision is not None
    assert f"server:{A}:quiet:muted" in judged.outcome.decision.reasons
    assert reasons_here(judged.outcome.decision.reasons, B) == reasons_here(
        judged.outcome.decision.reasons, None
    )
    world.wait(hours=23)
    world.restart()
    await world.deliver()
    assert len(world.shown(101)) == 1
    world.wait(hours=1)
    await world.deliver()
    await world.deliver()
    _, note = world.shown(101)
    assert "Scale AI is heard again" in note
    assert LAYOFFS in note
    assert "https://news.example/1" in note
    assert world.store.mutes.of(A, world.now) == []
    assert [len(world.shown(channel)) for channel in (HOME, 101, 201)] == [2, 2, 2]


async def test_ending_a_mute_by_hand_tells_at_once_and_one_for_good_waits(world: World) -> None:
    world.server(A, {})
    world.store.mutes.mute(A, "scale-ai", None, world.now)
    world.tell(LAYOFFS)
    world.wait(days=400)
    await world.deliver()
    assert world.shown(101) == []
    world.store.mutes.unmute(A, "scale-ai")
    await world.deliver()
    [note] = world.shown(101)
    assert LAYOFFS in note


async def test_the_owners_mute_holds_back_everywhere_and_is_listed_everywhere(world: World) -> None:
    world.server(A, {})
    world.store.watchlist.mute("scale-ai", world.now + timedelta(hours=1))
    world.tell(LAYOFFS)
    await world.deliver()
    assert (world.shown(HOME), world.shown(101)) == ([], [])
    world.wait(hours=1)
    await world.deliver()
    for channel in (HOME, 101):
        [note] = world.shown(channel)
        assert LAYOFFS in note


async def test_a_private_addition_alerts_its_server_alone(world: World) -> None:
    world.server(A, {})
    world.server(B, {})
    globex = Entity(
        slug="globex-dynamics",
        name="Globex Dynamics",
        kind=EntityKind.ORGANISATION,
        tier=Tier.PRIMARY,
        aliases=(Alias(text="Globex Dynamics", strong=True),),
    )
    own = world.store.guilds.watch(A, globex)
    judged = world.tell("Globex Dynamics opens an office in Lisbon")
    await world.deliver()
    assert [len(world.shown(channel)) for channel in (HOME, 101, 201)] == [0, 1, 0]
    assert judged.outcome.decision is not None
    assert judged.outcome.decision.verdict is Verdict.QUIET
    assert f"server:{A}:alert:primary-entity" in judged.outcome.decision.reasons
    # the same event told again changes that message; together with others it is nobody else's name
    world.wait(hours=1)
    world.tell("Globex Dynamics opens its first office in Lisbon", outlet=OTHER)
    world.tell("Mercor hires Jo Doe of Globex Dynamics as head of research")
    await world.deliver()
    for channel in (HOME, 201):
        [hire] = world.messages(channel)
        assert own.slug not in str(hire)
    office, hired = world.shown(101)
    assert "Globex Dynamics" in office
    assert "Jo Doe" in hired


async def test_a_private_addition_changes_nothing_for_the_others(world: World) -> None:
    titles = [LAYOFFS, FUNDING, LAUNCH, "Meta AI hires a chief scientist from Google"]
    without = World(path=world.path.with_name("without.db"), discord=world.discord, settings=world.settings)
    without.store.watchlist.put_all(world.store.watchlist.load().entities)
    before = [without.tell(title).outcome for title in titles]
    without.store.close()
    world.server(A, {})
    meta = Entity(slug="m", name="Meta AI", kind=EntityKind.ORGANISATION, tier=Tier.PRIMARY)
    world.store.guilds.watch(A, meta)
    after = [world.tell(title).outcome for title in titles]
    public = [[m for m in one.mentions if "@" not in m.entity] for one in after]
    assert public == [list(one.mentions) for one in before]
    assert [one.decision.verdict for one in after if one.decision] == [
        one.decision.verdict for one in before if one.decision
    ]


async def test_no_server_is_told_the_past_of_whom_another_watches(world: World) -> None:
    def own(name: str) -> Entity:
        return Entity(slug=name.lower(), name=name, kind=EntityKind.ORGANISATION, tier=Tier.PRIMARY)

    world.server(A, {})
    world.server(B, {})
    world.store.guilds.watch(A, own("Quillbox"))
    world.store.guilds.watch(B, own("Tarnstone"))
    world.tell("Quillbox lays off 300 employees")
    world.wait(days=5)
    world.tell("Quillbox raises $10 million from Hollow Peak")
    world.wait(days=5)
    world.tell("Tarnstone acquires Quillbox for $300 million")
    world.wait(days=5)
    world.tell("Mercor sues Quillbox over its customers")
    await world.deliver()
    earlier = {
        channel: [any(field["name"] == "Earlier" for field in one["embeds"][0]["fields"]) for one in told]
        for channel in (HOME, 101, 201)
        for told in [world.messages(channel)]
    }
    assert earlier == {HOME: [False], 101: [False, True, False, False], 201: [False, False]}


async def test_not_relevant_lowers_the_alias_in_that_context_for_that_server(world: World) -> None:
    world.server(A, {})
    world.server(B, {})
    first = world.tell("Outlier pays students in Kenya for data work")
    await world.deliver()
    assert len(world.shown(101)) == 1
    taught = lessons.taught(
        A, first.entry.document, first.outcome.mentions, world.now, story=first.story, by=5
    )
    [kept] = world.store.lessons.learn(taught)
    assert (kept.entity, kept.alias) == ("outlier", "outlier")
    world.wait(days=10)
    similar = "Outlier pays students in Ghana for data work"
    world.tell(similar)
    elsewhere = "Outlier hires a finance chief for its freelancers"
    world.tell(elsewhere)
    await world.deliver()
    assert [similar in one for one in world.shown(201)] == [False, True, False]
    assert [len(world.shown(channel)) for channel in (101, 201)] == [2, 3]
    world.store.lessons.unlearn(A, story=first.story)
    world.wait(days=10)
    world.tell("Outlier pays students in Peru for data work")
    await world.deliver()
    assert len(world.shown(101)) == 3


async def test_a_server_that_left_hears_nothing_and_is_heard_again_within_thirty_days(world: World) -> None:
    world.server(A, {})
    world.store.guilds.left(A, world.now)
    world.tell(LAYOFFS)
    await world.deliver()
    assert world.shown(101) == []
    world.wait(days=29)
    world.store.guilds.joined(A, "server 10", world.now)
    world.tell(FUNDING)
    await world.deliver()
    assert len(world.shown(101)) == 1


async def test_after_thirty_days_a_server_is_forgotten_by_whatever_pass_comes(world: World) -> None:
    world.server(A, {})
    world.store.guilds.left(A, world.now)
    world.wait(days=31)
    await world.deliver()
    assert world.store.guilds.get(A) is None
    world.store.guilds.joined(A, "server 10", world.now)
    world.tell(LAYOFFS)
    await world.deliver()
    assert world.shown(101) == []


async def test_no_update_goes_into_a_server_that_was_left(world: World) -> None:
    world.server(A, {})
    world.tell("Mercor is in talks to raise $100 million, sources say")
    await world.deliver()
    world.store.guilds.left(A, world.now)
    world.wait(hours=1)
    world.tell("Mercor confirms it has raised $100 million", outlet=OTHER)
    await world.deliver()
    assert (len(world.shown(HOME)), len(world.shown(101))) == (2, 1)


async def test_the_first_outlet_in_its_language_tells_a_channel_that_reads_only_that(world: World) -> None:
    world.server(A, {"langs": ("en",)})
    world.tell("A Scale AI demite 300 funcionários em reestruturação", lang="pt")
    await world.deliver()
    assert world.shown(101) == []
    world.wait(hours=1)
    world.tell(LAYOFFS, outlet=OTHER, lang="en")
    await world.deliver()
    assert len(world.shown(HOME)) == 1
    [first] = world.shown(101)
    assert LAYOFFS in first


async def test_a_cooldown_gathers_and_tells_when_it_is_over(world: World) -> None:
    world.server(A, {"cooldown": timedelta(hours=2)})
    world.tell(LAYOFFS)
    world.wait(minutes=30)
    world.tell("Scale AI is sued by former contractors over unpaid wages")
    await world.deliver()
    assert len(world.shown(101)) == 1
    [line] = world.store.outbox.lines.lines()
    assert (line.occasion, line.about) == (Occasion.COOLDOWN, "scale-ai")
    world.wait(minutes=90)
    await world.deliver()
    _, more = world.shown(101)
    assert "More on Scale AI" in more
    assert "former contractors" in more


@pytest.mark.parametrize("minimum", [0.95, 0.9])
async def test_a_minimum_of_confidence_is_kept(world: World, minimum: float) -> None:
    world.server(A, {"min_score": minimum})
    judged = world.tell(LAYOFFS)
    await world.deliver()
    surely = judged.outcome.moves[0].score >= minimum
    assert bool(world.shown(101)) is surely
