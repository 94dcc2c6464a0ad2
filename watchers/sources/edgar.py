"""Filings with the SEC: one company's (Atom) or whatever mentions some words (full text).

Both answers are terse: "8-K  - Current report".  An entry here says who filed what, with
the subjects of a current report in words, so that a departure of an officer reads as one.
The SEC asks for a contact in the User-Agent: ``MOVEWIRE_CONTACT``.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from storage.model import Feed
from watchers.sources import feed as rss
from watchers.sources import sniff
from watchers.sources.base import BrokenFeed, NotAFeed, ParsedFeed, Source
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished
from watchers.sources.jsonfeed import loads

ARCHIVE = "https://www.sec.gov/Archives/edgar/data"
FORMS = "8-K,6-K,S-1,F-1,D,SC 13D,DEFA14A"  # where moves are told; quarterly reports name everybody

# Subjects of a current report: https://www.sec.gov/files/form8-k.pdf
SUBJECTS = {
    "1.01": "entry into a material agreement",
    "1.02": "end of a material agreement",
    "1.03": "bankruptcy or receivership",
    "1.05": "material cybersecurity incident",
    "2.01": "acquisition or disposal of assets completed",
    "2.02": "results of operations",
    "2.03": "new direct financial obligation",
    "2.05": "costs of exit or disposal, layoffs",
    "2.06": "material impairments",
    "3.02": "unregistered sale of shares",
    "4.01": "change of accountant",
    "5.01": "change of control",
    "5.02": "departure or appointment of directors or officers",
    "5.03": "amended articles or bylaws",
    "5.07": "shareholders' vote",
    "7.01": "disclosure under Regulation FD",
    "8.01": "other events",
    "9.01": "financial statements and exhibits",
}
_NUMBERS = re.compile(r"\b([1-9]\.0\d)\b")
_NAME = re.compile(r"\s*\((?:CIK [0-9]+|[A-Z][A-Z0-9.,\s-]{0,40})\)\s*")
_CIK = re.compile(r"^\d{1,10}$")
_ATOM = "{http://www.w3.org/2005/Atom}"


def address(words: str) -> str:
    """A company's current reports for its CIK number; a full-text search for anything else."""
    words = " ".join(words.split())
    number = words.upper().removeprefix("CIK").strip(" :")
    if _CIK.match(number):
        return (
            "https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany"
            f"&CIK={number.zfill(10)}&type=8-K&dateb=&owner=include&count=40&output=atom"
        )
    query = words if '"' in words else f'"{words}"'
    return f"https://efts.sec.gov/LATEST/search-index?q={quote_plus(query)}&forms={quote_plus(FORMS)}"


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse a company's filings or a search's answer; raises a named ParseError."""
    if sniff.is_json(body, content_type):
        return _from_search(loads(body), url)
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body or not sniff.looks_like_feed(body):
        raise sniff.refusal(body)
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BrokenFeed("EDGAR's Atom is malformed") from error
    if root.tag != f"{_ATOM}feed":
        return rss.parse(body, url, content_type, feed)
    return _from_company(root, url)


def _from_company(root: ET.Element, url: str) -> ParsedFeed:
    company = _tidy(_find(root, "conformed-name"))
    return ParsedFeed(
        format="edgar-atom",
        title=f"SEC filings of {company}" if company else _find(root, "title") or "SEC filings",
        site="https://www.sec.gov/edgar/search/",
        lang="en",
        entries=finished((_filing(entry, company) for entry in root.iter(f"{_ATOM}entry")), url),
    )


def _filing(entry: ET.Element, company: str) -> RawEntry:
    title = _find(entry, "title")
    form = _find(entry, "filing-type") or title.split(" - ")[0].strip()
    who = company or _tidy(title.partition(" - ")[2])
    link = next((one.get("href", "") for one in entry.iter(f"{_ATOM}link")), "") or _find(
        entry, "filing-href"
    )
    return RawEntry(
        id=_find(entry, "id"),
        link=link,
        title=_headline(who, form, _find(entry, "items-desc"), _find(entry, "form-name")),
        summary=_find(entry, "summary"),
        author=who,
        source="SEC EDGAR",
        source_url="https://www.sec.gov/",
        lang="en",
        published=parse_any(_find(entry, "updated")) or parse_any(_find(entry, "filing-date")),
    )


def _from_search(found: Any, url: str) -> ParsedFeed:
    hits = found.get("hits") if isinstance(found, dict) else None
    rows = hits.get("hits") if isinstance(hits, dict) else None
    if not isinstance(rows, list):
        raise NotAFeed("JSON, but no answer of EDGAR's full-text search")
    return ParsedFeed(
        format="edgar-search",
        title="SEC full-text search",
        site="https://www.sec.gov/edgar/search/",
        lang="en",
        entries=finished(_found(rows), url),
    )


def _found(rows: list[Any]) -> Iterator[RawEntry]:
    """An entry for each filing, however many of its documents hold the words."""
    told: set[str] = set()
    for row in rows:
        filing = row.get("_source") if isinstance(row, dict) else None
        if not isinstance(filing, dict):
            continue
        number, _, document = str(row.get("_id", "")).partition(":")
        number = _word(filing.get("adsh")) or number
        if number and number in told:
            continue
        told.add(number)
        names = [_tidy(name) for name in filing.get("display_names") or () if isinstance(name, str)]
        who = ", ".join(dict.fromkeys(name for name in names if name))
        form = _word(filing.get("form")) or _word(filing.get("file_type"))
        ciks = filing.get("ciks") or ["0"]
        cik = str(ciks[0]).lstrip("0") if isinstance(ciks, list) else "0"
        link = f"{ARCHIVE}/{cik}/{number.replace('-', '')}/{document}" if cik.isdigit() and number else ""
        items = filing.get("items")
        subjects = " ".join(map(str, items)) if isinstance(items, list) else _word(items)
        yield RawEntry(
            id=f"edgar:{number}" if number else "",
            link=link,
            title=_headline(who, form, subjects, _word(filing.get("file_description"))),
            author=who,
            source="SEC EDGAR",
            source_url="https://www.sec.gov/",
            lang="en",
            published=parse_any(_word(filing.get("file_date"))),
        )


def _headline(who: str, form: str, items: str, name: str) -> str:
    """ "Acme Corp. files 8-K: departure or appointment of directors or officers"."""
    numbers = dict.fromkeys(_NUMBERS.findall(items))
    subjects = [SUBJECTS[number] for number in numbers if number in SUBJECTS and number != "9.01"]
    about = "; ".join(subjects) or name.strip()
    said = f"{who or 'A company'} files {form or 'a report'}"
    return f"{said}: {about}" if about else said


def _tidy(name: str) -> str:
    """A registrant's name without ticker and number, and not all in capitals."""
    name = " ".join(_NAME.sub(" ", name).split())
    return name.title() if name.isupper() and len(name) > 5 else name


def _find(element: ET.Element, name: str) -> str:
    """The text of the first descendant called so, whatever its namespace."""
    for inner in element.iter():
        if inner.tag.rpartition("}")[2] == name:
            return "".join(inner.itertext()).strip()
    return ""


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


SOURCE = Source(
    kind="edgar",
    parse=parse,
    parse_slowly=rss.parse_slowly,
    known_by=re.compile(
        r"https?://(?:www\.sec\.gov/cgi-bin/browse-edgar|efts\.sec\.gov/LATEST/search-index)\?"
    ),
    address=address,
    accept="application/atom+xml, application/json;q=0.9, */*;q=0.1",
)
