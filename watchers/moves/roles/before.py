"""Before the verb: who acts, and whom it acts for."""

from watchers.moves import kinds
from watchers.moves.lexicon import OTHERWISE
from watchers.moves.names import Party
from watchers.moves.page import COMMA, Page, between
from watchers.moves.reading import Draft
from watchers.moves.roles.bystanders import is_bystander, is_former
from watchers.moves.roles.casting import PERSON_ROLES, accepts, give
from watchers.moves.roles.lists import with_coordinated
from watchers.moves.roles.prepositions import preposed, previous_end

_HOUSE_REACH = 24  # code points between "Ann Smith's" and the lab that is hers
_ORG_ROLES = frozenset({"from", "to", "recipient", "partner", "customer", "supplier", "employer"})


def bind_before(draft: Draft, parties: list[Party]) -> None:
    """Give roles to ``parties``, all of which stand before the trigger."""
    frame, (floor, _) = draft.frame, draft.clause
    here = [p for p in parties if p.start >= floor] if floor else parties
    if not here:
        return
    apposed = _apposed(draft, here, floor, parties)
    parties = [p for p in here if p not in apposed] if apposed else here
    if len(parties) > 1:
        parties = [p for p in parties if not _is_founder_of(draft, p, parties)]
    done = _bind_preposed(draft, parties, floor)
    for known in draft.roles.values():
        done += known
    rest = [p for p in parties if p not in done] if done else parties
    subject = _acting(draft, rest, parties, floor)
    if subject is None:
        return
    _bind_subject(draft, [p for p in rest if p.end <= subject.end], subject)
    if frame.left_org and frame.left_org not in draft.roles:  # "Jane Doe, Acme's chief, leaves"
        others = [p for p in here if p not in parties and accepts(frame.left_org, p) and p.kind != "person"]
        if others and not is_former(draft.page, others[-1]) and not is_bystander(draft.page, others[-1]):
            give(draft, frame.left_org, others[-1])


def _acting(draft: Draft, rest: list[Party], parties: list[Party], floor: int) -> Party | None:
    """Who of ``rest`` acts; what stands right before a noun ("its Corvid takeover") is given its role."""
    page, frame = draft.page, draft.frame
    if frame.left is None:
        return None
    actors = [p for p in rest if not is_bystander(page, p)] if rest else rest
    if not actors:
        return None
    subject = _subject(draft, actors, floor)
    if _is_object_before(draft, subject, floor):
        return None
    actors = [p for p in actors if p.end <= subject.end]
    if frame.adjacent and not subject.possessive and page.folded[subject.end : draft.start] in ("", " ", "-"):
        give(draft, frame.adjacent, subject)
        free = [p for p in actors[:-1] if preposed(page, p, previous_end(parties, p), frame) is None]
        return free[-1] if free and frame.left != frame.adjacent else None  # "X completes its Y takeover"
    return _whose_purpose(draft, actors) if _says_what_for(draft) else subject


def _bind_preposed(draft: Draft, parties: list[Party], floor: int) -> list[Party]:
    """Roles by preposition before the verb; returns those whom one without a role keeps from acting."""
    page, grammar = draft.page, draft.page.lexicon.grammar
    aside: list[Party] = []
    for at, party in enumerate(parties):
        role = preposed(page, party, max(floor, previous_end(parties, party)), draft.frame)
        before = parties[at - 1] if at else None
        if role is None and before and page.folded[before.end : party.start].strip() in grammar.between_two:
            role = next((r for r, known in draft.roles.items() if before in known), None)
        if role == OTHERWISE and grammar.touching:
            aside.append(party)
        if (
            role is not None
            and _before_the_verb(page, role)
            and not (role == "from" and _apart(page, party.end, draft.start))
            and accepts(role, party)
            and not is_bystander(page, party)
        ):
            give(draft, role, party)
    return aside


def _subject(draft: Draft, actors: list[Party], floor: int) -> Party:
    """Who is the nearest to act; "Acme takes aim at Corvid, offers …": or the first, of a further verb."""
    page = draft.page
    if len(actors) == 1 or not page.folded[floor : draft.start].rstrip().endswith(
        (",", *page.lexicon.grammar.joins)
    ):
        return actors[-1]
    return next((p for p in actors if preposed(page, p, floor, draft.frame) is None), actors[-1])


def _says_what_for(draft: Draft) -> bool:
    """ "… to hire": whether the verb is an infinitive."""
    text, grammar = draft.page.folded, draft.page.lexicon.grammar
    begins = text.startswith(grammar.begins_to_do, draft.start, draft.end)
    return begins or text.endswith(grammar.ends_to_do, 0, draft.start)


def _whose_purpose(draft: Draft, actors: list[Party]) -> Party:
    """ "X invests in Y to hire its chief": X does both, where Y only follows a preposition."""
    page, last = draft.page, actors[-1]
    if preposed(page, last, previous_end(actors, last), draft.frame) != OTHERWISE:
        return last
    verbs = [start for start, _, _ in page.triggers if start < last.start]
    return next((p for p in actors if any(p.end <= start for start in verbs)), last)


def _apart(page: Page, start: int, end: int) -> bool:
    """Whether a comma parts two positions; one that only lists names ("从X、Y") does not."""
    return (
        COMMA.search(
            page.folded.replace("、", " ") if page.lexicon.grammar.touching else page.folded, start, end
        )
        is not None
    )


def _is_object_before(draft: Draft, subject: Party, floor: int) -> bool:
    """ "Two leave Ann Smith and return to Acme": the only one named is left, she does not return."""
    page = draft.page
    return (
        draft.frame.left in PERSON_ROLES
        and page.folded[floor : draft.start].rstrip().endswith(page.lexicon.grammar.joins)
        and any(floor <= start and end <= subject.start for start, end, _ in page.triggers)
    )


def _is_founder_of(draft: Draft, party: Party, parties: list[Party]) -> bool:
    """ "Quanta of Ann Smith raises …": she only says which Quanta; where people move it may be news."""
    if party.kind != "person" or draft.frame.kind in (kinds.DEPARTURE, kinds.HIRE):
        return False
    before = next((p for p in reversed(parties) if p.end < party.start), None)
    return (
        before is not None
        and before.kind != "person"
        and draft.page.folded[before.end : party.start].strip() in draft.page.lexicon.grammar.of
    )


def _acts_through_people(draft: Draft, subject: Party) -> bool:
    """ "Acme veteran raises …", "an Acme soldier hacked …": it is not Acme that raises or is hacked."""
    page, kind = draft.page, draft.frame.kind
    if subject.kind == "person" or not (draft.frame.left == "recipient" or kind is kinds.INCIDENT):
        return False
    if kind is kinds.INCIDENT and _only_tells(page, subject, draft):
        return True
    hit = page.first("talent", subject.end, draft.start)
    return (
        hit is not None
        and page.folded[subject.end : hit.start].strip() in ("", "'s", "ai")
        and page.folded[hit.start : hit.end] not in page.lexicon.grammar.whole
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
    if role in (OTHERWISE, "from"):
        return role == "from"
    return page.lexicon.verb_may_end or bool(page.lexicon.grammar.touching)


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
            for one in with_coordinated(page, rest, person):
                if accepts("person", one):
                    give(draft, "person", one)
        if frame.left_org:
            orgs = [
                p
                for p in rest
                if accepts(frame.left_org, p) and p is not person and not is_bystander(page, p)
            ]
            if len(orgs) > 1:
                orgs = [p for p in orgs if preposed(page, p, previous_end(rest, p), frame) is None] or orgs
            if orgs:
                give(draft, frame.left_org, orgs[-1])
        return
    if _acts_through_people(draft, subject):
        return
    if not accepts(frame.left, subject) or (frame.left in _ORG_ROLES and subject.kind == "person"):
        subject = _employer_of(page, rest, subject, frame.left)
    if not accepts(frame.left, subject) or is_former(page, subject):
        return
    for one in with_coordinated(page, rest, subject):
        if accepts(frame.left, one):
            give(draft, frame.left, one)


def _leads(page: Page, party: Party) -> bool:
    """ "A researcher of Ann Smith's lab leaves": it is not she who goes."""
    if party.possessive and page.first("company", party.end, party.end + _HOUSE_REACH) is not None:
        return True
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
    return not any(between(page.hits(name), party.end, draft.start) for name in ("position", "talent")) and (
        len(gap) <= 24
    )


def _is_whose(page: Page, party: Party) -> bool:
    """ "The co-founder of Quanta leaves": the name is not his."""
    for name in ("talent", "position"):
        hit = page.last(name, max(0, party.start - 30), party.start)
        if hit is not None and page.folded[hit.end : party.start].strip() in page.lexicon.grammar.of:
            return True
    return False


def _apposed(draft: Draft, here: list[Party], floor: int, parties: list[Party]) -> list[Party]:
    """Those of ``here`` that stand in a remark between commas right before the trigger."""
    page, text = draft.page, draft.page.folded[: draft.start].rstrip()
    if not text.endswith((",", ")", "–")):
        return []
    closing = len(text) - 1
    opening = max(text.rfind(sign, floor, closing) for sign in (",", "(", " – "))
    if opening <= floor:
        return []
    # "The creator of Quanta, Ann Smith, leaves …": the remark says who it is
    tells_who = (
        draft.frame.left in PERSON_ROLES
        and page.lexicon.grammar.lists_with_and
        and all(p.kind != "person" for p in parties if p.start < opening)
    )
    return [
        p
        for p in here
        if opening < p.start < closing
        and not (tells_who if p.kind == "person" else _named_after_its_founder(page, p))
    ]


def _named_after_its_founder(page: Page, party: Party) -> bool:
    """ "The startup of Ann Smith, Quanta, raises …": the remark names who does it."""
    before = [m for m in page.mentions if m.end < party.start]
    if not before or page.folded[before[-1].end : party.start].strip() != ",":
        return False
    company = page.last("company", max(0, before[-1].start - 24), before[-1].start)
    return company is not None and len(page.words(company.end, before[-1].start)) == 1
