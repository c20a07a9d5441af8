"""What a SKILL.md may say at its head, and what it is told when it says something else."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.errors import InvalidRequest
from earthshine.skills.manifest import MOST_DESCRIPTION, read_manifest


def head(text: str) -> bytes:
    return f"---\n{text}\n---\n\n# How\n".encode()


def test_name_and_description() -> None:
    read = read_manifest(head("name: basic-math\ndescription: Add or multiply numbers."))
    assert (read.name, read.description) == ("basic-math", "Add or multiply numbers.")


@pytest.mark.parametrize(
    "text",
    [
        "name: invoices\ndescription: >-\n  يقرأ الفواتير\n  ويجمعها",
        "name: invoices\nlicense: MIT\nmetadata:\n  author: someone\ndescription: |\n  يقرأ الفواتير\n  ويجمعها\n",
        'description: "يقرأ الفواتير ويجمعها"\nname: invoices',
    ],
)
def test_the_ways_of_yaml_to_write_a_text(text: str) -> None:
    assert read_manifest(b"\xef\xbb\xbf" + head(text)).description == "يقرأ الفواتير ويجمعها"


def test_windows_line_ends() -> None:
    assert read_manifest(head("name: a\ndescription: b").replace(b"\n", b"\r\n")).name == "a"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must begin with a line"),
        (b"# No head\n", "must begin with a line"),
        (b"---\nname: a\ndescription: b\n", "must begin with a line"),
        (b"---\n\xff\n---\n", "UTF-8"),
        (head("name: Basic Math\ndescription: b"), "small letters"),
        (head("name: a--b\ndescription: b"), "small letters"),
        (head(f"name: {'a' * 65}\ndescription: b"), "small letters"),
        (head("name: 12\ndescription: b"), "small letters"),
        (head("name: a"), "`description`"),
        (head("name: a\ndescription: '  '"), "`description`"),
        (head("name: a\ndescription: [b]"), "`description`"),
        (head(f"name: a\ndescription: {'b' * (MOST_DESCRIPTION + 1)}"), "may have 1024"),
        (head("name: [a"), "no YAML"),
        (head("- a\n- b"), "small letters"),
        (head("name: &x a\ndescription: *x"), "aliases"),
        (head("name: !!python/object/apply:os.system ['true']\ndescription: b"), "no YAML"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest, match=r"SKILL\.md") as refused:
        read_manifest(content)
    assert words in refused.value.message
    assert refused.value.param == "files"


@pytest.mark.parametrize(
    "text",
    ["[" * 16_000, "{a: " * 4_000, "a: &a [1]\n" + "b: [*a, *a]\n" * 1000, "? " * 8_000, "- " * 8_000, "a:\n" * 5_000],
)
def test_a_head_made_to_hurt_is_refused_soon(text: str) -> None:
    begun = time.thread_time()
    with pytest.raises(InvalidRequest):
        read_manifest(head(text))
    assert time.thread_time() - begun < 5


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for each in (content, b"---\n" + content + b"\n---\n"):
        with suppress(InvalidRequest):
            assert read_manifest(each).name
