"""Translations that keep figures and names, and those that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.weighing.across import matches

KEPT = [
    ("The tower is 330 m tall.", "يبلغ ارتفاع البرج ٣٣٠ مترا.", "ar"),
    ("It cost 250 million euros in March 2024.", "2024年3月,耗资2.5亿欧元。", "zh"),
    ("The three towns have 12 bridges", "Les 3 villes ont 12 ponts", "fr"),
    ("He came on 3 March 2024", "Il est venu le 03/03/2024", "fr"),
    ("Population: 1,234", "Population : 1 234", "fr"),
    ("Dorn SA built it", "Dorn SA l'a construit", "fr"),
    ("12 %", "百分之十二", "zh"),
    ("12%", "12 في المئة", "ar"),
    ("فتح الجسر عام 1998", "The bridge opened in 1998.", "en"),
    ("وصلت نسبة البطالة إلى ٩٫٥٪", "Unemployment reached 9.5%", "en"),
]
LOST = [
    ("The tower is 330 m tall.", "يبلغ ارتفاع البرج 303 أمتار.", "ar"),
    ("It cost 250 million euros.", "耗资25亿欧元。", "zh"),
    ("He came on 3 March 2024", "Il est venu le 4 mars 2024", "fr"),
    ("He came on 3 March 2024", "Il est venu en mars 2024", "fr"),
    ("Dorn SA built it in Qalmar", "Acme l'a construit à Velding", "fr"),
    ("Le pont est long", "The bridge is long", "ar"),
    ("Le pont est long.", "The bridge is 5 m long.", "en"),
    ("nothing", "لا شيء. 2024", "ar"),
    ("The tower is tall.", "", "fr"),
    ("Short.", "Une phrase qui n'en finit pas. " * 20, "fr"),
]


@pytest.mark.parametrize(("original", "translation", "language"), KEPT)
def test_takes_what_says_the_same_figures(original: str, translation: str, language: str):
    assert matches(original, translation, language)


@pytest.mark.parametrize(("original", "translation", "language"), LOST)
def test_refuses_what_says_others(original: str, translation: str, language: str):
    assert not matches(original, translation, language)


@given(st.integers(13, 10**9), st.integers(13, 10**9))
def test_a_figure_is_the_same_in_other_digits_only(one: int, other: int):
    arabic = "".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in str(other))
    assert matches(f"There are {one} of them.", f"يوجد منها {arabic}", "ar") == (one == other)
    assert matches(f"There are {one:,} of them.", f"Il y en a {other:,}".replace(",", "\u202f"), "fr") == (one == other)


@given(st.text(max_size=100), st.text(max_size=100))
def test_takes_any_texts(one: str, other: str):
    matches(one, other, "fr")
