"""What users can say or see is documented, and what is documented exists."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from bot.cli.tree import cli
from bot.settings import ENVIRONMENT
from storage.errors import MovewireError
from storage.model import Alias, Entity, FeedState, MoveKind, MoveStatus, Relation, RelationKind, Tier

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
WATCHLIST = (ROOT / "docs" / "watchlist.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")])


def commands(group=cli, path=("movewire",)):
    """All commands as tuples of words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def documented_commands():
    """The commands of README's table; subcommands stand as ``add``, ``list`` behind the first."""
    table = README.partition("## Commands")[2].partition("##")[0]
    for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", cell)
        if names:
            first = tuple(names[0].split())
            yield first
            yield from ((*first[:-1], name) for name in names[1:])


def test_every_command_stands_in_the_readmes_table_and_no_other():
    assert sorted(documented_commands()) == sorted(commands())


def test_every_setting_stands_in_the_readmes_table_and_no_other():
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == sorted(ENVIRONMENT)


def test_every_state_of_a_feed_and_every_kind_of_source_is_explained_and_no_other():
    from watchers import sources

    page = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    states, kinds = page.partition("## Kinds of source")[::2]
    assert set(re.findall(r"^\| `([a-z]+)` \|", states, re.MULTILINE)) == {str(one) for one in FeedState}
    assert re.findall(r"^\| `([a-z-]+)` \|", kinds, re.MULTILINE) == list(sources.kinds())


def test_every_kind_of_move_is_explained_in_the_glossary_and_no_other():
    table = GLOSSARY.partition("## Kinds of move")[2]
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == [str(kind) for kind in MoveKind]


async def test_every_slash_command_stands_in_the_table_on_discord_and_no_other():
    import discord
    from discord import app_commands

    from bot import gateway

    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    for module in gateway.COMMANDS:
        module.register(tree, desk=None)  # asked only when a command is called
    groups = app_commands.Group
    there = {f"/{one.qualified_name}" for one in tree.walk_commands() if not isinstance(one, groups)}
    page = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`/.*?`) \|", page, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(/[a-z ]+)`", row)} == there


@pytest.mark.parametrize("word", [*MoveStatus, *Tier, *FeedState])
def test_every_status_tier_and_state_stands_in_the_glossary(word):
    assert f"`{word}`" in GLOSSARY


def test_every_key_of_a_watchlist_file_is_explained():
    keys = {
        *(set(Entity.__dataclass_fields__) - {"origin", "muted_until"}),
        *(set(Alias.__dataclass_fields__) - {"text"}),
        *Relation.__dataclass_fields__,
        *RelationKind,
    }
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", WATCHLIST)] == []


def test_the_glossary_is_in_order():
    words = re.findall(r"^\*\*(.+?)\*\* — ", GLOSSARY, re.MULTILINE)
    assert words == sorted(words)


def test_the_tree_of_errors_in_its_docstring_is_the_tree_of_classes():
    import storage.errors

    drawn = set(re.findall(r"\b([A-Z]\w+)\b(?=\s{2,})", storage.errors.__doc__ or ""))
    defined = {
        name
        for name, value in vars(storage.errors).items()
        if isinstance(value, type) and issubclass(value, MovewireError)
    }
    assert drawn == defined


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


def test_the_readme_holds_the_two_set_up_lines_each_in_a_block_of_its_own():
    blocks = re.findall(r"^```\n(.+?)\n```$", README, re.MULTILINE | re.DOTALL)
    lines = [block for block in blocks if block.startswith("python3 -m venv .venv && ")]
    assert lines == [
        "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . "
        "&& .venv/bin/movewire demo",
        "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]' "
        "&& .venv/bin/python -m pytest -q",
    ]


def test_the_changelog_tells_of_this_version():
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(version)}\b", changes, re.MULTILINE)


def test_no_page_names_a_folder_of_somebodys_machine():
    for page in PAGES:
        assert re.findall(r"/(?:home|work|tmp|Users)/\w+", page.read_text(encoding="utf-8")) == [], page


def test_constraints_are_plain_pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.]*", pin)] == []


def test_constraints_pin_everything_that_the_project_asks_for():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    pinned = {
        name(line)
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    assert {name(requirement) for requirement in asked} - pinned == set()


def name(requirement: str) -> str:
    """The normal form of a distribution's name (packaging.python.org/specifications/name-normalization)."""
    found = re.match(r"[A-Za-z0-9._-]+?(?=[^\w.-]|==|$)", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def test_the_checks_script_is_sound_shell():
    done = subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_architecture_names_only_what_is_there():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|watchers|seeds|storage)/[\w/.]+)`", text)
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").rglob("*.png")), ids=lambda path: path.name)
def test_pictures_are_light_and_shown_on_a_page(picture):
    assert picture.stat().st_size < 150_000
    shown = [page for page in PAGES if f"pictures/{picture.name})" in page.read_text(encoding="utf-8")]
    assert shown != []


def test_every_key_of_a_languages_table_is_explained_and_no_other():
    from dataclasses import fields

    from watchers.matching import cues
    from watchers.moves import resort
    from watchers.moves.grammar import SECTIONS

    def keys(text):
        return set(re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))))

    def fields_of(kinds):
        return {name: {one.name for one in fields(kind)} for name, kind in kinds.items()}

    page = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### `\[(\w+)\]`\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    told = {name: keys(text) for name, text in sections if name != "roles"}
    last = {"resort": set(resort.KEYS | resort.SMALL)}
    assert told == fields_of(SECTIONS) | fields_of(cues.SECTIONS) | last
    head = page.partition("## `watchers/matching/cues`")[2].partition("\n### ")[0]
    assert keys(head) == {one.name for one in fields(cues.Cues)} - set(cues.MADE)
