"""Chunks: however a text is cut, nothing of it is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.text.chunks import SIZE, chunks


@given(text=st.text(st.sampled_from("ab \n") | st.characters(exclude_categories=["Cs"]), max_size=3 * SIZE))
@settings(max_examples=20)
def test_chunks_hold_everything(text: str) -> None:
    cut = list(chunks(text))
    assert all(len(chunk) <= SIZE for chunk in cut)
    rest = text.replace("\0", " ")
    for chunk in cut:
        assert chunk in rest
        rest = rest[rest.index(chunk) :]
    assert rest.strip() == (cut[-1].strip() if cut else "")
