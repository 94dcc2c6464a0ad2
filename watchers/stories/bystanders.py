"""Who a headline names only to say who somebody else is: "Meta's supplier", "Rivale von OpenAI".

Pure.  Such a headline is about that somebody, whom its lead names.
"""

import re

# Who is told by whom he belongs to, supplies, challenges or is paid by.
_BEHIND = {  # what follows the name
    "en": r"(?:['’]s?)?[\s-](?:(?:bigger|smaller|main|arch|data|ai|labeling|largest)[\s-]){0,2}"
    r"(?:rivals?|competitors?|challengers?|suppliers?|vendors?|backed|owned|funded)(?!\w)",
    "de": r"(?:s\s|-)(?:daten|groß|ki-)?(?:rival\w*|konkurrent\w*|beteiligung|(?:zu)?lieferant\w*|zulieferer\w*|dienstleister\w*"
    r"|partner|partnern|großkund\w*)(?!\w)",
    "nl": r"(?:['’]?s\s|-)(?:data|ai-)?(?:rivaal|rivalen|concurrent\w*|leverancier\w*|partner|belang)(?!\w)",
    "zh": r"的?(?:最大|主要|头号)?(?:劲敌|对手|竞争对手|竞品|供应商|合作伙伴|投资的|参股|持股)",
    "ja": r"[のが]?(?:最大の)?(?:ライバル|競合|対抗|取引先|出資先|出資する|供給元)",
}
_BEFORE = {  # what stands before it
    "en": r"(?:rival|competitor|challenger|supplier|vendor)s? (?:of|to|for) $",
    "de": r"(?:rival\w*|konkurrent\w*|lieferant\w*|dienstleister\w*|partner\w*|profiteur\w*) (?:von|des|für) $",
    "nl": r"(?:rivaal|concurrent|leverancier|datalabelaar|partner) van $",
    "fr": r"(?:rivale?|concurrente?|fournisseur|prestataire|partenaire|filiale) (?:de |d['’])$",
    "es": r"(?:rival|competidora?|proveedora?|socio|socia|participada) (?:de|del) $",
    "pt": r"(?:rival|concorrente|fornecedora?|parceira|parceiro|investida) d[aeo] $",
    "it": r"(?:rivale|concorrente|fornitore|fornitrice) (?:di |dell['’])$",
}
_AFTER = {lang: re.compile(form, re.IGNORECASE) for lang, form in _BEHIND.items()}
_AHEAD = {lang: re.compile(rf"(?<!\w){form}", re.IGNORECASE) for lang, form in _BEFORE.items()}


def stands_by(title: str, start: int, end: int, lang: str) -> bool:
    """Whether the name at ``start`` to ``end`` of ``title`` only says whose rival, supplier or partner acts."""
    after, ahead = _AFTER.get(lang), _AHEAD.get(lang)
    return bool(after and after.match(title, end)) or bool(ahead and ahead.search(title[:start]))
