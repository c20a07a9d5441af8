"""What a sentence is about: its stems but those of function words, and its names."""

from __future__ import annotations

import re
from functools import lru_cache

from earthshine.research.weighing.calendar import MONTHS
from earthshine.research.weighing.languages import CODES, language_of
from earthshine.search.analysis import query_terms
from earthshine.search.languages import votes
from earthshine.text.normalization import normalise

READ = 2000
"""Characters of a sentence that are looked at."""
_STEMMED = {code: language for language, code in CODES.items()}
_FUNCTION_WORDS = {
    "english": "the of and to in is that for it with as was on be by this are from at or not have an which were has "
    "had "
    "its their who what when where how many much does did do there about than more also been into",
    "french": "le la les de des du et un une que qui dans est pour sur par au aux ne pas plus ce cette sont avec "
    "se son "
    "sa ses quel quelle quand combien fut ont il elle en a été était",
    "arabic": "في من على إلى عن أن إن التي الذي هذا هذه هو هي كان كانت قد ما كم متى أين مع بين ذلك لم لا أو ثم كل "
    "بعد قبل",
}
_FUNCTION_STEMS = frozenset(
    stem for language, words in _FUNCTION_WORDS.items() for stem in query_terms(words, (language,)).stems
)
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w&'’-]+(?:\s+[A-ZÀ-Þ][\w&'’-]+)*")
_START = re.compile(r"(?:^|[.!?:]\s+|[\"“«(]\s*)$")


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """Return the stems of a sentence that say something, without its figures; pairs of characters in Chinese."""
    terms = query_terms(text[:READ], (_STEMMED.get(language_of(text), "english"),))
    told = frozenset(terms.stems or terms.words) - _FUNCTION_STEMS
    return frozenset(stem for stem in told if len(stem) > 1 and not any(map(str.isdigit, stem)))


@lru_cache(maxsize=4096)
def names(text: str) -> frozenset[str]:
    """Return the names in Latin letters of a sentence, folded, word by word: what has a capital without need."""
    text = text[:READ]
    found: set[str] = set()
    for name in _NAME.finditer(text):
        words = normalise(name[0]).split()
        if (
            words
            and _START.search(text[max(0, name.start() - 3) : name.start()])
            and (len(words) == 1 or votes(words[:1]))
        ):
            words = words[1:]
        found.update(word for word in words if len(word) > 1 and word not in MONTHS)
    return frozenset(found)


@lru_cache(maxsize=4096)
def capitals(text: str) -> frozenset[str]:
    """Return all words with a capital, folded, but for function words: names, and what may be one."""
    words = {word for each in _NAME.findall(text[:READ]) for word in normalise(each).split()}
    return frozenset(word for word in words if len(word) > 1 and word not in MONTHS and not votes([word]))
