"""A page that needs nothing but itself, in which nothing that a page said does anything."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as reader

from earthshine.research.formats.html import html
from earthshine.research.formats.plain import clean
from earthshine.research.report import ResearchReport
from tests.research.reports.samples import ARABIC, ENGLISH, FRENCH, SAMPLES


@pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES.keys())
def test_each_link_leads_somewhere(report: ResearchReport) -> None:
    page = reader.fromstring(html(report))
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    addresses = [each.get("href") for each in page.iter("a")]
    inside = [address[1:] for address in addresses if address.startswith("#")]
    assert set(inside) == set(ids)
    assert all(address.startswith("https://") for address in addresses if not address.startswith("#"))


@pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES.keys())
def test_nothing_runs_and_nothing_is_fetched(report: ResearchReport) -> None:
    told = html(report)
    page = reader.fromstring(told)
    elements = {each.tag for each in page.iter() if isinstance(each.tag, str)}
    assert not elements & {"script", "img", "iframe", "object", "link", "form", "base"}
    assert not [name for each in page.iter() for name in each.attrib if name.startswith("on") or name == "style"]
    style = re.search(r"<style>(.*?)</style>", told, re.DOTALL)
    assert style and b64encode(sha256(style[1].encode()).digest()).decode() in told
    assert "url(" not in style[1] and "default-src 'none'" in told


@given(st.text(max_size=60))
def test_text_shows_as_it_is(text: str) -> None:
    claim = {**FRENCH["claims"][0], "text": f"a {text} z"}
    page = reader.fromstring(html({**FRENCH, "claims": [claim, *FRENCH["claims"][1:]], "title": f"a {text} z"}))  # pyright: ignore[reportArgumentType]
    assert page.findtext(".//h1") == clean(f"a {text} z")
    assert clean(f"a {text} z") in page.xpath("string(.//main)")


def test_words_of_other_languages_say_so() -> None:
    page = reader.fromstring(html(ARABIC))
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    quotation = page.xpath('.//bdi[@lang="en" and @dir="ltr"]')[0]
    assert quotation.text_content() == "“The six states produce 45% of the world's desalinated water (2024).”"
    assert page.xpath('string(.//li[@id="note-2"]/b)') == "٢"


def test_a_table_has_its_chart() -> None:
    page = reader.fromstring(html(ENGLISH))
    captions = [each.text for each in page.xpath('.//table[@class="chart"]/caption')]
    assert captions == ["Share", "Plants"]
    assert [each.get("width") for each in page.iter("rect")][:3] == ["100.00%", "65.59%", "36.56%"]
