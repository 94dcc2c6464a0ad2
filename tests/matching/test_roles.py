"""People meant by a role: only who held it then, and never somebody else who is named."""

from datetime import UTC, datetime

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers.matching import Matcher, accepted_entities

MATCHER = Matcher(Watchlist(entities=tuple(seed_watchlist())))


@pytest.mark.parametrize(
    ("title", "day", "people"),
    [
        ("Scale AI's chief executive answers critics", "2025-09-01", {"jason-droege"}),
        ("Scale AI's chief executive answers critics", "2025-05-01", {"alexandr-wang"}),
        ("Meta hired Scale AI's chief executive a month ago", "2025-09-01", {"alexandr-wang"}),
        ("He left the post of chief executive of Scale AI", "2025-09-01", set()),
        ("Deixou o cargo de CEO da Scale AI em junho", "2025-09-01", set()),
        ("Scale AI's chief financial officer answers critics", "2025-09-01", set()),
        ("Scale AI cofounder Lucy Guo answers critics", "2025-09-01", set()),
        ("元Scale AI CEOのアレクサンダー・ワン氏が講演", "2025-09-01", {"alexandr-wang"}),
        ("Scale AI CEOのジョン・スミス氏が講演", "2025-09-01", set()),
        ("MetaのCEO、投資を擁護", "2025-09-01", {"mark-zuckerberg"}),
    ],
)
def test_a_role_means_its_holder_of_the_day(title: str, day: str, people: set[str]) -> None:
    published = datetime.fromisoformat(day).replace(tzinfo=UTC)
    meant = set(accepted_entities(MATCHER.find_mentions(Document(title=title, published=published))))
    assert meant - {"scale-ai", "meta"} == people


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Mark Chen wins the state tennis title", False),
        ("Mark Chen explains how the new model was trained", True),
        ("Metas und Motive in der Philosophie", False),
        ("Metas neue Brille im Test", True),
        ("Thinking machines: a history of an idea", False),
        ("Thinking Machine Labs opens an office in Lyon", True),
        ("Mercor Street closed for repairs", False),
        ("アレクサンダー・ワンの新作コート", False),
        ("「メタ」認知を鍛える方法", False),
    ],
)
def test_other_bearers_of_a_name_are_not_meant(title: str, meant: bool) -> None:
    assert bool(accepted_entities(MATCHER.find_mentions(Document(title=title)))) is meant
