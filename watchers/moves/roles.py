"""Who plays which role: by order and preposition, as the frame says.

Before the verb (``_bind_left``), then behind it (``_bind_right``).  Scripts that mark names
with particles have ``watchers.moves.particles``.  What the families of moves know
better about their sides comes after, in ``people``, ``money``, ``deals`` and the others.
"""

import re
from collections.abc import Mapping
from itertools import pairwise, takewhile

from storage.model import MoveKind
from watchers.moves import particles
from watchers.moves.bystanders import is_bystander, is_former
from watchers.moves.casting import COORDINATED, PERSON_ROLES, accepts, give
from watchers.moves.lexicon import NO_BLANKS, OTHERWISE, Frame
from watchers.moves.names import Party
from watchers.moves.page import COMMA, Page, between
from watchers.moves.reading import Draft

_BOTH = COORDINATED - {","}
_FURTHER_VERB = (",", " and", " e", " y", " et", " und", " en", " &")
AND = (" and", " e", " y", " et", " und", " en", " &")
_GENITIVE = frozenset({"von", "van", "of", "de", "di", "da", "do", "du", "del", "des", "d'"})
_REMARK_REACH = 40  # code points from a person to the employer before: ", a former researcher at"
_AFTER_COLON = 3  # words, the colon with them, that may stand before a party that still belongs to the verb
_ACTS = frozenset(
    {MoveKind.PARTNERSHIP, MoveKind.FUNDING, MoveKind.ACQUISITION, MoveKind.BREAKUP, MoveKind.CONTRACT}
)
_ROMANCE = frozenset({"pt", "es", "fr"})
_LISTS_WITH_AND = frozenset({"pt", "es", "fr", "de", "nl"})  # English headlines join two by a comma
_MOST_COORDINATED = 6
_WHOLE = frozenset({"team", "members", "leadership", "staff", "people"})  # who speak for the whole
_WHOLE_ROLES = frozenset({"target", "recipient"})  # "buys Corvid's camera unit" is not buying Corvid
_ORG_ROLES = frozenset({"from", "to", "recipient", "partner", "customer", "supplier", "employer"})
_PREPOSITIONS = frozenset(
    "de in on at of for to from with by over under near into as en em no na nos nas con com para por pelo pela sobre"
    " dans chez avec pour par sur au aux du à aan bij voor van met op naar uit bei mit von vom für auf an am im zu zum"
    " zur aus nach durch di da del della al alla su per nel nella des dos das dei degli delle около в на от для из".split()
)


_SPANISH_POSSESSIVES = frozenset({"su", "no", "nos"})  # prepositions of other languages


def bind(draft: Draft) -> None:
    """Give the parties around the trigger the roles that the frame says."""
    usable = [p for p in draft.parties if p.end <= draft.start or p.start >= draft.end]
    left, right = draft.sentence
    usable = [p for p in usable if p.start >= left and p.end <= right]
    if draft.page.lexicon.verb_last:
        particles.bind(draft, usable)
        return
    before = [p for p in usable if p.end <= draft.start]
    if draft.page.lexicon.verb_may_end and (subject := _subject_behind(draft, usable)) is not None:
        assert draft.frame.left is not None
        give(draft, draft.frame.left, subject)
        _bind_right(draft, [p for p in usable if p.start > subject.start])
        return
    if (
        draft.page.lexicon.verb_may_end
        and draft.frame.right
        and not any(p.start >= draft.end for p in usable)
    ):
        before = _bind_early_object(draft, before)
    _bind_left(draft, before)
    _bind_right(draft, [p for p in usable if p.start >= draft.end])


# Words that open a German or Dutch sentence whose subject comes behind the verb.
_OPENING = frozenset(
    "nach na seit sinds vor voor trotz ondanks wegen wegens mit met im in am an op ab vanaf auf jetzt nun nu heute vandaag"
    " kurz kort laut volgens fur darum daarom uberraschend auch ook damit hiermee kunftig voortaan".split()
)


def _subject_behind(draft: Draft, parties: list[Party]) -> Party | None:
    """ "After a year X leaves Acme" in German and Dutch: the verb is second, who acts comes behind it."""
    page, role = draft.page, draft.frame.left
    floor, _ = page.clause(draft.start, draft.end)
    if role is None or next(iter(page.words(floor, draft.start)), "") not in _OPENING:
        return None
    before = (p for p in parties if floor <= p.start < draft.start)
    if any(p.kind != "name" or p.slug is not None for p in before) or page.first(
        "talent", floor, draft.start
    ):
        return None
    behind = next((p for p in parties if p.start >= draft.end), None)
    if behind is None or page.folded[draft.end : behind.start] != " " or not accepts(role, behind):
        return None
    further = any(p.start > behind.end for p in parties)
    person = role in PERSON_ROLES
    return behind if (person and behind.kind == "person") or (not person and further) else None


def _bind_early_object(draft: Draft, parties: list[Party]) -> list[Party]:
    """ "A will B kaufen": where the verb ends the clause, the later party is its object."""
    floor, ceiling = draft.clause
    here = [p for p in parties if p.start >= floor]
    free = [
        p
        for p in here
        if _preposed(draft.page, p, floor, draft.frame) in (None, OTHERWISE)
        and not is_bystander(draft.page, p)
    ]
    ends_clause = not draft.page.words(draft.end, ceiling)
    right = draft.frame.right
    if len(free) < 2 or right is None or not ends_clause or not accepts(right, free[-1]):
        return parties
    give(draft, right, free[-1])
    return [p for p in parties if p.end <= free[-1].start]


def _bind_left(draft: Draft, parties: list[Party]) -> None:
    page, frame = draft.page, draft.frame
    floor, _ = draft.clause
    here = [p for p in parties if p.start >= floor]
    parties = [p for p in here if not _apposed(draft, p, floor, parties)]
    parties = [p for p in parties if not _is_founder_of(draft, p, parties)]
    aside: list[Party] = []  # those that a preposition without a role keeps from acting
    for at, party in enumerate(parties):
        role = _preposed(page, party, max(floor, _previous_end(parties, party)), frame)
        if role is None and at and page.folded[parties[at - 1].end : party.start].strip() in _BOTH:
            role = next((r for r, known in draft.roles.items() if parties[at - 1] in known), None)
        if role == OTHERWISE and page.lexicon.lang == "zh":
            aside.append(party)
        if (
            role is not None
            and _before_the_verb(page, role)
            and not (role == "from" and _apart(page, party.end, draft.start))
            and accepts(role, party)
            and not is_bystander(page, party)
        ):
            give(draft, role, party)
    bound = [p for known in draft.roles.values() for p in known]
    rest = [p for p in parties if p not in bound and p not in aside]
    actors = [p for p in rest if not is_bystander(page, p)]
    subject = actors[-1] if actors else None
    if page.folded[floor : draft.start].rstrip().endswith(_FURTHER_VERB) and len(actors) > 1:
        # "Acme takes aim at Corvid, offers …": a further verb of the one who acts first
        subject = next((p for p in actors if _preposed(page, p, floor, frame) is None), subject)
        if subject is not None:
            rest = rest[: rest.index(subject) + 1]
            actors = actors[: actors.index(subject) + 1]
    if subject is None or frame.left is None or _is_object_before(draft, subject, floor):
        return
    if frame.adjacent and not subject.possessive and page.folded[subject.end : draft.start] in ("", " ", "-"):
        give(draft, frame.adjacent, subject)
        earlier = [
            p
            for p in actors
            if p.end <= subject.start and _preposed(page, p, _previous_end(parties, p), frame) is None
        ]
        if frame.left == frame.adjacent or not earlier:
            return
        subject = earlier[-1]  # "X completes its Y takeover"
        rest = [p for p in rest if p.end <= subject.end]
    elif page.folded[: draft.end].startswith("to ", draft.start) or page.folded.endswith(
        " to ", 0, draft.start
    ):
        subject = _whose_purpose(draft, actors)
        rest = [p for p in rest if p.end <= subject.end]
    _bind_subject(draft, rest, subject)
    if frame.left_org and frame.left_org not in draft.roles:  # "Jane Doe, Acme's chief, leaves"
        apposed = [p for p in here if p not in parties and accepts(frame.left_org, p) and p.kind != "person"]
        if apposed and not is_former(page, apposed[-1]) and not is_bystander(page, apposed[-1]):
            give(draft, frame.left_org, apposed[-1])


def _whose_purpose(draft: Draft, actors: list[Party]) -> Party:
    """ "X invests in Y to hire its chief": X does both, where Y only follows a preposition."""
    page, last = draft.page, actors[-1]
    if _preposed(page, last, _previous_end(actors, last), draft.frame) != OTHERWISE:
        return last
    verbs = [start for start, _, _ in page.triggers if start < last.start]
    return next((p for p in actors if any(p.end <= start for start in verbs)), last)


def _apart(page: Page, start: int, end: int) -> bool:
    """Whether a comma parts two positions; one that only lists names ("从X、Y") does not."""
    return (
        COMMA.search(page.folded.replace("、", " ") if page.lexicon.lang == "zh" else page.folded, start, end)
        is not None
    )


def _is_object_before(draft: Draft, subject: Party, floor: int) -> bool:
    """ "Two leave Ann Smith and return to Acme": the only one named is left, she does not return."""
    page = draft.page
    return (
        draft.frame.left in PERSON_ROLES
        and page.folded[floor : draft.start].rstrip().endswith(AND)
        and any(floor <= start and end <= subject.start for start, end, _ in page.triggers)
    )


def _is_founder_of(draft: Draft, party: Party, parties: list[Party]) -> bool:
    """ "Quanta of Ann Smith raises …": she only says which Quanta; where people move it may be news."""
    if party.kind != "person" or draft.frame.kind in (MoveKind.DEPARTURE, MoveKind.HIRE):
        return False
    before = next((p for p in reversed(parties) if p.end < party.start), None)
    return (
        before is not None
        and before.kind != "person"
        and draft.page.folded[before.end : party.start].strip() in _GENITIVE
    )


def _acts_through_people(draft: Draft, subject: Party) -> bool:
    """ "Acme veteran raises …", "an Acme soldier hacked …": it is not Acme that raises or is hacked."""
    page, kind = draft.page, draft.frame.kind
    if subject.kind == "person" or not (draft.frame.left == "recipient" or kind is MoveKind.INCIDENT):
        return False
    if kind is MoveKind.INCIDENT and _only_tells(page, subject, draft):
        return True
    hit = page.first("talent", subject.end, draft.start)
    return (
        hit is not None
        and page.folded[subject.end : hit.start].strip() in ("", "'s", "ai")
        and page.folded[hit.start : hit.end] not in _WHOLE
    )


def _only_tells(page: Page, subject: Party, draft: Draft) -> bool:
    """ "Acme says hackers exploit Corvid": who reports an incident is not the one whom it befalls."""
    verb = page.first("tells", subject.end, draft.start)
    if verb is None or page.folded[subject.end : verb.start].strip():
        return False
    _, right = draft.clause
    if page.first("own", verb.end, right) is not None:
        return False
    others = (p for p in draft.parties if verb.end <= p.start and p.end <= right)
    return any(p.kind != "person" and (p.known or p.slug is not None) for p in others)


def _before_the_verb(page: Page, role: str) -> bool:
    """Whether a preposition before the verb can give this role: "the startup of X raises"
    makes X no investor, "a manager of X leaves" tells where from."""
    return role != OTHERWISE and (role == "from" or page.lexicon.verb_may_end or page.lexicon.lang == "zh")


def _bind_subject(draft: Draft, rest: list[Party], subject: Party) -> None:
    """The party before the trigger, with those coordinated with it and its employer."""
    page, frame = draft.page, draft.frame
    assert frame.left is not None
    if frame.left in PERSON_ROLES:
        person = next(
            (
                p
                for p in reversed(rest)
                if accepts("person", p) and not is_bystander(page, p) and not _leads(page, p)
            ),
            None,
        )
        former = person is not None and is_former(page, person)
        if person is not None and person.kind != "person" and (former or not _may_be_person(draft, person)):
            person = None
        if person is not None:
            for one in _with_coordinated(page, rest, person):
                if accepts("person", one):
                    give(draft, "person", one)
        if frame.left_org:
            orgs = [
                p
                for p in rest
                if accepts(frame.left_org, p) and p is not person and not is_bystander(page, p)
            ]
            free = [p for p in orgs if _preposed(page, p, _previous_end(rest, p), frame) is None]
            if orgs:
                give(draft, frame.left_org, (free or orgs)[-1])
        return
    if _acts_through_people(draft, subject):
        return
    if not accepts(frame.left, subject) or (frame.left in _ORG_ROLES and subject.kind == "person"):
        subject = _employer_of(page, rest, subject, frame.left)
    if not accepts(frame.left, subject) or is_former(page, subject):
        return
    for one in _with_coordinated(page, rest, subject):
        if accepts(frame.left, one):
            give(draft, frame.left, one)


def _leads(page: Page, party: Party) -> bool:
    """ "A researcher of Ann Smith's lab leaves": it is not she who goes."""
    hit = page.last("owned", max(0, party.start - 24), party.start)
    return hit is not None and not page.folded[hit.end : party.start].strip(" '")


def _employer_of(page: Page, parties: list[Party], person: Party, role: str) -> Party:
    """ "Meta CEO Mark Zuckerberg hires": an organisation just before the person acts through it."""
    for party in reversed(parties):
        near = 0 <= person.start - party.end <= 24 and not page.comma_between(party.end, person.start)
        if near and party is not person and accepts(role, party) and not is_former(page, party):
            return party
    return person


def _may_be_person(draft: Draft, party: Party) -> bool:
    """A single unknown name is a person's where a person must be ("Karpathy joins …")."""
    if party.possessive or _is_whose(draft.page, party):
        return False
    page = draft.page
    gap = page.folded[party.end : draft.start]
    return not any(
        between(page.hits.get(name, []), party.end, draft.start) for name in ("position", "talent")
    ) and (len(gap) <= 24)


def _is_whose(page: Page, party: Party) -> bool:
    """ "The co-founder of Quanta leaves": the name is not his."""
    for name in ("talent", "position"):
        hit = page.last(name, max(0, party.start - 30), party.start)
        if hit is not None and page.folded[hit.end : party.start].strip() in _GENITIVE:
            return True
    return False


def _bind_right(draft: Draft, parties: list[Party]) -> None:
    page, frame = draft.page, draft.frame
    before = draft.end
    previous: tuple[Party, str] | None = None
    seen_object = False
    owned: str | None = None  # the role of what belongs to the party just read
    acts = frame.kind in _ACTS and page.lexicon.lang in _ROMANCE
    taken = (
        frame.left if frame.left == frame.right != "partner" and draft.roles.get(frame.left or "") else None
    )
    for party in parties:
        if _another_verb(draft, before, party.start):
            break
        if party.start - draft.end > page.lexicon.side_reach or _new_clause(
            page, before, party.start, {} if seen_object else frame.via
        ):
            break
        if acts and _PURPOSE.search(page.folded, before, party.start) is not None:
            break
        gap_start, before = before, party.end
        if is_bystander(page, party):
            previous = None
            continue
        if previous is not None and page.folded[previous[0].end : party.start].strip() in COORDINATED:
            if page.lexicon.lang in _LISTS_WITH_AND and _acts_next(draft, previous[0], party, parties):
                break
            role: str | None = previous[1]
        else:
            role = _role_behind(draft, party, gap_start, seen_object)
        if role in PERSON_ROLES and not accepts(role, party) and party.kind != "person":
            role = frame.right_org  # "the exit of X from Acme", where both have the same preposition
            seen_object = seen_object and not party.possessive  # "hires Acme's X and Quanta's Y"
        if role is None and _is_his_past(draft, party):
            role = frame.right_org
        if role in _WHOLE_ROLES and party.possessive:
            owned = role  # "invests in Ann Smith's Quanta"
            continue
        if owned is not None and page.folded[gap_start : party.start].strip(" '") in ("", "s"):
            role = owned
        owned = None
        if role is None or role == taken:
            if role is not None and party.slug is not None and not any(p.slug for p in draft.roles[role]):
                draft.roles[role] = [party]  # "a gang says it stole data from X"
            continue
        if role == frame.right or role == frame.right_org:
            seen_object = seen_object or role == frame.right
        if (
            accepts(role, party)
            and len(draft.roles.get(role, ())) < _MOST_COORDINATED
            and give(draft, role, party)
        ):
            previous = (party, role)


def _role_behind(draft: Draft, party: Party, gap_start: int, seen_object: bool) -> str | None:
    """By its preposition, else as the object where there is none yet."""
    role = _preposed(draft.page, party, gap_start, draft.frame)
    if role == OTHERWISE:
        return None
    return role if role is not None or seen_object else _object_role(draft, party)


def _acts_next(draft: Draft, last: Party, party: Party, parties: list[Party]) -> bool:
    """ "Acme drops Quanta, Corvid gains": the next one begins a clause of its own."""
    page = draft.page
    if any(start == party.end + 1 for start, _, _ in page.triggers):
        return True
    if page.folded[last.end : party.start].strip() != ",":
        return False
    rest = parties[parties.index(party) :]
    gaps = (page.folded[a.end : b.start].strip() for a, b in pairwise(rest))
    return not any(gap in _BOTH for gap in takewhile(COORDINATED.__contains__, gaps))


def _is_his_past(draft: Draft, party: Party) -> bool:
    """ "hires Ann Smith, ex-Acme": where the one who was just named comes from."""
    persons = draft.roles.get("person", ())
    if draft.frame.right_org != "from" or not persons or not is_former(draft.page, party):
        return False
    return persons[-1].end < party.start <= persons[-1].end + _REMARK_REACH


def _another_verb(draft: Draft, start: int, end: int) -> bool:
    """Whether a second verb follows ("invests billions and hires people of X"): its objects are its own."""
    page, frames = draft.page, draft.page.lexicon.frames
    return any(
        start <= a < end
        and frames[number].kind is not draft.frame.kind
        and page.folded[draft.end : a].rstrip().endswith(AND)
        for a, _, number in page.triggers
    )


def _object_role(draft: Draft, party: Party) -> str | None:
    frame, page = draft.frame, draft.page
    if frame.right is None:
        return None
    if is_former(page, party) or party.possessive or _belongs_before(page, party):
        if frame.right_org and accepts(frame.right_org, party):
            return frame.right_org
        if party.possessive and frame.right in _WHOLE_ROLES:
            return None
    if (
        frame.right in PERSON_ROLES
        and party.kind != "person"
        and not (party.kind == "name" and party.slug is None and not _belongs_before(page, party))
    ):
        return frame.right_org
    return frame.right


def _belongs_before(page: Page, party: Party) -> bool:
    """ "OpenAI researcher …": the name is the employer of who follows."""
    for name in ("position", "talent"):
        hit = page.first(name, party.end, party.end + 28)
        if hit is None or page.comma_between(party.end, hit.start):
            continue
        if not any(party.end <= stop < hit.start for stop, _, _ in page.stops):
            return True
    return False


# A purpose behind the verb; where people move or go to court, it may say where to or for what.
_PURPOSE = re.compile(r"\b(?:pour|para) (?!l[ae]\b)[^\W\d_]{3,}(?:er|ir|re|ar|or)\b")


# "stops after eleven years at Acme": how long it was, not what went before
_SPAN_OF_TIME = re.compile(
    r"\s(?:[^\W_]+\s){0,2}(?:jahr\w*|jaar|jaren|monat\w*|maand\w*|wochen?|we[e]?k\w*|tagen?|dagen|ans?|annees?|mois|semaines?"
    r"|jours|anos?|mes|meses|semanas?|dias?)\b"
)


def _new_clause(page: Page, start: int, end: int, leading: Mapping[str, str]) -> bool:
    """Whether a subordinate clause or a pause begins between two positions."""
    if any(start <= a < end for a, _, _ in page.stops):
        gap = page.raw[start:end].strip()
        return gap[:1] != ":" or len(gap.split()) > _AFTER_COLON
    return any(
        start <= h.start < end
        and page.folded[h.start : h.end] not in leading  # "loses a case against X"
        and _SPAN_OF_TIME.match(page.folded, h.end) is None
        for name in ("relative", "background")
        for h in page.hits.get(name, ())
    )


def _with_coordinated(page: Page, parties: list[Party], last: Party) -> list[Party]:
    """``A, B and C`` when ``last`` is C."""
    group = [last]
    for party in reversed(parties[: parties.index(last)]):
        gap = page.folded[party.end : group[0].start].strip()
        if gap not in COORDINATED or len(group) >= _MOST_COORDINATED or _is_circumstance(page, party):
            break
        if gap == "," and len(group) == 1 and page.lexicon.lang in _LISTS_WITH_AND:
            break  # "With people of Acme, Quanta raises …"
        if gap == "," and (party.kind == "person") is not (group[0].kind == "person"):
            break  # "the startup of Ann Smith, Quanta": one is told by the other
        if not is_bystander(page, party):
            group.insert(0, party)
    return group


def _is_circumstance(page: Page, party: Party) -> bool:
    """ "After X, Y buys …": what opens the sentence is in no list with who acts."""
    left, _ = page.sentence(party.start, party.end)
    cue = page.first("opening", left, party.start)
    return (
        cue is not None
        and cue.start <= left + 1
        and not page.folded[cue.end : party.start].strip()
        and page.folded.startswith(",", party.end)
    )


def _post_before(page: Page, party: Party) -> int:
    """Where "head of research" begins before "Ann Smith": its "of" is no preposition of hers."""
    if party.kind != "person":
        return party.start
    post = page.last("position", max(0, party.start - 50), party.start)
    return post.start if post is not None and not page.folded[post.end : party.start].strip() else party.start


_ON_THE_PART_OF = re.compile(r"\b(?:por parte d\w{1,2}|de (la) part (?:de|d'|du))\s?(?:a|o|el|la)?\s*$")


def _previous_end(parties: list[Party], party: Party) -> int:
    at = parties.index(party)
    return parties[at - 1].end if at else 0


def _preposed(page: Page, party: Party, floor: int, frame: Frame) -> str | None:
    """The role that a preposition before the party gives it."""
    text = page.folded[max(floor, party.start - 60) : party.start]
    if (by := _ON_THE_PART_OF.search(text)) is not None:
        return frame.via.get("par" if by[1] == "la" else "por", OTHERWISE)
    if page.raw[party.start] >= NO_BLANKS or page.lexicon.lang == "zh":
        tail = _without_description(page, party, text.rstrip(" 「“《"))
        role = next((role for word, role in frame.via.items() if tail.endswith(word)), None)
        return OTHERWISE if role is None and tail.endswith(_CHINESE_PREPOSITIONS) else role
    words = page.words(max(floor, party.start - 60), _post_before(page, party))
    others = _SPANISH_POSSESSIVES if page.lexicon.lang == "es" else frozenset()
    for number, word in enumerate(reversed(words)):
        if word in frame.via:
            unit = words[-number - 4 : -number - 1] if word in _GENITIVE else []
            # "to the labs of Acme": what goes before the unit says the role
            to_it = any(frame.via.get(w) == "to" and w not in _GENITIVE and w != "a" for w in unit)
            return "to" if to_it else frame.via[word]
        if word in _PREPOSITIONS and number <= 1 and word not in others:
            return OTHERWISE
        if word == "a" and page.lexicon.lang == "es" and number == 0 and len(words) > 1:
            return OTHERWISE
        if number >= 4 or word in _PREPOSITIONS or "," in text.rsplit(word, 1)[-1]:
            return None
    return None


_CHINESE_PREPOSITIONS = ("向", "从", "给", "对", "對", "为", "為", "由", "被", "遭", "自", "把")
_DESCRIBED = re.compile(r"(.*(?:向|从|给|对|對|为|為|由|被|遭|与|與|和|同|跟|将|把|获))[^，。、：；,]{1,16}")


def _without_description(page: Page, party: Party, text: str) -> str:
    """ "向AI初创公司X": what a name is called between the preposition and it says nothing of its role."""
    for name in ("company", "customerword"):
        hit = page.last(name, max(0, party.start - 12), party.start)
        if hit is not None and not page.folded[hit.end : party.start].strip():
            described = _DESCRIBED.fullmatch(text)
            return described[1] if described else text
    return text


def _apposed(draft: Draft, party: Party, floor: int, parties: list[Party]) -> bool:
    """Whether a party stands in a remark between commas right before the trigger."""
    page, start = draft.page, draft.start
    if not page.folded[:start].rstrip().endswith((",", ")", "–")):
        return False
    if party.kind != "person" and _named_after_its_founder(page, party):
        return False
    closing = len(page.folded[:start].rstrip()) - 1
    opening = max(
        page.folded.rfind(",", floor, closing),
        page.folded.rfind("(", floor, closing),
        page.folded.rfind(" – ", floor, closing),
    )
    if not (opening > floor and opening < party.start < closing):
        return False
    # "The creator of Quanta, Ann Smith, leaves …": the remark says who it is
    return not (
        draft.frame.left in PERSON_ROLES
        and party.kind == "person"
        and page.lexicon.lang in _LISTS_WITH_AND
        and all(p.kind != "person" for p in parties if p.start < opening)
    )


def _named_after_its_founder(page: Page, party: Party) -> bool:
    """ "The startup of Ann Smith, Quanta, raises …": the remark names who does it."""
    before = [m for m in page.mentions if m.end < party.start]
    if not before or page.folded[before[-1].end : party.start].strip() != ",":
        return False
    company = page.last("company", max(0, before[-1].start - 24), before[-1].start)
    return company is not None and len(page.words(company.end, before[-1].start)) == 1
