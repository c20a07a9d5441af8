"""What language a text is in, as far as its stemming needs to know: by its script, and by its function words.

A stemmer cuts endings, so that `contrats` and `contrat` are one. Stems are made of words as `text/normalization.py`
folds them, so that a text with accents and a query without agree. Source of the stemmers: https://snowballstem.org/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Protocol, cast

import snowballstemmer

_BY_SCRIPT = (
    ("arabic", "ء", "ي"),
    ("russian", "\u0400", "\u052f"),
    ("greek", "\u0370", "\u03ff"),
    ("hindi", "\u0900", "\u097f"),
    ("tamil", "\u0b80", "\u0bff"),
    ("armenian", "\u0530", "\u058f"),
)
"""The one language whose stemmer serves a script, and the script's first and last letter."""

_FUNCTION_WORDS = {
    "english": "the of and to in is that for it with as was on be by this are from at or not have an which you",
    "french": "le la les de des du et un une que qui dans est pour sur par au aux ne pas plus ce cette sont avec l d",
    "german": "der die das und den von zu mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus",
    "spanish": "el la los las de y que en un una por con para es se del al lo como mas no su pero son",
    "italian": "il lo la gli le di e che un una per con non del della dei delle nel si da sono piu come anche",
    "portuguese": "o a os as de e que em um uma por com para do da dos das no na nao se mais como ao",
    "dutch": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij door maar naar",
    "swedish": "och att det som en pa ar av for med den till inte har om ett men de var fran",
    "danish": "og at det som en pa er af for med den til ikke har om et men de var fra",
    "norwegian": "og at det som en pa er av for med den til ikke har om et men de var fra",
    "finnish": "ja on ei se etta han oli mutta joka kun tai ovat ole niin myos kuin sen ollut",
    "hungarian": "a az es hogy nem is egy van meg de csak ez mint volt ki el azt vagy",
    "romanian": "si de la in cu pe un o nu care este din sa pentru mai ca se sunt au prin",
    "turkish": "ve bir bu da de icin ile ne cok olarak daha gibi kadar olan var en ama sonra",
    "indonesian": "yang dan di ini itu dengan untuk dari dalam tidak pada adalah akan ke oleh juga atau",
    "polish": "i w na z sie nie do to ze jest o jak po od za przez dla ale czy tym",
    "czech": "a v se na je ze s z do to pro o jako za by ale jsou od po tak",
}
"""Frequent short words, folded; a language without a stemmer of its own is not told apart."""

LANGUAGES = tuple(_FUNCTION_WORDS)
"""Those of Latin letters, of which a text is taken to be in one."""

_VOTES: dict[str, tuple[str, ...]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _VOTES[_word] = (*_VOTES.get(_word, ()), _language)

_READ = 200
"""Words of a text that vote."""

UNKNOWN = "english"
"""Of words in Latin letters in which no function word stands: names, lists, code."""


def votes(words: Sequence[str]) -> Counter[str]:
    """Return how many of a text's words, folded, are function words of each language."""
    return Counter(language for word in words[:_READ] for language in _VOTES.get(word, ()))


def language_of(words: Sequence[str]) -> str:
    """Return the language of a text's words in Latin letters, folded: the one with the most function words."""
    found = votes(words)
    return max(found, key=found.__getitem__) if found else UNKNOWN


class Stemmer(Protocol):
    """What of the stemmers is used."""

    def stemWord(self, word: str) -> str: ...  # noqa: N802


def is_latin(word: str) -> bool:
    """Tell whether a folded word is written in Latin letters, so that only its text tells its language."""
    return "a" <= word[0] <= "\u024f"


def stem(word: str, languages: Iterable[str]) -> list[str]:
    """Return the stems of a folded word, once each: in the language of its script, or in each of `languages`.

    A word that no stemmer knows what to do with is its own stem.
    """
    first = word[0]
    if any(map(str.isdigit, word)):
        return [word]
    if is_latin(word):
        return list(dict.fromkeys(_stem(word, language) for language in languages))
    for language, begin, end in _BY_SCRIPT:
        if begin <= first <= end:
            return [_stem(word, language)]
    return [word]


@lru_cache(maxsize=131072)
def _stem(word: str, language: str) -> str:
    return _stemmer(language)(word) or word


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    return cast("Stemmer", snowballstemmer.stemmer(language)).stemWord  # pyright: ignore[reportUnknownMemberType]
