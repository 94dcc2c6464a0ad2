"""Made-up feeds for the benchmarks: about 53 kB each, thirty entries, the same for the same seed.

One entry in ``WATCHED`` is about somebody on the packaged watchlist, some have typographic
quotes; the rest is local news of a harbour town.
"""

from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address

ENTRIES = 30
WATCHED = 100  # one entry in so many is about somebody watched
_FIRST = int(IPv4Address("127.1.0.1"))
_SENTENCES = """
The harbour council wants to rebuild the northern pier before the winter storms arrive
Engineers tested a lighter kind of steel beam on the old railway bridge last week
A court in Lisbon heard the complaint of three fishermen against the new breakwater
Ticket prices for the night ferry rise by four euros from the first of the month
The museum of navigation opens a small hall with charts that nobody had seen for decades
Residents of the upper town have asked for more buses after the last show has ended
A software fault stopped two cranes for most of Tuesday, the port authority said
The weather service expects calm seas and light winds until the middle of next week
Shares of the shipyard fell slightly after the quarterly figures were published
The union and the employers agreed on shorter shifts and a bonus for night work
Scientists counted fewer seals on the sandbanks than in any year since the survey began
The minister said that the budget leaves room for repairs but not for a second lock
A cargo of coffee was delayed because papers for eleven containers were missing
Volunteers collected two tonnes of plastic along the beach within one morning
The chess club's oldest member won the spring tournament for the sixth time
A new bakery at the fish market sells bread made from local rye and seaweed
Police closed the coastal road for an hour while a fallen tree was removed
The university plans a course on tidal energy together with schools in the region
Two tugs pulled the stranded yacht off the reef at high water, nobody was hurt
An old lighthouse will be turned into a guest house with a view of both bays
The orchestra played in the empty warehouse, and a thousand people came to listen
Farmers complain about dry fields while the reservoir is only half full
A start-up from the valley showed a drone that paints the hulls of small boats
The council's auditors found no fault with the contract for dredging the channel
Readers sent hundreds of photographs of the unusually red sunset over the estuary
The library lends fishing rods and life jackets to anyone with a card
A study links quieter ship engines to the return of porpoises in the sound
The mayor thanked the crews who worked through the night to mend the sea wall
Customs officers discovered forged watches in a container that was declared as toys
The film festival moves to a larger cinema after last year's evenings were sold out
""".strip().splitlines()
_NAMES = (
    "Adele Bruno Carla Dario Elena Farid Greta Henri Irena Jonas Katja Luca Mirela Nuno Olga Pavel".split()
)
_SURNAMES = (
    "Alder Brandt Castell Drago Evers Falk Gessner Holm Ivarsson Jelinek Kestrel Lindqvist Moravec".split()
)
_SYLLABLES = (
    "bal cer dox fim gur hent jav kol lum mip nad osk pret quil rab sund tov ulm vask wex yor zeb".split()
)
_WATCHED = (
    "{name} leaves {company} after {n} months",
    "{company} hires {name} to lead its team of {n}",
    "{company} raises ${n} million, {name} says",
    "{company} loses researcher {name} after {n} weeks",
    "{company} lays off {n} people, {name} among them",
    "{name} joins {company} from the port authority as one of {n}",
    "{company} signs a ${n} million contract, {name} confirms",
)
_COMPANIES = (
    "Scale AI,Mercor,Surge AI,Outlier AI,Meta,OpenAI,Anthropic,Google DeepMind,Meta Superintelligence Labs,"
    "Midjourney,Safe Superintelligence"
).split(",")


def address(number: int) -> str:
    """The address of feed ``number``."""
    return str(IPv4Address(_FIRST + number + number // 254))


def prose(seed: int, count: int) -> str:
    """Some sentences, the same for the same seed; each with a number of its own."""
    picked = (_SENTENCES[(seed * 7 + place * (11 + seed % 13)) % len(_SENTENCES)] for place in range(count))
    return " ".join(f"{sentence} ({seed * 17 % 997 + place})." for place, sentence in enumerate(picked))


def watched(serial: int) -> str:
    """A headline about somebody watched; no two tell the same event."""
    first, last = serial % len(_NAMES), serial // len(_NAMES) % len(_SURNAMES)
    name = f"{_NAMES[first]} {_SURNAMES[last]}-{_SURNAMES[serial % 7]}"
    company = _COMPANIES[serial % len(_COMPANIES)]
    return _WATCHED[serial % len(_WATCHED)].format(name=name, company=company, n=3 + serial % 900)


def news(serial: int) -> str:
    """A headline that alerts: a company of the first tier hires somebody of whom nothing else is told."""
    place = serial * 7919 % len(_SYLLABLES) ** 3
    syllables = (_SYLLABLES[place // len(_SYLLABLES) ** power % len(_SYLLABLES)] for power in range(3))
    first, surname = _NAMES[serial % len(_NAMES)], "".join(syllables).capitalize()
    return f"{_COMPANIES[serial % 3]} hires {first} {surname}"


def title(feed: int, number: int) -> str:
    """The headline of an entry."""
    if (feed // 10 * 7 + feed + number * 3) % WATCHED == 0:
        return watched(feed * ENTRIES + number)
    headline = _SENTENCES[(feed * 31 + number * 7) % len(_SENTENCES)]
    return f"{headline} {feed}-{number}"


def entry(feed: int, number: int, now: datetime, headline: str | None = None) -> str:
    """One RSS entry of about 1.7 kB, the later the higher its number."""
    published = format_datetime(now - timedelta(minutes=37 * (ENTRIES - number) + feed % 31))
    slug = (
        _SENTENCES[(feed + number) % len(_SENTENCES)]
        .lower()
        .replace(",", "")
        .replace("'", "")
        .replace(" ", "-")
    )
    link = f"http://{address(feed)}/stories/{number}-{slug}"
    content = "".join(f"<p>{prose(feed + number + part, 3)}</p>" for part in range(4))
    summary = prose(feed + number * 3, 3).replace("'", "’" if number % 3 == 0 else "'")
    return (
        f"<item><title>{headline or title(feed, number)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{feed}:{number}</guid><pubDate>{published}</pubDate>'
        f"<dc:creator>Reporter {number % 7}</dc:creator><category>Harbour</category>"
        f"<description>{summary}</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>\n"
    )


def body(feed: int, entries: str, built: datetime) -> bytes:
    """The whole feed; ``built`` is what restless feeds change in every answer."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Paper {feed}</title><link>http://{address(feed)}/</link><language>en</language><description>News</description>"
        f"<lastBuildDate>{format_datetime(built)}</lastBuildDate>\n"
        f"{entries}</channel></rss>\n"
    ).encode()
