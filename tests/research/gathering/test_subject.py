"""Whom a question is about, and which texts speak of them."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.research.gathering.subject import mentions, subject_of, touches


def about(text: str, told: list[str] | None = None) -> list[str]:
    question: Any = {"text": text}
    return list(subject_of(question, text, told or []))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the director of the Talrokju Institute?", ["talrokju institute"]),
        ("Who runs Société Générale d'Algérie?", ["societe generale algerie"]),
        ("What did the Bank of England decide in July?", ["bank england"]),
        ("What is the European Union's budget?", ["european union"]),
        ("Which of Paris and Lyon is older?", ["paris", "lyon"]),
        ("how high is the eiffel tower", []),
    ],
)
def test_words_with_capitals_that_stand_together_are_one_name(question: str, names: list[str]) -> None:
    assert about(question) == names


def test_names_that_the_model_told_count_where_they_stand() -> None:
    assert about("كم طول جسر بريل؟", ["بريل", "تونس"]) == ["بريل"]


def test_who_shares_a_common_word_with_the_name_is_somebody_else() -> None:
    subject = about("Who is the director of the Talrokju Institute?")
    other = "Gartalrok. The institute stands in Gartalrok. The director of the Gartalrok Institute is Febu Helju."
    assert not mentions(other, subject)
    assert not touches(other, subject)
    assert touches("Talrokju. Its director is Zanna Misvir.", subject)


def test_a_surname_touches_the_whole_name() -> None:
    subject = about("When did Marie Curie die?")
    assert not mentions("Madame Curie died in 1934.", subject)
    assert touches("Madame Curie died in 1934.", subject)


def test_a_latin_name_within_a_word_is_none_and_an_arabic_one_after_its_article_is() -> None:
    assert not mentions("One can trust it.", about("Who made the language Rust?"))
    assert mentions("افتتح بالبريل", about("متى افتتح بريل؟", ["بريل"]))
    assert not mentions("افتتح جسر بريلون", about("متى افتتح بريل؟", ["بريل"]))
