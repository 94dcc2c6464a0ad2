"""How much each piece of evidence counts, in log-odds; the sum makes a mention's score.

Set by hand from sentences of our own (``tests/matching/data/tune.tsv``), then measured on
others.  A name starts at its alias's own weight; 0 is even odds, and ``ACCEPT`` is where
a mention is taken.  Changing a number here changes what people are told: measure first.
"""

import math
from functools import lru_cache

ACCEPT = 0.5  # score from which the entity is taken as meant
ANCHOR = 1.3863  # log-odds, of a score of 0.8, from which a mention helps others in the same text

# --- what the alias itself is worth
ALIAS = {"strong": 4.0, "plain": 2.0, "ambiguous": -1.5}
ORDINARY = -0.5  # on top, for an ambiguous alias that is an ordinary word of the text's language
ORDINARY_HEAD = -2.5  # for "Scale AI" where its capitals say nothing: "Scale AI With Confidence"
GENERATED = -1.0  # a form that we made up, not one that somebody listed
SURNAME = -3.0  # a family name alone that others bear too
RARE_SURNAME = -2.0  # one that hardly anybody bears
GIVEN_NAME = -4.5
FOREIGN_ALIAS = -1.0  # the alias belongs to another language

# --- capitals
CAPITAL = {"strong": 0.0, "plain": 1.0, "ambiguous": 2.5}  # where capitals mean something
CAPITAL_UNTOLD = {"strong": 0.0, "plain": 0.0, "ambiguous": 0.3}  # Title Case, sentence start
CAPITAL_OF_NO_WORD = 1.3  # likewise, but no ordinary word of the language is written so
SMALL = {"strong": -0.7, "plain": -4.5, "ambiguous": -3.5, "described": -1.5}  # a name written small
SMALL_AMONG_CJK = -2.2
ACCENT = -4.0  # "Méta": a word, where the name has none
CAPITAL_AMONG_CJK = 0.6  # Latin capitals in Chinese, Japanese or Korean stand for names

# --- the words around it
AGAINST_OVER = -5.0  # a phrase of the watchlist's contexts_against covers the name
AGAINST_NEAR = -3.0  # one stands in the same sentence
AGAINST_FAR = -2.0  # or elsewhere in the text
VERB_AFTER = 1.8
APPOSITION = 1.3  # "Acme, founded by"
ANOTHERS = -2.5  # "Big Fund's Surge": a company is not somebody's
THING_ACTS = 1.2  # a verb that says little: what is done by a product, a set of initials, or by anything
DEFINITE = -4.5  # "the Acme is ..."
INFINITIVE = -2.5  # "helps banks scale AI"
BEARER_BEFORE = -5.0  # "Hotel Acme"
VERB_LIKE_AFTER = 0.8  # it ends as verbs do
BESIDE_NAME = 1.5  # "Acme e Corvid"
TO_AFTER = 1.0  # "Acme to buy ..."
TOPIC = 1.2  # "Acme: what to know"
COMPLEMENT = -1.5  # "Meta de vendas", "Meta é crescer"
NOUN_AFTER = 1.5
POSSESSIVE = 1.3
OWNS = 0.7  # on top, where what follows is a company's: "Acme's staff"
GENITIVE = 1.0  # German, Dutch: "Metas"
PLURAL = -2.5  # the same letters, where no genitive can stand
BEFORE_TOLD = 0.8  # "at Acme", its capitals telling
VERB_BEFORE = 1.2  # "joins Acme"
INDEFINITE = -2.5  # "a surge"
EX_PREFIX = 1.2  # "ex-Acme"
NEUTRAL_PREFIX = 0.3  # "post-Acme"
HYPHEN_SMALL_BEFORE = -4.5  # "large-scale"
COMPOUND_OF = -3.0  # German: "Kupfer-Acme"
HYPHEN_OTHER_AFTER = -1.5  # "Acme-thing" with a small English word
HYPHEN_COMPANY_AFTER = 1.3  # "Acme-owned", "Acme-Brille"
NAME_AFTER = -2.2  # "Acme Ventures": another, longer name
NAME_AFTER_WORD = -3.0  # likewise, where the name is an ordinary word: "the Scale Stage"
PLACE_NAME = -5.0  # "Acme Street", "Acme Hotels", "Acme GmbH"
NAME_BEFORE = -1.3  # "Storm Surge"
NUMBER_AFTER = 1.5  # a product's version
QUOTED = 0.3
HANDLE = 1.0  # "@acme", "#acme" in full
CJK_SIDE = 1.0  # a particle or verb that follows names in CJK text
CJK_AGAINST = -5.0  # a sign that makes another word of it

# --- who else is there
OWN_ANCHOR = 3.0  # the same entity, more plainly named elsewhere in the text
RELATED = 1.3  # each entity it has to do with
RELATED_MAX = 2.6
PAIRED = 1.0  # beside the short name of one it has to do with: "Acme passes Corvid"
COMPANY_OF_NAMES = 0.3  # each other watched entity
COMPANY_MAX = 0.6
CONTEXT_FOR = 0.6  # each word of contexts_for
CONTEXT_FOR_NEAR = 0.9  # in the same sentence
CONTEXT_MAX = 1.8
WITHIN = 3.0  # inside the accepted name of its own unit or product
PHRASE_SHARE = 0.3  # of all this for a form that is an ordinary phrase: "IA em escala"
WITHOUT_CONTEXT = -1.0  # an ambiguous name with none of all this
PRODUCT_WITHOUT_CONTEXT = -3.0  # an ambiguous product with none of all this
ELSEWHERE = -2.5  # the text is about sport, stage, food, …, and nothing in it about the watched field
PHRASE_WITHOUT_CONTEXT = -2.5  # a name of ordinary words, where nothing speaks of the field either
SOURCE_FITS = 0.4  # the outlet's section, or the entity in the link
OWN_SITE = 1.5  # the document lies on a site that bears the name
SOURCE_ALIEN = -0.8  # sport, fashion, weather, …

# --- people
OTHER_GIVEN_NAME = -7.0  # "Vera Wang"
OTHER_CALLING = -5.0  # "Judge Wang"
GIVEN_NAME_AFTER = -4.5  # "Wang Chuanfu"
FULL_NAME_BEFORE = 6.0  # his full name, earlier in the text
FULL_NAME_ELSEWHERE = 5.0
NAMESAKE_NEARER = -5.0  # another bearer's full name
COLLEAGUE = 1.5  # "Wang and Zuckerberg"
ROLE_BESIDE = 1.0  # "CEO Wang"
MISSPELT = 5.0  # his given name with a slip: "Alexanr Wang"
EMPLOYER_BEFORE = 3.5  # "Meta's Wang"
OWN_COMPANY = 3.5  # "Murati's lab", of somebody who founded one
PERSON_VERB = 0.7
UNBACKED = -4.5  # a full name that is not rare, where nothing speaks of technology
ALONE = -2.5  # a shared name without any relation in the text

# --- places where a name is not a mention
IN_BYLINE = -8.0
IN_LINK = -9.0
IN_OTHER_HANDLE = -9.0
INSIDE_OTHER_NAME = -6.0

# --- descriptions instead of names
BY_ROLE = 1.6  # "the Acme chief"
OTHERS_UNIT = -5.0  # "Microsoft's superintelligence team"
NOT_THE_MAKER = -7.0  # "co-creator of Widget", "maker of Widget plugins"
OWNERS_UNIT = 3.0  # "Zuckerberg's superintelligence lab"


@lru_cache(maxsize=4096)
def score(log_odds: float) -> float:
    """The score between 0 and 1 that a sum of weights stands for."""
    return 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, log_odds))))
