"""What the package brings: the article's watchlist, feeds with witnesses, the backstory, the demo."""

from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from seeds import demo
from seeds.backstory import load_backstory as read_backstory
from seeds.feeds import load_feeds
from seeds.loader import load_backstory, seed_watchlist
from seeds.watchlist import dump_watchlist, load_watchlist
from storage.errors import WatchlistError
from storage.model import EntityKind, Feed, MoveKind, RelationKind, Tier
from watchers.sources import kinds, parse, source
from watchers.text import fold

TIERS = {
    Tier.PRIMARY: """
        meta-superintelligence-labs tbd-lab scale-ai surge-ai mercor outlier alexandr-wang ruben-mayer
        jason-droege mark-chen ilya-sutskever mira-murati rishabh-agarwal chaya-nayak rohan-varma
    """,
    Tier.CONTEXT: """
        meta openai google google-deepmind anthropic playai waveforms-ai midjourney us-army
        mark-zuckerberg llama hyperion
    """,
    Tier.RELATED: """
        safe-superintelligence thinking-machines-lab shengjia-zhao nat-friedman daniel-gross yann-lecun
    """,
}

# What machine translation made of two names in the article, and forms in other scripts.
FORMS = {
    "scale-ai": [
        "Scale AI",
        "IA em escala",
        "escala IA",
        "escala AI",
        "Scale da IA",
        "escala de IA",
        "escala",
    ],
    "surge-ai": ["Surge AI", "Surge IA", "Surge"],
    "tbd-lab": ["TBD Lab", "TBD Labs", "laboratórios de TBD"],
    "meta-superintelligence-labs": ["MSL", "Meta超级智能实验室"],
    "mark-zuckerberg": ["扎克伯格", "ザッカーバーグ", "저커버그", "Цукерберг"],
    "google": ["谷歌", "グーグル"],
    "us-army": ["Exército dos EUA"],
}

# Ordinary words and common surnames: they must ask for evidence.
AMBIGUOUS = {
    "scale-ai": ["Scale", "escala", "IA em escala"],
    "surge-ai": ["Surge"],
    "outlier": ["Outlier"],
    "llama": ["Llama"],
    "hyperion": ["Hyperion"],
    "tbd-lab": ["TBD"],
    "meta-superintelligence-labs": ["MSL", "superintelligence team"],
    "alexandr-wang": ["Wang"],
    "mark-chen": ["Chen"],
    "ruben-mayer": ["Mayer"],
}


@pytest.fixture(scope="module")
def watchlist():
    return {entity.slug: entity for entity in seed_watchlist()}


def test_each_entity_of_the_article_stands_in_its_tier(watchlist):
    tiers = {tier: {slug for slug, entity in watchlist.items() if entity.tier is tier} for tier in Tier}
    assert tiers == {tier: set(slugs.split()) for tier, slugs in TIERS.items()}


def test_all_come_as_seeds_and_nobody_is_muted(watchlist):
    assert {(entity.origin, entity.muted_until) for entity in watchlist.values()} == {("seed", None)}


@pytest.mark.parametrize("slug", FORMS)
def test_the_forms_that_feeds_use_are_aliases(watchlist, slug):
    assert set(FORMS[slug]) <= {alias.text for alias in watchlist[slug].aliases}


def test_no_phrase_of_an_entity_stands_twice(watchlist):
    twice = [
        (slug, phrase)
        for slug, entity in watchlist.items()
        for phrases in (entity.contexts_for, entity.contexts_against)
        for phrase, times in Counter(map(str.casefold, phrases)).items()
        if times > 1
    ]
    assert twice == []


@pytest.mark.parametrize("slug", AMBIGUOUS)
def test_ordinary_words_are_ambiguous_and_bring_contexts(watchlist, slug):
    entity = watchlist[slug]
    flags = {alias.text: alias.ambiguous for alias in entity.aliases}
    assert {form: flags[form] for form in AMBIGUOUS[slug]} == dict.fromkeys(AMBIGUOUS[slug], True)
    assert entity.contexts_for
    assert entity.contexts_against


def test_no_form_is_given_twice_within_an_entity(watchlist):
    for entity in watchlist.values():
        forms = Counter((fold(alias.text), alias.case_sensitive) for alias in entity.aliases)
        assert [form for form, times in forms.items() if times > 1] == [], entity.slug


def test_what_is_strong_for_one_is_no_form_of_another(watchlist):
    owners = {}
    for entity in watchlist.values():
        for alias in entity.aliases:
            owners.setdefault(fold(alias.text), set()).add((entity.slug, alias.strong))
    shared = {form: who for form, who in owners.items() if len({slug for slug, _ in who}) > 1}
    assert [form for form, who in shared.items() if any(strong for _, strong in who)] == []


def test_people_work_at_organisations(watchlist):
    for entity in watchlist.values():
        for relation in entity.relations:
            if relation.kind is RelationKind.WORKS_AT:
                assert entity.kind is EntityKind.PERSON
                assert watchlist[relation.target].kind in {EntityKind.ORGANISATION, EntityKind.UNIT}


def test_the_packaged_watchlist_survives_its_own_export():
    exported = dump_watchlist(seed_watchlist())
    assert load_watchlist(exported.encode(), origin="seed") == seed_watchlist()


# --- feeds ------------------------------------------------------------------------------


def test_there_are_thirty_feeds_and_more_each_with_reason_and_witness():
    feeds = load_feeds()
    assert len(feeds) >= 30
    for feed in feeds:
        assert urlsplit(feed.url).scheme == "https"
        assert feed.title
        assert feed.reason
        assert feed.confirmed


def test_every_feed_is_of_a_kind_that_somebody_reads_at_the_address_which_that_kind_makes():
    urls = {feed.url for feed in load_feeds()}
    assert {feed.kind for feed in load_feeds()} <= set(kinds())
    for kind, words in [
        ("hacker-news", "Scale AI"),
        ("edgar", "Scale AI"),
        ("edgar", "1326801"),
        ("github", "meta-llama/llama-models"),
        ("google-news", '"Meta Superintelligence Labs" OR "TBD Lab"'),
    ]:
        assert source(kind).address(words) in urls


def test_every_primary_organisation_has_a_search_of_its_own():
    searches = " ".join(feed.title for feed in load_feeds() if feed.kind == "google-news")
    for name in ("Scale AI", "Surge AI", "Mercor", "Outlier", "Meta Superintelligence Labs", "TBD Lab"):
        assert name in searches


def test_a_feed_given_twice_is_a_fault():
    row = '[[feed]]\nurl = "https://a.example/"\ntitle = "A"\nreason = "r"\nconfirmed = "c"\n'
    with pytest.raises(WatchlistError, match=r":7:1: url https://a.example/ stands twice"):
        load_feeds((row + row).encode())


# --- backstory --------------------------------------------------------------------------


def test_the_backstory_tells_the_articles_facts_as_typed_moves():
    told = {seed.key: seed.story for seed in load_backstory()}
    investment = told["meta-invests-in-scale-ai"].main
    assert (investment.kind, investment.amount, investment.currency) == (MoveKind.FUNDING, 14.3e9, "USD")
    assert investment.roles == {"investor": ("meta",), "recipient": ("scale-ai",)}
    assert told["scale-ai-layoffs-200"].main.people == 200
    assert told["scale-ai-army-contract"].main.names == {
        "customer": ("U.S. Army",),
        "supplier": ("Scale AI",),
    }
    kinds = {move.kind for story in told.values() for move in story.moves}
    assert kinds == set(MoveKind) - {MoveKind.LEGAL, MoveKind.INCIDENT}


def test_every_backstory_has_a_past_date_a_link_and_somebody_on_the_watchlist(watchlist):
    for seed in load_backstory():
        story = seed.story
        assert datetime(2016, 1, 1, tzinfo=UTC) < story.opened < datetime(2025, 8, 30, tzinfo=UTC)
        assert urlsplit(story.url).scheme == "https"
        assert story.backstory
        assert story.entities
        assert set(story.entities) <= watchlist.keys()


def test_somebody_who_turned_down_an_offer_has_not_moved():
    moves = [move for seed in load_backstory() for move in seed.story.moves]
    sought = {"safe-superintelligence", "thinking-machines-lab"}
    assert [move for move in moves if move.kind is MoveKind.ACQUISITION and sought & move.parties()] == []
    assert [move for move in moves if "mark-chen" in move.parties() and "openai" not in move.parties()] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('entities = ["nobody"]', r':6:13: "nobody" is no slug'),
        ('moves = [{ kind = "hire", roles = { person = ["nobody"] } }]', r':6:10: "nobody" is no slug'),
        (
            'moves = [{ kind = "hire", roles = { boss = ["meta"] } }]',
            r':6:10: role "boss"; allowed are person',
        ),
        ('moves = [{ kind = "firing" }]', r":6:12: kind: .*allowed: departure, hire"),
    ],
)
def test_a_faulty_backstory_says_where(line, says):
    head = '[[story]]\nkey = "k"\ndate = 2025-01-01\nheadline = "h"\nurl = "u"\n'
    with pytest.raises(WatchlistError, match=says):
        read_backstory({"meta": "Meta"}, f'{head}{line}\nsource = "s"\n'.encode())


# --- the demo ---------------------------------------------------------------------------


def entries(path, body):
    url = f"http://127.0.0.1/{path}"
    return parse(body, url, None, Feed(id=1, url=url)).entries


def test_the_demos_clock_only_goes_forward_and_every_feed_always_shows_something():
    stages = demo.stages()
    assert [stage.at for stage in stages] == sorted({stage.at for stage in stages})
    paths = {feed.path for feed in demo.feeds()}
    assert all(stage.shows.keys() == paths for stage in stages)
    assert all(entries(path, body) for stage in stages for path, body in stage.shows.items())


def test_no_entry_of_the_demo_comes_from_the_future():
    for stage in demo.stages():
        for path, body in stage.shows.items():
            assert all(entry.published <= stage.at for entry in entries(path, body))


def test_the_demo_speaks_rss_atom_and_json_feed():
    formats = set()
    for path, body in demo.stages()[0].shows.items():
        url = f"http://127.0.0.1/{path}"
        formats.add(parse(body, url, None, Feed(id=1, url=url)).format[:3])
    assert formats == {"rss", "ato", "jso"}


def test_a_headline_of_the_demo_changes_under_the_same_guid():
    titles = {}
    for stage in demo.stages():
        for path, body in stage.shows.items():
            for entry in entries(path, body):
                titles.setdefault((path, entry.guid), set()).add(entry.title)
    assert [guid for guid, seen in titles.items() if len(seen) > 1] == [
        ("model-tape.xml", "tag:model-tape.example,2025:wang-joins"),
        ("bay-ledger.xml", "scale-layoffs"),
    ]


def test_the_demos_outlets_cannot_be_taken_for_real_ones():
    for stage in demo.stages():
        for path, body in stage.shows.items():
            assert {urlsplit(entry.url).hostname.rpartition(".")[2] for entry in entries(path, body)} == {
                "example"
            }


def test_the_last_stage_of_the_demo_changes_nothing():
    *_, before, last = demo.stages()
    assert last.shows == before.shows
