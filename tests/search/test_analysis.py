"""What a passage is found by and what a query looks for, in any script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.search.analysis import passage_terms, query_terms
from earthshine.search.languages import LANGUAGES, language_of


def finds(query: str, text: str, *languages: str) -> bool:
    """Tell whether every word of a query has a form that the text has."""
    known = passage_terms(text)
    for word in query.split():
        asked = query_terms(word, languages or (known.language,))
        if not set(asked.words) & set(known.words) and not set(asked.stems) & set(known.stems):
            return False
    return True


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("كتاب", "والكتاب على الطاولة"),
        ("والكتاب", "هذا كتاب"),
        ("كتابنا", "قرأت الكتاب"),
        ("معلمون", "رأيت المعلمين"),
        ("العقد", "وَقَّعَ عَقْدًا"),
        ("مدرسة", "مدارسنا ومدرستنا"),
        ("سيكتب", "يكتب الرسالة"),
        ("بالقانون", "نص القانون"),
        ("2026", "سنة ٢٠٢٦"),
        ("١٢٣٤", "le prix est de 1,234 euros"),
        ("1234.56", "the price is 1,234.56"),
        ("1234.56", "السعر ١٬٢٣٤٫٥٦ دينار"),
        ("3,14", "π ≈ 3.14"),
        ("contrat", "les contrats sont signés dans la ville"),
        ("societes", "la société et le droit"),
        ("nationaux", "le droit national est dans la loi"),
        ("contract", "the contracts of the company"),
        ("policies", "the policy is not in force"),
        ("Verträge", "der Vertrag und die Verträgen"),
        ("книга", "он читал книгами"),
        ("合同", "本合同自签字之日起生效"),
        ("約", "契約を結ぶ"),
        ("契約", "契約を結ぶ"),
        ("ราคา", "ราคาบ้าน"),
        ("학교", "학교에서 공부했다"),
        ("ספר", "והספר על השולחן"),
        ("max_tokens", "set maxTokens to 5"),
        ("maxTokens", "set max_tokens to 5"),
        ("tokens", "set maxTokens to 5"),
        ("http", "class HTTPServer"),
        ("STRASSE", "in der Straße"),
        ("ﬁle", "a file is here"),
    ],
)
def test_a_word_finds_its_other_forms(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("كتاب", "هذا حساب"),
        ("合同", "同合"),
        ("contrat", "les contraintes sont dans la loi"),
        ("1234", "12 34"),
        ("وزير", "زير"),
    ],
)
def test_other_words_are_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


def test_the_same_form_weighs_more_than_another() -> None:
    known = passage_terms("les contrats")
    same, other = query_terms("contrats", ("french",)), query_terms("contrat", ("french",))
    assert (set(same.words) & set(known.words), set(same.stems) & set(known.stems)) == ({"contrats"}, {"contrat"})
    assert (set(other.words) & set(known.words), set(other.stems) & set(known.stems)) == (set(), {"contrat"})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("english", "the sun is in the sky and it is not for you"),
        ("french", "le soleil est dans le ciel et il ne voit pas la lune"),
        ("german", "die Sonne ist nicht auf der Erde und das ist gut"),
        ("spanish", "el sol y la luna son para los que no duermen en la casa"),
        ("english", "Qwen llama torch"),
    ],
)
def test_function_words_tell_the_language(language: str, text: str) -> None:
    assert language_of(text.lower().split()) == language


@given(st.text(max_size=200))
def test_any_word_is_found_by_itself(text: str) -> None:
    """Whatever language it was taken for, and whatever others there are."""
    known = passage_terms(text)
    asked = query_terms(text, tuple(dict.fromkeys((known.language or "english", "french", "turkish"))))
    assert set(asked.words) <= set(known.words)
    stems = set(known.stems)
    assert not text.strip() or not known.words or set(asked.words) & set(known.words) or stems & set(asked.stems)
    assert all(word and not any(letter.isspace() for letter in word) for word in known.words + known.stems)


@given(st.text(max_size=100))
def test_a_term_does_not_depend_on_composition_or_case(text: str) -> None:
    import unicodedata

    composed = passage_terms(unicodedata.normalize("NFC", text))
    assert passage_terms(unicodedata.normalize("NFD", text)).words == composed.words


@pytest.mark.parametrize(
    "text",
    ["a" * 400_000, "a_" * 200_000, "1," * 200_000, "123," * 100_000, "é" * 200_000, "و" * 200_000, "中" * 200_000,
     "aB1" * 100_000, "e\u0301\u0302" * 100_000, "A1 " * 100_000],
)  # fmt: skip
def test_the_time_is_in_proportion_to_the_text(text: str) -> None:
    begun = time.thread_time()
    passage_terms(text)
    assert time.thread_time() - begun < 10
    begun = time.thread_time()
    query_terms(text, LANGUAGES)
    assert time.thread_time() - begun < 5
