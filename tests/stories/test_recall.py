"""What led up to a story: ranked by relation, never the same event, deterministic, in no invented words."""

from dataclasses import replace
from datetime import timedelta

from storage.model import Move, MoveKind, Story
from tests.stories.newsroom import START, fingerprint, played, watchlist
from watchers import recall
from watchers.stories.facts import Facts

DAY = timedelta(days=1)


def earlier(
    number: int, days: float, headline: str, kind: MoveKind | None, entities: str, **changes: object
) -> Story:
    slugs = tuple(entities.split())
    moves = (Move(kind=kind, roles={"from": slugs[:1], "to": slugs[1:2]}, score=0.9),) if kind else ()
    made = Story(
        id=number,
        headline=headline,
        url=f"https://a.example/{number}",
        source="a",
        opened=START - days * DAY,
        updated=START - days * DAY,
        entities=slugs,
        moves=moves,
        facts=Facts(prominent=slugs, told=1).encode(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def ranked(now: Story, candidates: list[Story], title: str = "", limit: int = 5) -> list[int]:
    lines = recall.rank(
        now, fingerprint(title or now.headline), candidates, START + DAY, limit, watchlist=watchlist()
    )
    return [line.story for line in lines]


NOW = earlier(100, 0, "OpenAI ends its work with Scale AI", MoveKind.BREAKUP, "openai scale-ai")


def test_the_pair_of_parties_ranks_before_one_of_them_though_many_stand_between() -> None:
    pair = earlier(1, 60, "OpenAI hires Scale AI to label data", MoveKind.CONTRACT, "openai scale-ai")
    between = [earlier(n, n / 4, f"OpenAI does thing {n}", MoveKind.LAUNCH, "openai") for n in range(2, 90)]
    assert ranked(NOW, [*between, pair])[0] == 1


def test_the_story_that_it_continues_comes_first() -> None:
    old = earlier(1, 300, "Scale AI and OpenAI sign a deal", MoveKind.CONTRACT, "scale-ai openai")
    near = earlier(2, 1, "Scale AI loses OpenAI's rival as a customer", MoveKind.BREAKUP, "google scale-ai")
    lines = recall.rank(
        replace(NOW, follows=1), fingerprint(NOW.headline), [near, old], START + DAY, watchlist=watchlist()
    )
    assert (lines[0].story, lines[0].why) == (1, recall.CONTINUED)


def test_later_stories_and_merged_ones_are_no_past() -> None:
    late = earlier(1, -2, "OpenAI and Scale AI make up", MoveKind.PARTNERSHIP, "openai scale-ai")
    merged = earlier(2, 3, "OpenAI leaves Scale AI", MoveKind.BREAKUP, "openai scale-ai", merged_into=9)
    assert ranked(NOW, [late, merged]) == []


def test_the_backstorys_account_of_the_same_event_is_not_its_past() -> None:
    same = earlier(
        1,
        0.5,
        "OpenAI winds down its work with Scale AI",
        MoveKind.BREAKUP,
        "openai scale-ai",
        backstory=True,
    )
    assert ranked(NOW, [same]) == []


def test_an_event_stands_there_once_by_what_entries_told_of_it() -> None:
    told = earlier(2, 20, "Google drops Scale AI as a supplier", MoveKind.BREAKUP, "google scale-ai")
    backstory = earlier(
        1, 20.2, "Google plans to leave Scale AI", MoveKind.BREAKUP, "google scale-ai", backstory=True
    )
    assert ranked(NOW, [backstory, told]) == [2]


def test_the_text_leads_to_the_story_whose_sum_it_names() -> None:
    deal = earlier(1, 40, "Meta invests in Scale AI", None, "meta scale-ai")
    deal = replace(deal, moves=(Move(kind=MoveKind.FUNDING, roles={"recipient": ("scale-ai",), "investor": ("meta",)}, amount=14.3e9, score=0.9),))  # fmt: skip
    other = earlier(2, 30, "Meta and Scale AI open a lab", MoveKind.PARTNERSHIP, "meta scale-ai")
    now = earlier(
        100, 0, "Scale AI lays off staff after Meta's $14.3 billion deal", MoveKind.LAYOFFS, "scale-ai meta"
    )
    assert ranked(now, [other, deal])[0] == 1


def test_the_order_of_candidates_changes_nothing() -> None:
    several = [
        earlier(n, 10 * n, f"Scale AI and OpenAI, chapter {n}", MoveKind.CONTRACT, "scale-ai openai")
        for n in range(1, 9)
    ]
    assert ranked(NOW, several) == ranked(NOW, several[::-1])
    assert len(ranked(NOW, several)) == 5
    assert ranked(NOW, several, limit=2) == ranked(NOW, several)[:2]


def test_headlines_and_links_are_those_of_the_stories() -> None:
    found = played(
        (0, "Surge AI sued by annotators over unpaid hours", "The complaint was filed in Los Angeles."),
        (24 * 20, "Surge AI settles suit by annotators over unpaid hours", "The settlement ends the case."),
    )
    line = found[1].context[0]
    assert line.story == found[0].story
    assert (line.headline, line.url) == (found[0].after.headline, found[0].after.url)
    assert line.why


CHAINS = (
    ("Meta buys a stake in Scale AI for $14 billion", "Google drops Scale AI after Meta's investment"),
    ("Meta in talks to buy chip designer Corvane, sources say", "Meta buys chip designer Corvane"),
    ("Anthropic raises $5 billion in a new round", "Anthropic seeks another $9 billion from investors"),
    ("Authors sue Anthropic over pirated books", "Anthropic settles with authors over pirated books"),
    ("Meta hires Lena Hofstad from Google", "Lena Hofstad leaves Meta after six months"),
    ("Midjourney launches version 8 of its image model", "Midjourney launches version 9 of its image model"),
)  # fmt: skip


def test_an_earlier_story_is_found_through_weeks_of_others_about_the_same() -> None:
    noise = [
        (24 * day + 3, title)
        for day, title in enumerate(
            [
                "Meta launches a speech tool for glasses", "Google opens a data center in Ohio",
                "Anthropic hires a policy chief from the Senate", "Meta sued in Texas over face data",
                "Midjourney moves to a new office", "Google and Anthropic expand their cloud deal",
                "Meta cuts jobs in its reality unit", "Anthropic signs a deal with a bank",
                "Scale AI opens an office in Dublin", "Meta delays its next Llama model",
                "OpenAI and Meta spar over talent", "Google faces a fine in Italy",
            ],
            start=2,
        )
    ]  # fmt: skip
    missed = []
    for first, second in CHAINS:
        found = played((0, first), *noise, (24 * 26, second))
        if found[0].story not in [line.story for line in found[-1].context[:3]]:
            missed.append(second)
    assert missed == []
