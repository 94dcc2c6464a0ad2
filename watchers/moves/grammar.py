"""What a language says with small words: the sections of its table that code composes.

Each class is a section of ``watchers/terms/<language>.toml`` and each field a key of it,
folded.  Words that a language does not have stay empty.  ``docs/languages.md`` tells
contributors the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Words = frozenset[str]
_NONE: Words = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Grammar:
    """``[grammar]``: what joins names to each other and to a verb."""

    ands: tuple[str, ...] = ()  # between two names or two verbs: "and"
    among: Words = _NONE  # between the names of a list as well: "以及", "や"
    list_goes_on: tuple[str, ...] = ()  # in the middle of a list alone: "や"
    lists_with_and: bool = False  # headlines join the last two names by it, not by a comma
    of: Words = _NONE  # between what is owned and its owner
    belonging: Words = _NONE  # the same after the owner's name: "の", "的"
    prepositions: Words = _NONE
    no_prepositions: Words = _NONE  # before them no preposition of a name is looked for: Spanish "su"
    lone_prepositions: Words = _NONE  # prepositions only right before a name: Spanish "a"
    agents: Mapping[str, str] = field(default_factory=dict)  # "por parte de" = "por": what says the same
    articles: tuple[str, ...] = ()  # that may stand between such a phrase and a name
    touching: tuple[str, ...] = ()  # prepositions of scripts without blanks
    touching_described: tuple[str, ...] = ()  # the same where a description stands between: "向AI公司X"
    inverting: Words = _NONE  # open a sentence in which who acts stands behind the verb
    inverting_clauses: Words = _NONE  # those of them that may open a clause with a verb of its own: "seit"
    slight: Words = _NONE  # articles and the like between a verb and what it asks for
    after_particle: Words = _NONE  # what may follow a clause that a separable particle has closed
    whole: Words = _NONE  # people who speak for the whole: "team", "staff"
    to_do: tuple[str, ...] = ()  # before an infinitive that says what for: "to"
    purposes: tuple[str, ...] = ()  # before an infinitive, a purpose: "para"
    no_purpose: tuple[str, ...] = ()  # unless one of these follows it
    infinitives: tuple[str, ...] = ()  # endings of infinitives
    time_units: tuple[str, ...] = ()  # "years": how long it was
    only: tuple[str, ...] = ()  # before a span of time: "only"
    former: tuple[str, ...] = ()  # right before a name in scripts without blanks: "前"
    not_former_after: str = ""  # unless one of these stands before that
    after_names: tuple[str, ...] = ()  # between a name and its particle: "氏", "社"
    object_mark: str = ""  # the particle of what something is done to
    together: tuple[str, ...] = ()  # the particle of a companion: "と"
    not_together_before: str = ""  # signs with which it is another word

    @cached_property
    def ends_search(self) -> Words:
        """Words beyond which no preposition can be the one of a name."""
        return self.prepositions | self.no_prepositions

    @cached_property
    def begins_to_do(self) -> tuple[str, ...]:
        """How an infinitive begins: "to", with its blank."""
        return tuple(f"{word} " for word in self.to_do)

    @cached_property
    def ends_to_do(self) -> tuple[str, ...]:
        """How a text ends before one."""
        return tuple(f" {word} " for word in self.to_do)

    @cached_property
    def joins(self) -> tuple[str, ...]:
        """How a text ends before a second verb: "and", with its blank."""
        return (*(f" {word}" for word in self.ands), " &")

    @cached_property
    def between(self) -> Words:
        """What stands between the members of a list of names."""
        return self.among | {*self.ands, ",", "&", ", &", "、", "·", "／", "/", "+"}

    @cached_property
    def between_two(self) -> Words:
        """The same without the comma, which may part two clauses as well."""
        return self.between - {","}


@dataclass(frozen=True, kw_only=True, eq=False)
class Clauses:
    """``[clauses]``: what tells that a verb only says whose name it is, or what went before."""

    relative_words: int = 0  # of a relative clause, after which a verb is rather the sentence's; 0: never
    past_endings: tuple[str, ...] = ()  # of verbs, where a language has a past tense for headlines
    attribute_marks: tuple[str, ...] = ()  # right behind a verb that only describes: "的"
    attribute_endings: tuple[str, ...] = ()  # of a verb right before the person whom it describes: "た"
    same_person: tuple[str, ...] = ()  # stands for a person already named: "同氏"
    done: tuple[str, ...] = ()  # endings of a verb right before what it was done to: "した"
    not_done_before: str = ""  # signs before which they are no such endings
    worth: str = ""  # regular expression: a sum that only says what somebody is worth
    afterwards: tuple[str, ...] = ()  # behind a clause that is over: "后"
    not_afterwards: str = ""  # signs with which it is another word
    reasons: str = ""  # signs that give a reason: "因"
    consequences: tuple[str, ...] = ()  # verbs that tell what came of it
    because: tuple[str, ...] = ()  # at the end of a clause that gives a reason: "で"


@dataclass(frozen=True, kw_only=True, eq=False)
class Posts:
    """``[posts]``: how the name of a post goes on, and what is no part of it."""

    of: tuple[str, ...] = ()  # "head of", "director for"
    articles: tuple[str, ...] = ()  # between that and the field
    ands: tuple[str, ...] = ()  # joins two fields: "policy and safety"
    ends: Words = _NONE  # words that end it
    at: tuple[str, ...] = ()  # before the employer: "head of research at"
    at_articles: tuple[str, ...] = ()
    become: tuple[str, ...] = ()  # "as", "to be": before the post that somebody takes
    taken: tuple[str, ...] = ()  # likewise, with what a post is said to be: "new", "its"
    taken_more: tuple[str, ...] = ()  # that may follow
    bare: Words = _NONE  # posts to which a plain word before belongs: "finance chief"
    not_bare: Words = _NONE  # words before them that do not
    no_part: str = ""  # signs that are in no post
    also: tuple[str, ...] = ()  # between two posts of one person: "兼"


@dataclass(frozen=True, kw_only=True, eq=False)
class Naming:
    """``[naming]``: what is in a name and what is not."""

    elided: str = ""  # letters that an apostrophe may join to a name: "d'Acme"
    former: tuple[str, ...] = ()  # joined to a name by a hyphen: "ex-Acme"
    noun_endings: tuple[str, ...] = ()  # of common nouns, where nouns have capitals
    determiners: tuple[str, ...] = ()  # before a plain noun there: "einer [kleinen] Firma"
    tellers: tuple[str, ...] = ()  # before who says so and has no other part in it: "laut"
    titles: tuple[str, ...] = ()  # right behind a person's name: "氏"
    titles_apart: tuple[str, ...] = ()  # behind it and a blank
    beside: str = ""  # regular expression: somebody without Latin letters beside somebody known; group "name"
    beside_ends_at_verb: bool = False  # the name of that group ends where a verb begins
    common: str = ""  # signs that stand in no name
    surnames: str = ""  # of one sign, before a given name of one or two
    not_people: tuple[str, ...] = ()  # what begins like a surname and is none


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """``[sides]``: words beside a name that say which side of a contract it is on."""

    suppliers: tuple[str, ...] = ()  # beginnings of words for who sells
    partners: tuple[str, ...] = ()  # beginnings of words for who neither sells nor buys
    owning: Words = _NONE  # between an owner and such a word: "的", "最大"


@dataclass(frozen=True, kw_only=True, eq=False)
class Counting:
    """``[counting]``: words around sums of money and numbers of people."""

    thousand: tuple[str, ...] = ()  # between the thousands of a number and its hundreds
    one: tuple[str, ...] = ()  # "a billion"
    of: tuple[str, ...] = ()  # between a number and its currency: "milliards de dollars"
    goes_on: tuple[str, ...] = ()  # may follow a sum that is told without its currency
    compounds: tuple[str, ...] = ()  # may be joined to it by a hyphen: "5-Milliarden-Auftrag"
    to: tuple[str, ...] = ()  # between "valuation" and the next sum
    about: tuple[str, ...] = ()  # before a sum: "more than"
    about_people: tuple[str, ...] = ()  # before a number right behind the verb: "lays off about 600"
    per: tuple[str, ...] = ()  # after a number that counts no people
    percent: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()  # between a number and people whom it does not count
    sources: tuple[str, ...] = ()  # behind a number of people who only tell it: "familiar with"


SECTIONS: Mapping[str, type] = {
    "grammar": Grammar,
    "clauses": Clauses,
    "posts": Posts,
    "naming": Naming,
    "sides": Sides,
    "counting": Counting,
}
