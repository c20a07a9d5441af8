"""Citations as footnotes of Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.conversations.footnotes import with_footnotes


def message(text: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "content": [{"type": "output_text", "text": text, "annotations": list(annotations)}]}


def cited(index: int, quote: str = "Haute de\n330 mètres.", **more: Any) -> dict[str, Any]:
    return {"type": "file_citation", "file_id": "f", "filename": "tour.pdf", "index": index, "quote": quote, **more}


def test_each_passage_is_one_note_with_file_page_and_quotation() -> None:
    text = "It is 330 m high. Truly. 🗼 See."
    places = [text.index("."), len(text) - 1]
    [first, again] = [cited(place, part="3") for place in places]
    other = cited(len("It is 330 m high. Truly"), "Peinte.", part="Sheet 1")
    made = with_footnotes([message(text, first, again, other), {"type": "function_call"}], 4)
    assert made == (
        "It is 330 m high[^4]. Truly[^5]. 🗼 See[^4].\n\n"
        "[^4]: tour.pdf, page 3: “Haute de 330 mètres.”\n[^5]: tour.pdf, Sheet 1: “Peinte.”",
        6,
    )


@pytest.mark.parametrize(
    ("filename", "place"), [("a.PPTX", "a.PPTX, slide 3"), ("a.md", "a.md"), ("a.PDF", "a.PDF, page 3")]
)
def test_a_number_is_called_what_people_call_it(filename: str, place: str) -> None:
    note = {**cited(2, "Peinte.", part="3"), "filename": filename}
    assert with_footnotes([message("It.", note)])[0].endswith(f"[^1]: {place}: “Peinte.”")


def test_tables_and_code_stay_whole() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert "| 1 | 2[^1] |" in with_footnotes([message(table, cited(len(table)))])[0]
    code = "```\nx\n```"
    assert with_footnotes([message(code, cited(len(code)))])[0].startswith("```\nx\n```\n\n[^1]")


def test_what_cites_nothing_stays_as_it_is() -> None:
    link = {"type": "url_citation", "url": "x", "title": "x", "start_index": 0, "end_index": 1}
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
    items: list[dict[str, Any]] = [
        message("A", link),
        refusal,
        {"type": "reasoning", "content": []},
        {"role": "user", "content": "hi"},
    ]
    assert with_footnotes(items) == ("A\n\nNo.\n\nhi", 1)
    assert with_footnotes([message("A", {**cited(1), "quote": None})])[0] == "A[^1]\n\n[^1]: tour.pdf"
