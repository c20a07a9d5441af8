"""From the order in which a line is seen to the order in which it is read."""

from __future__ import annotations

import pytest

from earthshine.text.bidi import reading_order, with_right_brackets


def read(seen: str, right_to_left: bool = True, after_arabic: bool = False) -> str:
    return "".join(seen[at] for at in reading_order(list(seen), right_to_left, after_arabic))


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("ملاس", "سالم"),
        ("2026 راذآ 25", "25 آذار 2026"),
        (".ةليل 1,482 يف", "في 1,482 ليلة."),
        ("%93.5 يأ", "أي 93.5%"),
        ("234567-1-00961 فتاه", "هاتف 00961-1-234567"),
        ("25/12و 1/5 ادع", "عدا 1/5 و25/12"),
        ("Apache-2.0 ةصخر", "رخصة Apache-2.0"),
        ("info@example.org ىلإ Python نم", "من Python إلى info@example.org"),
        ("3.2 رادصإ Version 3 نم", "من Version 3 إصدار 3.2"),
        ("٢٨ ىلإ ١٥ نم", "من ١٥ إلى ٢٨"),
    ],
)
def test_an_arabic_line(seen: str, meant: str) -> None:
    assert read(seen) == meant


def test_a_number_in_a_cell_of_its_own_keeps_its_signs() -> None:
    assert read("00961-1-234567") == "00961-1-234567"
    assert read("93.5%") == "93.5%"
    assert read("$12,750.80") == "$12,750.80"


def test_arabic_inside_an_english_line_turns_alone() -> None:
    assert read("The word رمق means moon.", right_to_left=False) == "The word قمر means moon."
    assert read("see رمقلا ءوض, p. 5", right_to_left=False) == "see ضوء القمر, p. 5"


def test_hebrew_numbers_keep_their_hyphens() -> None:
    assert read("1-2 דומע") == "עמוד 1-2"


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("قال )انظر الملحق( ثم", "قال (انظر الملحق) ثم"),
        ("قال (انظر الملحق) ثم", "قال (انظر الملحق) ثم"),
        ("»لا نريد أرقاماً«.", "«لا نريد أرقاماً»."),
        ("]السجل[ و(2)", "[السجل] و(2)"),
        ("( واحد ) ثم ) اثنان (", "( واحد ) ثم ( اثنان )"),
    ],
)
def test_brackets_open_before_what_they_hold(stored: str, meant: str) -> None:
    assert with_right_brackets(stored) == meant


def test_numbers_that_a_writer_set_without_regard_to_the_words_before_them() -> None:
    seen = list("00961-1-234567 فتاه")
    order = reading_order(seen, right_to_left=True, words_alone=True)
    assert "".join(seen[at] for at in order) == "هاتف 00961-1-234567"
