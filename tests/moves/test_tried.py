"""A frame is left out at first sight only where it would not fit."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers.matching import Matcher
from watchers.moves.conditions import fits, may_fit
from watchers.moves.page import read
from watchers.moves.reading import Reading, Spot
from watchers.moves.terms import lexicon_for

WATCHLIST = Watchlist(entities=tuple(seed_watchlist()))
MATCHER = Matcher(WATCHLIST)
SENTENCES = Path(__file__).parent / "data" / "tune"


@pytest.mark.parametrize("lang", ["en", "de", "fr", "ja", "zh"])
def test_what_is_left_out_in_a_lead_would_not_fit(lang: str) -> None:
    rows = [
        json.loads(line) for line in (SENTENCES / f"{lang}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    left_out = 0
    for first, second in pairwise(rows):
        lead = f"{first['title']}. {second['title']}."
        mentions = MATCHER.find_mentions(Document(title="", summary=lead, lang=lang))
        page = read("summary", lead, lexicon_for(lang), mentions)
        tried = {(start, end, id(frame)) for start, end, frame in may_fit(page, 1_000)}
        page.open()
        reading = Reading(page, WATCHLIST.by_slug())
        for start, end, frames in page.triggers:
            for frame in frames:
                if (start, end, id(frame)) not in tried and not frame.title_only:
                    left_out += 1
                    assert not fits(frame, Spot(reading, start, end)), (lead, frame)
    assert left_out > 500
