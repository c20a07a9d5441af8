"""Names that exist nowhere, each in the scripts of four languages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SYLLABLES = (
    ("tal", "تال", "塔尔"), ("vir", "فير", "维尔"), ("mo", "مو", "莫"), ("ra", "را", "拉"), ("sen", "سين", "森"),
    ("do", "دو", "多"), ("kar", "كار", "卡尔"), ("bel", "بيل", "贝尔"), ("na", "نا", "纳"), ("li", "لي", "利"),
    ("dun", "دون", "敦"), ("fe", "في", "费"), ("gar", "غار", "加尔"), ("ju", "جو", "朱"), ("zan", "زان", "赞"),
    ("mis", "ميس", "米斯"), ("rok", "روك", "罗克"), ("bu", "بو", "布"), ("hel", "هيل", "赫尔"), ("to", "تو", "托"),
)  # fmt: skip
_SCRIPT = {"en": 0, "fr": 0, "ar": 1, "zh": 2}


@dataclass(frozen=True, slots=True)
class Name:
    """A name, or a first and a last one; `syllables` are numbers of the table above, word by word."""

    syllables: tuple[tuple[int, ...], ...]

    @property
    def latin(self) -> str:
        """The form by which it is known everywhere."""
        return self.of("en")

    def of(self, language: str) -> str:
        """Write it as a language does."""
        script = _SCRIPT[language]
        words = ("".join(_SYLLABLES[each][script] for each in word) for word in self.syllables)
        return ("·" if language == "zh" else " ").join(word.capitalize() if script == 0 else word for word in words)

    def shown(self, language: str) -> str:
        """Write it as a language does, with the Latin form beside where that is another."""
        written = self.of(language)
        return written if written == self.latin else f"{written} ({self.latin})"

    def forms(self) -> list[str]:
        """All the ways in which it is written."""
        return list(dict.fromkeys(self.of(language) for language in _SCRIPT))

    def near(self) -> Name:
        """A name that is easily taken for it: one syllable more."""
        (word,) = self.syllables
        return Name(((*word, (word[-1] + 7) % len(_SYLLABLES)),))


def drawn(rng: random.Random, taken: set[str]) -> Name:
    """Draw a name of one word that no other begins with, and that begins with no other."""
    while True:
        name = Name((tuple(rng.sample(range(len(_SYLLABLES)), 3)),))
        if not any(each.startswith(name.latin) or name.latin.startswith(each) for each in taken):
            taken.add(name.latin)
            return name


def person(rng: random.Random, taken: set[str]) -> Name:
    """Draw somebody's first and last name."""
    while True:
        parts = (tuple(rng.sample(range(len(_SYLLABLES)), 2)), tuple(rng.sample(range(len(_SYLLABLES)), 2)))
        name = Name(parts)
        if name.latin not in taken:
            taken.add(name.latin)
            return name


@lru_cache
def read(text: str) -> Name | None:
    """Read a name, in any script; None where it is none of ours."""
    text = text.strip()
    for script in range(3):
        words: list[tuple[int, ...]] = []
        for word in text.lower().replace("·", " ").split():
            found = next(_cuts(word, script), None)
            if found is None:
                break
            words.append(found)
        else:
            return Name(tuple(words)) if words else None
    return None


def _cuts(word: str, script: int) -> Iterator[tuple[int, ...]]:
    if not word:
        yield ()
    for number, forms in enumerate(_SYLLABLES):
        if word.startswith(forms[script]):
            yield from ((number, *rest) for rest in _cuts(word[len(forms[script]) :], script))
