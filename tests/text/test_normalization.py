"""Words: whatever a text is written in, its own words find it, and so do the ways in which people write them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from earthshine.text.normalization import LONGEST, normalise, tokenize
from earthshine.text.search_terms import Term, parse_terms
from earthshine.text.snippets import LENGTH, snippet

SCRIPTS = "aZéÉßœ9 _-.'\"قمرأإآةىٱـَّء٣中文字かがガｶﾞ한국हिन्दीไทยשָ😀👍🏽❤️½ﷺ㍿\u200d\u00ad\0"
TEXT = st.text(st.sampled_from(SCRIPTS) | st.characters(exclude_categories=["Cs"]), max_size=60)


def has(text: str, terms: Sequence[Term]) -> bool:
    """Tell as the databases do whether a text has all terms."""
    known = normalise(text).split()

    def stands(term: Term) -> bool:
        if term.begins:
            return any(word.startswith(term.words[0]) for word in known)
        size = len(term.words)
        return any(tuple(known[place : place + size]) == term.words for place in range(len(known)))

    return all(stands(term) for term in terms)


@given(text=TEXT)
@example("ء")
@example("ﷺ ½")
@example("x" * 200)
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    assert has(text, parse_terms(text))
    for word in tokenize(text):
        assert has(text, parse_terms(text[word.start : word.end]))
    assert has(text, parse_terms('"' + text.replace('"', " ") + '"'))


@given(text=TEXT)
def test_words_are_what_the_indexes_keep_as_one(text: str) -> None:
    known = normalise(text)
    assert known.split() == known.split(" ") or known == ""
    assert known.split() == [word.text for word in tokenize(text)]
    assert all(len(word) <= LONGEST and not set(word) & set("\"'\\^=:*&|!()<> ") for word in known.split())


@given(text=TEXT)
def test_places_are_inside_the_text(text: str) -> None:
    end = 0
    for word in tokenize(text):
        assert word.start < word.end <= len(text)
        assert word.start >= end or word.end == end
        end = word.end


@given(text=st.text(st.sampled_from("aé قم中 \n."), max_size=600), query=TEXT.filter(parse_terms))
def test_snippets_highlight_what_was_asked_for(text: str, query: str) -> None:
    found = snippet(text, [[term] for term in parse_terms(query)])
    assert len(found.text) <= LENGTH + 2
    assert found.text.strip("…") in text
    end = 0
    for first, last in found.highlights:
        assert end <= first < last <= len(found.text)
        end = last
        shown = normalise(found.text[first:last])
        assert any(shown.startswith(" ".join(term.words)) for term in parse_terms(query))


@given(before=st.text(st.sampled_from("ab \n"), max_size=400), after=st.text(st.sampled_from("ab "), max_size=400))
def test_what_is_found_is_shown(before: str, after: str) -> None:
    text = f"{before} زهرة القمر {after}"
    found = snippet(text, [[term] for term in parse_terms("زهره الق")])
    assert [found.text[first:last] for first, last in found.highlights] == ["زهرة", "القمر"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("L'élève a mangé", "ELEVE mange"),
        ("un cœur d'œuvre", "coeur oeuvre"),
        ("Die Straße", "STRASSE"),
        ("İstanbul ve Iğdır", "istanbul igdir"),
        ("مَكْتَبَةٌ كبيرة", "مكتبه كبيرة"),
        ("إلى المستشفى", "الي المستشفي"),
        ("أحمد آمن", "احمد امن"),
        ("جميـــل", "جميل"),
        ("سنة ١٩٨٤", "1984"),
        ("می‌خواهم کتاب", "ميخواهم كتاب"),
        ("机器学习很有趣", "学习"),
        ("ｆｕｌｌ width", "full"),
        ("ﷺ", "الله"),
        ("שָׁלוֹם", "שלום"),
        ("नमस्ते", "नमस्ते"),
        ("a 👍🏽 from me", "👍"),
        ("2²", "22"),
        ("naïve e\u0301tude", "naive étude"),
    ],
)
def test_spellings_find_each_other(written: str, asked: str) -> None:
    assert has(written, parse_terms(asked))


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("机学器习", "机器"),
        ("カス", "ガス"),
        ("moonlight", "light"),
        ("hello big world", '"hello world"'),
        ("hello worlds", '"hello world"'),
        ("कि", "की"),
    ],
)
def test_other_words_do_not(written: str, asked: str) -> None:
    assert not has(written, parse_terms(asked))


def test_queries() -> None:
    assert parse_terms("Moon ligh") == [Term(("moon",), begins=True), Term(("ligh",), begins=True)]
    assert parse_terms('«clair de lune» “a b" x') == [
        Term(("clair", "de", "lune")),
        Term(("a", "b")),
        Term(("x",), True),
    ]
    assert parse_terms("月光GPT 机器") == [Term(("月", "光")), Term(("gpt",), True), Term(("机", "器"))]
    assert parse_terms('"never closed') == [Term(("never",), True), Term(("closed",), True)]
    assert parse_terms("moon MOON") == [Term(("moon",), begins=True)]
    assert parse_terms(' "" !?* ') == []
