"""Every reason that can be given is documented, and nothing else is."""

import re
from pathlib import Path
from types import ModuleType

from watchers import addressing, pipeline, recall, ruling, triage
from watchers.stories import joining
from watchers.stories.evidence import FIGURES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reasons.md").read_text("utf-8")
DECISIONS, STORIES, CONTEXT = re.split(r"\n## [^\n]+\n", PAGE)[1:]


def documented(part: str) -> set[str]:
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {word.rstrip(":") for row in rows for word in re.findall(r"`([^`]+)`", row)}


def source_of(module: ModuleType) -> str:
    """Its text, also where the module that runs is compiled."""
    return (ROOT / (module.__name__.replace(".", "/") + ".py")).read_text("utf-8")


def slugs(*modules: ModuleType) -> set[str]:
    """Quoted words with hyphens, and the known single ones, in tuples of reasons."""
    found: set[str] = set()
    for module in modules:
        source = source_of(module)
        for given in re.findall(r"(?:reasons=\(|_quiet\(|slug = |passed_over = |return )([^\n]*)", source):
            found |= set(re.findall(r"f?\"([a-z0-9{}-]+)[:\"]", given))
        found |= set(re.findall(r"= \(?\(?\) if entry\.dated else \(\"([a-z]+)\"", source))
    return found - {"context", "related", "title", "text", ""}


def test_every_reason_of_a_decision_is_documented() -> None:
    given = slugs(triage, addressing, pipeline, ruling)
    given |= {"context-without-move", "related-without-move"} if "{tier}-without-move" in given else set()
    given -= {"{tier}-without-move", "none", "digest"}
    assert given - documented(DECISIONS) == set()
    assert documented(DECISIONS) - given <= {
        "server",
        "cooldown",
        "event-older-than-3-days",
        "undated",
    }


def test_every_reason_of_a_story_is_documented() -> None:
    told = documented(STORIES)
    assert set(FIGURES) <= told
    given = slugs(joining) | {name for name, _ in joining.VETOES}
    given |= {joining.ANOTHER_PERSON, joining.CONFIRMS_LATE, joining.NOBODY_SHARED}
    assert given - told - {"{name}"} == set()
    assert told - set(FIGURES) <= given | {"same-page"}


def test_every_reason_of_context_is_documented() -> None:
    source = source_of(recall)
    given = set(re.findall(r"yield .*, \"([a-z ]+)\", ", source))
    given |= {recall.CONTINUED, recall.SAME_MATTER}
    rows = [line.split("|")[1].strip().rstrip(":") for line in CONTEXT.splitlines() if line.startswith("| ")]
    assert given == set(rows) - {"words"}
