"""What is true in the region: things of four kinds, their facts, and the part that each plays in the questions."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.research.world import names
from bench.research.world.names import Name
from bench.research.world.phrases import KINDS, LANGUAGES, YEAR, Told, Value, attributes

SEED = 17
_OF_A_LANGUAGE = 20
PARTS: dict[int, tuple[str, str]] = {
    0: ("contradiction", "area"),
    1: ("contradiction", "length"),
    2: ("contradiction", "staff"),
    3: ("copies", "budget"),
    4: ("outdated", "mayor"),
    5: ("copies", "cost"),
    6: ("outdated", "staff"),
    7: ("near", "staff"),
    8: ("year", "population"),
    9: ("injection", "architect"),
    10: ("injection", "revenue"),
    11: ("missing", "director"),
}
"""What is special of the things of a language, by their number, and of which of their facts."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A town, a bridge, a company or an institute."""

    kind: str
    name: Name
    language: str
    """Of its own page."""
    facts: dict[str, Value]
    part: str = "plain"
    special: str = ""
    """The fact that its part is about."""
    other: Value = 0
    """What is said of that fact as well: by others, earlier, or of a thing with a near name."""

    def told(self, attribute: str, value: Value | None = None, year: int = YEAR) -> Told:
        """Return one of its facts, or another value in its place."""
        return Told(self.kind, attribute, self.name.latin, self.facts[attribute] if value is None else value, year)

    @property
    def host(self) -> str:
        """Where its own pages are."""
        return f"{self.name.latin.lower()}.example"


def things(seed: int = SEED) -> dict[str, list[Thing]]:
    """Return all things by language; with the same seed, the same."""
    rng = random.Random(seed)
    taken, people = set[str](), set[str]()
    made: dict[str, list[Thing]] = {}
    for language in LANGUAGES:
        made[language] = []
        for number in range(_OF_A_LANGUAGE):
            kind = KINDS[number % len(KINDS)]
            facts = {each: _value(each, rng, people) for each in attributes(kind)}
            part, special = PARTS.get(number, ("plain", ""))
            other: Value = _other(special, facts[special], rng, people) if special else 0
            made[language].append(Thing(kind, names.drawn(rng, taken), language, facts, part, special, other))
    return made


def unmarked(seed: int = SEED) -> dict[str, list[Thing]]:
    """Return things, one of each kind and language, whose names no question marks: see `phrases.unmarked`.

    They come after all others, whose pages stay as they are.
    """
    taken = {each.name.latin for some in things(seed).values() for each in some}
    rng, people = random.Random(seed + 2), set[str]()
    made: dict[str, list[Thing]] = {}
    for place, language in enumerate(LANGUAGES):
        made[language] = []
        for number, kind in enumerate(KINDS):
            facts = {each: _value(each, rng, people) for each in attributes(kind)}
            special = attributes(kind)[(place + number) % len(facts)]
            other = _other(special, facts[special], rng, people)
            name = names.drawn(rng, taken)
            made[language].append(Thing(kind, name, language, facts, "unmarked", special, other))
    return made


def _value(attribute: str, rng: random.Random, people: set[str]) -> Value:
    if attribute in ("mayor", "architect", "chief", "director"):
        return names.person(rng, people)
    if attribute == "opened":
        return f"{rng.randint(1880, 2019)}-{rng.randint(1, 12):02}-{rng.randint(13, 28)}"
    low, high = {"founded": (1400, 1990), "population": (11_000, 98_000), "area": (41, 990), "length": (210, 980)}.get(
        attribute, (1100, 9900)
    )
    return rng.randint(low, high)


def _other(attribute: str, value: Value, rng: random.Random, people: set[str]) -> Value:
    if isinstance(value, int):
        return value + rng.randint(3, 9) * max(1, value // 30)
    return _value(attribute, rng, people)
