"""What MCP servers say of a search and of a document."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from earthshine.research.gathering.servers import MOST_FETCHED, document_in, ids_in


def test_the_ids_of_results_are_found_wherever_they_stand() -> None:
    results = [{"id": "a/1", "title": "One"}, {"title": "Two", "id": 7}, {"id": "a/1"}, {"id": "مرفأ"}]
    assert ids_in(json.dumps({"results": results})) == ["a/1", "7", "مرفأ"]
    assert ids_in("nothing was found") == []
    assert len(ids_in(json.dumps([{"id": str(number)} for number in range(50)]))) == MOST_FETCHED


@given(st.text(), st.text(), st.booleans())
def test_a_document_is_read_as_it_was_written(title: str, text: str, ascii_only: bool) -> None:
    told = json.dumps({"id": "1", "title": title, "text": text, "url": "https://a.example/1"}, ensure_ascii=ascii_only)
    assert document_in(told) == (title, text, "https://a.example/1")


@given(st.text(min_size=1), st.integers(0, 400))
@example("𐀀", 30)
def test_of_one_that_was_cut_the_beginning_is_left(text: str, most: int) -> None:
    whole = json.dumps({"title": "T", "text": text})
    cut = f"{whole[:most]}\n[9 more characters were left out]"
    told = document_in(cut)
    assert text.startswith(told.text) or told.text == cut


def test_what_has_no_fields_is_a_text() -> None:
    assert document_in("The bridge is long.") == ("", "The bridge is long.", "")
