"""Quotations are found exactly, else but for what typing changes, at the places of the text as it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.harness.citations.locate import fold, locate

TEXT = "The engi-\nneer  wrote: “It costs ١٢٣ dinars”. هل بُنِيَ البرجُ؟ C’est l’été – déjà. ﬁnal 塔高３３０米。"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("It costs", "It costs"),
        ("the engineer wrote", "The engi-\nneer  wrote"),
        ('"it costs 123 dinars".', "“It costs ١٢٣ dinars”"),
        ("هل بني البرج؟", "هل بُنِيَ البرجُ"),
        ("C'est l'ete - deja", "C’est l’été – déjà"),
        ("final", "ﬁnal"),
        ("塔高330米", "塔高３３０米"),
        ("The engineer … 123 dinars", "The engi-\nneer  wrote: “It costs ١٢٣ dinars"),
        ("the engineer [...] déjà", "The engi-\nneer  wrote: “It costs ١٢٣ dinars”. هل بُنِيَ البرجُ؟ C’est l’été – déjà"),
    ],
)
def test_what_typing_changes_is_found(words: str, found: str) -> None:
    span = locate(words, TEXT)
    assert span is not None
    assert TEXT[slice(*span)].strip("“”") == found.strip("“”")


@pytest.mark.parametrize("words", ["It costs 124 dinars", "dinars … engineer", "", "…", "the engineers wrote"])
def test_what_was_not_written_is_not_found(words: str) -> None:
    assert locate(words, TEXT) is None


@given(st.text(max_size=80), st.integers(0, 80), st.integers(1, 40))
def test_every_piece_of_a_text_is_found_in_it(text: str, start: int, size: int) -> None:
    words = text[start : start + size].strip()
    span = locate(words, text)
    assert (span is None) == (not words)
    if span is not None:
        assert text[slice(*span)] == words


@given(st.text(max_size=80))
def test_places_are_in_order_and_inside(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
