"""Markdown that shows what was said and nothing else, whatever a page holds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from earthshine.research.formats.markdown import escaped, markdown
from earthshine.research.formats.plain import clean
from earthshine.research.report import ResearchReport
from tests.research.reports.samples import ARABIC, HOSTILE, SAMPLES

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MARKUP = st.text(alphabet=st.sampled_from("ab1 \n\t\\`*_[]()<>!#|~&$@:/.-+={}\u202eب中\x00"), max_size=60)


def shown(text: str) -> str:
    """What a reader of Markdown shows of it."""
    told = ""
    for token in _READER.parse(text):
        for child in token.children or ():
            assert child.type in ("text", "text_special"), child
            told += child.content
        if token.type not in ("paragraph_open", "paragraph_close", "inline"):
            assert token.type in ("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"), token
    return told


@given(st.text(max_size=80) | _MARKUP)
def test_text_shows_as_it_is(text: str) -> None:
    assert shown(f"- a {escaped(clean(text))} z") == f"a {clean(text)} z"


@pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES.keys())
def test_each_note_is_there_once_and_is_referred_to(report: ResearchReport) -> None:
    body, *notes = re.split(r"(?m)^\[\^(\d+)\]: ", markdown(report))
    defined = notes[0::2]
    assert defined == [str(number) for number in range(1, len(defined) + 1)]
    assert set(re.findall(r"(?<!\\)\[\^(\d+)\]", body)) == set(defined)
    cited = {each for claim in report["claims"] for each in claim["evidence"]}
    assert len(defined) >= len(cited)


def test_what_pages_hold_makes_no_element() -> None:
    tokens = [child for token in _READER.parse(markdown(HOSTILE)) for child in [token, *(token.children or ())]]
    assert not {"html_block", "html_inline", "code_inline", "image", "em_open", "s_open"} & {
        each.type for each in tokens
    }
    links = {str(each.attrs["href"]) for each in tokens if each.type == "link_open"}
    assert all(link.startswith("https://ok.example/") for link in links), links


def test_a_quotation_stands_in_its_own_direction_with_our_translation_beside_it() -> None:
    told = markdown(ARABIC)
    assert told.startswith('<div dir="rtl" lang="ar">')
    assert "\u2066“The six states produce 45% of the world's desalinated water (2024).”\u2069" in told
    assert "ترجمتنا: «تنتج الدول الست" in told
