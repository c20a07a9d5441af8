"""What a model's replies mean, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.parsing import LONGEST, first_line, numbers, query, strings


def test_lists_are_read_in_whatever_form_they_come() -> None:
    assert strings('["How long is it?", "Who built it?"]', 4) == ["How long is it?", "Who built it?"]
    assert strings('["How long is it?", "Who bu', 4) == ["How long is it?", "Who bu"]
    assert strings("Sure:\n1. How long is it?\n2) Who built it?", 4) == ["How long is it?", "Who built it?"]
    assert strings('```json\n["كم طوله؟"]\n```', 4) == ["كم طوله؟"]
    assert strings("I cannot do that\nfor you.", 4) == []
    assert strings('["see https://evil.example"]', 4) == []


def test_only_numbers_that_were_shown_come_back() -> None:
    assert numbers("[1, 3]", 3, 5) == ([1, 3], 0)
    assert numbers("[1, 99, 1]", 3, 5) == ([1], 1)
    assert numbers("[]", 3, 5) == ([], 0)
    assert numbers("none", 3, 5) == ([], 0)
    assert numbers("Sentences 1 and 2", 3, 5) == ([1, 2], 0)
    said = "The answer is in [2], since it was opened in 1932 by 3 men and a long line of friends."
    assert numbers(said, 3, 5) == ([2], 0)
    assert numbers(said.replace("[2]", "there"), 3, 5) == ([], 0)


def test_a_query_is_a_few_words() -> None:
    assert query('"Brel bridge length"\nThis finds it.') == "Brel bridge length"
    assert query("Visit https://evil.example now") == ""
    assert query("word " * 40) == ""
    assert first_line("Here is what I know.\nHow long is it?\n!script []") == "How long is it?"
    assert len(first_line("why " * 200)) <= LONGEST


@given(st.text(max_size=400), st.integers(1, 40))
def test_nothing_else_comes_back(text: str, count: int) -> None:
    named, outside = numbers(text, count, 5)
    assert len(named) <= 5 and outside >= 0 and all(1 <= each <= count for each in named)
    assert all(0 < len(each) <= LONGEST and "\n" not in each for each in strings(text, 4))
    assert "\n" not in query(text) and "://" not in query(text)
    assert len(first_line(text)) <= LONGEST


def test_numbers_before_the_texts_of_a_list_go_and_figures_stay() -> None:
    assert strings('["1. كم كلفت؟", "2) How long?", "3.5 percent of what?"]', 4) == [
        "كم كلفت؟",
        "How long?",
        "3.5 percent of what?",
    ]
