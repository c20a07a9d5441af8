"""How much of a sentence stands in its evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.research.weighing.support import score

LONG = "The Qalmar Bridge is 1,240 metres long."


def test_what_is_said_in_the_same_words_is_certain():
    assert score("The Qalmar Bridge is 1,240 metres long.", ["Something else.", LONG]) == 1.0


@pytest.mark.parametrize(
    ("claim", "quote", "most"),
    [
        ("The bridge is 1,300 metres long.", LONG, 0.1),
        ("The bridge is not open.", "The bridge is open.", 0.4),
        ("Le pont n'est pas ouvert.", "Le pont est ouvert.", 0.4),
        ("لم يفتح الجسر", "فتح الجسر", 0.4),
        ("大桥未开通", "大桥开通", 0.4),
        ("It was built by Acme, says Dorn.", "It was built by Dorn.", 0.4),
        ("Dorn was praised by the king.", LONG, 0.0),
        ("Anything.", "", 0.0),
    ],
)
def test_what_is_not_there_scores_low(claim: str, quote: str, most: float):
    assert score(claim, [quote]) <= most


def test_another_language_is_known_by_its_figures():
    assert score("The bridge is 1,240 metres long.", ["يبلغ طول جسر قلمار ١٢٤٠ مترا"]) == 0.5
    assert score("卡尔马大桥长1240米", ["卡尔马大桥全长1240米"]) >= 0.5


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=5))
def test_takes_any_texts(claim: str, quotes: list[str]):
    assert 0 <= score(claim, quotes) <= 1
