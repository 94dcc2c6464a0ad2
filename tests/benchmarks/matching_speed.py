"""How fast names are found and judged: entries a second by size of the watchlist, and linearity.

    python tests/benchmarks/matching_speed.py

Prints figures for people to read; nothing here is asserted.  Times are CPU seconds of one
thread.  The watchlist of "100" is the packaged one cut to 100 aliases, the larger ones are
filled up with made-up companies and people.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import replace

from seeds.loader import seed_watchlist
from storage.model import Alias, Document, Entity, EntityKind, Tier, Watchlist
from watchers.matching import Matcher

_SYLLABLES = """
ba co da fe gi ho ju ka lo mi na or pe qui ra so tu va wo xe yo zan bri cle dro fla gre kla pro sta tri
""".split()
_FILLER = (
    "The company confirmed the plan on Tuesday and said that customers in several countries had asked for it. "
    "Analysts expect more of the same before the end of the year, while competitors prepare answers. "
    "People familiar with the talks described long meetings, a careful board and a changing price. "
)
_LEADS = (
    ("Meta hires two researchers from OpenAI for its new team", "Meta and OpenAI did not comment."),
    (
        "Scale AI lays off 200 people, chief executive Jason Droege says",
        "The cuts follow the deal with Meta.",
    ),
    ("Mercor raises $350 million as rivals of Scale AI grow", "Surge AI is in talks with investors too."),
    ("Anthropic sues over contract terms, backed by OpenAI staff", "A hearing is set for March."),
    ("Mira Murati's Thinking Machines Lab loses a founder", "She announced the departure in a post."),
)


def made_up_names(seed: int) -> Iterator[str]:
    """Names that nobody bears, without repetition."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while True:
        name = " ".join(
            "".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))).capitalize() for _ in range(2)
        )
        if name not in seen:
            seen.add(name)
            yield name


def watchlist(aliases: int) -> Watchlist:
    """The packaged watchlist with exactly ``aliases`` aliases, cut or filled up."""
    left, entities = aliases, []
    for entity in seed_watchlist():
        share = max(1, round(len(entity.aliases) * min(1.0, aliases / 700)))
        kept = sorted(entity.aliases, key=lambda alias: alias.lang is not None)[: min(share, left)]
        left -= len(kept)
        entities.append(replace(entity, aliases=tuple(kept)))
    names = made_up_names(aliases)
    while left > 0:
        name, other = next(names), next(names)
        kind = EntityKind.PERSON if left % 3 == 0 else EntityKind.ORGANISATION
        listed = (Alias(text=name), Alias(text=other.split()[0], ambiguous=True))[:left]
        left -= len(listed)
        slug = name.lower().replace(" ", "-")
        entities.append(Entity(slug=slug, name=name, kind=kind, tier=Tier.RELATED, aliases=listed))
    return Watchlist(entities=tuple(entities))


def documents(count: int) -> list[Document]:
    """Entries of 400 characters, each with at least two mentions."""
    made = []
    for number in range(count):
        title, tail = _LEADS[number % len(_LEADS)]
        shift = number % 40
        summary = f"{tail} {_FILLER[shift:]}"[: 400 - len(title)]
        made.append(Document(title=title, summary=f"{summary[:-5]}{number:05}", lang="en"))
    return made


def cpu(call: object, *arguments: object) -> float:
    """CPU seconds of one call."""
    began = time.process_time()
    call(*arguments)  # type: ignore[operator]
    return time.process_time() - began


def main() -> None:
    entries = documents(4000)
    print(f"{'aliases':>9} {'build s':>8} {'entries/s':>10} {'mentions an entry':>18}")
    for size in (100, 10_000, 100_000):
        listed = watchlist(size)
        build = cpu(Matcher, listed)
        matcher = Matcher(listed)

        def sweep(matcher: Matcher = matcher) -> int:
            return sum(len(matcher.find_mentions(entry)) for entry in entries)

        found = sweep()
        best = min(cpu(sweep) for _ in range(3))
        print(f"{size:>9,} {build:>8.2f} {len(entries) / best:>10,.0f} {found / len(entries):>18.2f}")
    matcher = Matcher(watchlist(100_000))
    patterns = {
        "prose": _FILLER,
        "prose full of names": " ".join(f"{title}. {tail} " for title, tail in _LEADS),
        "one letter": "a",
        "one ambiguous name": "Wang ",
        "one name, no blanks": "meta",
        "nested brackets": "(((",
        "full stops": ".",
        "dots between letters": "a.b",
        "quotes": "'",
        "zero-width signs": "\u200b",
        "blanks": "  ",
        "at signs": "@",
        "hyphens": "Scale-",
        "one Chinese name": "扎克伯格",
        "katakana": "メタ",
    }
    print(f"\n{'text of':>22} {'128 kB s':>9} {'1 MB s':>9} {'factor (8 is linear)':>21}")
    for name, piece in patterns.items():
        small, large = (
            Document(title="", text=(piece * (size // len(piece) + 1))[:size]) for size in (1 << 17, 1 << 20)
        )
        cost = min(cpu(matcher.find_mentions, small) for _ in range(2))
        costs = cpu(matcher.find_mentions, large)
        print(f"{name:>22} {cost:>9.3f} {costs:>9.3f} {costs / max(cost, 1e-4):>21.1f}")


if __name__ == "__main__":
    main()
