"""``movewire demo``: what a newcomer sees, end to end over loopback HTTP and real SQLite."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.model import Delivery, DeliveryState, UpdateKind, Verdict
from storage.sqlite import open_store

QUIET = (  # look-alikes: ordinary words where names of the watchlist might be seen
    "Chip makers report a surge in demand as every bank wants to scale AI",
    "Outlier detection for busy people: a meta-analysis of forty methods",
    "Indústria surge com meta ousada e quer ganhar escala",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One run of the demo: what it printed, and what its database holds."""

    printed: str
    deliveries: tuple[Delivery, ...]
    verdicts: dict[str, Verdict]  # title -> the last decision on it

    def told(self, update: UpdateKind | None) -> list[Delivery]:
        """The first messages (None), the edits, or the replies."""
        return [delivery for delivery in self.deliveries if delivery.alert.update is update]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    call = "import sys; from bot.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", call, "demo", "--keep", str(database)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with open_store(database, create=False) as store:
        entries = [store.entries.get(number) for number in range(1, store.entries.count() + 1)]
        recorded = [store.entries.recorded(entry.id) for entry in entries if entry is not None]
        stories = {found.story.id for found in recorded if found is not None and found.story is not None}
        return Played(
            printed=done.stdout,
            deliveries=tuple(d for story in sorted(stories) for d in store.deliveries.for_story(story)),
            verdicts={
                found.entry.document.title: found.decisions[-1][1].verdict
                for found in recorded
                if found is not None
            },
        )


def test_each_event_is_one_alert(played):
    events = [delivery.alert.headline for delivery in played.told(None)]
    assert len(events) == len({delivery.story for delivery in played.told(None)})
    for words in ("in talks", "Wang", "Google", "OpenAI", "PlayAI", "200", "Army", "Mayer"):
        assert sum(words in headline for headline in events) == 1, words


def test_every_alert_has_its_past_with_dates_and_links(played):
    for delivery in played.told(None):
        assert delivery.alert.context, delivery.alert.headline
        for line in delivery.alert.context:
            assert line.published < delivery.alert.published
            assert line.url.startswith("https://")


def test_the_first_alert_already_recalls_the_backstory(played):
    first = min(played.told(None), key=lambda delivery: delivery.alert.published)
    assert any("techcrunch.com" in line.url for line in first.alert.context)


def test_other_outlets_and_a_corrected_headline_edit_the_message(played):
    edited = {delivery.alert.headline: delivery.alert for delivery in played.told(UpdateKind.EDIT)}
    assert len(edited["Ruben Mayer leaves Meta after two months"].outlets) == 3
    assert "Alexandr Wang leaves Scale AI to join Meta; Jason Droege takes over" in edited


def test_the_confirmation_of_the_rumour_is_a_reply_to_it(played):
    [rumour] = [told for told in played.told(None) if "in talks" in told.alert.headline]
    [reply] = [told for told in played.told(UpdateKind.REPLY) if told.story == rumour.story]
    assert reply.alert.fact == "confirmed"
    assert reply.alert.context


def test_look_alikes_stay_quiet(played):
    assert {title: played.verdicts[title] for title in QUIET} == dict.fromkeys(QUIET, Verdict.QUIET)


def test_what_the_feeds_held_at_first_stays_quiet(played):
    assert (
        played.verdicts["Who prepares the data for language models: Scale AI and its rivals"] is Verdict.QUIET
    )


def test_everything_was_told_and_nothing_twice(played):
    assert {delivery.state for delivery in played.deliveries} <= {
        DeliveryState.SENT,
        DeliveryState.SUPERSEDED,
    }
    assert len({delivery.key for delivery in played.deliveries}) == len(played.deliveries)


def test_the_last_stage_tells_nothing(played):
    last = played.printed.partition("Nothing has changed: nothing is told.")[2]
    assert re.findall(r"https?://", last) == []


def test_an_entity_that_the_headline_names_is_said_to_be_in_the_headline(played: Played) -> None:
    [talks] = [one.alert for one in played.told(None) if one.alert.headline.startswith("Meta is in talks")]
    assert talks.why[:2] == ("Meta (context) in the headline", "Scale AI (primary) in the headline")


def test_the_readme_shows_an_alert_as_the_demo_prints_it(played: Played) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```\n")[2].partition("  …\n```")[0]
    assert " ".join(shown.split()) in " ".join(played.printed.split())
    assert "earlier: " in shown


def test_an_earlier_story_stands_under_the_date_of_its_headline(played: Played) -> None:
    lines = [line for one in played.told(None) for line in one.alert.context]
    dated = {f"{line.published:/%Y/%m/%d/}" in line.url for line in lines if ".example/" in line.url}
    assert dated == {True}
