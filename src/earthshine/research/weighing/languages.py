"""What language a text is in: by its script, and by its short words where languages share one.

Right on questions of a few words, as long as one of them is a word that only sentences have. Not told apart: Chinese
from Japanese that is written in Han alone; Latin languages outside of search's list, which count as the nearest one.
"""

from __future__ import annotations

import re
from collections import Counter

from earthshine.research.report import Language
from earthshine.search.languages import votes
from earthshine.text.normalization import normalise

_READ = 4000
"""Characters that are looked at."""

_SCRIPTS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("latin", re.compile("[a-zA-Z\u00c0-\u024f]"), 1),
    ("arabic", re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff]"), 1),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), 3),
    ("kana", re.compile("[\u3041-\u30fa]"), 3),
    ("ko", re.compile("[\uac00-\ud7a3]"), 2),
    ("he", re.compile("[\u05d0-\u05ea]"), 1),
    ("cyrillic", re.compile("[\u0400-\u052f]"), 1),
    ("el", re.compile("[\u0370-\u03ff]"), 1),
    ("hi", re.compile("[\u0900-\u097f]"), 1),
    ("th", re.compile("[\u0e00-\u0e7f]"), 1),
)
"""Each script, or the one language that is meant by it, and how many Latin letters one of its letters is worth."""

CODES = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "norwegian": "no",
    "finnish": "fi",
    "hungarian": "hu",
    "romanian": "ro",
    "turkish": "tr",
    "indonesian": "id",
    "polish": "pl",
    "czech": "cs",
}
"""Of those languages whose function words are known, their codes."""

_ASKING = {
    "en": "what who whom whose when where why how much many does did do has were can should will would between about "
    "there its their they his her he she i we if than into since during per",
    "fr": "quel quelle quels quelles qui quoi quand comment combien pourquoi ou est-ce depuis entre sont ont fut etait "
    "etaient ses leurs leur elle elles ils il nous vous chez sous avant apres selon a y",
    "es": "cual cuales quien quienes cuando donde cuanto cuantos cuanta cuantas porque desde entre fue fueron esta "
    "estan hay tiene segun sobre hasta sin cuya",
    "de": "wer wann wo warum wie viel viele welche welcher welches wurde wurden hat haben sind war nach seit zwischen "
    "uber bei aus gibt einen einer eines durch",
    "it": "quale quali chi quando dove quanto quanti quanta quante perche cosa dal alla allo e stato stata fu furono "
    "sono ha hanno tra fra degli sul sulla",
    "pt": "qual quais quem quando onde quanto quantos quanta quantas porque desde entre foi foram sao esta tem sobre "
    "ate sem pela pelo nas nos",
}
"""Words of questions and short sentences, folded; search's lists are made for long texts."""
_ASKS: dict[str, list[str]] = {}
for _code, _words in _ASKING.items():
    for _word in _words.split():
        _ASKS.setdefault(_word, []).append(_code)

_LETTERS = (
    (re.compile("[¿¡ñÑ]"), ("es",), 3),
    (re.compile("ß"), ("de",), 3),
    (re.compile("[äöüÄÖÜ]"), ("de",), 1),
    (re.compile("[ãõÃÕ]"), ("pt",), 3),
    (re.compile("[êâîûôœ]|\\b[lLdDcCnNjJsSmM]['’](?=[a-zà-ü])|\\b[qQ]u['’]", re.I), ("fr",), 1),
    (re.compile("[àèùò]\\b"), ("it",), 1),
    (re.compile("[ğşı]"), ("tr",), 3),
    (re.compile("[ąęłżźśń]"), ("pl",), 3),
)
"""Letters that tell, whose language, and how many words they are worth."""

_HAN_WORDS = re.compile("[的了是在吗呢哪谁和与有不这那么什为多少几何]")
_ARABIC_WORDS = (
    "ما من في علي الي عن هو هي كم اين متي لماذا كيف هل ماذا التي الذي ان او و لا كان كانت هذا هذه مع بين بعد قبل ذلك "
    "كل اي منذ حول قد لم لن تم عام سنه وفي ومن"
)
_PERSIAN_WORDS = "است که از این را در به با آن برای چه چند کجاست کدام شد بود های می یک چیست کیست"
_URDU_WORDS = "ہے ہیں کی کے کا میں اور سے کو نے پر یہ کیا کون کب کہاں کتنے کتنی تھا تھی"
_ARABIC_SET, _PERSIAN_SET, _URDU_SET = (
    frozenset(each.split()) for each in (_ARABIC_WORDS, _PERSIAN_WORDS, _URDU_WORDS)
)
_PERSIAN = re.compile("[پچژگکیۀ]")
_URDU = re.compile("[ٹڈڑںےہھ]")
_ARABIC = re.compile("[ةىيكأإؤئ]")
_OTHERS = re.compile("[ێۆڵڕەښځټډړ]")
"""Letters of Kurdish and Pashto, which are not told."""


def language_of(text: str) -> Language:
    """Return the code of a text's language; empty where nothing tells it. Only the text's beginning is read."""
    text = text[:_READ]
    weights: Counter[str] = Counter()
    for script, letters, worth in _SCRIPTS:
        if count := len(letters.findall(text)):
            weights[script] = round(count * worth * 4)
    if not weights:
        return ""
    latin = _latin(text)
    # Names of other scripts stand in all languages, and have `of the` in them; a sentence has short words of its own.
    if _HAN_WORDS.search(text) or weights["kana"] or _ARABIC_SET & set(normalise(text).split()):
        weights["latin"] //= 6
    weights["latin"] = weights["latin"] * 2 if latin else weights["latin"] // 3
    script = max(weights, key=weights.__getitem__)
    if script in ("han", "kana"):
        return "ja" if weights["kana"] * 10 >= weights["han"] else "zh"
    if script == "latin":
        return latin
    if script == "arabic":
        return _arabic(text)
    return _cyrillic(text) if script == "cyrillic" else script


def _latin(text: str) -> Language:
    words = [word for word in normalise(text).split() if "a" <= word[0] <= "\u024f"]
    found: Counter[str] = Counter()
    for language, count in votes(words).items():
        found[CODES[language]] += count
    for word in words[:200]:
        for code in _ASKS.get(word, ()):
            found[code] += 1
    for letters, codes, worth in _LETTERS:
        if letters.search(text):
            found.update(dict.fromkeys(codes, worth))
    if not found:
        return ""
    best = found.most_common(2)
    # Of two that are as likely, the one that people of this server write more often; none of them is certain.
    order = [*_ASKING, *CODES.values()]
    return min((code for code, count in found.items() if count == best[0][1]), key=order.index)


def _arabic(text: str) -> Language:
    if _OTHERS.search(text):
        return ""
    words = re.findall("[\u0620-\u06d3]+", text)
    urdu = 2 * len(_URDU_SET.intersection(words)) + len(_URDU.findall(text))
    persian = 2 * len(_PERSIAN_SET.intersection(words)) + len(_PERSIAN.findall(text))
    folded = normalise(text).split()
    arabic = 2 * len(_ARABIC_SET.intersection(folded)) + sum(word.startswith("ال") for word in words)
    arabic += len(_ARABIC.findall(text))
    if urdu > 1 and urdu * 3 >= persian and urdu + persian > arabic:
        return "ur"
    return "fa" if persian > arabic else "ar"


def _cyrillic(text: str) -> Language:
    if re.search("[іїєґІЇЄҐ]", text):
        return "uk"
    return "" if re.search("[јљњћђџЈЉЊЋЂЏ]", text) else "ru"
