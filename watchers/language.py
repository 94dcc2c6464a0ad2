"""Which language a short text is in: scripts first, then function words and letters.

No model and no download: word tables (``languages.toml``).  Meant for headlines with a sentence
or two; ``None`` where nothing speaks for any language.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files


def _table() -> dict[str, str]:
    return tomllib.loads(files("watchers").joinpath("languages.toml").read_text(encoding="utf-8"))


_WORDS = _table()
_LETTERS = {
    "pt": "ãõáâêôç",
    "es": "ñ¿¡óíá",
    "fr": "œùûêèçàîï",
    "de": "ßäöü",
    "it": "ìòàù",
    "sv": "åäö",
    "da": "åæø",
    "pl": "łąęśźżń",
    "tr": "ışğ",
    "ro": "șțăâ",
    "fi": "äö",
}
_ENDINGS = {
    "en": ("ing", "tion", "ed", "ly", "ness", "ers", "ies", "ght"),
    "pt": (
        "ção",
        "ções",
        "dade",
        "mente",
        "ência",
        "ário",
        "ória",
        "ório",
        "ões",
        "ão",
        "eiro",
        "eira",
        "agem",
        "am",
    ),
    "es": ("ción", "ciones", "dad", "mente", "encia", "ario", "ón", "iento", "ador", "adora"),
    "fr": ("tion", "ment", "eur", "eux", "elle", "ique", "eurs", "aire"),
    "de": ("ung", "ungen", "keit", "heit", "isch", "lich", "chen", "tet", "pelt", "icht"),
    "nl": ("heid", "lijk", "aal", "aar", "king", "ting", "eert", "aalt"),
    "it": ("zione", "zioni", "ità", "mente", "endo", "ando", "ato", "ati", "ano"),
}
_INSIDE = {
    "en": re.compile("th|wh|ough|ck|sh|ee|y\\b"),
    "pt": re.compile("lh|nh|çõ|m\\b"),
    "es": re.compile("ll|rr|ue|ñ"),
    "fr": re.compile("eau|oi|eux|qu|ou|é"),
    "de": re.compile("sch|ei|tz|pf|ü|ck"),
    "nl": re.compile("aa|ij|oe|uu|sch|ui|oo"),
    "it": re.compile("cch|gli|zz|tt|gn|i\\b"),
}
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u3096\u30a1-\u30fa]+")),
    ("ko", re.compile("[\uac00-\ud7a3\u1100-\u11ff]+")),
    ("zh", re.compile("[\u3400-\u9fff\uf900-\ufaff]+")),
    ("ru", re.compile("[\u0400-\u04ff]+")),
    ("el", re.compile("[\u0370-\u03ff]+")),
    ("ar", re.compile("[\u0600-\u06ff]+")),
    ("he", re.compile("[\u0590-\u05ff]+")),
    ("hi", re.compile("[\u0900-\u097f]+")),
    ("th", re.compile("[\u0e00-\u0e7f]+")),
)
_OF_NEITHER = re.compile("[\u0370-\u1fff\uac00-\ud7a3]")  # of those above: neither Chinese nor Japanese
_SHARES_SCRIPT = {
    "uk": "ru",
    "bg": "ru",
    "sr": "ru",
    "be": "ru",
    "mk": "ru",
    "fa": "ar",
    "ur": "ar",
    "yue": "zh",
}
_EASTERN = tuple(script for script in _SCRIPTS if script[0] in ("ja", "zh"))
_OWN_SCRIPT = {lang for lang, _ in _SCRIPTS}
_NO_BLANKS = frozenset({"ja", "zh", "ko"})
_WORD = re.compile(r"[^\W\d_]+")
_TOKENS_READ = 120  # enough to tell; keeps long texts cheap
_CHARS_READ = 600
_FIRST_READ = 200
_TOKENS_A_STEP = 24
_LETTERS_PER_IDEOGRAPH = 3  # one sign of Chinese, Japanese or Korean says as much as these
_SOME_OF_SCRIPT = 0.2  # share of the letters from which a script may be the text's own
_NO_KANA = 60  # shorter than this, a headline may be Japanese without any kana
_JAPANESE_SIGNS = re.compile(
    "[発円気対売実図応総価経変両検権処営択拠読労働戦撃済訳続県広転帯団浜満渋獣絵継脳薬覚観豊軽辺遅鉄隠雑験黒]"
)
_SIMPLIFIED_SIGNS = re.compile(
    "[发开关为与这们说对时东车长门问间马见让认谁谈请级线经结给统续练组终织网罗资轮购诉讼审构员载]"
)
_FEW_OF_SCRIPT = 0.08  # likewise, where the feed says that it is
_NAMES_IN_SCRIPT = 0.6  # below it, clear words in Latin letters make the script a quotation
_ANY_EVIDENCE = 0.5
_CLEAR_EVIDENCE = 3.0  # what it takes to overrule a hint
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\ud7a3\uf900-\ufaff]")


def _langs_of_word() -> dict[str, tuple[tuple[str, float], ...]]:
    langs: dict[str, list[str]] = {}
    for lang, words in _WORDS.items():
        for word in set(words.split()):
            langs.setdefault(word, []).append(lang)
    return {word: tuple((lang, 1.0 / len(of) ** 0.7) for lang in of) for word, of in langs.items()}


_LANGS_OF_WORD = _langs_of_word()
_OWN_WORDS = {
    lang: frozenset(word for word in words.split() if len(_LANGS_OF_WORD[word]) == 1)
    for lang, words in _WORDS.items()
}
_OWN_WORDS_TELL = 3
_FIRST_SPLITS = 12  # most texts that tell at once do so by then


@lru_cache(maxsize=256)  # several steps in a row ask about the same two objects, whose hashes are known then
def language_of(title: str, body: str, hint: str | None = None) -> str | None:
    """The language of an entry's title and the text below it, as ``detect_lang`` tells it."""
    return detect_lang(f"{title} {body}", hint)


def detect_lang(text: str, hint: str | None = None) -> str | None:
    """ISO 639-1 code of the language of ``text``, or None when nothing tells.

    ``hint`` is what the feed or the entry says of itself ("pt-BR", "en_US"); it wins
    unless the script or clear evidence in the words contradicts it.  Only the beginning
    of a long text is read.
    """
    hinted = _normal_hint(hint)
    text = text[:_CHARS_READ]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if hinted is not None and _plainly(text[:_FIRST_READ].lower(), hinted):
        return hinted
    text = text.lower()
    # "Ann Smith加入Acme Superintelligence Labs": a short verb between long names is still the text's own script
    script, share = _by_script(text, _FEW_OF_SCRIPT if hinted in _NO_BLANKS else _SOME_OF_SCRIPT)
    if script == "zh" and hinted == "ja" and len(text) < _NO_KANA and not _SIMPLIFIED_SIGNS.search(text):
        script = "ja"
    scores = {} if script is not None and share >= _NAMES_IN_SCRIPT else _by_words(text)
    best = max(scores, key=lambda lang: (scores[lang], lang == "en"), default=None)
    evidence = scores[best] if best else 0.0
    if script is not None:
        agrees = hinted is not None and _SHARES_SCRIPT.get(hinted, hinted) == script
        if share >= _NAMES_IN_SCRIPT or evidence < (_CLEAR_EVIDENCE if agrees else 1.0):
            return hinted if agrees else script
    if hinted is not None and (hinted in _OWN_SCRIPT or hinted in _SHARES_SCRIPT):
        hinted = None  # the text is in Latin letters
    if best is None or evidence < _ANY_EVIDENCE:
        return hinted
    if hinted is None or best == hinted:
        return best
    overruled = evidence >= _CLEAR_EVIDENCE and evidence >= 3 * scores.get(hinted, 0.0)
    return best if overruled and hinted in _WORDS else hinted


def _plainly(first: str, lang: str) -> bool:
    """Whether words that no other language shares show at once that a hint is right."""
    own = _OWN_WORDS.get(lang)
    if own is None:
        return False
    return (
        len(own.intersection(first.split(None, _FIRST_SPLITS))) >= _OWN_WORDS_TELL  # and what is behind them
        or len(own.intersection(first.split())) >= _OWN_WORDS_TELL
    )


@lru_cache(maxsize=256)
def _normal_hint(hint: str | None) -> str | None:
    if not hint:
        return None
    primary = re.split(r"[-_]", hint.strip().lower(), maxsplit=1)[0]
    if not (primary.isascii() and primary.isalpha() and len(primary) in (2, 3)):
        return None
    return {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh"}.get(primary, primary)


def _by_script(text: str, least: float = _SOME_OF_SCRIPT) -> tuple[str | None, float]:
    """The language that the script stands for where it has at least this share of the letters, and its share."""
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return None, 0.0
    letters = sum(map(str.isalpha, text))
    scripts = _SCRIPTS if _OF_NEITHER.search(text) else _EASTERN
    counts = {lang: sum(map(len, pattern.findall(text))) for lang, pattern in scripts}
    if counts["ja"]:  # a few kana among Han are a quoted name, not a Japanese text
        ja = counts["ja"] >= 0.1 * (counts["ja"] + counts["zh"]) or (
            _JAPANESE_SIGNS.search(text) is not None and not _SIMPLIFIED_SIGNS.search(text)
        )
        counts["ja"], counts["zh"] = (counts["ja"] + counts["zh"], 0) if ja else (0, counts["zh"])
    elif counts["zh"] and _JAPANESE_SIGNS.search(text):
        counts["ja"], counts["zh"] = counts["zh"], 0
    best = max(counts, key=lambda lang: counts[lang])
    heavy = _LETTERS_PER_IDEOGRAPH if best in _NO_BLANKS else 1
    share = counts[best] * heavy / (letters + counts[best] * (heavy - 1)) if letters else 0.0
    return (best, share) if share >= least else (None, share)


def _by_words(text: str) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    for number, word in enumerate(_WORD.findall(text)[:_TOKENS_READ], 1):
        for lang, weight in _LANGS_OF_WORD.get(word, ()):
            scores[lang] += weight
        if number % _TOKENS_A_STEP == 0 and _decided(scores):
            break
    if not _decided(scores):
        _add_spelling(scores, text)
    return scores


def _decided(scores: dict[str, float]) -> bool:
    first, second = ([*sorted(scores.values(), reverse=True), 0.0, 0.0])[:2]
    return first >= _CLEAR_EVIDENCE and first >= 2 * second


def _add_spelling(scores: dict[str, float], text: str) -> None:
    """What single letters, pairs and endings say, where the words do not decide."""
    for word in _WORD.findall(text)[:_TOKENS_A_STEP]:
        if len(word) > 4:
            for lang, endings in _ENDINGS.items():
                if word.endswith(endings):
                    scores[lang] += 0.2
    for lang, pattern in _INSIDE.items():
        scores[lang] += min(0.5, 0.07 * len(pattern.findall(text)))
    if text.isascii():
        scores["en"] += 0.2
        return
    for lang, letters in _LETTERS.items():
        scores[lang] += min(1.2, 0.3 * sum(map(text.count, letters)))
