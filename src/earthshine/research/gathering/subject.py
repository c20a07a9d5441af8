"""Whom a question is about: a small model takes the right sentence about somebody else, so names decide first.

Capitals tell names in Latin letters. Where a question has none of them, the model is asked once which of its words are
names (`plan/names.py`): Arabic and Chinese have no capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from earthshine.research.state import Question
from earthshine.research.weighing.calendar import MONTHS
from earthshine.research.weighing.words import content, names
from earthshine.text.normalization import normalise

_LATIN = re.compile("[a-zA-ZÀ-ÿ]")
_SPACED = re.compile("[a-zA-ZÀ-ÿ\u0600-\u06ff]")
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")
_LOWER = re.compile(r"\b[a-zß-ÿ][\w’'-]+")
_ADDRESS = re.compile(r"\S+://\S*")
_BETWEEN = re.compile(
    r"\s+(?:(?:of|de|du|des|del|di|da|von|van|der|al|el|bin|ibn)\s+)?(?:(?:the|la|le|les)\s+|[dl]['’])?", re.IGNORECASE
)
"""What stands between two words of one name."""
_OWNERS = re.compile(r"['’]s?$")

Subject = Sequence[str]
"""Names, folded: a text is about it that has one of them; any text is, where there are none."""


def subject_of(question: Question, whole: str, told: Sequence[str] = ()) -> Subject:
    """Return the names in a question, or else in the person's own, `whole`. `told`: the model's, of `whole`."""
    return [normalise(each) for each in _found(question["text"], told) or _found(whole, told)]


def named_in(question: Question, whole: str, told: Sequence[str] = ()) -> str:
    """Return the names of a question in their order, as words to search for; empty where there are none."""
    return " ".join(_found(question["text"], told) or _found(whole, told))


def capitals_of(text: str) -> list[str]:
    """Return the words with a capital, the first one too, where one of them is certainly a name."""
    return list(dict.fromkeys(word for _, _, word in _capitals(text)))


def mentions(text: str, subject: Subject) -> bool:
    """Tell whether a text has one of some names, with all its words; any text has, where there are none."""
    if not subject:
        return True
    plain = normalise(text)
    return any(has(plain, name) for name in subject)


def touches(text: str, subject: Subject, among: str = "") -> bool:
    """Tell whether a text has a word of some names that is nothing but a name: one that nobody writes small.

    "Curie" says whom it means of "Marie Curie", and "Institute" of no institute. `among`: other texts that tell.
    """
    common = {normalise(word) for word in _LOWER.findall(_ADDRESS.sub("", f"{text} {among}"))}
    plain = normalise(text)
    return any(word not in common and has(plain, word) for name in subject for word in name.split())


def closeness(text: str, subject: Subject, among: str) -> int:
    """Return 2 of a text that mentions some names, 1 of one that touches them, 0 of any other."""
    return 2 if mentions(text, subject) else int(touches(text, subject, among))


def has(plain: str, name: str) -> bool:
    """Tell whether a folded text has all words of a folded name.

    Arabic writes articles and other words before them without a space, and a longer name goes on behind; of scripts
    without spaces whatever is written before and behind them.
    """
    return all(re.search(_whole(word), plain) if _SPACED.match(word) else word in plain for word in name.split())


def _whole(word: str) -> str:
    return (r"(?<!\w)" if _LATIN.match(word) else "") + re.escape(word) + r"(?!\w)"


def _capitals(text: str) -> list[tuple[int, int, str]]:
    """Return the words that `capitals_of` tells of, each with where it begins and ends."""
    latin, letters = len(_LATIN.findall(text)), sum(map(str.isalpha, text))
    certain = names(text)
    if not certain and latin >= letters / 2:
        return []
    found = ((*each.span(), _OWNERS.sub("", each[0])) for each in _CAPITAL.finditer(text))
    told = [(start, end, word, normalise(word)) for start, end, word in found]
    return [
        (start, end, word)
        for start, end, word, plain in told
        if plain in certain or (content(word) and plain not in MONTHS)
    ]


def _found(text: str, told: Sequence[str]) -> list[str]:
    """Return the names of a text: words with capitals that stand together are one, if each is certainly of a name."""
    runs: list[str] = []
    certain, last = names(text), -1
    for start, end, word in _capitals(text):
        if last >= 0 and _BETWEEN.fullmatch(text, last, start):
            runs[-1] += f" {word}"
        else:
            runs.append(word)
        last = end if normalise(word) in certain else -1
    plain = normalise(text)
    return [*dict.fromkeys(runs), *(each for each in told if has(plain, normalise(each)))]
