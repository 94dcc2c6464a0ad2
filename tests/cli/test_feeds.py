"""feeds: adding over real HTTP, listing, pausing, lists in OPML, and addresses that do not answer."""

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.cli.conftest import Answer, Site, rss
from tests.cli.stocked import FEED, SECOND_FEED
from watchers.sources import kinds

Call = Callable[..., Answer]
PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'
OLD_NEWS = ("https://bay-ledger.example/1", "Ruben Mayer leaves Meta after two months")


@pytest.fixture
def database(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = clean_environment / "news.db"
    monkeypatch.setenv("MOVEWIRE_DB", str(path))
    return path


def listed(call: Call) -> list[dict]:
    return json.loads(call("feeds", "list", "--json").out)


@pytest.mark.usefixtures("stocked")
def test_list_gives_the_contracts_keys(call: Call) -> None:
    found = listed(call)
    assert [feed["url"] for feed in found] == [FEED, SECOND_FEED]
    assert {"url", "title", "state", "last_success", "next_due", "failures", "last_error"} <= set(found[0])
    assert (found[0]["state"], found[0]["last_success"], found[0]["next_due"], found[0]["last_error"]) == (
        "ok",
        "2025-08-29T12:00:00Z",
        "2025-08-29T12:05:00Z",
        None,
    )


def test_adding_a_feed_asks_once_and_takes_what_it_holds_as_old(
    call: Call, site: Site, database: Path
) -> None:
    site.pages["/feed"] = rss(OLD_NEWS)
    answer = call("feeds", "add", site.url("/feed"))
    assert (answer.status, answer.err) == (0, "")
    assert "1 entry taken as old" in answer.out
    assert site.asked == ["/feed"]
    [feed] = listed(call)
    assert (feed["url"], feed["title"], feed["state"]) == (site.url("/feed"), "Bay Ledger", "ok")
    found = json.loads(call("why", OLD_NEWS[0], "--json").out)
    assert (found["decision"], "baseline" in found["reasons"]) == ("quiet", True)
    assert found["deliveries"] == []


def test_adding_a_web_page_finds_its_feed(call: Call, site: Site, database: Path) -> None:
    site.pages |= {"/": ("text/html", PAGE), "/feed": rss(OLD_NEWS)}
    answer = call("feeds", "add", site.url("/"), "--json")
    [added] = json.loads(answer.out)
    assert added == {
        "asked": site.url("/"),
        "url": site.url("/feed"),
        "kind": "feed",
        "title": "Bay Ledger",
        "entries": 1,
        "page": site.url("/"),
        "added": True,
        "error": None,
    }
    assert site.asked == ["/", "/feed"]


def test_a_feed_that_is_followed_already_is_not_asked_again(call: Call, site: Site, database: Path) -> None:
    site.pages["/feed"] = rss(OLD_NEWS)
    call("feeds", "add", site.url("/feed"))
    answer = call("feeds", "add", site.url("/feed"))
    assert (answer.status, "followed already" in answer.out) == (0, True)
    assert site.asked == ["/feed"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/none", ["not-found", "check the path"]),
        ("/page", ["web-page", "names no feed"]),
        ("/empty", ["empty"]),
    ],
)
def test_what_is_no_feed_is_not_added_and_named_with_its_remedy(
    call: Call, site: Site, database: Path, address: str, words: list[str]
) -> None:
    site.pages |= {"/page": ("text/html", b"<html><body>Hello</body></html>"), "/empty": ("text/xml", b"")}
    answer = call("feeds", "add", site.url(address))
    assert (answer.status, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert [word for word in [site.url(address), *words] if word not in answer.err] == []
    assert listed(call) == []


def test_an_unreachable_feed_and_a_private_one_are_named_with_their_remedies(
    call: Call, site: Site, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = site.url("/").replace(str(site.server_port), "9")
    answer = call("feeds", "add", closed)
    assert answer.status == 1
    assert "connect-failed" in answer.err
    monkeypatch.delenv("MOVEWIRE_ALLOW_PRIVATE")
    answer = call("feeds", "add", site.url("/feed"))
    assert answer.status == 1
    assert "MOVEWIRE_ALLOW_PRIVATE" in answer.err
    assert site.asked == []


def test_a_plain_server_and_a_bad_certificate_have_their_own_remedies(
    call: Call, site: Site, database: Path
) -> None:
    plain = call("feeds", "add", site.url("/feed").replace("http://", "https://"))
    assert (plain.status, "is the address http://?" in plain.err) == (1, True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).parents[1] / "sources" / "tls" / "server.pem")
    site.socket = context.wrap_socket(site.socket, server_side=True)
    unknown = call("feeds", "add", site.url("/feed").replace("http://", "https://"))
    assert (unknown.status, "certificate is not valid" in unknown.err) == (1, True)


def test_one_bad_address_does_not_keep_the_good_one_out(call: Call, site: Site, database: Path) -> None:
    site.pages["/feed"] = rss(OLD_NEWS)
    answer = call("feeds", "add", site.url("/none"), site.url("/feed"))
    assert answer.status == 1
    assert [feed["url"] for feed in listed(call)] == [site.url("/feed")]


def test_check_says_what_stands_there_and_stores_nothing(call: Call, site: Site, database: Path) -> None:
    site.pages["/feed"] = rss(OLD_NEWS)
    found = json.loads(call("feeds", "check", site.url("/feed"), "--json").out)
    assert {key: found[key] for key in ("title", "entries", "error", "etag")} == {
        "title": "Bay Ledger",
        "entries": 1,
        "error": None,
        "etag": None,
    }
    assert OLD_NEWS[1] in call("feeds", "check", site.url("/feed")).out
    assert not database.exists()
    assert call("feeds", "check", site.url("/none")).status == 1


@pytest.mark.usefixtures("stocked")
def test_a_paused_feed_is_not_due_and_a_resumed_one_is(call: Call, stocked: Path) -> None:
    assert call("feeds", "pause", FEED).out == f"paused {FEED}\n"
    assert [feed["state"] for feed in listed(call)] == ["paused", "ok"]
    assert call("feeds", "resume", FEED.rstrip("d") + "d").status == 0
    assert [feed["state"] for feed in listed(call)] == ["ok", "ok"]


@pytest.mark.usefixtures("stocked")
def test_a_removed_feed_is_gone_and_what_it_brought_stays(call: Call) -> None:
    assert call("feeds", "remove", FEED).status == 0
    assert [feed["url"] for feed in listed(call)] == [SECOND_FEED]
    assert json.loads(call("search", "Mayer", "--json").out) != []


@pytest.mark.usefixtures("stocked")
def test_a_feed_is_found_by_its_title_and_with_a_slash_too_many(call: Call) -> None:
    assert call("feeds", "pause", "gazette.example").out == f"paused {SECOND_FEED}\n"
    assert call("feeds", "pause", FEED + "/").out == f"paused {FEED}\n"


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("verb", ["remove", "pause", "resume"])
def test_an_unknown_feed_is_refused_with_the_nearest_and_nothing_changes(call: Call, verb: str) -> None:
    before = listed(call)
    answer = call("feeds", verb, FEED, "https://bay-ledger.example/fed")
    assert (answer.status, answer.out) == (2, "")
    assert f"did you mean '{FEED}'" in answer.err
    assert listed(call) == before


@pytest.mark.usefixtures("stocked")
def test_the_interval_is_the_owners_until_it_is_auto_again(call: Call) -> None:
    assert call("feeds", "interval", FEED, "15m").out == f"every 15m: {FEED}\n"
    assert [feed["interval"] for feed in listed(call)] == ["15m", None]
    assert "shorter than poll_min, 5m" in call("feeds", "interval", FEED, "10s").err
    assert call("feeds", "interval", FEED, "auto").out == f"at its own rhythm: {FEED}\n"
    assert [feed["interval"] for feed in listed(call)] == [None, None]
    answer = call("feeds", "interval", FEED, "often")
    assert (answer.status, "allowed" in answer.err) == (2, True)


def test_a_list_goes_out_and_comes_back(call: Call, stocked: Path, clean_environment: Path) -> None:
    file = clean_environment / "feeds.opml"
    file.write_text(call("feeds", "export").out, encoding="utf-8")
    other = str(clean_environment / "other.db")
    answer = call("feeds", "import", str(file), "--db", other)
    assert answer.out == "2 feeds added, 0 followed already\n"
    assert call("feeds", "import", str(file), "--db", other).out == "0 feeds added, 2 followed already\n"
    found = json.loads(call("feeds", "list", "--json", "--db", other).out)
    assert [(feed["url"], feed["title"], feed["state"]) for feed in found] == [
        (FEED, "bay-ledger.example", "new"),
        (SECOND_FEED, "gazette.example", "new"),
    ]


FOLDERS = (
    '<opml><body><outline text="Ports"><outline text="Sea &amp; Land">'
    f'<outline text="bay-ledger.example" xmlUrl="{FEED}"/></outline>'
    '<outline text="New" xmlUrl="https://new.example/feed"/></outline>'
    '<outline text="Flat" xmlUrl="https://flat.example/feed"/></body></opml>'
)


@pytest.mark.usefixtures("stocked")
def test_folders_of_a_list_come_in_are_shown_and_go_out(call: Call, clean_environment: Path) -> None:
    assert "FOLDER" not in call("feeds", "list").out
    file = clean_environment / "folders.opml"
    file.write_text(FOLDERS)
    answer = call("feeds", "import", str(file))
    assert answer.out == "2 feeds added, 1 followed already, 1 of them now in another folder\n"
    assert call("feeds", "import", str(file)).out == "0 feeds added, 3 followed already\n"
    places = {feed["url"]: feed["folder"] for feed in listed(call)}
    assert places == {
        FEED: ["Ports", "Sea & Land"],
        SECOND_FEED: [],
        "https://new.example/feed": ["Ports"],
        "https://flat.example/feed": [],
    }
    assert "Ports / Sea & Land" in call("feeds", "list").out
    exported = call("feeds", "export").out
    file.write_text(exported)
    other = ("--db", str(clean_environment / "other.db"))
    call("feeds", "import", str(file), *other)
    assert call("feeds", "export", *other).out == exported


@pytest.mark.usefixtures("stocked")
def test_a_flat_list_leaves_feeds_in_their_folders(call: Call, clean_environment: Path) -> None:
    file = clean_environment / "list.opml"
    file.write_text(FOLDERS)
    call("feeds", "import", str(file))
    file.write_text(f'<opml><body><outline xmlUrl="{FEED}"/></body></opml>')
    assert call("feeds", "import", str(file)).out == "0 feeds added, 1 followed already\n"
    assert listed(call)[0]["folder"] == ["Ports", "Sea & Land"]


@pytest.mark.usefixtures("stocked")
def test_feeds_are_chosen_by_a_folder_its_path_or_one_around_it(call: Call, clean_environment: Path) -> None:
    file = clean_environment / "list.opml"
    file.write_text(FOLDERS)
    call("feeds", "import", str(file))

    def chosen(folder: str) -> list[str]:
        return [feed["url"] for feed in json.loads(call("feeds", "list", "--folder", folder, "--json").out)]

    assert chosen("ports") == [FEED, "https://new.example/feed"]
    assert chosen("sea & land") == chosen("Ports / Sea & Land") == [FEED]
    answer = call("feeds", "list", "--folder", "Port")
    assert (answer.status, answer.out) == (2, "")
    assert "folders are: Ports, Ports / Sea & Land" in answer.err


def test_a_folder_named_to_spoil_a_terminal_does_not_and_is_chosen_as_it_is_shown(
    call: Call, clean_environment: Path
) -> None:
    file = clean_environment / "spoilt.opml"
    file.write_text(
        "<opml><body><outline text='a&#x9b;31m&#x202e;  b'><outline xmlUrl='https://a.example/feed'/></outline></body></opml>"
    )
    call("feeds", "import", str(file))
    said = call("feeds", "list", "--folder", "Port").err
    assert said.endswith("folders are: a31m b\n")
    assert "https://a.example/feed" in call("feeds", "list", "--folder", "a31m b").out


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"<opml", b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', None]
)
def test_a_list_that_cannot_be_read_is_refused_by_name(
    call: Call, stocked: Path, clean_environment: Path, content: bytes | None
) -> None:
    file = clean_environment / "feeds.opml"
    if content is not None:
        file.write_bytes(content)
    answer = call("feeds", "import", str(file))
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert str(file) in answer.err


@pytest.mark.usefixtures("stocked")
def test_addresses_of_a_list_that_nobody_fetches_are_named(call: Call, clean_environment: Path) -> None:
    file = clean_environment / "odd.opml"
    file.write_text(
        '<opml><body><outline xmlUrl="file:///etc/passwd"/>'
        f'<outline xmlUrl="{FEED}"/><outline xmlUrl="https://new.example/feed"/></body></opml>'
    )
    answer = call("feeds", "import", str(file))
    assert (answer.status, answer.out) == (1, "1 feed added, 1 followed already\n")
    assert answer.err.startswith("movewire: file:///etc/passwd was not added")
    assert "file:///etc/passwd" not in call("feeds", "list").out


def test_a_kind_of_source_makes_its_own_address(call: Call, clean_environment: Path) -> None:
    from bot.subscribing import address_of

    assert address_of("feed", "bay-ledger.example/feed") == "https://bay-ledger.example/feed"
    assert address_of("feed", "http://bay-ledger.example/") == "http://bay-ledger.example/"
    assert address_of("google-news", "Scale AI").startswith("https://news.google.com/rss/search?q=")
    answer = call("feeds", "add", "x", "--kind", "telegram")
    assert answer.status == 2
    assert "allowed are" in answer.err


def test_a_stored_error_is_shown(call: Call, stocked: Path) -> None:
    from dataclasses import replace

    from storage.model import FeedState, FinishedPoll
    from tests.cli.stocked import NOW

    with open_store(stocked) as store:
        feed = store.feeds.get(FEED)
        assert feed is not None
        failing = replace(feed, state=FeedState.FAILING, failures=3, last_error="timed-out: 30 s")
        store.feeds.finish_polls([FinishedPoll(feed=failing, seen=NOW)])
    assert "timed-out: 30 s" in call("feeds", "list").out
    assert [(feed["state"], feed["failures"]) for feed in listed(call)] == [("failing", 3), ("ok", 0)]


def test_the_help_names_each_kind_of_source(call: Call) -> None:
    told = " ".join(call("feeds", "add", "--help").out.split())
    assert [kind for kind in kinds() if kind not in told.partition("What reads it:")[2]] == []
