"""People meant by their role: "the Acme chief", "OpenAI's chief research officer".

Only where the watchlist knows exactly one holder on the day of the text, and no other
name follows.  The organisation must itself be truly meant; the span is the whole phrase.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from watchers.matching.cues import Cues, given_names
from watchers.matching.profiles import Post, Profile
from watchers.matching.scene import Candidate, Scene
from watchers.tables import either
from watchers.text import fold

# A name right after a role in Chinese or Japanese: in Latin letters, with a dot, or in kana.
_CJK_NAME = re.compile(
    "[のと的,、 ]?(?:[A-Z][a-z]+ ?[A-Z]|[\u4e00-\u9fff]{2,5}[·・‧]|[\u30a1-\u30fa\u30fc]{2,}(?:[・=＝ 氏さ]|$))"
)
# A word with its hyphens and apostrophes, but for a possessive; and the one that follows a name.
_WORD = re.compile(r"(?:[^\W_]++|-|'(?![s ]|\Z)){0,40}")
_FOLLOWER = re.compile(rf"(?:'s|'(?= )|s)?[ -]({_WORD.pattern})")
_ALWAYS_NAMED = 24  # code points after a role in which a name may follow


_Phrase = tuple[str, int, int, bool]  # role, start, end, whether it was held once


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRole:
    """A phrase that means a person by a role at an organisation."""

    organisation: Candidate
    person: int  # index of the entity
    start: int
    end: int
    role: str


def by_role(organisation: Candidate, scene: Scene) -> ByRole | None:
    """Who is meant by a role beside ``organisation``, if anybody is."""
    profile = organisation.profile
    if not profile.posts or organisation.place is not None:
        return None
    for find in (_cjk_after,) if scene.cjk else (_after, _before):
        phrase = find(organisation, scene)
        if phrase is None:
            continue
        role, start, end, former = phrase
        taken = _is_taken(organisation, scene, start)
        person = _holder(profile, role, scene, former=former or taken)
        if person is None or _of_another(organisation, scene, person, start, end):
            continue
        if not _names_another(organisation, scene, person, end):
            return ByRole(organisation=organisation, person=person, start=start, end=end, role=role)
    return None


def _holder(profile: Profile, role: str, scene: Scene, *, former: bool) -> int | None:
    posts = [post for post in profile.posts if post.role == role and _fits(post, scene, former=former)]
    people = {post.person for post in posts}
    return people.pop() if len(people) == 1 else None


def _fits(post: Post, scene: Scene, *, former: bool) -> bool:
    if post.role == "founder":
        return not former
    return post.ended_by(scene.day) if former else post.held_on(scene.day)


def _after(organisation: Candidate, scene: Scene) -> _Phrase | None:
    """ "Acme's new chief executive", "Acme CEO", "Acme-Chef"."""
    folded, cues = organisation.field.folded, scene.cues
    follower = _FOLLOWER.match(folded, organisation.end)
    if follower is None:
        return None
    word, at, former = follower[1], follower.start(1), False
    if word in cues.new or word in cues.former:
        former = word in cues.former
        at += len(word) + 1
        word = _word(folded, at)
    if word not in cues.role_heads:
        return None
    role, end = _role_at(folded, at, cues)
    if role == "chief executive" and _ends_in_ai(organisation):
        role = "chief AI officer"  # "Meta AI chief"
    if role and not _part_of_word(folded, end) and not _longer_post(cues).match(folded, end):
        return role, organisation.start, end, former or _is_former(organisation, cues)
    return None


@lru_cache(maxsize=64)
def _longer_post(cues: Cues) -> re.Pattern[str]:
    """ "financial officer" behind "chief", where only that is a role that we know."""
    return re.compile(rf" (?:[\w&-]+ ){{0,3}}?(?:{either(cues.longer_posts)})\b")


def _ends_in_ai(organisation: Candidate) -> bool:
    """Whether "AI" at the end of the name belongs to the role: its house has a chief AI officer."""
    return organisation.field.folded[: organisation.end].endswith((" ai", " a.i.", "-ai", "-ki")) and any(
        post.role == "chief AI officer" for post in organisation.profile.posts
    )


def _before(organisation: Candidate, scene: Scene) -> _Phrase | None:
    """ "chief executive of Acme", "o diretor de pesquisa da Acme"."""
    if not organisation.start:
        return None
    one, cues = organisation.field, scene.cues
    near = one.folded[max(0, organisation.start - 8) : organisation.start].replace("'", "' ").split()
    if not near or near[-1] not in cues.links:
        return None
    begin = max(0, organisation.start - 60)
    words = one.folded[begin : organisation.start].replace("'", "' ").replace("(", " ").split()
    words.pop()
    if not words or words[-1] not in _last_words(cues):
        return None
    for length in range(min(cues.longest_role, len(words)), 0, -1):
        phrase = " ".join(words[-length:]).replace("' ", "'")
        role = cues.roles.get(phrase)
        if role:
            start = one.folded.rfind(phrase, begin, organisation.start)
            before = words[-length - 1] if len(words) > length else ""
            former = before in cues.former or before.rstrip("-") in cues.former
            if start >= 0 and one.folded[max(0, start - 3) : start] != "co-":
                return role, start, organisation.end, former
            return None
    return None


@lru_cache(maxsize=64)
def _last_words(cues: Cues) -> frozenset[str]:
    """The words that a role ends with: "executive", "pesquisa"."""
    return frozenset(phrase.replace("'", "' ").split()[-1] for phrase in cues.roles)


def _cjk_after(organisation: Candidate, scene: Scene) -> _Phrase | None:
    folded, cues = organisation.field.folded, scene.cues
    at = organisation.end
    while folded[at : at + 1] == " ":
        at += 1
    if folded[at : at + 1] and folded[at : at + 1] in cues.links:
        at += 1
    former = organisation.start > 0 and folded[organisation.start - 1] in cues.former
    while folded[at : at + 1] and (folded[at] == " " or folded[at] in cues.former):
        former = former or folded[at] != " "
        at += 1
    for phrase in sorted(cues.roles, key=len, reverse=True):
        if folded.startswith(phrase, at):
            return cues.roles[phrase], organisation.start, at + len(phrase), former
    return None


def _role_at(folded: str, at: int, cues: Cues) -> tuple[str | None, int]:
    """The longest role phrase at a position, and its end."""
    words: list[str] = []
    ends: list[int] = []
    end = at
    while len(words) < cues.longest_role and (word := _word(folded, end)):
        end += len(word)
        words.append(word)
        ends.append(end)
        if folded[end : end + 1] != " ":
            break
        end += 1
    for length in range(len(words), 0, -1):
        role = cues.roles.get(" ".join(words[:length]))
        if role:
            return role, ends[length - 1]
    return None, at


def _word(folded: str, at: int) -> str:
    word = _WORD.match(folded, at)
    return word[0] if word is not None else ""


def _part_of_word(folded: str, end: int) -> bool:
    return end < len(folded) and (folded[end].isalnum() or folded[end] == "-")


def _is_former(organisation: Candidate, cues: Cues) -> bool:
    left = organisation.around.left
    return left is not None and (left in cues.former or f"{left}-" in cues.former)


_TAKEN_REACH = 6  # words between "hired" and "Acme's chief"


def _is_taken(organisation: Candidate, scene: Scene, start: int) -> bool:
    """ "Big Corp hired Acme's chief": he was that until then, and somebody else may be by now."""
    if scene.cjk or not scene.cues.taking:
        return False
    words = organisation.field.folded[max(0, start - 60) : start].split()[-_TAKEN_REACH:]
    return any(word in scene.cues.taking for word in words)


def _of_another(organisation: Candidate, scene: Scene, person: int, start: int, end: int) -> bool:
    """Whether the role is given to somebody: "Jane Doe, Acme's chief", "named Acme's chief"."""
    one = organisation.field
    before = one.raw[max(0, start - 40) : start].rstrip()
    if scene.cjk:
        taken_up = one.folded.startswith(scene.cues.naming_after, end)
        return taken_up or fold(before).endswith(tuple(scene.cues.naming))
    words = before.rstrip(",").split()
    if not words:
        return False
    if before.endswith(","):
        holder = scene.ending_at(organisation, 4)
        named = holder is not None and holder.profile.index == person
        return words[-1][0].isupper() and not named
    cues = scene.cues
    last = fold(words[-1])
    if last in cues.links and len(words) > 1:
        last = fold(words[-2])  # "left the post of Acme's chief"
        return last in cues.posts
    return last in cues.naming or last in cues.former or last in cues.posts


def _names_another(organisation: Candidate, scene: Scene, person: int, end: int) -> bool:
    """Whether a name follows the role that is not the holder's."""
    follower = scene.starting_at(organisation, end - organisation.end + 4) if end > organisation.end else None
    if follower is not None and follower.profile.person and not scene.cjk:
        return follower.profile.index != person
    if follower is not None and follower.profile.index == person:
        return False
    raw = organisation.field.raw
    if scene.cjk:
        return follower is not None or _CJK_NAME.match(raw, end) is not None
    after = raw[end : end + _ALWAYS_NAMED]
    if not after.startswith((" ", ", ")):
        return False
    words = after.strip(" ,").split()
    if not words or not words[0][0].isupper() or organisation.field.title_case:
        # in Title Case a verb follows as often as a name
        return bool(words) and organisation.field.title_case and _looks_like_name(words, scene)
    return words[0].strip(".,;:").lower() not in scene.cues.verbs


def _looks_like_name(words: list[str], scene: Scene) -> bool:
    return words[0].lower() in given_names()
