"""Sentences in every script: what is cut where, and that nothing is lost and nothing takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.harness.citations.sentences import LONGEST, sentences

_PIECES = st.lists(
    st.sampled_from(
        [
            "Word",
            " ",
            ". ",
            "! ",
            "\n",
            "\n\n",
            "\t",
            "1.",
            "كتاب",
            "؟ ",
            "؛ ",
            "塔",
            "。",
            "「",
            "」",
            "M. ",
            "…",
            ",",
            "a",
            "\u00a0",
        ]
    )
    | st.text(max_size=8),
    max_size=60,
).map("".join)


@given(_PIECES)
def test_each_character_that_is_no_space_belongs_to_one_sentence(text: str) -> None:
    spans = sentences(text)
    covered = [place for start, end in spans for place in range(start, end)]
    assert covered == sorted(set(covered))
    assert {place for place, letter in enumerate(text) if not letter.isspace()} <= set(covered)
    assert all(0 < end - start <= LONGEST for start, end in spans)
    assert all(not text[start].isspace() and not text[end - 1].isspace() for start, end in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost 3.5 million. It was paid.", ["It cost 3.5 million.", "It was paid."]),
        ("M. Dupont et Mme. Roy, cf. art. 3. Fin.", ["M. Dupont et Mme. Roy, cf. art. 3.", "Fin."]),
        ("By J. K. Rowling, e.g. this. Done.", ["By J. K. Rowling, e.g. this.", "Done."]),
        ("هل وصل؟ نعم؛ وصل أمس. انتهى", ["هل وصل؟", "نعم؛", "وصل أمس.", "انتهى"]),
        ("他来了。“真的吗？”她问。好！", ["他来了。", "“真的吗？”", "她问。", "好！"]),
        ("broken\nover lines. Next", ["broken\nover lines.", "Next"]),
        ("Title\n\nBody of it", ["Title", "Body of it"]),
        ("Name\tAge\nAnn. B\t12\nBob\t3", ["Name\tAge", "Ann. B\t12", "Bob\t3"]),
        ("Needed:\n- milk\n- 2 eggs\n3. bread", ["Needed:", "- milk", "- 2 eggs", "3. bread"]),
        ("He said “Stop.” Then left.", ["He said “Stop.”", "Then left."]),
        ("see www.example.org. Then go", ["see www.example.org.", "Then go"]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize("piece", ["a. ", "a\n", "\t\n", "。", ".", "(", "1. x\n", "a", " \n", "?!", "a.b"])
def test_time_is_linear(piece: str) -> None:
    def took(size: int) -> float:
        text = piece * (size // len(piece))
        before = time.process_time()
        sentences(text)
        return time.process_time() - before

    short = min(took(20_000) for _ in range(3))
    assert took(200_000) < 60 * max(short, 0.005)
