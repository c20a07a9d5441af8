"""Particles in the index: what `tests/text/test_proclitics.py` says of words, the databases find."""

from __future__ import annotations

import time

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.search import search
from earthshine.database import Database
from tests.chats.rows import add_chat, add_turn
from tests.text.test_proclitics import CASES

ME = Owner("default", "user_me")


async def test_databases_find_the_same(database: Database) -> None:
    """All cases again, through the index."""
    chat = await add_chat(database, ME, "-")
    turns = {
        word: await add_turn(database, ME, chat, word)
        for word in dict.fromkeys(word for _, found, other in CASES for word in f"{found} {other}".split())
    }
    for query, found, other in CASES:
        hits = {match.turn_id for match in await search(database, ME, query, 100)}
        assert {word for word in found.split() if turns[word] not in hits} == set(), query
        assert {word for word in other.split() if turns[word] in hits} == set(), query


async def test_what_is_quoted_is_found_as_it_is_written(database: Database) -> None:
    chat = await add_chat(database, ME, "والكتاب")
    await add_turn(database, ME, chat, "السَّلَامُ عَلَيْكُم والكتاب", "للقمر كتاب")
    for query, hits in (
        ("كتاب", 3),
        ('"كتاب"', 1),
        ('"السلام عليكم والكتاب"', 1),
        ('"السلام عليكم كتاب"', 0),
        ("سلام كتاب", 1),
        ("قمر بالكتاب", 1),
    ):
        assert len(await search(database, ME, query)) == hits, query
    (match,) = await search(database, ME, "سلام كتاب")
    shown = [match.snippet.text[first:last] for first, last in match.snippet.highlights]
    assert shown == ["السَّلَامُ", "والكتاب"]


async def test_the_longest_query_of_such_words_takes_no_long_time(database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    for number in range(20):
        await add_turn(database, ME, chat, "والكتاب قلم " * 200 + str(number))
    query = " ".join(f"وقل{first}{second}" for first in "ابتثجحخدذرزسشص" for second in "ابتثجح")[:500]
    begun = time.perf_counter()
    await search(database, ME, query)
    await search(database, ME, "قلم " * 60 + "كتاب " * 60)
    assert time.perf_counter() - begun < 3
