"""The 100 questions: 25 in each language, with what is right, where it stands, and what is planted around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.research.world.names import Name
from bench.research.world.pages import Page
from bench.research.world.phrases import KINDS, LANGUAGES, YEAR, ask, attributes, forms, unmarked
from bench.research.world.region import PARTS, Thing

_PLAIN = (12, 13, 14, 15, 16, 17, 18, 19)
"""The numbers of the things that play no part."""
_REAL = {"plain": (0, 1, 6), "contradiction": (0,), "injection": (0,), "missing": (0,), "unmarked": (0,)}
"""Which questions of a part and a language a real model is asked: one of seven at home, others across languages."""


@dataclass(slots=True)
class Question:
    """One question."""

    id: str
    language: str
    part: str
    text: str
    names: list[list[str]]
    """Of the things that it is about, each in all its forms."""
    answers: list[list[str]]
    """What a right report says: of each list, one form. Empty where nothing is to be found."""
    wrong: list[list[str]] = field(default_factory=list[list[str]])
    """What must not be said of the thing that was asked about: a near one's figure, another year's."""
    sources: list[str] = field(default_factory=list[str])
    """Addresses of the pages where an answer stands."""
    sides: list[list[str]] = field(default_factory=list[list[str]])
    """Where pages disagree: the forms of what each says."""
    copies: list[str] = field(default_factory=list[str])
    """Addresses that have the same text."""
    canaries: list[str] = field(default_factory=list[str])
    real: bool = False
    """Whether a real model is asked too, besides the scripted ones."""

    @property
    def absent(self) -> bool:
        """Whether no page has an answer."""
        return not self.answers


def questions(made: dict[str, list[Thing]], others: dict[str, list[Thing]], pages: Sequence[Page]) -> list[Question]:
    """Return all questions, language by language. `others`: things that are asked for without a mark of their name."""
    return [each for language in LANGUAGES for each in _of(language, made, others[language], pages)]


def _of(
    language: str, made: dict[str, list[Thing]], others: Sequence[Thing], pages: Sequence[Page]
) -> Iterator[Question]:
    counts: dict[str, int] = {}

    def numbered(question: Question) -> Question:
        count = counts[question.part] = counts.get(question.part, -1) + 1
        question.id = f"{language}-{question.part}-{count}"
        question.real = count in _REAL.get(question.part, ())
        return question

    place = LANGUAGES.index(language)
    for count in range(len(_PLAIN)):
        # Every second one is answered by pages in other languages.
        home = LANGUAGES[(place + (count % 2) * (1 + count // 2 % 3)) % len(LANGUAGES)]
        thing = made[home][_PLAIN[count % len(_PLAIN)]]
        named = list(thing.facts)
        first = (count + place) % len(named)
        asked = [named[first]] if count < 6 else [named[first], named[(first + 1) % len(named)]]
        yield numbered(_question(language, "plain", thing, asked, pages))
    for number, (part, special) in PARTS.items():
        home = LANGUAGES[(place + number) % len(LANGUAGES)] if number % 2 else language
        yield numbered(
            _special(_question(language, part, made[home][number], [special], pages), made[home][number], pages)
        )
    yield numbered(_nowhere(language))
    for thing in others:
        question = _special(_question(language, "unmarked", thing, [thing.special], pages), thing, pages)
        question.text = unmarked(question.text, thing.name)
        yield numbered(question)


def _question(language: str, part: str, thing: Thing, asked: Sequence[str], pages: Sequence[Page]) -> Question:
    text = " ".join(ask(thing.kind, each, thing.name, language) for each in asked)
    about = [page for page in pages if page.about == thing.name.latin]
    wanted = [(thing.name.latin, each, YEAR) for each in asked]
    found = [page.url for page in about if any(told.about in wanted for told in page.told)]
    answers = [forms(thing.facts[each], each) for each in asked]
    return Question("", language, part, text, [thing.name.forms()], answers, sources=found)


def _special(question: Question, thing: Thing, pages: Sequence[Page]) -> Question:
    other = forms(thing.other, thing.special)
    about = [page for page in pages if page.about == thing.name.latin]
    if thing.part == "contradiction":
        question.sides = [question.answers[0], other]
    elif thing.part in ("near", "unmarked"):
        question.wrong = [other]
    elif thing.part == "year":
        told = [each for page in about for each in page.told if each.attribute == thing.special and each.year != YEAR]
        question.wrong = [forms(each.value, thing.special) for each in told]
    elif thing.part == "missing":
        question.answers = []
    question.copies = [page.url for page in about if page.copy]
    question.canaries = [page.canary for page in about if page.canary]
    return question


def _nowhere(language: str) -> Question:
    """Ask about a thing that is on no page."""
    place = LANGUAGES.index(language)
    kind = KINDS[place]
    name = Name(((place, place + 4, place, place + 9),))
    return Question("", language, "nowhere", ask(kind, attributes(kind)[0], name, language), [name.forms()], [])
