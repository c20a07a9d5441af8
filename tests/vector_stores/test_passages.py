"""Cutting a text into passages: nothing is lost, nothing twice, and on its structure."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.documents.document import Heading
from earthshine.vector_stores.ingestion.passages import Chunking, Passage, cut, last_heading

TEXTS = st.text(
    st.sampled_from("ab .!?\n;。月 قمر؟،") | st.characters(exclude_categories=["Cs"]), max_size=2000
) | st.lists(st.sampled_from(["Hello. ", "قمر ", "\n\n", "月。", "word ", "1234", "\n"]), max_size=3000).map("".join)
SIZES = st.sampled_from([Chunking(), Chunking(20, 10), Chunking.static(100, 0), Chunking(5, 1)])


def pieces(text: str, found: list[Passage]) -> list[str]:
    return [text[each.start : each.end] for each in found]


@given(TEXTS, SIZES, st.lists(st.integers(0, 1999), max_size=5))
def test_passages_follow_each_other_without_a_gap(text: str, size: Chunking, places: list[int]) -> None:
    headings = [Heading(at, min(at + 3, len(text)), 1) for at in sorted(set(places)) if at < len(text)]
    found = list(cut(text, headings, size))
    assert "".join(pieces(text, found)) == ("" if not text or text.isspace() else text)
    assert all(each.start < each.end for each in found)


@given(TEXTS, st.sampled_from([Chunking(20, 10, 10), Chunking.static(100, 50), Chunking(5, 1, 2)]))
def test_overlapping_ones_cover_everything_and_go_on(text: str, size: Chunking) -> None:
    found = list(cut(text, [], size))
    if not found:
        assert not text or text.isspace()
        return
    assert (found[0].start, found[-1].end) == (0, len(text))
    for one, two in pairwise(found):
        assert one.start < two.start <= one.end < two.end


def test_they_end_where_sentences_do() -> None:
    text = " ".join(f"This is sentence number {number} of a long paragraph." for number in range(200))
    found = pieces(text, list(cut(text, [], Chunking())))
    assert len(found) > 3
    assert all(each.rstrip().endswith(".") for each in found)
    arabic = " ".join("يضيء القمر ليلا، ويغيب نهارا؟" for _ in range(200))
    assert all(each.rstrip().endswith("؟") for each in pieces(arabic, list(cut(arabic, [], Chunking()))))
    chinese = "月亮在夜里发光。" * 400
    assert all(each.endswith("。") for each in pieces(chinese, list(cut(chinese, [], Chunking()))))


def test_a_section_begins_a_passage_and_names_it() -> None:
    sections = [f"Part {name}\n\n" + f"Something about {name}. " * 20 + "\n\n" for name in "ABC"]
    text = "".join(sections)
    starts = [0, len(sections[0]), len(sections[0]) + len(sections[1])]
    headings = [Heading(start, start + 6, 1) for start in starts]
    found = list(cut(text, headings, Chunking(), "Before"))
    assert [each.heading for each in found] == ["Part A", "Part B", "Part C"]
    assert [each.start for each in found] == starts
    assert last_heading(text, headings, "Before") == "Part C"
    # What stands before the first heading belongs to that of the part before.
    later = list(cut("Words. " * 100 + text, [Heading(700, 706, 1)], Chunking(), "Before"))
    assert later[0].heading == "Before"


@pytest.mark.parametrize(
    "text", ["a" * 400_000, "。" * 400_000, "x y " * 100_000, "a\n" * 200_000, "\n" * 400_000 + "a"]
)
def test_a_large_text_takes_a_time_that_grows_with_it(text: str) -> None:
    began = time.process_time()
    found = list(cut(text, [], Chunking()))
    assert time.process_time() - began < 20
    assert "".join(pieces(text, found)) == text
    assert max(each.end - each.start for each in found) < 30_000
