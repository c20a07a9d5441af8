"""The fixed words of reports."""

from __future__ import annotations

from dataclasses import fields

from earthshine.research.writing.words import language_name, words_of


def test_each_language_has_words_of_its_own() -> None:
    english, other = words_of("en"), [words_of(each) for each in ("ar", "fr", "zh")]
    for field in fields(english):
        assert all(getattr(each, field.name) for each in other), field.name
    assert len({each.summary for each in (english, *other)}) == 4
    assert words_of("de") == english
    assert language_name("ar") == "Arabic" and language_name("") == "the language of the question"
