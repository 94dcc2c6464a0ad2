"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/); RSS in JSON is not read."""

import json
from typing import Any

from watchers.sources.base import BrokenFeed, NotAFeed, ParsedFeed
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished, language, one_line, web_url


def loads(body: bytes) -> Any:
    """The JSON in ``body``; raises BrokenFeed, whatever is wrong with it."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise BrokenFeed("JSON that is cut off or malformed") from error


def parse(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    """Parse a JSON Feed; raises NotAFeed for any other JSON."""
    found = loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise NotAFeed("JSON, but no JSON Feed")
    version = _text(found.get("version"))
    if "jsonfeed.org/version/" not in version and not ("title" in found and "version" in found):
        raise NotAFeed("JSON, but no JSON Feed")
    return ParsedFeed(
        format="json11" if version.endswith("/1.1") else "json1",
        title=one_line(_text(found.get("title")), 300) or None,
        site=web_url(_text(found.get("home_page_url")), url) or None,
        lang=language(_text(found.get("language"))),
        entries=finished((_raw(one) for one in found["items"] if isinstance(one, dict)), url),
    )


def _raw(one: dict[str, Any]) -> RawEntry:
    link = _text(one.get("url")) or _text(one.get("external_url"))
    return RawEntry(
        id=_text(one.get("id")),
        link=link,
        title=_text(one.get("title")),
        summary=_text(one.get("summary")),
        content=_text(one.get("content_html")) or _escaped(_text(one.get("content_text"))),
        author=_author(one),
        lang=_text(one.get("language")),
        published=parse_any(_text(one.get("date_published"))),
        updated=parse_any(_text(one.get("date_modified"))),
    )


def _author(one: dict[str, Any]) -> str:
    authors = one.get("authors")
    candidates = [*authors, one.get("author")] if isinstance(authors, list) else [one.get("author")]
    names = [_text(author.get("name")) for author in candidates if isinstance(author, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name))


def _text(value: object) -> str:
    """A string as it is, a number as its digits (ids), anything else as nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
