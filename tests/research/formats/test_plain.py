"""Text, digits, directions and addresses as they may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.formats.plain import clean, digits_of, direction_of, host, link, number


@given(st.text())
def test_clean_text_is_one_line_of_characters(text: str) -> None:
    told = clean(text)
    assert not set(told) & set("\n\r\t\x00\u2028\u202e\u2067\ue000\ufffe")
    assert clean(told) == told
    told.encode()


def test_joiners_and_marks_stay() -> None:
    assert clean("می\u200cخواهم e\u0301 👩\u200d👧 a\u200fb") == "می\u200cخواهم e\u0301 👩\u200d👧 a\u200fb"


def test_digits_are_those_of_the_report() -> None:
    assert digits_of("ar", ["٢٠٢٤ و12"])[1] == "١"
    assert digits_of("ar", ["in 2024"])[1] == "1"
    assert digits_of("ar", [])[1] == "١"
    assert digits_of("fr", [])[1] == "1"
    assert number(18_420, "٠١٢٣٤٥٦٧٨٩") == "١٨٬٤٢٠"
    assert number(1802.5, "0123456789", ",") == "1\u202f802,5"


def test_directions() -> None:
    assert direction_of("ar") == direction_of("fa-IR") == direction_of("", "… «مرحبا» a") == "rtl"
    assert direction_of("en", "مرحبا") == direction_of("", "12 (") == "ltr"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "//x.example", "https://[", "https://a:b/", ""]
)
def test_addresses_that_lead_nowhere(url: str) -> None:
    assert link(url) == host(url) == ""


def test_an_address_cannot_end_what_it_stands_in() -> None:
    assert (
        link("https://a.example/x y>\"<)'(?q=ä&b=%20#c") == "https://a.example/x%20y%3E%22%3C%29%27%28?q=%C3%A4&b=%20#c"
    )
