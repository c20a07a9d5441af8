"""Days in four languages, and those of other calendars, which are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.weighing.calendar import days
from earthshine.research.weighing.dates import meta_of, published

DAYS = [
    ("3 March 2024", "2024-03-03"),
    ("March 3rd, 2024", "2024-03-03"),
    ("Sept. 5, 2020", "2020-09-05"),
    ("le 1er janvier 2023", "2023-01-01"),
    ("2 décembre 1999", "1999-12-02"),
    ("août 2019", "2019-08"),
    ("٣ آذار ٢٠٢٤", "2024-03-03"),
    ("3 آذار/مارس 2024", "2024-03-03"),
    ("15 غشت 2022", "2022-08-15"),
    ("وفي 5 جويلية 2020", "2020-07-05"),
    ("12 ماي 2018", "2018-05-12"),
    ("في 7 كانون الثاني 2021", "2021-01-07"),
    ("15 رمضان 1445 هـ الموافق 25 مارس 2024", "2024-03-25"),
    ("2024年3月3日", "2024-03-03"),
    ("2024年3月", "2024-03"),
    ("2024-03-03T10:00:00Z", "2024-03-03"),
    ("13/04/2024", "2024-04-13"),
    ("03/04/2024", "2024"),
]
NONE = [
    "12/09/1445",
    "31 feb 2020",
    "it may 2 be",
    "version 1.2.3.2024",
    "1445/09/15",
    "١٤٤٥/٠٩/١٥ هـ",
    "in March",
    "2024",
]


@pytest.mark.parametrize(("text", "iso"), DAYS)
def test_reads_a_day(text: str, iso: str):
    assert [each.iso for each in days(text) if each.iso] == [iso]
    assert [each.iso for each in days(f"xx, {text}, yy") if each.iso] == [iso]


@pytest.mark.parametrize("text", NONE)
def test_reads_no_day(text: str):
    assert [each.iso for each in days(text) if each.iso] == []


@given(st.text(max_size=200))
def test_takes_any_text(text: str):
    for each in days(text):
        assert 0 <= each.start < each.end <= len(text)
    published(text, meta_of(text))


PAGES = [
    ("Title\n\nPublished: 3 March 2024\nUpdated 5 April 2024\nbody 2 June 2020", "2024-03-03"),
    ("Title\nBy X\n5 April 2024\n\ntext", "2024-04-05"),
    ("Updated: 5 April 2024\n1 April 2024", "2024-04-01"),
    ("CASABLANCA, 3 mars 2024 — La société a annoncé", "2024-03-03"),
    ("发布时间：2024年3月3日 来源", "2024-03-03"),
    ("تاريخ النشر: ٣ آذار ٢٠٢٤", "2024-03-03"),
    ("The bridge opened on 3 March 1990 and since then it has been used by many people every day of the year.", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "iso"), PAGES)
def test_reads_when_a_page_was_published(text: str, iso: str | None):
    assert published(text) == iso


def test_a_page_s_head_counts_before_its_text():
    head = '<meta name=date content="2020-01-01"><meta content="2024-01-02T03:04" property="article:published_time">'
    assert published("Published 5 May 2021", meta_of(head)) == "2024-01-02"
    assert (
        meta_of('<script type="application/ld+json">{"datePublished": "2023-05-06"}</script>')["datepublished"]
        == "2023-05-06"
    )
    assert published("", meta_of('<time itemprop="datePublished" datetime="2022-01">x</time>')) == "2022-01"
    assert published("", {"citation_publication_date": "2020/05"}) == "2020-05"
    assert published("", {"date": "20240102"}) == "2024-01-02"
    assert published("", {"date": "tomorrow"}) is None


def test_a_head_that_never_ends_takes_no_long():
    assert meta_of("<meta " * 200_000) == {}
    assert published("1/" * 200_000) is None
