"""Particles that are written as part of the next word: a word is found with and without them, and no other word is."""

from __future__ import annotations

import pytest

from earthshine.text.normalization import normalise
from earthshine.text.proclitics import spellings
from earthshine.text.search_terms import parse_terms

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
    (term,) = parse_terms(query)
    known = normalise(word)
    return any(known.startswith(each.words[0]) if each.begins else known == each.words[0] for each in spellings(term))


@pytest.mark.parametrize(("query", "found", "other"), CASES)
def test_a_word_is_found_with_its_particles_and_no_other_is(query: str, found: str, other: str) -> None:
    assert [word for word in found.split() if not finds(query, word)] == []
    assert [word for word in other.split() if finds(query, word)] == []
