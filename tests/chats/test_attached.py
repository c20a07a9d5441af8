"""Particles that are written as part of the next word: a word is found with and without them, and no other word is."""

from __future__ import annotations

import time

import pytest

from earthshine.accounts.ownership import Owner
from earthshine.chats.attached import spellings
from earthshine.chats.search import search
from earthshine.chats.words import normalise, parse
from earthshine.database import Database
from tests.chats.rows import add_chat, add_turn

ME = Owner("default", "user_me")

# A query, texts in which it is, and texts in which it is not.
CASES: list[tuple[str, str, str]] = [
    # Each particle, alone and with the article and others before it.
    (
        "كتاب",
        "كتاب الكتاب والكتاب فالكتاب بالكتاب كالكتاب للكتاب وبالكتاب فبالكتاب وكالكتاب وللكتاب فللكتاب",
        "كاتب مكتب تاب",
    ),
    ("كتاب", "وكتاب فكتاب بكتاب ككتاب لكتاب وبكتاب ولكتاب وككتاب فبكتاب فلكتاب كتابه كتابي وكتابها بكتابهم", "كتب"),
    ("قلم", "القلم والقلم بالقلم وقلم بقلم لقلم كقلم فقلم وبقلم", "قل"),
    # The other way round.
    ("والكتاب", "كتاب الكتاب بالكتاب وكتاب لكتاب والكتاب", "الكتب والد"),
    ("لكتاب", "والكتاب كتاب للكتاب", "تاب"),
    ("للكتاب", "والكتاب كتاب", "تاب"),
    ("وبالقلم", "قلم القلم بقلم", "قل"),
    ("وقلم", "قلم والقلم", "قل قلما"),
    ("اليد", "يد باليد واليد", "يدرس يدري"),
    ("يد", "اليد باليد واليد لليد", "وليد بيدر فيد"),
    # Beginnings of words, as somebody types.
    ("الكتا", "كتابة والكتابة بكتابة", "كتب تاب"),
    ("مكت", "المكتبة والمكتب بمكتبة للمكتبة", "كتب"),
    ("كت", "كتاب الكتاب والكتب للكتابة", "سكت"),
    # How it is spelt: marks, tatweel, hamza, ta marbuta, alef maqsura, letters of Persian and Urdu, digits.
    ("مكتبه", "والمَكْتَبَةُ بالمكتبـــة لمكتبة", "مكتب"),
    ("إسلام", "والإسلام الاسلام للأسلام", "سلام"),
    ("مستشفي", "المستشفى بالمستشفى والمستشفي", "شفي"),
    ("مسؤول", "المسؤول والمسوول", "سول"),
    ("شئون", "والشئون الشيون", "شان"),
    ("کتاب", "والكتاب کتاب", "تاب"),
    ("كتاب", "کتابہ کتابیں ڪتاب", "تاب"),
    ("علی", "عَلِيّ وعلى علي", "عال"),
    ("١٩٨٤", "1984 ۱۹۸۴", "84"),
    ("ٱلرحمن", "الرَّحْمَٰن والرحمن بالرحمن", "رحم"),
    # Will, before a verb.
    ("يكتب", "سيكتب وسيكتب فسيكتب ويكتب ليكتب", "كتب"),
    ("سنذهب", "نذهب ونذهب", "ذهب"),
    ("أذهب", "سأذهب وسأذهب", "ذهب"),
    # Letters that are no particles.
    ("لد", "لد اللد", "ولد والد بلد ولده"),
    ("ولد", "ولد الولد والولد لولد", "لد لدي لده"),
    ("تاب", "تاب وتاب فتاب", "كتاب وكتاب كتابه"),
    ("مال", "مال المال بالمال ومال", "كمال جمال وكمال"),
    ("كمال", "كمال وكمال لكمال", "مال المال"),
    ("كلام", "الكلام وكلام", "لام اللام"),
    ("بنات", "البنات وبنات", "نات"),
    ("ريم", "ريم وريم", "كريم كريمة بكريم"),
    ("عيد", "عيد العيد بالعيد", "بعيد بعيدا وبعيد"),
    ("حار", "حار وحار والحار", "بحار البحار"),
    ("طاقة", "طاقة الطاقة وطاقة", "بطاقة البطاقة بطاقتي"),
    ("زير", "زير", "وزير الوزير"),
    ("نان", "نان", "لبنان فنان"),
    ("لسطين", "لسطين", "فلسطين وفلسطين فلسطيني"),
    ("ياسة", "ياسة", "سياسة السياسة"),
    ("له", "له", "الله والله بالله"),
    ("الله", "الله والله بالله", "له لها"),
    ("تي", "تي", "التي والتي"),
    ("والد", "والد الوالد والده", "الدار الدين"),
    ("وجود", "الوجود ووجود", "جود"),
    # Hebrew.
    ("ספר", "ספר הספר וספר והספר שהספר מהספר ספרים", "מספר המספר"),
    ("הספר", "ספר והספר", "מספר סוף"),
    ("מחשב", "המחשב במחשב למחשב ובמחשב כמחשב", "חשב"),
    ("מים", "מים המים ומים", "שמים"),
    ("דור", "דור הדור", "כדור"),
    # Other scripts have no such particles.
    ("moon", "moon moonlight", "amoon"),
]


def finds(query: str, word: str) -> bool:
    """Tell as the databases do whether a query finds a word."""
    (term,) = parse(query)
    known = normalise(word)
    return any(known.startswith(each.words[0]) if each.begins else known == each.words[0] for each in spellings(term))


@pytest.mark.parametrize(("query", "found", "other"), CASES)
def test_a_word_is_found_with_its_particles_and_no_other_is(query: str, found: str, other: str) -> None:
    assert [word for word in found.split() if not finds(query, word)] == []
    assert [word for word in other.split() if finds(query, word)] == []


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
