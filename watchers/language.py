"""Which language a short text is in: scripts first, then function words and letters.

No model and no download: word tables as constants.  Meant for headlines with a sentence
or two; ``None`` where nothing speaks for any language.
"""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

# Function words and the commonest words of headlines; a word shared by several languages
# counts for each of them, divided by how many share it.
_WORDS = {
    "en": """
        the of and to in is for with on at from by as its it that this will has have are was were be an
        after over about into how why what who when not new says say said more than could would may just
        but or up out now raises launches hires buys sues joins leaves deal startup company their his
        her he she they we you your can all against amid former first which been some most where still
        acquires acquired acquisition joined hired hire latest big name training researchers researcher
        layoffs chief founder talks million billion funding valued unveils announces lays cuts warns
        wants takes gets makes tech world workers employees users forced plans backs costs seeks pauses
        projects reading list link article study finds found delayed confirms significant largest
        customer ways rare fear fears become founders again meet face faces join veterans launch money
        five next back off under week year years report reportedly make made get people state market
        stock stocks shares deals team staff time s inside meets show shows court judge suit trial drop
        drops rise rises record closes closed release releases released splits ditches severs freezes
        hits inks signs signed wins won raised raise jumps steps exits ousts ousted taps tapped lures poaches
        poached leads series round valuation center centers model models chips agent agents open staffers
        contract cuts cut trims axes loses lost breach leaked hacked outage fined files complaint settles
        ruling breaks ground reach reorg splitting pledges bets returns names named appoints former ex
        talent exec execs executive executives cofounder co-founder researcher engineer team teams unit
        army government pentagon customers users app apps glasses feature features startups cash stake""",
    "pt": """
        o a os as de do da dos das em no na nos nas um uma para por pelo pela com que não é ao aos à às
        se mais como mas sobre após entre até ser foi são está tem seu sua seus suas já diz novo nova
        anuncia empresa empresas bilhões milhões anos isso ele ela também ou sem pode vai segundo desde
        contra onde quando muito num numa dela dele só essa esse este esta depois ainda inteligência sai
        será vira troca clientes usa busca fecha cria criar confirma adquire compra amplia revisa
        pesquisas engenheiro dados equipe equipes governo congresso ações mercado brasil brasileiro
        brasileira dólar bi funcionário investimento investimentos cientista executivo executivos mil
        projeto projetos suspende plano ataque rival rivais semana fundador fundadora cofundador fala demite
        demissões demissão cortes corta lança lançou rodada avaliação avaliada chefe deixa deixou saída
        contrata contratou pesquisador pesquisadores funcionários reestrutura divide laboratório
        processa processada multa multada vazamento anunciou levanta captou capta aposta startup""",
    "es": """
        el la los las de del en un una para por con que no es al se más como pero sobre tras entre hasta
        ser fue son está tiene su sus ya dice nuevo nueva anuncia empresa empresas millones años esto él
        ella también o sin puede va según desde contra donde cuando muy lo le les y ha han este esta ese
        esa después todavía inteligencia mil dólares compra ficha contrata invierte lanza despide deja
        acuerdo empleados investigadores fundador prepara ronda otra otro despidos hace gobierno
        congreso datos equipo equipos acciones mercado empleado inversión científico ejecutivo
        ejecutivos proyecto proyectos plan ataque semana nuevos nuevas gafas llegan llega abre oficina
        oficinas tecnológica tecnológico despide recorta recortes demanda multa filtración ronda cofundador
        jefe renuncia abandona investigador inversores valorada startup lanzó anunció laboratorio""",
    "fr": """
        le la les de des du en un une pour par avec que qui ne pas est au aux se plus comme mais sur
        après entre être été sont a son sa ses leur leurs déjà dit nouveau nouvelle annonce entreprise
        milliards millions ans ce cette ces il elle aussi ou sans peut selon depuis contre où quand très
        et d l qu dans veut chez vers rachète recrute embauche investit lance licencie quitte lève
        accord salariés chercheurs fondateur équipes équipe ouvre bureau restructure installe chercheur
        données gouvernement marché actions dollars salarié investissement scientifique cadre cadres
        projet projets plan attaque semaine nouveaux nouvelles états-unis européenne lunettes milliard s
        y effectifs supprime""",
    "de": """
        der die das den dem des ein eine einen einem einer und in im zu zum zur für von vom mit auf aus
        bei nach nicht ist sind war wird werden hat haben sich auch als wie aber über vor gegen unter
        bis seit durch an am es er sie wir ihr sein seine seiner neue neuen neuer neues will kann soll
        sagt mehr noch nur oder um milliarden millionen unternehmen jahr jahre laut kauft übernimmt
        investiert startet entlässt verlässt wechselt stellt mitarbeiter forscher gründer chef kompakt
        warum angebote streicht droht fürchtet darf jetzt ins stellen sparte millionenstrafe ki
        forschern daten regierung markt aktien mitarbeitern investition wissenschaftler projekt woche
        deutschland europa gericht klage wegen konzern abteilung wer wo wann doch damit""",
    "nl": """
        de het een en in van voor met op aan uit bij naar niet is zijn was wordt worden heeft hebben
        zich ook als maar over tegen onder tot sinds door dat die dit er te om ze hij zij wij hun haar
        nieuwe wil kan moet zegt meer nog alleen of miljard miljoen bedrijf jaar volgens na geen koopt
        neemt investeert lanceert ontslaat verlaat werknemers onderzoekers oprichter topman betaalt
        schikking mag berichten trainen samenwerking legt stil af gegevens regering markt aandelen
        investering wetenschapper project week nederland europa rechter zaak wegens waarom wie waar""",
    "it": """
        il lo la i gli le di del della dei delle dell in nel nella un una per con che non è al alla si
        più come ma su dopo tra fra fino essere sono ha hanno suo sua già dice nuovo nuova annuncia
        azienda miliardi milioni anni questo questa anche o senza può secondo da dal dalla contro dove
        quando e ed l agli sulla ecco compra assume investe lancia licenzia lascia accordo dipendenti
        ricercatori fondatore sotto indagine governo mercato azioni dollari investimento scienziato
        dirigente progetto settimana italia europa giudice causa perché chi nuovi nuove degli alle dalle
        sui sulle sul nello""",
    "sv": """
        och att det som en ett är av för på med den i till inte har om var från de vid eller men sin nu
        när efter ska kan nya säger miljarder miljoner företaget också under över mot""",
    "da": """
        og at det som en et er af for på med den i til ikke har om var fra de ved eller men sin nu når
        efter skal kan nye siger milliarder millioner virksomheden også under over mod""",
    "pl": """
        i w na z do się że nie jest to o po dla przez od za jak ale czy już są był będzie jego jej oraz
        nowy nowa miliardów milionów firma mówi przed pod który która""",
    "tr": """
        ve bir bu için ile da de olarak daha çok en gibi olan yeni sonra kadar milyar milyon şirket dedi
        ne mi""",
    "id": """
        yang dan di ke dari untuk dengan pada ini itu adalah akan tidak dalam juga telah oleh sebagai
        baru miliar juta perusahaan kata bisa""",
    "ro": """
        și în de la cu pe care nu este sunt pentru un o din mai a fost după prin că sau al ale lui noua
        noul miliarde milioane compania""",
    "fi": """
        ja on ei se että oli ovat mutta kun myös sen joka uusi mukaan yhtiö miljardia miljoonaa vuoden""",
}
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
    ("ja", re.compile("[\u3041-\u3096\u30a1-\u30fa]")),
    ("ko", re.compile("[\uac00-\ud7a3\u1100-\u11ff]")),
    ("zh", re.compile("[\u3400-\u9fff\uf900-\ufaff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
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
_OWN_SCRIPT = {lang for lang, _ in _SCRIPTS}
_WORD = re.compile(r"[^\W\d_]+")
_TOKENS_READ = 120  # enough to tell; keeps long texts cheap
_CHARS_READ = 600
_TOKENS_A_STEP = 24
_LETTERS_PER_IDEOGRAPH = 3  # one sign of Chinese, Japanese or Korean says as much as these
_SOME_OF_SCRIPT = 0.2  # share of the letters from which a script may be the text's own
_NAMES_IN_SCRIPT = 0.6  # below it, clear words in Latin letters make the script a quotation
_CERTAIN_SCRIPT = 0.9
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


@lru_cache(maxsize=256)  # one text is asked about by several steps in a row
def detect_lang(text: str, hint: str | None = None) -> str | None:
    """ISO 639-1 code of the language of ``text``, or None when nothing tells.

    ``hint`` is what the feed or the entry says of itself ("pt-BR", "en_US"); it wins
    unless the script or clear evidence in the words contradicts it.  Only the beginning
    of a long text is read.
    """
    text = unicodedata.normalize("NFC", text[:_CHARS_READ]).lower()
    hinted = _normal_hint(hint)
    if hinted is not None and _plainly(text, hinted):
        return hinted
    script, share = _by_script(text)
    scores = _by_words(text) if share < _CERTAIN_SCRIPT else {}
    best = max(scores, key=lambda lang: (scores[lang], lang == "en"), default=None)
    evidence = scores[best] if best else 0.0
    if script is not None and not (share < _NAMES_IN_SCRIPT and evidence >= 1.0):
        return hinted if hinted and _SHARES_SCRIPT.get(hinted, hinted) == script else script
    if hinted is not None and (hinted in _OWN_SCRIPT or hinted in _SHARES_SCRIPT):
        hinted = None  # the text is in Latin letters
    if best is None or evidence < _ANY_EVIDENCE:
        return hinted
    if hinted is None or best == hinted:
        return best
    overruled = evidence >= _CLEAR_EVIDENCE and evidence >= 3 * scores.get(hinted, 0.0)
    return best if overruled and hinted in _WORDS else hinted


def _plainly(text: str, lang: str) -> bool:
    """Whether words that no other language shares show at once that a hint is right."""
    own = _OWN_WORDS.get(lang)
    return own is not None and len(own.intersection(text[:200].split())) >= _OWN_WORDS_TELL


@lru_cache(maxsize=256)
def _normal_hint(hint: str | None) -> str | None:
    if not hint:
        return None
    primary = re.split(r"[-_]", hint.strip().lower(), maxsplit=1)[0]
    if not (primary.isascii() and primary.isalpha() and len(primary) in (2, 3)):
        return None
    return {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh"}.get(primary, primary)


def _by_script(text: str) -> tuple[str | None, float]:
    """The language that the script stands for, and that script's share of the letters."""
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return None, 0.0
    letters = sum(map(str.isalpha, text))
    counts = {lang: len(pattern.findall(text)) for lang, pattern in _SCRIPTS}
    if counts["ja"]:  # a few kana among Han are a quoted name, not a Japanese text
        ja = counts["ja"] >= 0.1 * (counts["ja"] + counts["zh"])
        counts["ja"], counts["zh"] = (counts["ja"] + counts["zh"], 0) if ja else (0, counts["zh"])
    best = max(counts, key=lambda lang: counts[lang])
    heavy = _LETTERS_PER_IDEOGRAPH if best in ("ja", "zh", "ko") else 1
    share = counts[best] * heavy / (letters + counts[best] * (heavy - 1)) if letters else 0.0
    return (best, share) if share >= _SOME_OF_SCRIPT else (None, share)


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
