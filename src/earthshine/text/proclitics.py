"""Particles that Arabic and Hebrew write as part of the next word: and, with, like, for, the.

A word of a query is looked for with each of them before it, and, where it has some itself, without: كتاب finds والكتاب,
and لكتاب finds كتاب. Nothing of this is in the index of chats, so that what stands in quotation marks is found as it is
written.

Which letter is a particle cannot be told for sure without knowing the word. So what is left must have letters enough to
be one, and words of `proclitic_lookalikes.py`, whose first letters are their own, keep them: كتاب is not like-تاب.
Words are given as `normalization.py` folds them: without vowel marks and hamza, with ه for ة and ي for ى.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from earthshine.text.proclitic_lookalikes import OWN, OWN_ARTICLE, SUFFIXES
from earthshine.text.search_terms import Term

_ARABIC, _HEBREW = re.compile("[ء-ي]+"), re.compile("[א-ת]+")
_ARTICLE = "ال"

_PARTICLES: dict[str, tuple[str, int]] = {}
"""Each particle, or several in a row, to its kind and to the letters that the word after it has at least."""


def _add(kind: str, least: int, particles: str) -> None:
    _PARTICLES.update(dict.fromkeys(particles.split(), (kind, least)))


_add("article", 2, "ال وال فال بال كال وبال فبال وكال فكال")
_add("article", 2, "لل ولل فلل")
_add("letter", 3, "و ف ب ك ل وب ول وك فب فل فك")
# Before a verb in the present, which begins with one of four letters: he will write.
_add("future", 4, "س وس فس")
_add("hebrew", 3, "ה ו וה שה מה כשה")
_add("hebrew", 4, "ב ל כ וב ול וכ")
_VERB = tuple("يتنا")
_OWN_IN_ORDER = sorted(OWN)


@lru_cache(maxsize=4096)
def spellings(term: Term) -> tuple[Term, ...]:
    """Return a term, and the other ways in which its word may be written with particles."""
    if len(term.words) != 1 or not (_ARABIC.fullmatch(term.words[0]) or _HEBREW.fullmatch(term.words[0])):
        return (term,)
    found = dict.fromkeys((term, *(Term((rest,), begins) for rest, begins in _stems(term))))
    for stem, begins in _stems(term):
        for particle, (kind, _) in _PARTICLES.items():
            longer = begins or (kind == "article" and term.begins)
            if _splits(particle, stem, begins=longer):
                found[Term((particle + stem,), longer)] = None
    return tuple(found)


@lru_cache(maxsize=65536)
def without_particles(word: str) -> tuple[str, ...]:
    """Return what is left of a folded word without the particles that it may begin with; nothing of other words."""
    if not (_ARABIC.fullmatch(word) or _HEBREW.fullmatch(word)):
        return ()
    return tuple(rest for rest, _ in _stems(Term((word,))) if rest != word)


def _stems(term: Term) -> list[tuple[str, bool]]:
    """Return what may be a word without particles: the word itself, and what is left of it; and whether it only begins.

    A word with the article has all its particles. Of a short rest, words that begin so are not meant: what begins with
    two letters is nearly everything.
    """
    word = term.words[0]
    cut = [each for each in _PARTICLES if word.startswith(each) and _splits(each, word[len(each) :], begins=False)]
    stems = [(rest, term.begins and len(rest) > _PARTICLES[each][1]) for each in cut for rest in [word[len(each) :]]]
    clear = any(_PARTICLES[each][0] == "article" for each in cut)
    return stems if clear or _has_article(word) else [(word, term.begins), *stems]


def _splits(particle: str, rest: str, *, begins: bool) -> bool:
    """Tell whether a word of these two parts has the particle before it, and not as letters of its own."""
    kind, least = _PARTICLES[particle]
    script = _HEBREW if kind == "hebrew" else _ARABIC
    if len(rest) < least or not script.fullmatch(rest):
        return False
    if kind == "article":
        # Of "and God" the rest is God, not "him".
        return not _is_in(OWN_ARTICLE, _ARTICLE + rest)
    # And + the is a particle of its own.
    if _has_article(rest) or (kind == "future" and (not rest.startswith(_VERB) or rest.startswith(_ARTICLE))):
        return False
    # With two particles in a row, the word may have only the second one as its own: and-like-that.
    return not any(_keeps(particle[place:] + rest, begins=begins) for place in range(len(particle)))


def _has_article(word: str) -> bool:
    return word.startswith(_ARTICLE) and not _is_in(OWN_ARTICLE, word)


def _keeps(word: str, *, begins: bool) -> bool:
    """Tell whether the first letter of a word is its own; with `begins`, also that of a word that begins so."""
    if begins:
        place = bisect_left(_OWN_IN_ORDER, word)
        if place < len(_OWN_IN_ORDER) and _OWN_IN_ORDER[place].startswith(word):
            return True
    return _is_in(OWN, word)


def _is_in(known: frozenset[str], word: str) -> bool:
    """Tell whether a word is known, or one that is known with an ending."""
    for size in range(min(len(word) - 1, 4) + 1):
        stem, ending = (word[:-size], word[-size:]) if size else (word, "")
        if ending in SUFFIXES and stem in known:
            return True
        # The ه of a feminine word is written ت before an ending.
        if ending.startswith(("ت", "ات")) and stem + "ه" in known:
            return True
    return False
