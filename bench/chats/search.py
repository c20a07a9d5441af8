"""How long a search through all that a person ever said takes, on SQLite and on PostgreSQL.

    python -m bench.chats.search                     100,000 texts of one person, 50 searches of each kind
    python -m bench.chats.search --texts 5000        smaller

Texts are made up, in Arabic, French, English and Chinese, with the word frequencies of real ones (Zipf's law), by a
seeded generator. PostgreSQL is a throw-away cluster of the tests on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import insert, text

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.index import add_rows, rows_of
from earthshine.chats.search.search import search
from earthshine.chats.tables import chats
from earthshine.database import Database

OWNER, NEIGHBOUR = Owner("default", "user_one"), Owner("default", "user_two")
TURNS = 50
VOCABULARY = 20_000
AT_ONCE = 5000
"""Texts stored in one transaction: one for each chat would measure the disk."""

_SYLLABLES = {
    "en": ("th", "e", "an", "in", "er", "mo", "on", "li", "ght", "st", "ar", "is", "at", "re", "al"),
    "fr": ("le", "é", "que", "lu", "mi", "ère", "tion", "ou", "à", "ê", "tr", "an", "eur", "de", "ç"),
    "ar": ("ال", "م", "كت", "ب", "ة", "قم", "ر", "ون", "س", "ت", "أ", "ع", "ي", "ض", "ول"),
}


class Language:
    """Words with their frequencies; Chinese has characters and no spaces."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self._rng = rng
        self.gap = "" if name == "zh" else " "
        if name == "zh":
            self.words = [chr(code) for code in rng.sample(range(0x4E00, 0x9000), 3000)]
        else:
            made = {"".join(rng.choices(_SYLLABLES[name], k=rng.randint(1, 5))) for _ in range(2 * VOCABULARY)}
            self.words = sorted(made, key=lambda word: (len(word), word))[:VOCABULARY]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def say(self, count: int) -> list[str]:
        return self._rng.choices(self.words, cum_weights=self._weights, k=count)


def speak(languages: Sequence[Language], rng: random.Random) -> str:
    language = rng.choice(languages)
    return language.gap.join(language.say(min(2000, max(3, round(rng.lognormvariate(4.2, 1))))))


async def fill(database: Database, texts: int, rng: random.Random, languages: Sequence[Language]) -> float:
    begun = time.perf_counter()
    made: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = []

    async def store() -> None:
        async with database.write() as connection:
            await connection.execute(insert(chats), made)
            await add_rows(connection, said)
        made.clear()
        said.clear()

    for first in range(0, texts, TURNS):
        owner = NEIGHBOUR if first % (10 * TURNS) == 0 else OWNER
        chat = f"chat_{first:020}"
        now = 1_700_000_000_000 + first * 60_000
        row: dict[str, Any] = {"id": chat, "project": owner.project, "user": owner.user, "settings": {}}
        row |= {"title": speak(languages, rng)[:60], "title_source": "model", "created_at": now, "updated_at": now}
        rows = rows_of(owner, chat, "", "title", row["title"], at=now)
        for number in range(TURNS):
            role = "assistant" if number % 2 else "user"
            rows += rows_of(owner, chat, f"turn_{number // 2}", role, speak(languages, rng), at=now + number)
        made.append(row)
        said += rows
        if len(said) >= AT_ONCE:
            await store()
    await store()
    if database.shared:
        # As autovacuum does; it is off in the throw-away cluster.
        async with database.write() as connection:
            await connection.execute(text("ANALYZE chat_texts"))
    return time.perf_counter() - begun


def queries(rng: random.Random, languages: dict[str, Language]) -> dict[str, Callable[[], str]]:
    def spaced() -> Language:
        return languages[rng.choice(("en", "fr", "ar"))]

    return {
        "one word": lambda: spaced().say(1)[0],
        "three words": lambda: " ".join(spaced().say(3)),
        "three words that stand nowhere together": lambda: " ".join(each.say(1)[0] for each in languages.values()),
        "Arabic beginning": lambda: languages["ar"].say(1)[0][: rng.randint(1, 4)],
        "the Arabic article": lambda: "ال",
        "Chinese": lambda: "".join(languages["zh"].say(rng.randint(1, 3))),
        "a word of all": lambda: languages["en"].words[0],
        "nothing": lambda: "qqqqq zzzzz",
    }


async def ask(database: Database, rng: random.Random, languages: dict[str, Language], count: int) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for name, query in queries(rng, languages).items():
        times: list[float] = []
        found = 0
        for asked in [query() for _ in range(count)]:
            begun = time.perf_counter()
            found += len(await search(database, OWNER, asked, 20))
            times.append(1000 * (time.perf_counter() - begun))
        times.sort()
        results[name] = {
            "p50_ms": round(times[len(times) // 2], 1),
            "p95_ms": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
            "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
            "found": round(found / count, 1),
        }
    return results


async def measure(url: str, texts: int, count: int) -> dict[str, Any]:
    rng = random.Random(4)
    languages = {name: Language(name, rng) for name in ("en", "fr", "ar", "zh")}
    database = await Database.open(url)
    try:
        seconds = await fill(database, texts, rng, list(languages.values()))
        await ask(database, random.Random(6), languages, 2)
        return {
            "texts": texts,
            "seconds_to_fill": round(seconds, 1),
            **await ask(database, random.Random(5), languages, count),
        }
    finally:
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=50, help="of each kind")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    if given.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            figures["sqlite"] = asyncio.run(measure(f"sqlite:///{folder}/search.db", given.texts, given.searches))
    if given.only != "sqlite":
        from tests.postgres import running_cluster

        with running_cluster() as cluster:
            figures["postgresql"] = asyncio.run(measure(cluster.create(), given.texts, given.searches))
    print(json.dumps(figures, indent=2, ensure_ascii=False))
